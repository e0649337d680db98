//! The first process of every instance's container: starts the server, asks it whether it is
//! ready, says so to the front proxies and to Docker, and drains it before it ends.
//!
//! Spin ends at once on `SIGTERM` and cuts what it is answering. So the attendant takes the signal:
//! it answers `404` to readiness checks, which takes the instance out of rotation, waits until the
//! fronts have seen it and no connection is open any more, and only then ends the server. The image
//! has no shell and no curl; `attendant probe` is the container's health check too.

mod arguments;
mod connections;
mod http;
mod readiness;
mod server;

use std::{
    process::ExitCode,
    sync::{Arc, atomic::AtomicBool},
};

use anyhow::{Context, Result};
use arguments::Arguments;
use readiness::Readiness;
use signal_hook::consts::{SIGINT, SIGTERM};

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("attendant: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    match Arguments::parse(lexopt::Parser::from_env())? {
        Arguments::Probe => probe(),
        Arguments::Serve(plan) => {
            let asked_to_end = Arc::new(AtomicBool::new(false));
            for signal in [SIGINT, SIGTERM] {
                signal_hook::flag::register(signal, Arc::clone(&asked_to_end))
                    .context("cannot wait for signals")?;
            }
            let readiness = Readiness::watch(&plan)?;
            server::run(&plan, &readiness, &asked_to_end)
        }
    }
}

/// Asks the attendant of this container; the exit code is the answer, what it said is printed.
fn probe() -> Result<ExitCode> {
    let answer = http::get(readiness::PORT, "/ready")?;
    println!("{} {}", answer.status, answer.body);
    Ok(match answer.status {
        // A draining instance is healthy: nobody is to kill it before it is done.
        200 | 404 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}
