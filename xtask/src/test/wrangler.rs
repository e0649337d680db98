//! `wrangler deploy --dry-run` of every environment.

use anyhow::{Context, Result};

use crate::{platform::Manifests, repository::Repository, run};

/// The step.
pub fn check(repository: &Repository) -> Result<()> {
    for name in Manifests::read(repository)?.wrangler.environments.keys() {
        let mut wrangler = run::program(repository, repository.node_bin().join("wrangler"));
        wrangler.args(["deploy", "--dry-run", "--strict", "--env", name]);
        println!("{name}");
        run::run_with_progress(&mut wrangler).with_context(|| format!("function {name}"))?;
    }
    Ok(())
}
