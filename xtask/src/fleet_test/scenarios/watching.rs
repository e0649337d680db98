//! What operators see: logs that belong together, and figures.

use std::{collections::BTreeSet, fs, process::Command, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::{calm, told};
use crate::{
    fleet_test::{
        fleet::{Fleet, SITES, until},
        load::{self, Load},
    },
    run,
};

/// How long a line may take to be in Docker's log.
const WRITTEN: Duration = Duration::from_secs(20);

/// The caller's request id, else Cloudflare's, else one that the front makes, is in the answer, in
/// the front's log and in the function's.
pub fn trace(fleet: &mut Fleet, load: &Load) -> Result<String> {
    let figures = calm(load)?;
    let front = fleet.node(SITES[0])?;
    let path = "/api/v1/packages";
    let (own, ray) = ("own-5f2d", "ray-81cc");
    for (lines, expected) in [
        (format!("x-request-id: {own}\r\n"), Some(own)),
        (format!("cf-ray: {ray}\r\n"), Some(ray)),
        (String::new(), None),
    ] {
        let answer = load::get_with(&front.address, path, &lines)?;
        let id = answer.request_id;
        ensure!(!id.is_empty(), "an answer without a request id");
        ensure!(
            expected.is_none_or(|expected| expected == id),
            "the answer to {lines:?} has the request id {id:?}"
        );
        let instance = fleet.node(&load::site(&answer.served_by))?;
        for (node, function) in [(front, "front"), (instance, "manifest")] {
            until(
                &format!("{id} is in the log of {function} on {}", node.name),
                WRITTEN,
                || Ok(node.logs(function)?.contains(&id)),
            )?;
        }
    }
    let own_answer = load::get_with(&front.address, "/health", "x-request-id: own-77ab\r\n")?;
    ensure!(
        own_answer.request_id == "own-77ab",
        "the front's own answer has the request id {:?}",
        own_answer.request_id
    );
    Ok(format!("three ids in both logs; {}", told(&figures)))
}

/// Prometheus' own tool accepts what is in deploy/observability, and the fronts have all figures that
/// are asked for there.
pub fn figures(fleet: &mut Fleet, load: &Load) -> Result<String> {
    let figures = calm(load)?;
    let folder = fleet.observability.clone();
    let promtool = |words: &[&str]| {
        let mut command = Command::new(&fleet.promtool);
        command.current_dir(&folder);
        let output = command.args(words).output().context("promtool")?;
        let said =
            String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "promtool {}: {said}",
            words.join(" ")
        );
        Ok(())
    };
    promtool(&["check", "config", "prometheus.yml"])?;
    promtool(&["test", "rules", "alerts-test.yml"])?;
    let expressions = expressions(fleet)?;
    let rules = fleet.scratch().join("dashboard.yml");
    fs::write(&rules, as_rules(&expressions).to_string())?;
    promtool(&["check", "rules", &rules.to_string_lossy()])?;
    let alerts = fs::read_to_string(folder.join("alerts.yml"))?;
    let asked = expressions
        .iter()
        .map(String::as_str)
        .chain([alerts.as_str()]);
    let asked: BTreeSet<_> = asked.flat_map(names).collect();
    ensure!(!asked.is_empty(), "nothing is asked for");
    let there = metrics(fleet, SITES[0])?;
    for name in &asked {
        let line = |line: &str| line.starts_with(&format!("{name}{{"));
        ensure!(there.lines().any(line), "the fronts have no {name}");
    }
    Ok(format!(
        "{} expressions, {} figures; {}",
        expressions.len(),
        asked.len(),
        told(&figures)
    ))
}

/// Everything that the dashboard asks Prometheus for.
///
/// # Errors
/// The file is no dashboard.
pub fn expressions(fleet: &Fleet) -> Result<Vec<String>> {
    let path = fleet.observability.join("grafana-dashboard.json");
    let dashboard: Value =
        serde_json::from_str(&fs::read_to_string(path)?).context("grafana-dashboard.json")?;
    let mut expressions = Vec::new();
    find(&dashboard, &mut expressions);
    ensure!(!expressions.is_empty(), "the dashboard asks for nothing");
    Ok(expressions)
}

/// Every `expr` of a dashboard.
fn find(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str() {
                    Some(text) if name == "expr" => found.push(text.to_owned()),
                    _ => find(value, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| find(value, found)),
        _ => {}
    }
}

/// A dashboard's expressions as a file of rules, which promtool can read.
fn as_rules(expressions: &[String]) -> Value {
    let rule = |expression: &String| {
        let expression = expression.replace("$__rate_interval", "1m");
        json!({ "record": "dashboard:panel", "expr": expression })
    };
    let rules: Vec<_> = expressions.iter().map(rule).collect();
    json!({ "groups": [{ "name": "dashboard", "rules": rules }] })
}

/// HAProxy's figures that a text names.
fn names(text: &str) -> Vec<&str> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let words = text.split(|character| !is_part(character));
    words.filter(|word| word.starts_with("haproxy_")).collect()
}

/// What a front tells Prometheus. That port is open within the node only, so it is asked there.
fn metrics(fleet: &Fleet, site: &str) -> Result<String> {
    let node = fleet.node(site)?;
    let [front] = node
        .containers("front")?
        .try_into()
        .map_err(|found| anyhow::anyhow!("not one front: {found:?}"))?;
    let format = "{{range $id, $one := .Containers}}{{$id}} {{$one.IPv4Address}}\n{{end}}";
    let bridge = node.say(&["network", "inspect", "--format", format, "docker_gwbridge"])?;
    let address = bridge
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{front} ")));
    let address = address.and_then(|address| address.split('/').next());
    let Some(address) = address else {
        bail!("the front has no address: {bridge}");
    };
    let script =
        "exec 3<>\"/dev/tcp/$1/8404\"; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3";
    let mut command = node.inside();
    run::capture(command.args(["bash", "-c", script, "bash", address]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_found_in_expressions() {
        let text = "sum by (proxy) (rate(haproxy_a_total{x=\"y\"}[1m])) / haproxy_b < 1";
        assert_eq!(names(text), ["haproxy_a_total", "haproxy_b"]);
        let mut found = Vec::new();
        find(
            &serde_json::json!({"panels": [{"targets": [{"expr": "up"}]}]}),
            &mut found,
        );
        assert_eq!(found, ["up"]);
    }
}
