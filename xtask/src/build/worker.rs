//! From a wasm module to a Worker: wasm-bindgen, wasm-opt, esbuild.

use std::path::Path;

use anyhow::Result;

use super::stamp::Stamp;
use crate::{
    repository::{Function, Repository},
    run,
    setup::CargoTool,
};

/// What worker-build is told.
const ARGUMENTS: &[&str] = &["--release"];

/// Builds the Worker in the function's output folder; gives whether anything
/// had to be done.
pub fn build(repository: &Repository, function: &Function, wasm: &Path) -> Result<bool> {
    let output = function.output();
    let tools = [
        repository.locked("wasm-bindgen")?,
        repository.locked("worker")?,
        std::fs::read_to_string(repository.path("package-lock.json"))?,
        std::fs::read_to_string(function.entry.join("Cargo.toml"))?,
        ARGUMENTS.join(" "),
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
    stamp.write()?;
    Ok(true)
}
