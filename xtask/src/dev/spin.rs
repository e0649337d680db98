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
use crate::{repository::Repository, run};

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
    allow_what_is_named(&mut values);
    Ok(values)
}

/// Spin's sandbox takes origins, not URLs or lists (see spin.toml), so they
/// are read off the values here.
fn allow_what_is_named(values: &mut Variables) {
    for (name, allow) in [
        ("GITHUB_API_URL", "ALLOW_GITHUB_API"),
        ("DISCORD_WEBHOOK_URL", "ALLOW_DISCORD"),
        ("FOUNDRY_API_URL", "ALLOW_FOUNDRY"),
    ] {
        if let Some(origin) = values.get(name).and_then(origin) {
            values.set_default(allow, &origin);
        }
    }
    let hosts = values.get("GITHUB_ASSET_HOSTS").unwrap_or_default();
    if let Some(allowed) = asset_origin(hosts) {
        values.set_default("ALLOW_GITHUB_ASSETS", &allowed);
    }
}

/// One entry for the hosts with a port in a list; those without are GitHub's
/// own, which spin.toml has already.
fn asset_origin(hosts: &str) -> Option<String> {
    let own: Vec<(&str, &str)> = hosts
        .split(',')
        .filter_map(|host| host.trim().rsplit_once(':'))
        .collect();
    match own.as_slice() {
        [] => None,
        [(host, port)] => Some(format!("*://{host}:{port}")),
        [(host, _), others @ ..] => {
            if others.iter().any(|(other, _)| other != host) {
                eprintln!("warning: of GITHUB_ASSET_HOSTS only {host} is reachable on Spin");
            }
            Some(format!("*://{host}:*"))
        }
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
        for (hosts, entry) in [
            ("", None),
            ("codeload.github.com", None),
            ("codeload.github.com, 127.0.0.1:9", Some("*://127.0.0.1:9")),
            ("127.0.0.1:8,127.0.0.1:9", Some("*://127.0.0.1:*")),
        ] {
            assert_eq!(asset_origin(hosts).as_deref(), entry, "{hosts}");
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
            ],
        );
        allow_what_is_named(&mut values);
        for (name, value) in [
            ("ALLOW_GITHUB_API", "https://ghe.example"),
            ("ALLOW_GITHUB_ASSETS", "*://127.0.0.1:9"),
            ("ALLOW_DISCORD", "http://127.0.0.1:8"),
            ("ALLOW_FOUNDRY", "https://kept"),
        ] {
            assert_eq!(values.get(name), Some(value), "{name}");
        }
    }
}
