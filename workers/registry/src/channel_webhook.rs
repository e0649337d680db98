//! A Discord channel's webhook: where a subscription's announcements go.

use std::fmt;

use edge::{FromJson, Url};
use serde::Serialize;

use crate::Snowflake;

/// Discord's API, where `DISCORD_API_URL` names no other.
pub const DISCORD_API: &str = "https://discord.com/api/v10";

/// Longest token that is taken, in bytes. Discord's have 68.
const LONGEST_TOKEN: usize = 128;

/// Where Discord's own webhook URLs lead.
const DISCORD: [&str; 4] = [
    "discord.com",
    "canary.discord.com",
    "ptb.discord.com",
    "discordapp.com",
];

/// A text that is not the URL of a channel's webhook. It does not repeat the text, which may hold a
/// token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is not the URL of a channel's webhook; Discord shows it in the channel's settings under \
     Integrations, Webhooks, and it begins with https://discord.com/api/webhooks/"
)]
pub struct NoChannelWebhook;

/// A channel's webhook. Whoever has its token can post to the channel, so the token is in no text
/// that people read: [`fmt::Debug`] leaves it out, and [`fmt::Display`] is not implemented.
///
/// Host and path of the URL are not kept: what is sent always goes to the configured API, wherever
/// the URL that somebody pasted leads.
#[derive(Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct ChannelWebhook {
    id: Snowflake,
    token: Token,
}

/// Letters, digits, `-` and `_`, at most 128.
#[derive(Clone, PartialEq, Eq, Serialize, FromJson)]
#[serde(try_from = "String", into = "String")]
struct Token(String);

impl TryFrom<String> for Token {
    type Error = NoChannelWebhook;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let is_token = (1..=LONGEST_TOKEN).contains(&text.len()) && text.bytes().all(allowed);
        is_token.then_some(Self(text)).ok_or(NoChannelWebhook)
    }
}

impl From<Token> for String {
    fn from(token: Token) -> Self {
        token.0
    }
}

impl fmt::Debug for ChannelWebhook {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ChannelWebhook({}, …)", self.id)
    }
}

impl ChannelWebhook {
    /// Reads the URL of a webhook as Discord shows it, `https://discord.com/api/webhooks/{id}/{token}`,
    /// or one with the origin of `api` (`DISCORD_API_URL`). A query is passed over.
    ///
    /// # Errors
    /// [`NoChannelWebhook`].
    pub fn parse(url: &str, api: &Url) -> Result<Self, NoChannelWebhook> {
        let url = Url::parse(url.trim()).map_err(|_| NoChannelWebhook)?;
        let has_credentials = !url.username().is_empty() || url.password().is_some();
        if has_credentials || (!is_discords(&url) && url.origin() != api.origin()) {
            return Err(NoChannelWebhook);
        }
        let segments = url.path_segments().ok_or(NoChannelWebhook)?;
        let mut segments = segments.skip_while(|segment| *segment == "api").peekable();
        segments.next_if(|segment| is_version(segment));
        let parts = (segments.next(), segments.next(), segments.next());
        let (Some("webhooks"), Some(id), Some(token)) = parts else {
            return Err(NoChannelWebhook);
        };
        if segments.any(|rest| !rest.is_empty()) {
            return Err(NoChannelWebhook);
        }
        Ok(Self {
            id: Snowflake::parse(id).map_err(|_| NoChannelWebhook)?,
            token: Token::try_from(token.to_owned())?,
        })
    }

    /// The webhook's id, which is no secret.
    pub fn id(&self) -> &Snowflake {
        &self.id
    }

    /// Its URL below `api` (`https://discord.com/api/v10`). It holds the token.
    pub fn url(&self, api: &Url) -> Url {
        let mut url = api.clone();
        // Only a URL such as `mailto:` has no path, and such a one is no API's.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty()
                .extend(["webhooks", self.id.as_str(), &self.token.0]);
        }
        url
    }
}

fn is_discords(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    url.scheme() == "https" && url.port().is_none() && DISCORD.contains(&host)
}

/// Whether a path's segment is the API's version, such as `v10`.
fn is_version(segment: &str) -> bool {
    let number = segment.strip_prefix('v').unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}
