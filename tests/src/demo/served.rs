//! A manifest as it was served, and digests as they should be.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use testkit::sign;

use super::module::Released;
use crate::{base64::base64, http::Response, world::World};

/// A manifest as it was served.
pub struct Served {
    /// The answer.
    pub answer: Response,
    manifest: Value,
}

impl Served {
    /// What is at `path`.
    ///
    /// # Errors
    /// Where that is no manifest.
    pub fn get(world: &World, path: &str) -> Result<Self> {
        let answer = world.get(path).send()?.expect(200)?;
        let manifest = answer.json()?;
        Ok(Self { answer, manifest })
    }

    /// A field that is text.
    ///
    /// # Errors
    /// Where there is none.
    pub fn field(&self, name: &str) -> Result<&str> {
        let text = self.manifest[name].as_str();
        text.with_context(|| format!("the manifest has no {name}: {}", self.manifest))
    }

    /// An error unless it is of `released` and names `url` as where updates are.
    ///
    /// # Errors
    /// What is different.
    pub fn is_of(&self, released: &Released, url: &str) -> Result<()> {
        let (version, named) = (self.field("version")?, self.field("manifest")?);
        ensure!(
            version == released.version,
            "version {version} is served, not {}",
            released.version
        );
        ensure!(named == url, "it names {named}");
        Ok(())
    }
}

/// The value of `Repr-Digest` (RFC 9530) of these bytes.
pub fn digest(bytes: &[u8]) -> String {
    format!("sha-256=:{}:", base64(&sign::sha256(bytes)))
}
