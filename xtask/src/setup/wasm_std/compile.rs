//! Compiling the standard library for one target.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::place;
use crate::{repository::Repository, run, setup::wasm_targets::library_folder};

/// An empty crate: what cargo builds for it is the standard library.
const EMPTY: &str = "[package]\nname = \"nothing\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
                     [workspace]\n";

/// Compiles std for `target` below `scratch`, and puts it into the sysroot.
pub fn install(repository: &Repository, scratch: &Path, target: &str) -> Result<()> {
    let libraries = compile(repository, scratch, target)?;
    let folder = library_folder(target)?;
    fs::create_dir_all(&folder).with_context(|| format!("cannot write to {}", folder.display()))?;
    forget_unfinished(&folder)?;
    // std last: that it is there says that all is.
    let (std, others): (Vec<_>, Vec<_>) = libraries.iter().partition(|path| is(path, "libstd-"));
    for library in others.into_iter().chain(std) {
        let name = library.file_name().context("a library without a name")?;
        place(library, &folder.join(name))?;
    }
    Ok(())
}

/// Removes libraries of an installation that was interrupted: std is not
/// among them, and two of one name would not let rustc choose.
fn forget_unfinished(folder: &Path) -> Result<()> {
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        let left = |ending| ending == "rlib" || ending == "unfinished";
        if path.is_file() && path.extension().is_some_and(left) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn compile(repository: &Repository, scratch: &Path, target: &str) -> Result<Vec<PathBuf>> {
    let package = scratch.join("nothing");
    fs::create_dir_all(package.join("src"))?;
    fs::write(package.join("Cargo.toml"), EMPTY)?;
    fs::write(package.join("src/lib.rs"), "")?;

    let mut cargo = run::cargo(repository);
    cargo.current_dir(&package);
    cargo.args(["build", "--release", "--target", target]);
    cargo.arg("-Zbuild-std=std,panic_abort,panic_unwind,proc_macro,test");
    cargo.arg("--target-dir").arg(package.join("target"));
    // -Z on a stable compiler, for this one call.
    cargo.env("RUSTC_BOOTSTRAP", "1");
    // Without its bitcode the library could not take part in `lto = "fat"`.
    cargo.env("RUSTFLAGS", "-Cembed-bitcode=yes");
    run::run_with_progress(&mut cargo)?;

    let built = package.join("target").join(target).join("release/deps");
    let mut libraries = Vec::new();
    for file in fs::read_dir(&built)? {
        let path = file?.path();
        let library = path.extension().is_some_and(|ending| ending == "rlib");
        if library && !is(&path, "libnothing-") {
            libraries.push(path);
        }
    }
    Ok(libraries)
}

fn is(path: &Path, prefix: &str) -> bool {
    path.file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with(prefix))
}
