//! wasm-bindgen and worker-build, compiled once per machine and version.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};

use super::Step;
use crate::{cache, repository::Repository, run};

/// A program that `cargo install` compiles.
pub struct CargoTool {
    /// Its package.
    package: &'static str,
    /// The programs that are called.
    programs: &'static [&'static str],
    /// The library whose version the tool's must equal.
    follows: &'static str,
    version: String,
    folder: PathBuf,
}

/// Package, its programs, and the library in Cargo.lock that it must fit.
const TOOLS: &[(&str, &[&str], &str)] = &[
    ("wasm-bindgen-cli", &["wasm-bindgen"], "wasm-bindgen"),
    ("worker-build", &["worker-build"], "worker"),
];

impl CargoTool {
    /// All of them.
    pub fn all(repository: &Repository) -> Result<Vec<Self>> {
        TOOLS
            .iter()
            .map(|&(package, programs, follows)| {
                let version = repository.locked(follows)?;
                let folder = cache::tool(package, &version)?;
                Ok(Self {
                    package,
                    programs,
                    follows,
                    version,
                    folder,
                })
            })
            .collect()
    }

    /// Where one of the tools' programs is, once set up.
    pub fn program(repository: &Repository, name: &str) -> Result<PathBuf> {
        let tools = Self::all(repository)?;
        let owner = tools.iter().find(|tool| tool.programs.contains(&name));
        let owner = owner.with_context(|| format!("no tool brings {name}"))?;
        Ok(owner.folder.join("bin").join(name))
    }

    /// Whether its programs are there.
    pub fn is_installed(&self) -> bool {
        let bin = self.folder.join("bin");
        self.programs.iter().all(|name| bin.join(name).is_file())
    }

    /// `cargo install` into `root`.
    fn install(&self, repository: &Repository, root: &PathBuf, locked: bool) -> Result<()> {
        let mut cargo = run::cargo(repository);
        cargo.arg("install").arg(self.package);
        cargo.args(["--version", &format!("={}", self.version)]);
        cargo.arg("--root").arg(root);
        // Shared between the tools, which have half their libraries in common.
        cargo
            .arg("--target-dir")
            .arg(cache::folder()?.join("build"));
        if locked {
            cargo.arg("--locked");
        }
        // They run for a second or two; compiling them takes minutes.
        cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
        cargo.env("CARGO_PROFILE_RELEASE_LTO", "off");
        cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        run::run_with_progress(&mut cargo)
    }
}

impl Step for CargoTool {
    fn name(&self) -> String {
        format!("{} {}", self.package, self.version)
    }

    fn does(&self) -> String {
        format!(
            "cargo install into {} (some minutes, once per machine)",
            self.folder.display()
        )
    }

    fn is_done(&self, _: &Repository) -> Result<bool> {
        Ok(self.is_installed())
    }

    fn run(&self, repository: &Repository) -> Result<()> {
        // Installed beside and renamed, so that an interrupted installation
        // is never taken for a finished one.
        let unfinished = self.folder.with_extension("unfinished");
        let _ = fs::remove_dir_all(&unfinished);
        if self.install(repository, &unfinished, true).is_err() {
            // A mirror may lack a version that the package's own lock names.
            println!("    again, with the newest libraries that the registry here has");
            self.install(repository, &unfinished, false)?;
        }
        let _ = fs::remove_dir_all(&self.folder);
        fs::rename(&unfinished, &self.folder)?;
        if CargoTool::all(repository)?.iter().all(Self::is_installed) {
            let _ = fs::remove_dir_all(cache::folder()?.join("build"));
        }
        Ok(())
    }

    fn advice(&self) -> String {
        format!(
            "The version follows {} in Cargo.lock. cargo needs its package registry, a C compiler \
             and, on Linux, OpenSSL's headers; what is above says which of them failed.",
            self.follows
        )
    }
}
