//! `cargo xtask setup`: brings what building and testing need.
//!
//! Each step is a [`Step`] in a file of its own. A step that is done is
//! skipped; so running `setup` again costs nothing, and an interrupted run is
//! taken up where it ended.

mod cargo_tool;
mod components;
mod node_tools;
mod packages;
mod wasm_std;
mod wasm_targets;

use std::{process::ExitCode, time::Instant};

use anyhow::{Context, Result, bail};

pub use cargo_tool::CargoTool;

use crate::{cache, repository::Repository};

/// One thing that has to be there.
trait Step {
    /// What it is, in a few words.
    fn name(&self) -> String;
    /// Whether only `cargo xtask test` needs it.
    fn for_tests_only(&self) -> bool {
        false
    }
    /// What the step does when it is not there.
    fn does(&self) -> String;
    /// Whether it is there already.
    fn is_done(&self, repository: &Repository) -> Result<bool>;
    /// Brings it.
    fn run(&self, repository: &Repository) -> Result<()>;
    /// What to do when that failed.
    fn advice(&self) -> String;
}

/// The steps, in their order.
fn steps(repository: &Repository) -> Result<Vec<Box<dyn Step>>> {
    let tools = CargoTool::all(repository)?;
    let mut steps: Vec<Box<dyn Step>> = vec![
        Box::new(packages::Packages),
        Box::new(components::Components),
        Box::new(wasm_targets::WasmTargets),
        Box::new(node_tools::NodeTools),
    ];
    for tool in tools {
        steps.push(Box::new(tool));
    }
    Ok(steps)
}

/// `cargo xtask setup`.
pub fn command(repository: &Repository, mut arguments: lexopt::Parser) -> Result<ExitCode> {
    if let Some(argument) = arguments.next()? {
        return Err(argument.unexpected().into());
    }
    let started = Instant::now();
    bring(repository, &steps(repository)?, true)?;
    println!("everything is there ({} s)", started.elapsed().as_secs());
    Ok(ExitCode::SUCCESS)
}

/// Brings what building functions and serving them needs; says nothing when
/// nothing is missing.
pub fn ensure(repository: &Repository) -> Result<()> {
    let mut steps = steps(repository)?;
    steps.retain(|step| !step.for_tests_only());
    bring(repository, &steps, false)
}

/// Brings Node alone; says nothing when it is there.
pub fn ensure_node(repository: &Repository) -> Result<()> {
    bring(repository, &[Box::new(node_tools::NodeTools)], false)
}

/// Brings what `cargo xtask test` needs; says nothing when nothing is missing.
pub fn ensure_for_tests(repository: &Repository) -> Result<()> {
    bring(repository, &steps(repository)?, false)
}

fn bring(repository: &Repository, steps: &[Box<dyn Step>], say_all: bool) -> Result<()> {
    let _lock = cache::lock()?;
    let count = steps.len();
    for (index, step) in steps.iter().enumerate() {
        let place = format!("[{}/{count}] {}", index + 1, step.name());
        if step.is_done(repository)? {
            if say_all {
                println!("{place}: there");
            }
            continue;
        }
        println!("{place}: {}", step.does());
        let started = Instant::now();
        step.run(repository)
            .with_context(|| format!("{} failed.\n{}", step.name(), step.advice()))?;
        if !step.is_done(repository)? {
            bail!("{} is still not there.\n{}", step.name(), step.advice());
        }
        println!("    done in {} s", started.elapsed().as_secs());
    }
    Ok(())
}
