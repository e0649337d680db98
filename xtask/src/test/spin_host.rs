//! Components on the test host, where no `spin` is installed.

use anyhow::Result;

use crate::{
    dev::{Options, Server, health, spin},
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
    spin::values(options)?.write(&variables)?;

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
