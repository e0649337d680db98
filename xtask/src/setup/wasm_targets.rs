//! The standard library for the two wasm targets.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;

use super::{Step, wasm_std};
use crate::{repository::Repository, run};

/// The target of Cloudflare Workers, and that of Spin.
pub const TARGETS: &[&str] = &["wasm32-unknown-unknown", "wasm32-wasip2"];

/// The targets, by rustup or else from source.
pub struct WasmTargets;

impl Step for WasmTargets {
    fn name(&self) -> String {
        "wasm targets".into()
    }

    fn does(&self) -> String {
        format!("rustup target add {}", TARGETS.join(" "))
    }

    fn is_done(&self, _: &Repository) -> Result<bool> {
        for target in TARGETS {
            if !is_installed(target)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn run(&self, repository: &Repository) -> Result<()> {
        let mut rustup = Command::new("rustup");
        rustup.args(["target", "add"]).args(TARGETS);
        if let Err(error) = run::run_with_progress(&mut rustup) {
            println!("    {error:#}: building them from source instead (some minutes)");
            wasm_std::install(repository)?;
        }
        Ok(())
    }

    fn advice(&self) -> String {
        format!(
            "With rustup and a way to its server: `rustup target add {}`. Without, the fallback \
             needs Debian's apt, with a rust-src package of exactly `rustc --version`: another \
             Rust version may have one (`apt-cache madison rust-src`).",
            TARGETS.join(" ")
        )
    }
}

/// Where rustc looks for the target's libraries.
pub fn library_folder(target: &str) -> Result<PathBuf> {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "target-libdir", "--target", target]);
    Ok(run::capture(&mut rustc)?.trim().into())
}

/// Whether the target's standard library is there, and what linking needs.
pub fn is_installed(target: &str) -> Result<bool> {
    let folder = library_folder(target)?;
    let linkable = target != "wasm32-wasip2" || folder.join("self-contained/libc.a").is_file();
    Ok(linkable && has_std(&folder))
}

fn has_std(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    })
}
