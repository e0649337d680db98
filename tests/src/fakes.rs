//! GitHub, Discord, Foundry and a site with images at the addresses that the server under test will ask.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use testkit::fake::{
    Discord, Foundry, Github, Site, SiteServer, discord::DiscordServer, foundry::FoundryServer,
    github::GithubServers,
};

/// The fakes, until this is dropped.
pub struct Fakes {
    github: GithubServers,
    discord: DiscordServer,
    foundry: FoundryServer,
    site: SiteServer,
}

impl Fakes {
    /// Starts the fakes where `variables` say that the real ones are, and tells them what is
    /// secret.
    ///
    /// # Errors
    /// Where a variable names no port of this machine, or the port is taken.
    pub fn start(variables: &BTreeMap<String, String>) -> Result<Self> {
        let value = |name: &str| variables.get(name).map(String::as_str).unwrap_or_default();
        let port_of = |name: &str| port(value(name)).with_context(|| name.to_owned());
        let (assets, codeload) = value("GITHUB_ASSET_HOSTS")
            .split_once(',')
            .context("GITHUB_ASSET_HOSTS has to name two hosts, for assets and for codeload")?;
        let github = [port_of("GITHUB_API_URL")?, port(assets)?, port(codeload)?];
        let fakes = Self {
            github: Github::start_at(github).context("the fake GitHub")?,
            discord: Discord::start_at(port_of("DISCORD_WEBHOOK_URL")?)
                .context("the fake Discord")?,
            foundry: Foundry::start_at(port_of("FOUNDRY_API_URL")?).context("the fake Foundry")?,
            site: Site::start_at(port_of("PROXY_ALLOWED_HOSTS")?).context("the fake site")?,
        };
        fakes.github().token(value("GITHUB_TOKEN"));
        let tokens: BTreeMap<String, String> =
            serde_json::from_str(value("FOUNDRY_RELEASE_TOKENS"))
                .context("FOUNDRY_RELEASE_TOKENS")?;
        for (package, token) in &tokens {
            fakes.foundry().token(package, token);
        }
        Ok(fakes)
    }

    /// GitHub.
    pub fn github(&self) -> &Github {
        &self.github.github
    }

    /// Discord.
    pub fn discord(&self) -> &Discord {
        &self.discord.discord
    }

    /// Foundry.
    pub fn foundry(&self) -> &Foundry {
        &self.foundry.foundry
    }

    /// A site whose images are proxied.
    pub fn site(&self) -> &Site {
        &self.site.site
    }
}

/// The port of `http://host:port/…` or `host:port`.
///
/// # Errors
/// Where there is none.
pub fn port(address: &str) -> Result<u16> {
    let authority = address.trim().trim_start_matches("http://");
    let authority = authority.split('/').next().unwrap_or_default();
    let port = authority
        .rsplit_once(':')
        .and_then(|(_, port)| port.parse().ok());
    port.with_context(|| format!("{authority:?} has no port"))
}
