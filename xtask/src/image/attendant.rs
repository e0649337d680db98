//! The attendant as a static program: Spin's image has no C library.

use std::path::PathBuf;

use anyhow::{Result, ensure};

use super::Architecture;
use crate::{repository::Repository, run};

/// Builds it; gives the program.
///
/// For musl where rustup has that target, which links anywhere; else, for this machine's own
/// architecture, with the static GNU C library.
pub fn build(repository: &Repository, architecture: Architecture) -> Result<PathBuf> {
    let musl = format!("{}-unknown-linux-musl", architecture.cpu());
    let gnu = format!("{}-unknown-linux-gnu", architecture.cpu());
    let (target, flags) = if is_installed(repository, &musl)? {
        // Rust's own linker and start files: no compiler for a foreign machine is needed.
        (musl, "\"-Clinker=rust-lld\",\"-Clink-self-contained=yes\"")
    } else {
        ensure!(
            architecture == Architecture::HERE && is_installed(repository, &gnu)?,
            "for {} Rust's target {musl} is needed: rustup target add {musl}",
            architecture.name()
        );
        (gnu, "\"-Ctarget-feature=+crt-static\"")
    };
    let mut cargo = run::cargo(repository);
    cargo.args(["build", "--locked", "--release", "--package", "attendant"]);
    cargo.args(["--target", &target]);
    cargo.args(["--config", &format!("target.{target}.rustflags=[{flags}]")]);
    run::run(&mut cargo)?;
    Ok(repository.target()?.join(target).join("release/attendant"))
}

fn is_installed(repository: &Repository, target: &str) -> Result<bool> {
    let mut rustc = run::program(repository, "rustc");
    rustc.args(["--print", "target-libdir", "--target", target]);
    Ok(PathBuf::from(run::capture(&mut rustc)?.trim()).is_dir())
}
