//! `cargo xtask dev`: every function on one origin, on this machine.
//!
//! One child process is the runtime; it is in a process group of its own, so
//! that stopping it stops all that it started.

pub mod health;
mod options;
mod server;
pub mod spin;
mod variables;
pub mod workerd;

use std::{process::ExitCode, thread, time::Duration};

use anyhow::Result;

pub use options::{Options, Runtime};
pub use server::Server;
pub use variables::Variables;

use crate::{build, repository::Repository, setup, signals};

/// How often a running server is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// `cargo xtask dev`.
pub fn command(repository: &Repository, arguments: lexopt::Parser) -> Result<ExitCode> {
    let options = Options::parse(repository, arguments)?;
    if options.runtime == Runtime::Spin
        && let Err(error) = spin::find()
    {
        eprintln!("error: {error:#}");
        return Ok(ExitCode::from(2));
    }
    check(repository, &options)?;
    prepare(repository, &options)?;

    signals::install()?;
    let mut server = start(repository, &options)?;
    if !signals::received() {
        println!("ready {}", server.origin());
    }
    while !signals::received() {
        if let Some(status) = server.ended()? {
            eprintln!("error: {} ended by itself with {status}", server.name());
            return Ok(ExitCode::FAILURE);
        }
        thread::sleep(LOOK_EVERY);
    }
    server.stop();
    Ok(ExitCode::SUCCESS)
}

/// Sets up what is missing and builds what will be served.
pub fn prepare(repository: &Repository, options: &Options) -> Result<()> {
    setup::ensure(repository)?;
    build::all(
        repository,
        &options.manifests,
        &options.functions,
        &[options.runtime.platform()],
    )
}

/// Finds what is missing before anything takes time.
fn check(repository: &Repository, options: &Options) -> Result<()> {
    let spin = &options.manifests.spin;
    options.variables.warn_about_unknown(spin);
    options.warn_about_origin();
    match options.runtime {
        Runtime::Workerd => workerd::describe(repository, options).map(drop),
        Runtime::Spin => spin::values(options).map(drop),
    }
}

/// Starts what is built, and waits until all of it is healthy.
pub fn start(repository: &Repository, options: &Options) -> Result<Server> {
    let server = match options.runtime {
        Runtime::Workerd => workerd::start(repository, options)?,
        Runtime::Spin => spin::start(repository, options)?,
    };
    health::wait(server, &health::paths(options))
}
