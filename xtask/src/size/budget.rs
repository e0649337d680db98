//! How large each function may be.

use anyhow::{Context, Result};

/// Function and its budget in bytes after gzip, on every platform: the wasm
/// and, on Workers, the JavaScript that starts it.
const BUDGETS: &[(&str, u64)] = &[
    ("manifest", 200_000),
    ("site", 100_000),
    ("webhook", 400_000),
];

/// The budget of `function`; having none is an error, so that a new function
/// gets one.
pub fn of(function: &str) -> Result<u64> {
    BUDGETS
        .iter()
        .find(|(name, _)| *name == function)
        .map(|&(_, budget)| budget)
        .with_context(|| format!("{function} has no budget: add it to xtask/src/size/budget.rs"))
}
