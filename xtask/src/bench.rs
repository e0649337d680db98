//! `cargo xtask bench`: how quick we are next to others, in one run on one machine.

mod images;
mod memory;
mod packaging;
mod servers;
mod starts;
mod updates;

use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use lexopt::{Arg, ValueExt};

use crate::{npm, repository::Repository, run, setup};

/// What is measured.
struct Subject {
    name: &'static str,
    run: fn(&Repository, &Options) -> Result<()>,
}

const SUBJECTS: &[Subject] = &[
    Subject {
        name: "updates",
        run: updates::measure,
    },
    Subject {
        name: "memory",
        run: memory::measure,
    },
    Subject {
        name: "packaging",
        run: packaging::measure,
    },
    Subject {
        name: "starts",
        run: starts::measure,
    },
    Subject {
        name: "images",
        run: images::measure,
    },
];

/// How it is measured.
struct Options {
    /// How often everything is measured, in turns.
    rounds: u32,
    /// Only cases with this text in their names, where cases can be chosen.
    only: String,
}

/// `cargo xtask bench [subject…] [--rounds N] [--only TEXT]`.
pub fn command(repository: &Repository, mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let mut options = Options {
        rounds: 5,
        only: String::new(),
    };
    let mut names = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("rounds") => options.rounds = arguments.value()?.parse()?,
            Arg::Long("only") => options.only = arguments.value()?.string()?,
            Arg::Value(name) => names.push(name.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    ensure!(options.rounds > 0, "--rounds 0 measures nothing");
    let known: Vec<&str> = SUBJECTS.iter().map(|subject| subject.name).collect();
    for name in &names {
        ensure!(
            known.contains(&name.as_str()),
            "nothing called {name:?} is measured; there are {}",
            known.join(", ")
        );
    }
    setup::ensure(repository)?;
    for subject in SUBJECTS {
        if names.is_empty() || names.iter().any(|name| name == subject.name) {
            println!("\n{}", subject.name);
            (subject.run)(repository, &options).context(subject.name)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs a script of `tests/bench`.
fn script(repository: &Repository, name: &str, arguments: &[String]) -> Result<()> {
    let mut node = run::program(repository, repository.node_bin().join("node"));
    node.arg(repository.path("tests/bench").join(name));
    run::run(node.args(arguments))
}

/// Brings the packages that only comparisons need.
fn packages(repository: &Repository) -> Result<()> {
    npm::packages(repository, "tests/bench")
}
