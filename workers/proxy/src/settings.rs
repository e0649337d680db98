//! The function's variables and secrets, read and checked.

use edge::{
    Config, ConfigError,
    config::{self, name},
    outbound::AllowedHosts,
};

use crate::{
    access::{Keys, Tokens},
    options::Presets,
};

/// Bytes that images may take in the store where nothing else is configured: 1 GiB.
const CACHE_BYTES: u64 = 1 << 30;

/// What the function is configured with.
pub struct Settings {
    /// Whose images may be asked for.
    pub hosts: AllowedHosts,
    /// Tokens, one of which is asked for.
    pub tokens: Tokens,
    /// Keys that sign addresses.
    pub keys: Keys,
    /// Named sets of options.
    pub presets: Presets,
    /// Most bytes that images may take in the store; 0 keeps none.
    pub cache_bytes: u64,
}

impl Settings {
    /// Reads them. An empty list of hosts is one that allows nothing.
    ///
    /// # Errors
    /// [`ConfigError`] naming the variable.
    pub async fn read<C: Config>(host: &C) -> Result<Self, ConfigError> {
        let text = |name| config::optional(host, name);
        Ok(Self {
            hosts: hosts(text(name::PROXY_ALLOWED_HOSTS).await?)?,
            tokens: tokens(text(name::PROXY_ACCESS_TOKENS).await?)?,
            keys: keys(text(name::PROXY_SIGNING_KEYS).await?)?,
            presets: presets(text(name::PROXY_PRESETS).await?)?,
            cache_bytes: bytes(text(name::PROXY_CACHE_BYTES).await?)?,
        })
    }
}

fn malformed(name: &'static str, expected: &'static str) -> ConfigError {
    ConfigError::Malformed { name, expected }
}

fn hosts(text: Option<String>) -> Result<AllowedHosts, ConfigError> {
    AllowedHosts::parse_open(&text.unwrap_or_default()).ok_or(malformed(
        name::PROXY_ALLOWED_HOSTS,
        "`host`, `*.host` or `host:port`, separated by commas, or `*` for the public internet",
    ))
}

fn tokens(text: Option<String>) -> Result<Tokens, ConfigError> {
    let Some(text) = text else {
        return Ok(Tokens::default());
    };
    Tokens::parse(&text).ok_or(malformed(
        name::PROXY_ACCESS_TOKENS,
        "one or more tokens of 8 to 256 characters A-Z a-z 0-9 - _ ~, separated by commas",
    ))
}

fn keys(text: Option<String>) -> Result<Keys, ConfigError> {
    let Some(text) = text else {
        return Ok(Keys::default());
    };
    Keys::parse(&text).ok_or(malformed(
        name::PROXY_SIGNING_KEYS,
        "one or more `id:key`, separated by commas; an id of 1 to 32 letters and digits, a key of 16 or more \
         characters",
    ))
}

fn presets(text: Option<String>) -> Result<Presets, ConfigError> {
    Presets::parse(text.as_deref()).map_err(|_| {
        malformed(
            name::PROXY_PRESETS,
            "a JSON object such as {\"hero\":\"w=800,format=webp\"} of up to 64 presets that obey \
             the rules of options",
        )
    })
}

fn bytes(text: Option<String>) -> Result<u64, ConfigError> {
    match text {
        None => Ok(CACHE_BYTES),
        Some(text) => text.parse().map_err(|_| {
            malformed(
                name::PROXY_CACHE_BYTES,
                "a number of bytes, such as 1073741824",
            )
        }),
    }
}
