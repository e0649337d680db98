//! From cargo's output to the component that spin.toml names.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use wit_component::ComponentEncoder;

use super::stamp::Stamp;
use crate::{
    repository::{Function, Repository},
    run,
};

/// Has cargo's linker leave the core module as it is, because wasm-opt reads nothing else.
pub const CONFIG: &str = "target.wasm32-wasip2.rustflags=[\"-Clink-arg=--skip-wit-component\"]";

/// What wasm-opt is told: to make it small, and what the target's modules use
/// that it does not assume.
const ARGUMENTS: &[&str] = &[
    "-Oz",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];

/// Puts the component where spin.toml looks for it: the core module, optimised, in the shell that
/// its custom sections describe. Gives whether anything had to be done.
pub fn build(repository: &Repository, function: &Function, wasm: &Path) -> Result<bool> {
    let component = function.component();
    fs::create_dir_all(function.output())?;
    let tools = [
        repository.locked("wit-component")?,
        fs::read_to_string(repository.path("package-lock.json"))?,
        ARGUMENTS.join(" "),
    ];
    let stamp = Stamp::of(&function.output(), "component", wasm, &tools)?;
    if stamp.is_current() && component.is_file() {
        return Ok(false);
    }
    stamp.clear();
    let optimised = component.with_extension("core");
    optimise(repository, wasm, &optimised)?;
    let bytes = encode(&optimised).context("the module cannot be made a component")?;
    fs::remove_file(&optimised)?;
    // Renamed into place, so that no reader ever sees half of it.
    let unfinished = component.with_extension("unfinished");
    fs::write(&unfinished, bytes)?;
    fs::rename(&unfinished, &component)?;
    stamp.write()?;
    Ok(true)
}

fn optimise(repository: &Repository, wasm: &Path, optimised: &Path) -> Result<()> {
    ensure!(wasm.is_file(), "{} is not there", wasm.display());
    let mut command = run::program(repository, repository.node_bin().join("wasm-opt"));
    command.args(ARGUMENTS).arg(wasm).arg("-o").arg(optimised);
    run::run(&mut command)
}

fn encode(module: &Path) -> Result<Vec<u8>> {
    ComponentEncoder::default()
        .module(&fs::read(module)?)?
        .validate(true)
        .encode()
}
