//! `cargo xtask test`: everything that CI runs.
//!
//! A list of named steps, each a function of its own file. All of them run,
//! whatever fails before; the exit code says whether all passed.

mod agreement;
mod corpora;
mod crates;
mod fleet;
mod lints;
pub mod spin_host;
mod spin_manifest;
pub mod suites;
mod tidy;
mod workflows;
mod wrangler;

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use lexopt::{Arg, ValueExt};

use crate::{
    build, demo, fleet_test, fuzz,
    platform::{Manifests, Platform},
    repository::Repository,
    setup, signals, size,
};

/// A step.
struct Step {
    name: &'static str,
    checks: &'static str,
    run: fn(&Repository) -> Result<()>,
}

const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        checks: "formatting",
        run: lints::fmt,
    },
    Step {
        name: "tidy",
        checks: "lengths of files, and what must not be committed",
        run: tidy::check,
    },
    Step {
        name: "crates",
        checks: "which crates may link what",
        run: crates::check,
    },
    Step {
        name: "agreement",
        checks: "wrangler.toml, spin.toml and README.md say the same",
        run: agreement::check,
    },
    Step {
        name: "spin-manifest",
        checks: "spin.toml by Spin's rules",
        run: spin_manifest::check,
    },
    Step {
        name: "fleet-files",
        checks: "deploy/: stack file and fronts say what spin.toml says, and keep their promises",
        run: fleet::check,
    },
    Step {
        name: "workflows",
        checks: "GitHub's workflows, by actionlint",
        run: workflows::check,
    },
    Step {
        name: "clippy",
        checks: "lints, natively",
        run: lints::clippy,
    },
    Step {
        name: "clippy-wasm",
        checks: "lints of what only wasm targets compile",
        run: lints::clippy_wasm,
    },
    Step {
        name: "unit",
        checks: "unit tests and the ports' contract in memory",
        run: lints::unit,
    },
    Step {
        name: "fuzz",
        checks: "every fuzz target, for a minute in all",
        run: fuzz::check,
    },
    Step {
        name: "corpora",
        checks: "public sets of images: natively as in WebAssembly, and as libvips decodes them",
        run: corpora::check,
    },
    Step {
        name: "build",
        checks: "each function for both platforms",
        run: |repository| {
            let functions = repository.functions()?;
            let manifests = Manifests::read(repository)?;
            build::all(repository, &manifests, &functions, Platform::ALL)
        },
    },
    Step {
        name: "size",
        checks: "sizes against budgets",
        run: |repository| size::check(repository, &Manifests::read(repository)?),
    },
    Step {
        name: "wrangler",
        checks: "wrangler deploy --dry-run of every function",
        run: wrangler::check,
    },
    Step {
        name: "contract-workerd",
        checks: "the ports' contract on workerd",
        run: suites::contract_on_workerd,
    },
    Step {
        name: "contract-spin",
        checks: "the ports' contract on Spin",
        run: suites::contract_on_spin,
    },
    Step {
        name: "contract-s3",
        checks: "the ports' contract on Spin, over the S3 API of the local R2",
        run: suites::contract_on_s3,
    },
    Step {
        name: "site",
        checks: "the website in headless Chromium",
        run: suites::site,
    },
    Step {
        name: "demo",
        checks: "cargo xtask demo on workerd",
        run: demo::check,
    },
    Step {
        name: "blackbox-workerd",
        checks: "the black-box suite on workerd",
        run: suites::blackbox_on_workerd,
    },
    Step {
        name: "blackbox-spin",
        checks: "the black-box suite on Spin",
        run: suites::blackbox_on_spin,
    },
    Step {
        name: "fleet",
        checks: "Workers and Spin nodes on one bucket",
        run: suites::fleet,
    },
    Step {
        name: "swarm",
        checks: "cargo xtask fleet-test: a real Swarm of several engines, and what may befall it",
        run: fleet_test::step,
    },
];

/// Steps that are asked for by name only. The Swarm needs root and namespaces of its own, and takes a
/// quarter of an hour: too long to stand between every change and its tests.
const ASKED_FOR: &[&str] = &["swarm"];

/// A step that has run.
struct Ran {
    name: &'static str,
    took: Duration,
    passed: bool,
}

/// `cargo xtask test [--only step,step] [--list]`.
pub fn command(repository: &Repository, mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let mut only = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("list") => return Ok(list()),
            Arg::Long("only") => {
                let names = arguments.value()?.string()?;
                only.extend(names.split(',').map(|name| name.trim().to_owned()));
            }
            other => return Err(other.unexpected().into()),
        }
    }
    for name in &only {
        let known = STEPS.iter().any(|step| step.name == name);
        ensure!(known, "no step {name:?}: see cargo xtask test --list");
    }
    setup::ensure_for_tests(repository)?;
    let chosen = |step: &&Step| match only.is_empty() {
        true => !ASKED_FOR.contains(&step.name),
        false => only.iter().any(|name| name == step.name),
    };
    // The servers of some steps must be stopped before we end.
    signals::install()?;
    let ran: Vec<Ran> = STEPS
        .iter()
        .filter(chosen)
        .take_while(|_| !signals::received())
        .map(|step| run(repository, step))
        .collect();
    let code = summary(&ran);
    Ok(if signals::received() {
        ExitCode::FAILURE
    } else {
        code
    })
}

fn list() -> ExitCode {
    for step in STEPS {
        let asked_for = match ASKED_FOR.contains(&step.name) {
            true => " (only when named)",
            false => "",
        };
        println!("{:<17} {}{asked_for}", step.name, step.checks);
    }
    ExitCode::SUCCESS
}

fn run(repository: &Repository, step: &Step) -> Ran {
    println!("\n==> {}: {}", step.name, step.checks);
    let started = Instant::now();
    let result = (step.run)(repository);
    if let Err(error) = &result {
        println!("{} FAILED: {error:#}", step.name);
    }
    Ran {
        name: step.name,
        took: started.elapsed(),
        passed: result.is_ok(),
    }
}

fn summary(ran: &[Ran]) -> ExitCode {
    println!("\n==> summary");
    for step in ran {
        let result = if step.passed { "passed" } else { "FAILED" };
        println!(
            "{:<17} {result} {:>7.1} s",
            step.name,
            step.took.as_secs_f32()
        );
    }
    let passed = ran.iter().filter(|step| step.passed).count();
    let failed = ran.len() - passed;
    println!("{passed} passed, {failed} failed");
    match failed {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// An error that lists every finding; none is good.
fn no_findings(findings: Vec<String>) -> Result<()> {
    for finding in &findings {
        println!("  {finding}");
    }
    if !findings.is_empty() {
        bail!("{} findings", findings.len());
    }
    Ok(())
}

/// The files that git knows or would add, as paths from the root.
fn files(repository: &Repository) -> Result<Vec<String>> {
    let mut git = crate::run::program(repository, "git");
    git.args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
    ]);
    let names = crate::run::capture(&mut git).context("git must be there")?;
    let exists = |name: &&str| repository.path(name).is_file();
    let names = names.split('\0').filter(|name| !name.is_empty());
    Ok(names.filter(exists).map(str::to_owned).collect())
}
