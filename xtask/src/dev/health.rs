//! Waiting until every function answers.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use super::{Options, Server};
use crate::{platform::Platform, signals};

/// How long all of them may take, the compilation of the wasm included.
const PATIENCE: Duration = Duration::from_secs(120);

/// What is asked of each function: its health check where one is routed to
/// it, else (for one of files only) the first page.
pub fn paths(options: &Options) -> Vec<String> {
    let manifests = &options.manifests;
    let routed: Vec<&str> = match options.runtime.platform() {
        Platform::Workers => {
            let environments = manifests.wrangler.environments.values();
            let routes = environments.flat_map(|one| &one.routes);
            routes.map(|route| route.path()).collect()
        }
        Platform::Spin => {
            let triggers = manifests.spin.trigger.http.iter();
            triggers.map(|trigger| trigger.route.as_str()).collect()
        }
    };
    let path = |name: &str| {
        let health = format!("/health/{name}");
        if routed.contains(&health.as_str()) {
            health
        } else {
            "/".into()
        }
    };
    let functions = options.functions.iter();
    functions.map(|function| path(&function.name)).collect()
}

/// Gives the server back once it has answered each of `paths` with 200, or a
/// signal says that there is nothing to wait for; an error stops it.
pub fn wait(mut server: Server, paths: &[String]) -> Result<Server> {
    let started = Instant::now();
    for path in paths {
        loop {
            if signals::received() {
                return Ok(server);
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
    Ok(server)
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
