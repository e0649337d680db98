//! The standard library for wasm from source, where rustup's server is out of
//! reach: Debian's `rust-src` of exactly the compiler's version, built with
//! the compiler itself and put where rustup would have.

mod apt;
mod compile;

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use super::wasm_targets::{TARGETS, is_installed, library_folder};
use crate::{cache, repository::Repository, run};

/// What Debian's wasi-libc brings for linking to wasm32-wasip2.
const WASI_LIBC: &[&str] = &["crt1-command.o", "crt1-reactor.o", "libc.a"];

/// Brings the standard library for all wasm targets.
pub fn install(repository: &Repository) -> Result<()> {
    let scratch = cache::folder()?.join("wasm-std");
    let _ = fs::remove_dir_all(&scratch);
    fs::create_dir_all(&scratch)?;
    let installed = install_with(repository, &scratch);
    let _ = fs::remove_dir_all(&scratch);
    installed
}

fn install_with(repository: &Repository, scratch: &Path) -> Result<()> {
    let version = compiler_version()?;
    println!("    fetch rust-src {version} and wasi-libc from Debian");
    let unpacked = apt::fetch(scratch, &version)?;

    let sysroot = run::capture(Command::new("rustc").args(["--print", "sysroot"]))?;
    let source = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library");
    if !source.is_dir() {
        let fetched = unpacked.join(format!("usr/src/rustc-{version}/library"));
        place_folder(&fetched, &source).with_context(|| {
            format!("cannot copy {} to {}", fetched.display(), source.display())
        })?;
    }
    let self_contained = library_folder("wasm32-wasip2")?.join("self-contained");
    fs::create_dir_all(&self_contained)
        .with_context(|| format!("cannot write to {}", self_contained.display()))?;
    for file in WASI_LIBC {
        let from = unpacked.join("usr/lib/wasm32-wasip2").join(file);
        place(&from, &self_contained.join(file))
            .with_context(|| format!("wasi-libc has no {}", from.display()))?;
    }
    for target in TARGETS {
        if is_installed(target)? {
            continue;
        }
        println!("    compile std for {target}");
        compile::install(repository, scratch, target)?;
    }
    Ok(())
}

/// `1.95.0` of `rustc 1.95.0 (…)`.
fn compiler_version() -> Result<String> {
    let line = run::capture(Command::new("rustc").arg("--version"))?;
    let version = line.split_whitespace().nth(1);
    Ok(version.context("rustc does not say its version")?.into())
}

/// Copies a file beside its place and renames it, so that whoever finds it
/// there finds all of it.
fn place(from: &Path, to: &Path) -> Result<()> {
    let unfinished = beside(to);
    fs::copy(from, &unfinished)?;
    fs::rename(&unfinished, to)?;
    Ok(())
}

/// The same for a folder that is not there.
fn place_folder(from: &Path, to: &Path) -> Result<()> {
    let unfinished = beside(to);
    match fs::remove_dir_all(&unfinished) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
        _ => copy_folder(from, &unfinished)?,
    }
    fs::rename(&unfinished, to)?;
    Ok(())
}

/// `x.a.unfinished` of `x.a`, which neither cargo nor rustc looks at.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".unfinished");
    name.into()
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_interruption_left_is_replaced() {
        let scratch = std::env::temp_dir().join(format!("xtask-place-{}", std::process::id()));
        let (from, to) = (scratch.join("from"), scratch.join("to"));
        fs::create_dir_all(from.join("std")).expect("a folder");
        fs::write(from.join("std/lib.rs"), "whole").expect("a file");
        fs::create_dir_all(beside(&to).join("std")).expect("a folder");
        fs::write(beside(&to).join("std/lib.rs"), "ha").expect("a file");
        fs::write(beside(&to).join("stale.rs"), "").expect("a file");

        place_folder(&from, &to).expect("placed");
        let text = fs::read_to_string(to.join("std/lib.rs")).expect("there");
        assert_eq!(text, "whole");
        assert!(!to.join("stale.rs").exists() && !beside(&to).exists());

        place(&from.join("std/lib.rs"), &to.join("copy.rs")).expect("placed");
        assert!(to.join("copy.rs").exists() && !beside(&to.join("copy.rs")).exists());
        fs::remove_dir_all(&scratch).expect("removed");
    }
}
