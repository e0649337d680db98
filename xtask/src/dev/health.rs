//! Waiting until every function answers.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use super::{Options, Runtime, Server};
use crate::{
    platform::{spin::Spin, wrangler::Wrangler},
    repository::Repository,
};

/// How long all of them may take, the compilation of the wasm included.
const PATIENCE: Duration = Duration::from_secs(120);

/// What is asked of each function: its health check where one is routed to
/// it, else (for one of files only) the first page.
pub fn paths(repository: &Repository, options: &Options) -> Result<Vec<String>> {
    let routed: Vec<String> = match options.runtime {
        Runtime::Workerd => {
            let environments = Wrangler::read(repository)?.environments;
            let routes = environments.values().flat_map(|one| &one.routes);
            routes.map(|route| route.path().into()).collect()
        }
        Runtime::Spin => {
            let triggers = Spin::read(repository)?.trigger.http;
            triggers.into_iter().map(|trigger| trigger.route).collect()
        }
    };
    let path = |name: &str| {
        let health = format!("/health/{name}");
        if routed.contains(&health) {
            health
        } else {
            "/".into()
        }
    };
    let functions = options.functions.iter();
    Ok(functions.map(|function| path(&function.name)).collect())
}

/// Waits until each of `paths` is answered with 200, or `stop` is set.
pub fn wait(server: &mut Server, paths: &[String], stop: &AtomicBool) -> Result<()> {
    let started = Instant::now();
    for path in paths {
        loop {
            if stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            if let Some(status) = server.ended()? {
                bail!("{} ended at start with {status}", server.name());
            }
            match status(server.origin(), path) {
                Ok(200) => break,
                Ok(_) | Err(_) if started.elapsed() < PATIENCE => {
                    thread::sleep(Duration::from_millis(100));
                }
                Ok(status) => bail!("{path} still answers {status} after {PATIENCE:?}"),
                Err(error) => bail!("{path} does not answer after {PATIENCE:?}: {error:#}"),
            }
        }
    }
    Ok(())
}

/// The status of one GET.
fn status(origin: &str, path: &str) -> Result<u16> {
    let host = origin.trim_start_matches("http://");
    let address: SocketAddr = host.parse()?;
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"
    )?;
    // `HTTP/1.1 200` is all that counts.
    let mut start = [0; 12];
    stream.read_exact(&mut start)?;
    let status = String::from_utf8_lossy(&start[9..]).parse();
    status.context("not HTTP")
}
