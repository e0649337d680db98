//! `cargo xtask build`: each function for both platforms.

mod component;
mod stamp;
mod worker;

use std::{path::Path, process::ExitCode, time::Instant};

use anyhow::{Context, Result};
use lexopt::ValueExt;

use crate::{
    platform::{Manifests, Platform},
    repository::{Function, Repository},
    run, setup,
};

/// `cargo xtask build [--platform workers|spin] [function…]`.
pub fn command(repository: &Repository, mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let mut names = Vec::new();
    let mut platforms = Platform::ALL.to_vec();
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("platform") => platforms = vec![arguments.value()?.parse()?],
            lexopt::Arg::Value(name) => names.push(name.to_string_lossy().into_owned()),
            other => return Err(other.unexpected().into()),
        }
    }
    let functions = repository.select(&names)?;
    setup::ensure(repository)?;
    all(
        repository,
        &Manifests::read(repository)?,
        &functions,
        &platforms,
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Builds functions for those of `platforms` that `manifests` have them on.
pub fn all(
    repository: &Repository,
    manifests: &Manifests,
    functions: &[Function],
    platforms: &[Platform],
) -> Result<()> {
    let target = repository.target()?;
    for function in functions {
        for &platform in platforms {
            if manifests.runs(function, platform) {
                one(repository, function, platform, &target)?;
            }
        }
    }
    Ok(())
}

/// Builds one function for one platform, unless what is there is up to date.
///
/// Cargo knows best whether something changed, so it is always asked; what
/// comes after it runs only for another wasm than the last one.
pub fn one(
    repository: &Repository,
    function: &Function,
    platform: Platform,
    target: &Path,
) -> Result<()> {
    let started = Instant::now();
    let name = &function.name;
    compile(repository, function, platform)
        .with_context(|| format!("{name} does not compile for {}", platform.name()))?;
    let wasm = target
        .join(platform.target())
        .join("release")
        .join(format!("{}.wasm", function.library()));
    let built = match platform {
        Platform::Workers => worker::build(repository, function, &wasm),
        Platform::Spin => component::build(repository, function, &wasm),
    };
    let changed = built.with_context(|| format!("{name} was not built for {}", platform.name()))?;
    let seconds = started.elapsed().as_secs_f32();
    match changed {
        true => println!("{name} for {}: built ({seconds:.1} s)", platform.name()),
        false => println!("{name} for {}: up to date", platform.name()),
    }
    Ok(())
}

fn compile(repository: &Repository, function: &Function, platform: Platform) -> Result<()> {
    let mut cargo = run::cargo(repository);
    cargo.current_dir(&function.entry);
    // Just as worker-build calls it, so that it finds everything compiled.
    cargo.args(["build", "--lib", "--release", "--target", platform.target()]);
    if platform == Platform::Workers {
        cargo.env("WASM_BINDGEN_USE_JS_SYS", "1");
    }
    if platform == Platform::Spin {
        cargo.args(["--config", component::CONFIG]);
    }
    run::run(&mut cargo)
}
