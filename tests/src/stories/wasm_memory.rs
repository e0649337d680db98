//! How much memory the test host saw instances take.

use anyhow::{Context, Result, ensure};

use crate::{target::Runtime, world::World};

/// Checks that no instance of `functions` took more than `most` bytes of linear memory. Only the test
/// host tells; elsewhere nothing is checked.
///
/// # Errors
/// Where one took more, or there is no figure.
pub fn check(world: &World, functions: &[&str], most: u64) -> Result<()> {
    if world.target.runtime != Runtime::SpinHost {
        return Ok(());
    }
    let report = world.get("/.well-known/spin-host/report").send()?;
    let report = report.expect(200)?.json()?;
    for function in functions {
        let peak = report["components"][function]["peak_memory_bytes"].as_u64();
        let peak = peak.context("no figure")?;
        println!(
            "        {function}: at most {} KiB of wasm memory",
            peak >> 10
        );
        ensure!(peak <= most, "{function} took {peak} bytes of wasm memory");
    }
    Ok(())
}
