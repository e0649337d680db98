//! `cargo xtask bench`: how quick we are next to others, in one run on one machine.

use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::{platform::Platform, repository::Repository, run, setup};

/// The crate that is measured, as its library is named.
const LIBRARY: &str = "bench_wasm";

/// What wasm-opt is told: the same as for a function.
const OPTIMISE: &[&str] = &[
    "-O",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];

/// `cargo xtask bench [--rounds N] [--only TEXT]`.
pub fn command(repository: &Repository, mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let mut options = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long(name @ ("rounds" | "only")) => {
                options.push(format!("--{name}").into());
                options.push(arguments.value()?);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    setup::ensure(repository)?;
    let target = Platform::Workers.target();
    let mut cargo = run::cargo(repository);
    cargo.args([
        "build",
        "--release",
        "--package",
        "bench-wasm",
        "--target",
        target,
    ]);
    run::run(&mut cargo)?;
    let folder = repository.target()?.join(target).join("release");
    let module = folder.join(format!("{LIBRARY}.optimised.wasm"));
    let mut optimise = run::program(repository, repository.node_bin().join("wasm-opt"));
    optimise
        .args(OPTIMISE)
        .arg(folder.join(format!("{LIBRARY}.wasm")));
    run::run(optimise.arg("-o").arg(&module))?;
    packages(repository)?;
    let mut node = run::program(repository, repository.node_bin().join("node"));
    node.arg(repository.path("tests/bench/imaging.mjs"))
        .arg(module);
    run::run(node.args(options))?;
    Ok(ExitCode::SUCCESS)
}

/// Brings the packages that only comparisons need.
fn packages(repository: &Repository) -> Result<()> {
    let folder = repository.path("tests/bench");
    let stamp = folder.join("node_modules/.vtta-edge-lock.json");
    let lock = std::fs::read(folder.join("package-lock.json")).context("package-lock.json")?;
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let mut npm = run::program(repository, "npm");
    npm.args(["ci", "--ignore-scripts", "--loglevel=error"])
        .current_dir(&folder);
    run::run(&mut npm)?;
    Ok(std::fs::write(stamp, lock)?)
}
