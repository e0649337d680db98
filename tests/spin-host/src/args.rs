//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, bail};

/// What `--help` prints.
pub const HELP: &str = "\
spin-host: TEST EQUIPMENT that hosts this project's Spin components where no
`spin` command is installed. Never serve users with it; use `spin up` (4.1 or newer).

usage: spin-host --manifest spin.toml --listen HOST:PORT --state DIR [options]
       spin-host --manifest spin.toml --check
       spin-host up --from spin.toml …   as `spin up`, for containers that start that

  --manifest FILE     the Spin manifest (version 2)
  --listen HOST:PORT  where to serve; port 0 takes a free one
  --state DIR         where databases are kept; created if missing
  --vars FILE         lines NAME=value, names in upper or lower case; # comments
  --components a,b    host only these components and their routes
  --max-memory MIB    limit of an instance's linear memory; default: none
  --report FILE       write peak memory as JSON there when stopped (SIGTERM, Ctrl-C)
  --check             read and check the manifest, then exit

Prints `ready http://HOST:PORT` once it listens. The same JSON as in the report is at
GET /.well-known/spin-host/report at any time.";

/// The parsed command line.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Args {
    /// `--manifest`
    pub manifest: PathBuf,
    /// `--listen`; absent only with `--check`.
    pub listen: Option<SocketAddr>,
    /// `--state`; absent only with `--check`.
    pub state: Option<PathBuf>,
    /// `--vars`
    pub vars: Option<PathBuf>,
    /// `--components`; empty means all.
    pub components: Vec<String>,
    /// `--max-memory`, in bytes.
    pub max_memory: Option<usize>,
    /// `--report`
    pub report: Option<PathBuf>,
    /// `--check`
    pub check: bool,
    /// `--variable` of `spin up`: `name=value`, `name=@file` or `@file.toml`.
    pub variables: Vec<String>,
}

impl Args {
    /// Reads the arguments after the program's name; `None` means that help was asked for.
    ///
    /// # Errors
    /// An unknown, valueless or malformed argument, or a required one that is missing.
    pub fn parse(words: impl IntoIterator<Item = String>) -> anyhow::Result<Option<Self>> {
        let mut args = Self::default();
        let mut words = words.into_iter().peekable();
        let as_spin = words.next_if(|word| word == "up").is_some();
        while let Some(mut word) = words.next() {
            let mut joined = None;
            if let Some((option, value)) = word.split_once('=').filter(|_| as_spin) {
                (joined, word) = (Some(value.to_owned()), option.to_owned());
            }
            let mut value = || {
                joined
                    .take()
                    .or_else(|| words.next())
                    .with_context(|| format!("{word} needs a value"))
            };
            match word.as_str() {
                "--help" | "-h" => return Ok(None),
                "--check" => args.check = true,
                "--manifest" => args.manifest = value()?.into(),
                "--state" => args.state = Some(value()?.into()),
                "--vars" => args.vars = Some(value()?.into()),
                "--report" => args.report = Some(value()?.into()),
                "--components" => args.components = list(&value()?),
                "--listen" => args.listen = Some(address(&value()?)?),
                "--max-memory" => args.max_memory = Some(mebibytes(&value()?)?),
                "--from" if as_spin => args.manifest = value()?.into(),
                "--state-dir" if as_spin => args.state = Some(value()?.into()),
                "--variable" if as_spin => args.variables.push(value()?),
                // Says where Spin keeps its database and its log: here it is below
                // the state folder, and there is none.
                "--runtime-config-file" if as_spin => drop(value()?),
                _ => bail!("unknown argument {word:?}; see --help"),
            }
        }
        args.complete()?;
        Ok(Some(args))
    }

    fn complete(&self) -> anyhow::Result<()> {
        if self.manifest.as_os_str().is_empty() {
            bail!("--manifest is missing; see --help");
        }
        if !self.check && (self.listen.is_none() || self.state.is_none()) {
            bail!("--listen and --state are needed (or --check); see --help");
        }
        Ok(())
    }
}

fn list(value: &str) -> Vec<String> {
    value
        .split(',')
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .collect()
}

fn address(value: &str) -> anyhow::Result<SocketAddr> {
    use std::net::ToSocketAddrs;
    value
        .to_socket_addrs()
        .with_context(|| format!("--listen {value:?} is not HOST:PORT"))?
        .next()
        .with_context(|| format!("--listen {value:?} names no address"))
}

fn mebibytes(value: &str) -> anyhow::Result<usize> {
    let count: usize = value
        .parse()
        .with_context(|| format!("--max-memory {value:?} is no number"))?;
    count
        .checked_mul(1 << 20)
        .with_context(|| format!("--max-memory {value} is too large"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> anyhow::Result<Option<Args>> {
        Args::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn reads_every_option() -> anyhow::Result<()> {
        let args = parse(
            "--manifest spin.toml --listen 127.0.0.1:0 --state s --vars v \
             --components a,,b --max-memory 64 --report r",
        )?
        .context("not help")?;
        assert_eq!(args.listen, Some(SocketAddr::from(([127, 0, 0, 1], 0))));
        assert_eq!(args.components, ["a", "b"]);
        assert_eq!(args.max_memory, Some(64 << 20));
        assert!(parse("--help")?.is_none());
        assert!(parse("--manifest spin.toml --check")?.is_some_and(|args| args.check));
        let args = parse(
            "up --from=/app/spin.toml --listen=0.0.0.0:3000 --state-dir=/state \
             --runtime-config-file=/x.toml --variable=@/a.toml --variable b=c=d",
        )?
        .context("not help")?;
        assert_eq!(args.manifest, PathBuf::from("/app/spin.toml"));
        assert_eq!(args.state, Some("/state".into()));
        assert_eq!(args.variables, ["@/a.toml", "b=c=d"]);
        Ok(())
    }

    #[test]
    fn refuses_what_it_cannot_use() {
        for line in [
            "",
            "--manifest",
            "--manifest m",
            "--manifest m --state s",
            "--manifest m --state s --listen nowhere",
            "--manifest m --check --max-memory many",
            "--manifest m --check --verbose",
            "--from m --check",
            "up --from m --component-id x --check",
        ] {
            assert!(parse(line).is_err(), "{line:?} was accepted");
        }
    }
}
