//! Node, wrangler, workerd, Miniflare, esbuild and wasm-opt, all from npm.

use std::fs;

use anyhow::{Context, Result};

use super::Step;
use crate::{repository::Repository, run};

/// The programs that the other commands call.
const PROGRAMS: &[&str] = &["node", "wrangler", "workerd", "esbuild", "wasm-opt"];

/// Copy of the lock file that `node_modules` was made from.
const STAMP: &str = "node_modules/.vtta-edge-lock.json";

/// What package-lock.json pins. Node itself is among it, because wrangler
/// wants a newer one than many systems have; npm of any age will do.
pub struct NodeTools;

impl Step for NodeTools {
    fn name(&self) -> String {
        "Node tools".into()
    }

    fn does(&self) -> String {
        "npm ci: Node, wrangler, workerd, Miniflare, esbuild, wasm-opt (half a minute)".into()
    }

    fn is_done(&self, repository: &Repository) -> Result<bool> {
        let locked = fs::read(repository.path("package-lock.json"))
            .context("cannot read package-lock.json")?;
        let installed = fs::read(repository.path(STAMP)).unwrap_or_default();
        let bin = repository.node_bin();
        Ok(locked == installed && PROGRAMS.iter().all(|name| bin.join(name).exists()))
    }

    fn run(&self, repository: &Repository) -> Result<()> {
        // Binaries come as packages of their own, so no install script is
        // needed, and none is run.
        let mut npm = run::program(repository, "npm");
        npm.args(["ci", "--ignore-scripts", "--loglevel=error"]);
        run::run_with_progress(&mut npm)?;
        fs::copy(repository.path("package-lock.json"), repository.path(STAMP))?;
        Ok(())
    }

    fn advice(&self) -> String {
        "npm needs its package registry: check `npm ping` and `npm config get registry`. On a \
         platform for which the npm packages `node-*` or `workerd` bring no binary, use Linux or \
         macOS."
            .into()
    }
}
