//! cargo's own checks: fmt, clippy, unit tests.

use anyhow::Result;

use crate::{
    fuzz,
    platform::{Manifests, Platform},
    repository::Repository,
    run,
};

/// Everything is formatted as rustfmt would.
pub fn fmt(repository: &Repository) -> Result<()> {
    run::run(run::cargo(repository).args(["fmt", "--all", "--check"]))?;
    // The fuzz targets are a workspace of their own.
    let manifest = ["--manifest-path", fuzz::MANIFEST];
    run::run(
        run::cargo(repository)
            .arg("fmt")
            .args(manifest)
            .arg("--check"),
    )
}

/// No warnings in anything that compiles for this machine.
pub fn clippy(repository: &Repository) -> Result<()> {
    let mut cargo = run::cargo(repository);
    cargo.args(["clippy", "--workspace", "--all-targets", "--locked"]);
    run::run(cargo.args(["--", "-D", "warnings"]))
}

/// No warnings in what compiles only for a wasm target: the adapters and the
/// entries.
pub fn clippy_wasm(repository: &Repository) -> Result<()> {
    let manifests = Manifests::read(repository)?;
    for &platform in Platform::ALL {
        let mut cargo = run::cargo(repository);
        cargo.args(["clippy", "--locked", "--target", platform.target()]);
        cargo.args(["-p", adapter(platform)]);
        cargo.args(["-p", "contract-wasm", "-p", "unruly-wasm"]);
        for function in repository.functions()? {
            if manifests.runs(&function, platform) {
                cargo.args(["-p", &function.package()]);
            }
        }
        if platform == Platform::Workers {
            cargo.env("WASM_BINDGEN_USE_JS_SYS", "1");
        }
        run::run(cargo.args(["--", "-D", "warnings"]))?;
    }
    Ok(())
}

/// The library that connects the ports with the platform.
fn adapter(platform: Platform) -> &'static str {
    match platform {
        Platform::Workers => "edge-cloudflare",
        Platform::Spin => "edge-spin",
    }
}

/// All tests that need no running server.
pub fn unit(repository: &Repository) -> Result<()> {
    let mut cargo = run::cargo(repository);
    cargo.args(["test", "--workspace", "--locked", "--exclude", "blackbox"]);
    run::run(&mut cargo)
}
