//! The command line.

use std::{ffi::OsString, time::Duration};

use anyhow::{Result, bail, ensure};
use lexopt::{Arg, ValueExt};

const HELP: &str = "\
attendant --check PATH… [--leave SECONDS] [--drain SECONDS] -- PROGRAM [ARGUMENT…]
attendant probe

  --check PATH      a path of the server that must be answered, with no 5xx and no
                    404; the first with 200. At least one
  --leave SECONDS   how long the fronts are given to stop sending requests; 3
  --drain SECONDS   the most that open connections are waited for after that; 20";

/// What was asked for.
pub enum Arguments {
    /// Ask the attendant that runs in this container.
    Probe,
    /// Attend a server.
    Serve(Plan),
}

/// How a server is attended.
pub struct Plan {
    /// Paths that must be answered; the first one with 200.
    pub checks: Vec<String>,
    /// How long the fronts are given to stop sending requests.
    pub leave: Duration,
    /// The most that open connections are waited for after that.
    pub drain: Duration,
    /// The server's program and its arguments.
    pub command: Vec<OsString>,
}

impl Arguments {
    /// Reads the arguments.
    ///
    /// # Errors
    /// An unknown or incomplete argument; the text says what would be right.
    pub fn parse(mut parser: lexopt::Parser) -> Result<Self> {
        let mut plan = Plan {
            checks: Vec::new(),
            leave: Duration::from_secs(3),
            drain: Duration::from_secs(20),
            command: Vec::new(),
        };
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("check") => plan.checks.push(parser.value()?.string()?),
                Arg::Long("leave") => plan.leave = Duration::from_secs(parser.value()?.parse()?),
                Arg::Long("drain") => plan.drain = Duration::from_secs(parser.value()?.parse()?),
                Arg::Value(word) if word == "probe" && plan.checks.is_empty() => {
                    return Ok(Self::Probe);
                }
                Arg::Value(program) => {
                    plan.command.push(program);
                    plan.command.extend(parser.raw_args()?);
                }
                Arg::Long("help") => bail!("{HELP}"),
                other => return Err(other.unexpected().into()),
            }
        }
        ensure!(!plan.command.is_empty(), "no program to start\n{HELP}");
        ensure!(!plan.checks.is_empty(), "no --check\n{HELP}");
        let rooted = plan.checks.iter().all(|path| path.starts_with('/'));
        ensure!(rooted, "every --check is a path that begins with /");
        Ok(Self::Serve(plan))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments> {
        let words = std::iter::once("attendant").chain(line.split_whitespace());
        Arguments::parse(lexopt::Parser::from_iter(words))
    }

    #[test]
    fn the_program_keeps_its_own_options() -> Result<()> {
        let line = "--check /health/site --check / --drain 7 -- spin up --check x";
        let Arguments::Serve(plan) = parse(line)? else {
            bail!("this is no probe");
        };
        assert_eq!(plan.checks, ["/health/site", "/"]);
        assert_eq!(plan.drain, Duration::from_secs(7));
        assert_eq!(plan.leave, Duration::from_secs(3));
        assert_eq!(plan.command, ["spin", "up", "--check", "x"]);
        assert!(matches!(parse("probe")?, Arguments::Probe));
        Ok(())
    }

    #[test]
    fn what_cannot_work_is_refused() {
        for line in ["", "spin up", "--check /x", "--check x spin", "--drain"] {
            assert!(parse(line).is_err(), "{line:?} was accepted");
        }
    }
}
