//! Components on the test host, where no `spin` is installed.

use std::{fs, io::Write, os::unix::fs::OpenOptionsExt, path::Path};

use anyhow::{Context, Result};

use crate::{
    dev::{Options, Server, Variables, health, spin},
    repository::Repository,
    run,
};

/// Starts the test host with what `spin up` would get, and waits until every
/// function answers.
pub fn start(repository: &Repository, options: &Options) -> Result<Server> {
    let mut cargo = run::cargo(repository);
    run::run(cargo.args(["build", "--locked", "--package", "spin-host"]))?;
    let state = spin::state(options)?;
    let variables = state.join("variables");
    write(&variables, &spin::values(options)?)?;

    let names: Vec<_> = options.functions.iter().map(|f| f.name.as_str()).collect();
    let mut host = run::program(repository, repository.target()?.join("debug/spin-host"));
    host.arg("--manifest")
        .arg(options.manifests.folder.join("spin.toml"));
    host.args(["--listen", &options.listen.to_string()]);
    host.arg("--state").arg(&state);
    host.arg("--vars").arg(&variables);
    host.args(["--components", &names.join(",")]);
    let server = Server::start("spin-host", options, host, "")?;
    health::wait(server, &health::paths(options))
}

/// Writes `NAME=value` lines that only this user can read.
fn write(path: &Path, values: &Variables) -> Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    for (name, value) in values.iter() {
        writeln!(file, "{name}={value}")?;
    }
    Ok(())
}
