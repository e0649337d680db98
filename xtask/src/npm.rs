//! Packages of npm besides those that every build needs, for one folder's scripts.

use std::fs;

use anyhow::{Context, Result};

use crate::{repository::Repository, run};

/// Brings what the lock file in `folder` pins, unless it is there.
pub fn packages(repository: &Repository, folder: &str) -> Result<()> {
    let folder = repository.path(folder);
    let stamp = folder.join("node_modules/.vtta-edge-lock.json");
    let lock = fs::read(folder.join("package-lock.json")).context("package-lock.json")?;
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let mut npm = run::program(repository, "npm");
    npm.args(["ci", "--ignore-scripts", "--loglevel=error"])
        .current_dir(&folder);
    run::run(&mut npm)?;
    Ok(fs::write(stamp, lock)?)
}
