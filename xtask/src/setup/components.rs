//! The formatter and the linter, which rustup's minimal profile leaves out.

use std::process::Command;

use anyhow::Result;

use super::Step;
use crate::{repository::Repository, run};

/// The components, and cargo's command that each brings.
const COMPONENTS: &[(&str, &str)] = &[("rustfmt", "fmt"), ("clippy", "clippy")];

/// What `cargo xtask test` checks the sources with.
pub struct Components;

impl Step for Components {
    fn name(&self) -> String {
        "rustfmt and clippy".into()
    }

    fn does(&self) -> String {
        format!("rustup component add {}", names().join(" "))
    }

    fn for_tests_only(&self) -> bool {
        true
    }

    fn is_done(&self, repository: &Repository) -> Result<bool> {
        let is_there = |command: &str| {
            let mut cargo = run::cargo(repository);
            run::succeeds(cargo.args([command, "--version"]))
        };
        Ok(COMPONENTS.iter().all(|(_, command)| is_there(command)))
    }

    fn run(&self, _: &Repository) -> Result<()> {
        let mut rustup = Command::new("rustup");
        rustup.args(["component", "add"]).args(names());
        run::run_with_progress(&mut rustup)
    }

    fn advice(&self) -> String {
        format!(
            "With rustup and a way to its server: `rustup component add {}`. Where Rust is from \
             Debian: `apt-get install rustfmt rust-clippy`, of the compiler's version. Only \
             `cargo xtask test` needs them: build, dev and demo do without.",
            names().join(" ")
        )
    }
}

fn names() -> Vec<&'static str> {
    COMPONENTS.iter().map(|(name, _)| *name).collect()
}
