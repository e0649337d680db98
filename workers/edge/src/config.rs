//! The port to variables and secrets.

use url::Url;

/// Names of variables and secrets: upper case on Cloudflare, the same in lower case on Spin.
pub mod name {
    /// Origin used in URLs that are handed out.
    pub const PUBLIC_URL: &str = "PUBLIC_URL";
    /// Secret: bearer token of admin calls.
    pub const ADMIN_TOKEN: &str = "ADMIN_TOKEN";
    /// Secret: key of GitHub's webhook signature.
    pub const GITHUB_WEBHOOK_SECRET: &str = "GITHUB_WEBHOOK_SECRET";
    /// Comma-separated `owner/name` or `owner/*` that may publish.
    pub const GITHUB_REPOSITORIES: &str = "GITHUB_REPOSITORIES";
    /// Secret, optional: for private repositories and rate limits.
    pub const GITHUB_TOKEN: &str = "GITHUB_TOKEN";
    /// Origin of GitHub's API.
    pub const GITHUB_API_URL: &str = "GITHUB_API_URL";
    /// The only other hosts that downloads may be redirected to.
    pub const GITHUB_ASSET_HOSTS: &str = "GITHUB_ASSET_HOSTS";
    /// Secret, optional: where releases are announced.
    pub const DISCORD_WEBHOOK_URL: &str = "DISCORD_WEBHOOK_URL";
    /// Hex key that Discord signs interactions for.
    pub const DISCORD_PUBLIC_KEY: &str = "DISCORD_PUBLIC_KEY";
    /// Id of the application at Discord.
    pub const DISCORD_APPLICATION_ID: &str = "DISCORD_APPLICATION_ID";
    /// Base of Discord's API.
    pub const DISCORD_API_URL: &str = "DISCORD_API_URL";
    /// Comma-separated ids of the Discord servers in which releases may be administered.
    pub const DISCORD_ADMIN_GUILDS: &str = "DISCORD_ADMIN_GUILDS";
    /// Comma-separated ids of the roles that one of is needed to administer there.
    pub const DISCORD_ADMIN_ROLES: &str = "DISCORD_ADMIN_ROLES";
    /// Comma-separated `name=origin` of further deployments whose health is shown.
    pub const STATUS_ORIGINS: &str = "STATUS_ORIGINS";
    /// Secret, optional: JSON object from package id to Package Release API token.
    pub const FOUNDRY_RELEASE_TOKENS: &str = "FOUNDRY_RELEASE_TOKENS";
    /// Origin of Foundry's Package Release API.
    pub const FOUNDRY_API_URL: &str = "FOUNDRY_API_URL";
    /// `true`: Foundry is only asked whether it would take a release.
    pub const FOUNDRY_DRY_RUN: &str = "FOUNDRY_DRY_RUN";
    /// Hosts whose images may be proxied.
    pub const PROXY_ALLOWED_HOSTS: &str = "PROXY_ALLOWED_HOSTS";
    /// Secret, optional: comma-separated tokens, one of which a request has to carry.
    pub const PROXY_ACCESS_TOKENS: &str = "PROXY_ACCESS_TOKENS";
    /// Secret, optional: comma-separated `id:key` pairs that sign addresses.
    pub const PROXY_SIGNING_KEYS: &str = "PROXY_SIGNING_KEYS";
    /// JSON object from the name of a preset to its options.
    pub const PROXY_PRESETS: &str = "PROXY_PRESETS";
    /// Most bytes that proxied images may take in the store.
    pub const PROXY_CACHE_BYTES: &str = "PROXY_CACHE_BYTES";
    /// Base URL of the S3 API that the objects are stored behind.
    pub const STORE_ENDPOINT: &str = "STORE_ENDPOINT";
    /// Name of the bucket there.
    pub const STORE_BUCKET: &str = "STORE_BUCKET";
    /// Its region; R2's is `auto`.
    pub const STORE_REGION: &str = "STORE_REGION";
    /// Secret: id of the key that requests to it are signed with.
    pub const STORE_ACCESS_KEY_ID: &str = "STORE_ACCESS_KEY_ID";
    /// Secret: that key.
    pub const STORE_SECRET_ACCESS_KEY: &str = "STORE_SECRET_ACCESS_KEY";
    /// Most bytes of copies of the bucket's objects that a node keeps.
    pub const CACHE_BYTES: &str = "CACHE_BYTES";
    /// For how many seconds a node answers from its copy of what may change.
    pub const CACHE_SECONDS: &str = "CACHE_SECONDS";
}

/// Why a variable or secret cannot be used. Never carries its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The variable is not set, or empty.
    #[error("{name} is not set")]
    Missing {
        /// Its name, in upper case.
        name: &'static str,
    },
    /// The variable is set to something of the wrong form.
    #[error("{name} is malformed: expected {expected}")]
    Malformed {
        /// Its name, in upper case.
        name: &'static str,
        /// What would be right.
        expected: &'static str,
    },
    /// The platform did not answer; the text is for the log.
    #[error("{name} could not be read: {cause}")]
    Unavailable {
        /// Its name, in upper case.
        name: &'static str,
        /// The platform's words.
        cause: String,
    },
}

impl ConfigError {
    /// The variable's name, in upper case.
    pub fn name(&self) -> &'static str {
        let (Self::Missing { name }
        | Self::Malformed { name, .. }
        | Self::Unavailable { name, .. }) = self;
        name
    }
}

/// Variables and secrets, read at use. Functions read them through [`optional`] and [`required`].
pub trait Config {
    /// The value of `name` (one of [`name`]); `None` where it is not set or empty.
    ///
    /// # Errors
    /// [`ConfigError::Unavailable`] where the platform cannot say.
    async fn variable(&self, name: &'static str) -> Result<Option<String>, ConfigError>;
}

/// The value of `name` without white space around it; `None` where nothing is left. Values that
/// come out of files end in a line break that nobody means.
///
/// # Errors
/// [`ConfigError::Unavailable`].
pub async fn optional<C: Config>(
    config: &C,
    name: &'static str,
) -> Result<Option<String>, ConfigError> {
    let value = config.variable(name).await?;
    let trimmed = value.as_deref().map(str::trim);
    Ok(trimmed.filter(|value| !value.is_empty()).map(str::to_owned))
}

/// The value of `name` without white space around it, which must be set.
///
/// # Errors
/// [`ConfigError::Missing`] or [`ConfigError::Unavailable`].
pub async fn required<C: Config>(config: &C, name: &'static str) -> Result<String, ConfigError> {
    optional(config, name)
        .await?
        .ok_or(ConfigError::Missing { name })
}

/// Whether `name` is `true`; it is `false` where it is not set.
///
/// # Errors
/// [`ConfigError`] naming the variable where it is neither.
pub async fn flag<C: Config>(config: &C, name: &'static str) -> Result<bool, ConfigError> {
    let expected = "`true` or `false`";
    match optional(config, name).await?.as_deref() {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(ConfigError::Malformed { name, expected }),
    }
}

/// The value of `name` as the base of URLs: `http` or `https`, no credentials, query or fragment.
/// A trailing slash is dropped; `default` stands in where the variable is not set.
///
/// # Errors
/// [`ConfigError`] naming the variable.
pub async fn base_url<C: Config>(
    config: &C,
    name: &'static str,
    default: Option<&str>,
) -> Result<Url, ConfigError> {
    let text = match (optional(config, name).await?, default) {
        (Some(text), _) => text,
        (None, Some(default)) => default.to_owned(),
        (None, None) => return Err(ConfigError::Missing { name }),
    };
    parse_base(&text).ok_or(ConfigError::Malformed {
        name,
        expected: "a URL such as https://packages.example.com, without query or credentials",
    })
}

fn parse_base(text: &str) -> Option<Url> {
    let url = Url::parse(text.trim().trim_end_matches('/')).ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    plain.then_some(url)
}
