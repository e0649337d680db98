//! What the two platforms' manifests say.

pub mod spin;
pub mod wrangler;

use std::{
    fs,
    path::{Path, PathBuf},
    str::FromStr,
};

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;

use crate::repository::{Function, Repository};
use spin::Spin;
use wrangler::Wrangler;

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

/// `wrangler.toml` and `spin.toml` of one folder, which paths in them start
/// from.
pub struct Manifests {
    /// The folder.
    pub folder: PathBuf,
    /// What Cloudflare is told.
    pub wrangler: Wrangler,
    /// What Spin is told.
    pub spin: Spin,
}

impl Manifests {
    /// Those of the project, at the repository's root.
    pub fn read(repository: &Repository) -> Result<Self> {
        Self::read_in(repository.root())
    }

    /// Those of `folder`.
    pub fn read_in(folder: &Path) -> Result<Self> {
        Ok(Self {
            folder: folder.into(),
            wrangler: parse(&folder.join("wrangler.toml"))?,
            spin: parse(&folder.join("spin.toml"))?,
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

fn parse<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    toml::from_str(&text).with_context(|| path.display().to_string())
}
