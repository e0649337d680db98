//! The user's cache folder: compiled tools outlive a checkout.

use std::{env, fs::File, path::PathBuf};

use anyhow::{Context, Result};

/// `vtta-edge` in the user's cache folder: `XDG_CACHE_HOME`, else what the
/// platform uses.
pub fn folder() -> Result<PathBuf> {
    let home = || env::home_dir().context("the home folder is not known: set HOME");
    let base = match env::var_os("XDG_CACHE_HOME").filter(|value| !value.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None if cfg!(target_os = "macos") => home()?.join("Library/Caches"),
        None => home()?.join(".cache"),
    };
    Ok(base.join("vtta-edge"))
}

/// Folder of one compiled tool; the version is in its name, so that checkouts
/// of different age do not disturb each other.
pub fn tool(name: &str, version: &str) -> Result<PathBuf> {
    Ok(folder()?.join("tools").join(format!("{name}-{version}")))
}

/// Waits until no other `cargo xtask` of this user sets up tools; the lock
/// ends when the file is dropped.
pub fn lock() -> Result<File> {
    let folder = folder()?;
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot create {}", folder.display()))?;
    let path = folder.join("setup.lock");
    let file = File::create(&path).with_context(|| format!("cannot create {}", path.display()))?;
    if file.try_lock().is_err() {
        println!("waiting for another `cargo xtask` that is setting up");
        file.lock()?;
    }
    Ok(file)
}
