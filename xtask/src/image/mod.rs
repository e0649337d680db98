//! `cargo xtask image`: everything that belongs in the container image, and nothing else, in one
//! folder, which is the context that deploy/Dockerfile is built from.

mod attendant;
mod manifest;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, ensure};
use lexopt::{Arg, ValueExt};

use crate::{
    build,
    platform::{Manifests, Platform},
    repository::Repository,
    setup,
};

/// An architecture, as Docker calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Architecture {
    /// x86-64.
    Amd64,
    /// 64-bit ARM.
    Arm64,
}

impl Architecture {
    /// This machine's.
    pub const HERE: Self = if cfg!(target_arch = "aarch64") {
        Self::Arm64
    } else {
        Self::Amd64
    };

    /// Docker's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }

    /// Rust's name.
    fn cpu(self) -> &'static str {
        match self {
            Self::Amd64 => "x86_64",
            Self::Arm64 => "aarch64",
        }
    }
}

/// `cargo xtask image [--arch amd64,arm64]`.
pub fn command(repository: &Repository, mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let mut architectures = vec![Architecture::HERE];
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("arch") => architectures = parse(&arguments.value()?.string()?)?,
            other => return Err(other.unexpected().into()),
        }
    }
    setup::ensure(repository)?;
    let manifests = Manifests::read(repository)?;
    build::all(
        repository,
        &manifests,
        &repository.functions()?,
        &[Platform::Spin],
    )?;
    let folder = stage(repository, &architectures)?;
    let platforms: Vec<_> = architectures
        .iter()
        .map(|one| format!("linux/{}", one.name()))
        .collect();
    println!(
        "staged in {0}\n\n  docker buildx build --platform {1} -f deploy/Dockerfile --build-arg \
         VERSION={2} {0}",
        folder.display(),
        platforms.join(","),
        repository.version()?,
    );
    Ok(ExitCode::SUCCESS)
}

fn parse(list: &str) -> Result<Vec<Architecture>> {
    let known = [Architecture::Amd64, Architecture::Arm64];
    let find = |name: &str| {
        let found = known.into_iter().find(|one| one.name() == name);
        found.with_context(|| format!("no architecture {name:?}: there are amd64 and arm64"))
    };
    list.split(',').map(find).collect()
}

/// Puts the context together from the built components; gives its folder.
pub fn stage(repository: &Repository, architectures: &[Architecture]) -> Result<PathBuf> {
    let functions = repository.functions()?;
    let folder = repository.target()?.join("image");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    // Fresh volumes take over this folder's owner.
    fs::create_dir_all(folder.join("state"))?;
    let text = fs::read_to_string(repository.path("spin.toml")).context("spin.toml")?;
    for function in &functions {
        let app = folder.join("app").join(&function.name);
        fs::create_dir_all(&app)?;
        let manifest = manifest::of_one(&text, &function.name)?;
        fs::write(app.join("spin.toml"), manifest)?;
        copy(
            &function.component(),
            &app.join(manifest::source(&function.name)),
        )?;
    }
    for config in ["runtime-config.toml", "runtime-config-proxy.toml"] {
        copy(
            &repository.path("deploy").join(config),
            &folder.join("app").join(config),
        )?;
    }
    for &architecture in architectures {
        let program = attendant::build(repository, architecture)?;
        copy(
            &program,
            &folder.join(format!("attendant-{}", architecture.name())),
        )?;
    }
    Ok(folder)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    ensure!(from.is_file(), "{} is not there", from.display());
    fs::copy(from, to).with_context(|| format!("cannot write {}", to.display()))?;
    Ok(())
}
