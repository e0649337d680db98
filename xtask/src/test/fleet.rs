//! deploy/: the stack file and the fronts' configuration say what spin.toml says, and promise what
//! `docker stack config`, where there is a Docker client, does not check.

use std::{collections::BTreeSet, fs, process::Command};

use anyhow::{Context, Result};
use serde_json::Value;

use super::no_findings;
use crate::{
    platform::{Manifests, spin::Spin},
    repository::Repository,
    run,
};

/// The step.
pub fn check(repository: &Repository) -> Result<()> {
    let spin = Manifests::read(repository)?.spin;
    let front = fs::read_to_string(repository.path("deploy/haproxy.cfg"))?;
    let mut findings = front_findings(&front, &spin);
    let stack = fs::read_to_string(repository.path("deploy/stack.yml"))?;
    findings.extend(stack_findings(
        &parse(&stack).context("deploy/stack.yml")?,
        &spin,
    ));
    findings.extend(config_findings(repository)?);
    findings.extend(by_docker(repository)?);
    no_findings(findings)
}

/// Spin's configuration of the proxy is everybody's, and keeps it out of private networks besides.
fn config_findings(repository: &Repository) -> Result<Option<String>> {
    let read = |name| -> Result<toml::Table> {
        let text = fs::read_to_string(repository.path("deploy").join(name))?;
        text.parse().context(name)
    };
    let mut expected = read("runtime-config.toml")?;
    let guard: toml::Table = "block_networks = [\"private\"]".parse()?;
    expected.insert("outbound_networking".into(), guard.into());
    let finding = "runtime-config-proxy.toml is not runtime-config.toml with `block_networks`";
    Ok((read("runtime-config-proxy.toml")? != expected).then(|| finding.into()))
}

/// What Docker's client says about the stack files, where there is one that can check them. It talks
/// to no engine.
fn by_docker(repository: &Repository) -> Result<Vec<String>> {
    if !run::succeeds(Command::new("docker").args(["stack", "config", "--help"])) {
        println!("  no docker client of version 23 or newer: `docker stack config` is left out");
        return Ok(Vec::new());
    }
    let mut findings = Vec::new();
    for file in ["deploy/stack.yml", "deploy/observability/stack.yml"] {
        let mut docker = run::program(repository, "docker");
        docker.args(["stack", "config", "-c", file]);
        docker.env("IMAGE", "example/image").env("VERSION", "1.2.3");
        let output = docker.env("SITE", "fra").output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            findings.push(format!("docker stack config -c {file}: {}", said.trim()));
        }
    }
    Ok(findings)
}

/// The stack file as Docker sees it with its defaults.
fn parse(text: &str) -> Result<Value> {
    let mut value: serde_norway::Value = serde_norway::from_str(&with_defaults(text))?;
    value.apply_merge()?;
    Ok(serde_json::to_value(value)?)
}

/// The text with `${NAME:-default}` and `${NAME:?…}` replaced.
fn with_defaults(text: &str) -> String {
    let mut parts = text.split("${");
    let mut done = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (variable, rest) = part.split_once('}').unwrap_or((part, ""));
        let default = variable
            .split_once(":-")
            .map_or("given", |(_, default)| default);
        done += default;
        done += rest;
    }
    done
}

/// Routes and backends of the fronts.
fn front_findings(front: &str, spin: &Spin) -> Vec<String> {
    let mut findings = Vec::new();
    for name in spin.components.keys() {
        let triggers = spin
            .trigger
            .http
            .iter()
            .filter(|one| one.component == *name);
        let wanted: BTreeSet<_> = triggers
            .filter_map(|one| one.route.strip_prefix('/')?.strip_suffix("/..."))
            .collect();
        let start = format!("use_backend {name} if {{ path,field(2,/) -m str ");
        let line = front
            .lines()
            .find_map(|line| line.trim().strip_prefix(&start));
        match line {
            Some(line) => {
                let (found, rest) = line.split_once(" }").unwrap_or_default();
                let found: BTreeSet<_> = found.split(' ').collect();
                if found != wanted {
                    findings.push(format!(
                        "haproxy.cfg sends {found:?} to {name}, not {wanted:?}"
                    ));
                }
                if !rest.ends_with(&format!("{{ path /health/{name} }}")) {
                    findings.push(format!(
                        "haproxy.cfg does not send /health/{name} to {name}"
                    ));
                }
            }
            // The one with the route `/...` gets what is left.
            None if front.contains(&format!("default_backend {name}\n")) => {}
            None => findings.push(format!("haproxy.cfg sends nothing to {name}: {start}… }}")),
        }
        if !front.contains(&format!("\nbackend {name}\n")) {
            findings.push(format!("haproxy.cfg has no backend {name}"));
        }
        if !front.contains(&format!("\"{name}\":%[nbsrv({name})]")) {
            findings.push(format!(
                "haproxy.cfg's /health does not count {name}'s instances"
            ));
        }
    }
    findings
}

/// What the stack promises.
fn stack_findings(stack: &Value, spin: &Spin) -> Vec<String> {
    let mut findings = Vec::new();
    let services = stack["services"].as_object();
    let names: BTreeSet<_> = services
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str())
        .collect();
    let wanted: BTreeSet<_> = spin
        .components
        .keys()
        .map(String::as_str)
        .chain(["front"])
        .collect();
    if names != wanted {
        findings.push(format!(
            "stack.yml has the services {names:?}, not {wanted:?}"
        ));
    }
    for name in names {
        let service = &stack["services"][name];
        let mut expect = |what: &str, holds: bool| {
            if !holds {
                findings.push(format!("stack.yml: {name}: {what}"));
            }
        };
        every_service(service, &mut expect);
        if name != "front" {
            instance(service, name, spin, &mut expect);
        }
    }
    let network = &stack["networks"]["back"];
    if network["driver"] != "overlay" || network["driver_opts"]["encrypted"] != "true" {
        findings.push("stack.yml: the network is no encrypted overlay".into());
    }
    findings
}

/// All that an instance's environment may have: secrets could be in others, in
/// `OTEL_EXPORTER_OTLP_HEADERS` too.
const TELEMETRY: &[&str] = &[
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_SERVICE_NAME",
    "OTEL_RESOURCE_ATTRIBUTES",
];

/// What Docker takes without a word and then does not do.
fn every_service(service: &Value, expect: &mut impl FnMut(&str, bool)) {
    let deploy = &service["deploy"];
    expect(
        "its root file system can be written",
        service["read_only"] == true,
    );
    expect("it keeps capabilities", service["cap_drop"][0] == "ALL");
    expect("its log is not bounded", {
        let options = &service["logging"]["options"];
        service["logging"]["driver"] == "local"
            && options["max-size"].is_string()
            && options["max-file"].is_string()
    });
    expect("unlabelled nodes get it", {
        deploy["placement"]["constraints"] == serde_json::json!(["node.labels.fleet == serving"])
    });
    expect(
        "it relies on the routing mesh",
        deploy["endpoint_mode"] == "dnsrr",
    );
    let ports = service["ports"].as_array();
    expect(
        "a port is not the node's own",
        ports
            .into_iter()
            .flatten()
            .all(|port| port["mode"] == "host"),
    );
    expect("a bad update is not rolled back", {
        deploy["update_config"]["failure_action"] == "rollback"
    });
    expect(
        "it is not started again",
        deploy["restart_policy"]["condition"] == "any",
    );
    let limits = &deploy["resources"]["limits"];
    expect("its memory or its processes are not limited", {
        !limits["memory"].is_null() && !limits["pids"].is_null()
    });
    expect(
        "its open files are not said",
        !service["ulimits"]["nofile"].is_null(),
    );
}

fn instance(service: &Value, name: &str, spin: &Spin, expect: &mut impl FnMut(&str, bool)) {
    let deploy = &service["deploy"];
    let seconds = |value: &Value| value.as_str().and_then(seconds).unwrap_or_default();
    expect("its replicas are not 3", deploy["replicas"] == 3);
    expect(
        "a node may get two",
        deploy["placement"]["max_replicas_per_node"] == 1,
    );
    expect("it is not spread", {
        deploy["placement"]["preferences"][0]["spread"] == "node.labels.datacenter"
    });
    expect("the fronts do not know its host name", {
        service["hostname"] == format!("{name}-{{{{.Node.Hostname}}}}")
    });
    let health = &service["healthcheck"];
    let retries = health["retries"].as_u64().unwrap_or_default();
    let start = seconds(&health["start_period"]) + retries * seconds(&health["interval"]);
    expect("its update is judged before its start can have failed", {
        start > 0 && seconds(&deploy["update_config"]["monitor"]) > start
    });
    // The attendant's own: 3 to leave, 20 to drain, 3 for Spin to end.
    expect(
        "it is killed while it drains",
        seconds(&service["stop_grace_period"]) > 3 + 20 + 3,
    );
    let words: Vec<_> = service["command"]
        .as_array()
        .into_iter()
        .flatten()
        .collect();
    let has = |word: String| words.iter().any(|found| **found == word);
    expect(
        "it starts another function",
        has(format!("--from=/app/{name}/spin.toml")),
    );
    let config = match name {
        "proxy" => "runtime-config-proxy.toml",
        _ => "runtime-config.toml",
    };
    expect(
        "it has another configuration of Spin's",
        has(format!("--runtime-config-file=/app/{config}")),
    );
    expect(
        "its health is not asked",
        has(format!("--check=/health/{name}")),
    );
    let needs = spin
        .components
        .get(name)
        .is_some_and(|one| !one.variables.is_empty());
    let secrets = service["secrets"].as_array().into_iter().flatten();
    let secrets: Vec<_> = secrets.map(|secret| &secret["source"]).collect();
    expect("it has other secrets than its own", {
        secrets == if needs { vec![name] } else { Vec::new() }
    });
    expect(
        "it does not read its secret",
        needs == has("--variable=@/run/secrets/variables.toml".into()),
    );
    let environment = service["environment"].as_object();
    expect("its environment has more than where figures go", {
        let mut names = environment.into_iter().flatten().map(|(name, _)| name);
        names.all(|name| TELEMETRY.contains(&name.as_str()))
    });
}

/// Seconds of `1m30s`.
fn seconds(text: &str) -> Option<u64> {
    let mut total = 0;
    let mut number = 0;
    for character in text.chars() {
        match (character.to_digit(10), character) {
            (Some(digit), _) => number = number * 10 + u64::from(digit),
            (None, 'h') => (total, number) = (total + number * 3600, 0),
            (None, 'm') => (total, number) = (total + number * 60, 0),
            (None, 's') => (total, number) = (total + number, 0),
            _ => return None,
        }
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_docker_prints_them() {
        assert_eq!(seconds("45s"), Some(45));
        assert_eq!(seconds("1m0s"), Some(60));
        assert_eq!(seconds("1h2m3s"), Some(3723));
        assert_eq!(seconds("250x"), None);
    }

    #[test]
    fn an_empty_stack_is_found_wanting() {
        let text = r#"
            spin_manifest_version = 2
            application = { name = "x", version = "1.0.0" }
            variables = {}
            [[trigger.http]]
            route = "/a/..."
            component = "one"
            [component.one]
            source = "x.wasm"
            build = { command = "true" }
        "#;
        let spin: Spin = toml::from_str(text).expect("well-formed");
        let stack = serde_json::json!({ "services": { "one": {} }, "networks": {} });
        let found = stack_findings(&stack, &spin).join("\n");
        for expected in [
            "has the services",
            "log is not bounded",
            "node may get two",
            "overlay",
        ] {
            assert!(found.contains(expected), "{expected} is not in\n{found}");
        }
        let found = front_findings(
            "use_backend one if { path,field(2,/) -m str b } || x",
            &spin,
        );
        let found = found.join("\n");
        assert!(
            found.contains("sends {\"b\"} to one, not {\"a\"}"),
            "{found}"
        );
    }
}
