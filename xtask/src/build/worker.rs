//! From a wasm module to a Worker: wasm-bindgen, wasm-opt, esbuild, and an entry of our own.

use std::{fs, path::Path};

use anyhow::Result;

use super::stamp::Stamp;
use crate::{
    repository::{Function, Repository},
    run,
    setup::CargoTool,
};

/// What worker-build is told.
const ARGUMENTS: &[&str] = &["--release"];

/// The Worker's own entry, which takes the place of the one that worker-build makes.
const ENTRY: &str = include_str!("entry.mjs");

/// What esbuild is told of it. The platform has the rest.
const BUNDLING: &[&str] = &[
    "--bundle",
    "--format=esm",
    "--minify",
    "--log-level=warning",
    "--external:./index_bg.wasm",
    "--external:cloudflare:workers",
];

/// Builds the Worker in the function's output folder; gives whether anything
/// had to be done.
pub fn build(repository: &Repository, function: &Function, wasm: &Path) -> Result<bool> {
    let output = function.output();
    let tools = [
        repository.locked("wasm-bindgen")?,
        repository.locked("worker")?,
        fs::read_to_string(repository.path("package-lock.json"))?,
        fs::read_to_string(function.entry.join("Cargo.toml"))?,
        [ARGUMENTS, &[ENTRY], BUNDLING].concat().join(" "),
    ];
    let stamp = Stamp::of(&output, "worker", wasm, &tools)?;
    if stamp.is_current() && output.join("index.js").is_file() {
        return Ok(false);
    }
    stamp.clear();

    let bin = repository.node_bin();
    let mut command = run::program(repository, CargoTool::program(repository, "worker-build")?);
    command.args(ARGUMENTS).current_dir(&function.entry);
    // It would download all three.
    command.env(
        "WASM_BINDGEN_BIN",
        CargoTool::program(repository, "wasm-bindgen")?,
    );
    command.env("WASM_OPT_BIN", bin.join("wasm-opt"));
    command.env("ESBUILD_BIN", bin.join("esbuild"));
    run::run_with_progress(&mut command)?;
    enter(repository, &output)?;
    stamp.write()?;
    Ok(true)
}

/// Puts [`ENTRY`] in front of what worker-build has made.
fn enter(repository: &Repository, output: &Path) -> Result<()> {
    let (generated, entry) = (output.join("generated.js"), output.join("entry.mjs"));
    fs::rename(output.join("index.js"), &generated)?;
    fs::write(&entry, ENTRY)?;
    let mut esbuild = run::program(repository, repository.node_bin().join("esbuild"));
    esbuild
        .args(BUNDLING)
        .arg("--outfile=index.js")
        .arg("entry.mjs");
    run::run(esbuild.current_dir(output))?;
    // Nothing else is deployed from here.
    fs::remove_file(generated)?;
    Ok(fs::remove_file(entry)?)
}
