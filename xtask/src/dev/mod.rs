//! `cargo xtask dev`: every function on one origin, on this machine.
//!
//! One child process is the runtime; it is in a process group of its own, so
//! that stopping it stops all that it started.

mod health;
mod options;
mod server;
mod spin;
mod variables;
mod workerd;

use std::{
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use anyhow::{Context, Result};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

pub use options::{Options, Runtime};
pub use server::Server;

use crate::{
    build::{self, Platform},
    repository::Repository,
    setup,
};

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
    prepare(repository, &options)?;

    let stop = stop_flag()?;
    let mut server = start(repository, &options, &stop)?;
    if !stop.load(Ordering::Relaxed) {
        println!("ready {}", server.origin());
    }
    while !stop.load(Ordering::Relaxed) {
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
    let platform = match options.runtime {
        Runtime::Workerd => Platform::Workers,
        Runtime::Spin => Platform::Spin,
    };
    build::all(repository, &options.functions, &[platform])
}

/// Starts what is built, and waits until all of it is healthy or `stop` is
/// set.
pub fn start(repository: &Repository, options: &Options, stop: &AtomicBool) -> Result<Server> {
    let mut server = match options.runtime {
        Runtime::Workerd => workerd::start(repository, options)?,
        Runtime::Spin => spin::start(repository, options)?,
    };
    let paths = health::paths(repository, options)?;
    // Dropping the server stops it, so that nothing is left when this fails.
    health::wait(&mut server, &paths, stop)?;
    Ok(server)
}

/// A flag that the signals which end a program set.
pub fn stop_flag() -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(&stop))
            .context("cannot wait for signals")?;
    }
    Ok(stop)
}
