//! `cargo xtask demo`: the main job from one end to the other, on this
//! machine alone.
//!
//! The functions are served as by `dev`. What happens then is told by the
//! program `demo` of the crate `blackbox`: so no other command has to wait
//! until all that it is made of is compiled.

mod folder;
mod teller;

use std::{path::PathBuf, process::ExitCode, thread, time::Duration};

use anyhow::{Result, bail, ensure};
use lexopt::{Arg, ValueExt};

use crate::{
    dev::{self, Options, Runtime, Server, Variables},
    platform::Manifests,
    repository::Repository,
    run, signals,
    test::suites,
};
use folder::Folder;
use teller::Teller;

/// What the functions are given; see [`suites::fill`].
const VARIABLES: &[(&str, &str)] = &[
    ("ADMIN_TOKEN", "{secret}"),
    ("GITHUB_WEBHOOK_SECRET", "{secret}"),
    ("GITHUB_REPOSITORIES", "demo/greeting-stones"),
    ("GITHUB_TOKEN", "{secret}"),
    ("GITHUB_API_URL", "http://{host}"),
    ("GITHUB_ASSET_HOSTS", "{host},{host}"),
    // The path is the one that testkit's fake knows.
    (
        "DISCORD_WEBHOOK_URL",
        "http://{discord}/api/webhooks/1309411229876543210/fake-discord-webhook-secret",
    ),
    ("DISCORD_API_URL", "http://{discord}/api/v10"),
    ("DISCORD_PUBLIC_KEY", suites::DISCORD_KEY),
    ("DISCORD_APPLICATION_ID", "1309400000000000001"),
    ("DISCORD_ADMIN_GUILDS", "1309410000000000000"),
    ("DISCORD_ADMIN_ROLES", "1309430000000000001"),
    ("FOUNDRY_API_URL", "http://{host}"),
    (
        "FOUNDRY_RELEASE_TOKENS",
        r#"{"greeting-stones":"{secret}"}"#,
    ),
    ("PROXY_ALLOWED_HOSTS", "{host}"),
    // URLs of images can be opened by whoever watches.
    ("PROXY_ACCESS_TOKENS", ""),
    ("PROXY_SIGNING_KEYS", ""),
];

/// How often what runs is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// `cargo xtask demo [--runtime workerd|spin] [--exit]`.
pub fn command(repository: &Repository, mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let mut runtime = Runtime::Workerd;
    let mut exit = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("runtime") => runtime = arguments.value()?.string()?.parse()?,
            Arg::Long("exit") => exit = true,
            other => return Err(other.unexpected().into()),
        }
    }
    if runtime == Runtime::Spin
        && let Err(error) = dev::spin::find()
    {
        eprintln!("error: {error:#}");
        return Ok(ExitCode::from(2));
    }
    run_in(repository, runtime, repository.path(".state/demo"), exit)?;
    Ok(ExitCode::SUCCESS)
}

/// The step of `cargo xtask test`.
pub fn check(repository: &Repository) -> Result<()> {
    let folder = repository.target()?.join("suites/demo");
    run_in(repository, Runtime::Workerd, folder, true)
}

fn run_in(repository: &Repository, runtime: Runtime, folder: PathBuf, exit: bool) -> Result<()> {
    let folder = Folder::clear(folder)?;
    let (values, listen) = suites::fill(VARIABLES)?;
    Variables::from_pairs("the demo's own", values).write(&folder.variables())?;
    let options = Options {
        runtime,
        listen,
        variables: Variables::read(&folder.variables())?,
        state: folder.path().to_owned(),
        functions: repository.functions()?,
        manifests: Manifests::read(repository)?,
        log: Some(folder.log()),
    };
    dev::prepare(repository, &options)?;
    let mut cargo = run::cargo(repository);
    run::run(cargo.args([
        "build",
        "--locked",
        "--package",
        "blackbox",
        "--bin",
        "demo",
    ]))?;
    signals::install()?;
    serve(repository, &options, exit).inspect_err(|_| suites::show_log(&options))
}

/// Serves while the story is told, and after it unless it is to `exit`.
fn serve(repository: &Repository, options: &Options, exit: bool) -> Result<()> {
    let mut server = dev::start(repository, options)?;
    let mut teller = Teller::start(repository, options, &server, exit)?;
    let ended = until_told(&mut server, &mut teller)?;
    ensure!(ended || !exit, "it was interrupted");
    Ok(())
}

/// Whether the teller has ended, well; else a signal did.
fn until_told(server: &mut Server, teller: &mut Teller) -> Result<bool> {
    while !signals::received() {
        if let Some(status) = teller.ended()? {
            ensure!(status.success(), "not all was as expected");
            return Ok(true);
        }
        if let Some(status) = server.ended()? {
            bail!("{} ended by itself with {status}", server.name());
        }
        thread::sleep(LOOK_EVERY);
    }
    Ok(false)
}
