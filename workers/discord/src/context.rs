//! What every command knows: who asked, where, and which URLs are handed out.

use edge::{
    Config,
    config::{self, ConfigError, name},
};
use registry::{Links, PackageId, PackageType, PublicUrl};

use crate::{Locale, interaction::Scene};

/// What a command knows besides its options.
#[derive(Debug, Clone)]
pub struct Context {
    /// Who asked, and where.
    pub scene: Scene,
    /// The origin of handed-out URLs.
    pub public: PublicUrl,
}

impl Context {
    /// The context of what happened in `scene`.
    ///
    /// # Errors
    /// [`ConfigError`] about `PUBLIC_URL`.
    pub async fn new<C: Config>(config: &C, scene: Scene) -> Result<Self, ConfigError> {
        let text = config::required(config, name::PUBLIC_URL).await?;
        let public = PublicUrl::parse(&text).map_err(|_| ConfigError::Malformed {
            name: name::PUBLIC_URL,
            expected: "an origin such as https://packages.example.com",
        })?;
        Ok(Self { scene, public })
    }

    /// The language of whoever asked.
    pub fn locale(&self) -> Locale {
        self.scene.locale
    }

    /// The URLs of a package.
    pub fn links<'a>(&'a self, id: &'a PackageId, kind: PackageType) -> Links<'a> {
        Links::new(&self.public, id, kind)
    }
}
