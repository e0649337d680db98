//! `cargo xtask build`: each function for both platforms.

mod component;
mod stamp;
mod worker;

use std::{path::Path, process::ExitCode, str::FromStr, time::Instant};

use anyhow::{Context, Result, bail};
use lexopt::ValueExt;

use crate::{
    platform::{spin::Spin, wrangler::Wrangler},
    repository::{Function, Repository},
    run, setup,
};

/// A platform that functions are built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// Cloudflare Workers.
    Workers,
    /// Spin.
    Spin,
}

impl Platform {
    /// Both.
    pub const ALL: &[Self] = &[Self::Workers, Self::Spin];

    /// Its name in what is printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Workers => "Workers",
            Self::Spin => "Spin",
        }
    }

    /// The target that rustc compiles for.
    pub fn target(self) -> &'static str {
        match self {
            Self::Workers => "wasm32-unknown-unknown",
            Self::Spin => "wasm32-wasip2",
        }
    }
}

impl FromStr for Platform {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "workers" => Ok(Self::Workers),
            "spin" => Ok(Self::Spin),
            other => bail!("no platform {other:?}; there are workers and spin"),
        }
    }
}

/// What each platform's manifest says is code on it.
pub struct Platforms {
    wrangler: Wrangler,
    spin: Spin,
}

impl Platforms {
    /// Reads both manifests.
    pub fn read(repository: &Repository) -> Result<Self> {
        Ok(Self {
            wrangler: Wrangler::read(repository)?,
            spin: Spin::read(repository)?,
        })
    }

    /// Whether the function is wasm on the platform; `site` is only files on
    /// Workers.
    pub fn runs(&self, function: &Function, platform: Platform) -> bool {
        match platform {
            Platform::Workers => {
                let environment = self.wrangler.environments.get(&function.name);
                environment.is_some_and(|environment| environment.main.is_some())
            }
            Platform::Spin => self.spin.components.contains_key(&function.name),
        }
    }
}

/// `cargo xtask build [--platform workers|spin] [function…]`.
pub fn command(repository: &Repository, mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let mut names = Vec::new();
    let mut platforms = Platform::ALL.to_vec();
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("platform") => platforms = vec![arguments.value()?.parse()?],
            lexopt::Arg::Value(name) => names.push(name.to_string_lossy().into_owned()),
            other => return Err(other.unexpected().into()),
        }
    }
    let functions = repository.select(&names)?;
    setup::ensure(repository)?;
    all(repository, &functions, &platforms)?;
    Ok(ExitCode::SUCCESS)
}

/// Builds functions for the platforms that they run on.
pub fn all(repository: &Repository, functions: &[Function], platforms: &[Platform]) -> Result<()> {
    let runs = Platforms::read(repository)?;
    let target = repository.target()?;
    for function in functions {
        for &platform in platforms {
            if runs.runs(function, platform) {
                one(repository, function, platform, &target)?;
            }
        }
    }
    Ok(())
}

/// Builds one function for one platform, unless what is there is up to date.
///
/// Cargo knows best whether something changed, so it is always asked; what
/// comes after it runs only for another wasm than the last one.
pub fn one(
    repository: &Repository,
    function: &Function,
    platform: Platform,
    target: &Path,
) -> Result<()> {
    let started = Instant::now();
    let name = &function.name;
    compile(repository, function, platform)
        .with_context(|| format!("{name} does not compile for {}", platform.name()))?;
    let wasm = target
        .join(platform.target())
        .join("release")
        .join(format!("{}.wasm", function.library()));
    let built = match platform {
        Platform::Workers => worker::build(repository, function, &wasm),
        Platform::Spin => component::build(function, &wasm),
    };
    let changed = built.with_context(|| format!("{name} was not built for {}", platform.name()))?;
    let seconds = started.elapsed().as_secs_f32();
    match changed {
        true => println!("{name} for {}: built ({seconds:.1} s)", platform.name()),
        false => println!("{name} for {}: up to date", platform.name()),
    }
    Ok(())
}

fn compile(repository: &Repository, function: &Function, platform: Platform) -> Result<()> {
    let mut cargo = run::cargo(repository);
    cargo.current_dir(&function.entry);
    // Just as worker-build calls it, so that it finds everything compiled.
    cargo.args(["build", "--lib", "--release", "--target", platform.target()]);
    if platform == Platform::Workers {
        cargo.env("WASM_BINDGEN_USE_JS_SYS", "1");
    }
    run::run(&mut cargo)
}
