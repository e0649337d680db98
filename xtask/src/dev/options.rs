//! What `dev` was asked for.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs},
    path::PathBuf,
    str::FromStr,
};

use anyhow::{Context, Error, Result, bail, ensure};
use lexopt::{Arg, ValueExt};

use super::variables::Variables;
use crate::{
    platform::{Manifests, Platform},
    repository::{Function, Repository},
};

/// Where it listens when not told.
const LISTEN: &str = "127.0.0.1:8787";

/// A runtime that functions are served on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runtime {
    /// Cloudflare's, without Cloudflare.
    Workerd,
    /// `spin up`.
    Spin,
}

impl Runtime {
    /// Its name as `--runtime` takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Workerd => "workerd",
            Self::Spin => "spin",
        }
    }

    /// The platform that it is the runtime of.
    pub fn platform(self) -> Platform {
        match self {
            Self::Workerd => Platform::Workers,
            Self::Spin => Platform::Spin,
        }
    }
}

impl FromStr for Runtime {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "workerd" => Ok(Self::Workerd),
            "spin" => Ok(Self::Spin),
            other => bail!("no runtime {other:?}; there are workerd and spin"),
        }
    }
}

/// What is served, where, and with what.
pub struct Options {
    /// On what.
    pub runtime: Runtime,
    /// Where; never port 0.
    pub listen: SocketAddr,
    /// Values of variables and secrets.
    pub variables: Variables,
    /// Folder of everything that outlives the server.
    pub state: PathBuf,
    /// The functions.
    pub functions: Vec<Function>,
    /// What describes them.
    pub manifests: Manifests,
    /// A file that gets what the runtime prints; else it goes to the terminal.
    pub log: Option<PathBuf>,
}

impl Options {
    /// Reads the command line.
    pub fn parse(repository: &Repository, mut arguments: lexopt::Parser) -> Result<Self> {
        let mut runtime = Runtime::Workerd;
        let mut listen = LISTEN.to_owned();
        let mut file = None;
        let mut state = None;
        let mut functions = Vec::new();
        while let Some(argument) = arguments.next()? {
            match argument {
                Arg::Long("runtime") => runtime = arguments.value()?.string()?.parse()?,
                Arg::Long("listen") => listen = arguments.value()?.string()?,
                Arg::Long("vars") => file = Some(PathBuf::from(arguments.value()?)),
                Arg::Long("state") => state = Some(PathBuf::from(arguments.value()?)),
                Arg::Long("functions") => {
                    let list = arguments.value()?.string()?;
                    functions = list.split(',').map(|name| name.trim().into()).collect();
                }
                other => return Err(other.unexpected().into()),
            }
        }
        let variables = match file {
            Some(file) => Variables::read(&file)?,
            None => Variables::read_default(repository)?,
        };
        let state = match state {
            Some(state) => std::path::absolute(state)?,
            None => repository.path(".state/dev"),
        };
        Ok(Self {
            runtime,
            listen: address(&listen)?,
            variables,
            state,
            functions: repository.select(&functions)?,
            manifests: Manifests::read(repository)?,
            log: None,
        })
    }

    /// The origin that clients on this machine use.
    pub fn origin(&self) -> String {
        format!("http://{}", reachable(self.listen))
    }

    /// Says which URLs are handed out where the address does not tell how
    /// others reach it.
    pub fn warn_about_origin(&self) {
        if self.listen.ip().is_unspecified() && self.variables.get("PUBLIC_URL").is_none() {
            eprintln!(
                "warning: {} says not by which name this machine is reached, so the URLs handed \
                 out begin with {}: give PUBLIC_URL by --vars",
                self.listen,
                self.origin()
            );
        }
    }
}

/// An address that connections can be made to: loopback's for "every address".
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// The address of `HOST:PORT`; port 0 becomes one that is free.
pub fn address(listen: &str) -> Result<SocketAddr> {
    let mut addresses = listen
        .to_socket_addrs()
        .with_context(|| format!("--listen takes HOST:PORT, not {listen:?}"))?;
    let address = addresses
        .next()
        .with_context(|| format!("{listen} has no address"))?;
    // Tried here, because a taken port shows up late and unclear otherwise.
    let taken = || format!("cannot listen on {address}: is something there already?");
    let listener = TcpListener::bind(address).with_context(taken)?;
    let address = listener.local_addr()?;
    ensure!(address.port() != 0, "no port is free");
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_name_an_address_that_can_be_reached() {
        for (listen, origin) in [
            ("127.0.0.1:8787", "127.0.0.1:8787"),
            ("192.0.2.7:80", "192.0.2.7:80"),
            ("0.0.0.0:8787", "127.0.0.1:8787"),
            ("[::]:8787", "[::1]:8787"),
        ] {
            let listen: SocketAddr = listen.parse().expect("an address");
            assert_eq!(reachable(listen).to_string(), origin);
        }
    }
}
