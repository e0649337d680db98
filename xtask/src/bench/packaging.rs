//! Packaging: ours next to `cp`, and next to compressing again.

use std::fs;

use anyhow::Result;
use serde_json::json;

use super::{Options, script};
use crate::{repository::Repository, run};

/// Builds what repackages, for this machine, and has it measured. What it takes on the runtimes, the
/// store and both ways included, is in the table of `memory`.
pub fn measure(repository: &Repository, options: &Options) -> Result<()> {
    let mut cargo = run::cargo(repository);
    // Quick rather than small, as the digests of a function are.
    cargo.args(["build", "--release", "--package", "bench-packaging"]);
    cargo.args(["--config", "profile.release.opt-level=3"]);
    let target = repository.target()?;
    cargo
        .arg("--target-dir")
        .arg(target.join("bench-packaging"));
    run::run(&mut cargo)?;
    let folder = target.join("bench");
    fs::create_dir_all(&folder)?;
    let input = json!({
        "folder": folder,
        "program": target.join("bench-packaging/release/bench-packaging"),
        "rounds": options.rounds,
    });
    script(repository, "packaging.mjs", &[input.to_string()])
}
