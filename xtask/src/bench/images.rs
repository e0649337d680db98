//! Images: ours next to sharp's.

use anyhow::Result;

use super::{Options, packages, script};
use crate::{platform::Platform, repository::Repository, run};

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

/// Builds the crate that is measured, and has it measured.
pub fn measure(repository: &Repository, options: &Options) -> Result<()> {
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
    let rounds = ["--rounds".into(), options.rounds.to_string()];
    let only = ["--only".into(), options.only.clone()];
    let module = [module.to_string_lossy().into_owned()];
    script(
        repository,
        "imaging.mjs",
        &[&module[..], &rounds, &only].concat(),
    )
}
