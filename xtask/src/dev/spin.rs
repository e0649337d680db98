//! Components under `spin up`, as spin.toml describes them.

use std::{
    collections::BTreeSet,
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::{Options, Server, variables::Variables};
use crate::{platform::spin::Spin, repository::Repository, run};

/// The oldest version that has WASI 0.3.0, which the components import.
const OLDEST: (u32, u32) = (4, 1);

/// The `spin` to use: `SPIN_BIN`, else the one on PATH, if it is new enough.
pub fn find() -> Result<OsString> {
    let program = env::var_os("SPIN_BIN").unwrap_or_else(|| "spin".into());
    let output = Command::new(&program).arg("--version").output();
    let Ok(output) = output else {
        bail!(
            "{} is not there. Spin is at https://spinframework.dev/install; {}.{} or newer is \
             needed, on PATH or named by SPIN_BIN. `cargo xtask test` does without.",
            program.to_string_lossy(),
            OLDEST.0,
            OLDEST.1
        );
    };
    let said = String::from_utf8_lossy(&output.stdout);
    match version(&said) {
        Some(version) if version >= OLDEST => Ok(program),
        _ => bail!(
            "{} says {:?}; {}.{} or newer is needed",
            program.to_string_lossy(),
            said.trim(),
            OLDEST.0,
            OLDEST.1
        ),
    }
}

/// Major and minor of `spin 4.1.0-pre0 (…)`.
fn version(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.split_whitespace().nth(1)?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// Starts it; what it stores is in `spin` of the state folder.
pub fn start(repository: &Repository, options: &Options) -> Result<Server> {
    let values = values(options)?;
    let state = state(options)?;
    let config = state.join("runtime-config.toml");
    fs::write(&config, runtime_config(&state))?;

    let mut command = run::program(repository, find()?);
    command
        .arg("up")
        .arg("--from")
        .arg(options.manifests.folder.join("spin.toml"));
    command.args(["--listen", &options.listen.to_string()]);
    command.arg("--state-dir").arg(&state);
    command.arg("--runtime-config-file").arg(&config);
    for function in &options.functions {
        command.args(["--component-id", &function.name]);
    }
    // By the environment, which other users cannot read, unlike arguments.
    for (name, value) in values.iter() {
        command.env(format!("SPIN_VARIABLE_{name}"), value);
    }
    Server::start("spin up", options, command, "")
}

/// The folder that outlives the runtime.
pub fn state(options: &Options) -> Result<PathBuf> {
    let state = options.state.join("spin");
    fs::create_dir_all(&state).with_context(|| format!("cannot create {}", state.display()))?;
    Ok(state)
}

/// The database under the state folder, and no log files: what components
/// print goes to the terminal.
fn runtime_config(state: &Path) -> String {
    // A JSON string is a TOML string too.
    let database = serde_json::Value::from(state.join("objects.db").to_string_lossy());
    format!("log_dir = \"\"\n\n[sqlite_database.default]\ntype = \"spin\"\npath = {database}\n")
}

/// All values that spin.toml's variables get: those given, PUBLIC_URL, and
/// what the sandbox must let through for them.
pub fn values(options: &Options) -> Result<Variables> {
    let spin = &options.manifests.spin;
    let mut values = options.variables.clone();
    values.set_default("PUBLIC_URL", &options.origin());
    let used: BTreeSet<&String> = options
        .functions
        .iter()
        .filter_map(|function| spin.components.get(&function.name))
        .flat_map(|component| component.variables.keys())
        .collect();
    let required = spin
        .variables
        .iter()
        .filter(|(name, variable)| variable.required && used.contains(name));
    let required: Vec<_> = required.map(|(name, _)| name.to_uppercase()).collect();
    values.check(required.iter().map(String::as_str))?;
    allow_what_is_named(&mut values, &allowed(spin));
    Ok(values)
}

/// Spin's sandbox takes origins, not URLs or lists (see spin.toml), so they
/// are read off the values here.
fn allow_what_is_named(values: &mut Variables, allowed: &BTreeSet<String>) {
    for (name, allow) in [
        ("GITHUB_API_URL", "ALLOW_GITHUB_API"),
        ("DISCORD_WEBHOOK_URL", "ALLOW_DISCORD"),
        ("DISCORD_API_URL", "ALLOW_DISCORD_API"),
        ("FOUNDRY_API_URL", "ALLOW_FOUNDRY"),
        ("STORE_ENDPOINT", "ALLOW_STORE"),
    ] {
        if let Some(origin) = values.get(name).and_then(origin) {
            values.set_default(allow, &origin);
        }
    }
    allow_status(values);
    allow_proxied(values);
    if values.get("ALLOW_GITHUB_ASSETS").is_some() {
        return;
    }
    let hosts = values.get("GITHUB_ASSET_HOSTS").unwrap_or_default();
    let AssetOrigin { entry, left_out } = asset_origin(hosts, allowed);
    for host in left_out {
        eprintln!(
            "warning: of GITHUB_ASSET_HOSTS, {host} is not reachable on Spin: the sandbox takes \
             one host besides those in spin.toml, where it can be added to allowed_outbound_hosts"
        );
    }
    if let Some(entry) = entry {
        values.set_default("ALLOW_GITHUB_ASSETS", &entry);
    }
}

/// One of the deployments in `STATUS_ORIGINS` besides this one.
fn allow_status(values: &mut Variables) {
    let list = values.get("STATUS_ORIGINS").unwrap_or_default();
    let named = list.split(',').filter_map(|entry| entry.split_once('='));
    let mut others: Vec<String> = named
        .filter_map(|(_, url)| origin(url.trim()))
        .filter(|origin| Some(origin.as_str()) != values.get("PUBLIC_URL"))
        .collect();
    others.dedup();
    for origin in others.iter().skip(1) {
        eprintln!(
            "warning: of STATUS_ORIGINS, {origin} is not reachable on Spin: the sandbox takes one \
             besides PUBLIC_URL; more can be added to allowed_outbound_hosts in spin.toml"
        );
    }
    if let Some(first) = others.first() {
        values.set_default("ALLOW_STATUS", first);
    }
}

/// The proxy may reach every host by https; what its list names with a port comes on top.
fn allow_proxied(values: &mut Variables) {
    let hosts = values.get("PROXY_ALLOWED_HOSTS").unwrap_or_default();
    let with_port = hosts
        .split(',')
        .map(str::trim)
        .filter(|host| name(host) != *host);
    let with_port = with_port.collect::<Vec<_>>().join(",");
    let AssetOrigin { entry, left_out } = asset_origin(&with_port, &BTreeSet::new());
    for host in left_out {
        eprintln!(
            "warning: of PROXY_ALLOWED_HOSTS, {host} is not reachable on Spin: the sandbox takes \
             one host with a port, others can be added to allowed_outbound_hosts in spin.toml"
        );
    }
    if let Some(entry) = entry {
        values.set_default("ALLOW_PROXY", &entry);
    }
}

/// The origins that spin.toml names itself.
fn allowed(spin: &Spin) -> BTreeSet<String> {
    let entries = spin.components.values();
    let entries = entries.flat_map(|component| &component.allowed_outbound_hosts);
    entries
        .filter(|entry| !entry.contains("{{"))
        .cloned()
        .collect()
}

/// What the sandbox's one variable entry for asset hosts makes of a list.
#[derive(Debug, PartialEq, Eq)]
struct AssetOrigin {
    /// The entry, where one is needed.
    entry: Option<String>,
    /// Hosts that it does not cover.
    left_out: Vec<String>,
}

/// One entry for the first host that spin.toml has not already (`allowed`), and
/// for that host's other ports.
fn asset_origin(hosts: &str, allowed: &BTreeSet<String>) -> AssetOrigin {
    let is_own = |host: &&str| !host.is_empty() && !allowed.contains(&format!("https://{host}"));
    let own: Vec<&str> = hosts.split(',').map(str::trim).filter(is_own).collect();
    let Some(first) = own.first() else {
        return AssetOrigin {
            entry: None,
            left_out: Vec::new(),
        };
    };
    let (covered, left_out): (Vec<&str>, Vec<&str>) =
        own.iter().partition(|host| name(host) == name(first));
    let is_one = covered.iter().all(|host| host == first);
    let entry = match (is_one, name(first) != *first) {
        // Without a port only https is meant.
        (true, false) => format!("https://{first}"),
        (true, true) => format!("*://{first}"),
        (false, _) => format!("*://{}:*", name(first)),
    };
    AssetOrigin {
        entry: Some(entry),
        left_out: left_out.into_iter().map(str::to_owned).collect(),
    }
}

/// `host` of `host[:port]`.
fn name(host: &str) -> &str {
    match host.rsplit_once(':') {
        // The last colon of a bare IPv6 address is within brackets.
        Some((name, port)) if !port.ends_with(']') => name,
        _ => host,
    }
}

/// `scheme://host[:port]` of a URL.
fn origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    Some(format!("{scheme}://{authority}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(version("spin 4.1.0-pre0 (abc 2026-08-21)") >= Some(OLDEST));
        assert!(version("spin 4.10.0") >= Some(OLDEST));
        assert!(version("spin 4.0.2") < Some(OLDEST));
        assert_eq!(version("bash: no"), None);
    }

    #[test]
    fn asset_hosts_become_one_entry() {
        let allowed = BTreeSet::from(["https://codeload.github.com".to_owned()]);
        for (hosts, entry, left_out) in [
            ("", None, ""),
            ("codeload.github.com", None, ""),
            (
                "codeload.github.com, 127.0.0.1:9",
                Some("*://127.0.0.1:9"),
                "",
            ),
            ("127.0.0.1:8,127.0.0.1:9", Some("*://127.0.0.1:*"), ""),
            ("ghe.example", Some("https://ghe.example"), ""),
            ("[::1]", Some("https://[::1]"), ""),
            (
                "ghe.example,ghe.example:8443",
                Some("*://ghe.example:*"),
                "",
            ),
            ("*.ghe.example", Some("https://*.ghe.example"), ""),
            (
                "a.example, b.example,c.example:9",
                Some("https://a.example"),
                "b.example c.example:9",
            ),
        ] {
            let found = asset_origin(hosts, &allowed);
            assert_eq!(found.entry.as_deref(), entry, "{hosts}");
            assert_eq!(found.left_out.join(" "), left_out, "{hosts}");
        }
    }

    #[test]
    fn the_sandbox_follows_the_urls() {
        let mut values = Variables::from_pairs(
            "here",
            [
                ("GITHUB_API_URL", "https://ghe.example/api/v3".into()),
                (
                    "GITHUB_ASSET_HOSTS",
                    "codeload.github.com,127.0.0.1:9".into(),
                ),
                (
                    "DISCORD_WEBHOOK_URL",
                    "http://127.0.0.1:8/api/x?wait=true".into(),
                ),
                ("ALLOW_FOUNDRY", "https://kept".into()),
                ("FOUNDRY_API_URL", "http://127.0.0.1:7".into()),
                ("DISCORD_API_URL", "http://127.0.0.1:6/api/v10".into()),
                ("PUBLIC_URL", "https://one.example".into()),
                (
                    "STATUS_ORIGINS",
                    "one=https://one.example, two=https://two.example/".into(),
                ),
                (
                    "PROXY_ALLOWED_HOSTS",
                    "a.example, 127.0.0.1:6,*.b.example,127.0.0.1:5".into(),
                ),
            ],
        );
        let allowed = BTreeSet::from(["https://codeload.github.com".to_owned()]);
        allow_what_is_named(&mut values, &allowed);
        for (name, value) in [
            ("ALLOW_GITHUB_API", "https://ghe.example"),
            ("ALLOW_GITHUB_ASSETS", "*://127.0.0.1:9"),
            ("ALLOW_DISCORD", "http://127.0.0.1:8"),
            ("ALLOW_FOUNDRY", "https://kept"),
            ("ALLOW_DISCORD_API", "http://127.0.0.1:6"),
            ("ALLOW_STATUS", "https://two.example"),
            ("ALLOW_PROXY", "*://127.0.0.1:*"),
        ] {
            assert_eq!(values.get(name), Some(value), "{name}");
        }
    }
}
