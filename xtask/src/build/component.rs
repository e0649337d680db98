//! From cargo's output to the component that spin.toml names.

use std::{fs, path::Path};

use anyhow::Result;

use super::stamp::Stamp;
use crate::repository::Function;

/// Puts the component where spin.toml looks for it; gives whether anything
/// had to be done. rustc's linker has made it a component already, and
/// wasm-opt reads only core modules, so nothing comes after.
pub fn build(function: &Function, wasm: &Path) -> Result<bool> {
    let component = function.component();
    fs::create_dir_all(function.output())?;
    let stamp = Stamp::of(&function.output(), "component", wasm, &[])?;
    if stamp.is_current() && component.is_file() {
        return Ok(false);
    }
    stamp.clear();
    // Renamed into place, so that no reader ever sees half of it.
    let unfinished = component.with_extension("unfinished");
    fs::copy(wasm, &unfinished)?;
    fs::rename(&unfinished, &component)?;
    stamp.write()?;
    Ok(true)
}
