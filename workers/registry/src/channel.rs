//! Channels, Foundry generations, and the tracks made of both.

use edge::FromJson;
use serde::Serialize;

use crate::{
    Version,
    name::{NameError, text_traits},
};

/// Longest channel name, in bytes.
const LONGEST: usize = 32;

/// A line of releases that a user can follow: `stable`, `beta`, or one that an admin made.
///
/// Lower-case letters, digits and `-`, beginning with a letter, at most 32 of them. `latest` is a
/// legacy name for a URL, and `core-…` belongs to [`Generation`]s, so neither is a channel.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, FromJson)]
#[serde(try_from = "String", into = "String")]
pub struct Channel(String);

text_traits!(Channel);

impl Channel {
    /// Reads a channel's name.
    ///
    /// # Errors
    /// [`NameError`] where `text` breaks the rules of [`Channel`].
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let is_name = (1..=LONGEST).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.chars().all(allowed);
        if is_name && text != "latest" && !text.starts_with("core-") {
            return Ok(Self(text.to_owned()));
        }
        let rule = "1 to 32 lower-case letters, digits and `-`, beginning with a letter; not \
                    `latest` and not `core-…`";
        Err(NameError::new("channel", text, rule))
    }

    /// The channel that users follow unless they choose another.
    pub fn stable() -> Self {
        Self("stable".to_owned())
    }

    /// The channel of prereleases.
    pub fn beta() -> Self {
        Self("beta".to_owned())
    }

    /// Whether this is [`Channel::stable`].
    pub fn is_stable(&self) -> bool {
        self.0 == "stable"
    }

    /// The channel that a release belongs to: `beta` where its publisher marks it as a prerelease
    /// or its version says so, else `stable`.
    pub fn of(version: &Version, marked_prerelease: bool) -> Self {
        if marked_prerelease || version.is_prerelease() {
            Self::beta()
        } else {
            Self::stable()
        }
    }
}

/// A generation of Foundry: the number before the first dot of its version, 1 to 999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, FromJson)]
#[serde(try_from = "String", into = "String")]
pub struct Generation(u16);

impl Generation {
    /// The generation of that number, if it is one.
    pub fn new(number: u16) -> Option<Self> {
        (1..=999).contains(&number).then_some(Self(number))
    }

    /// Reads a generation as URLs write it: digits without a leading zero.
    ///
    /// # Errors
    /// [`NameError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let plain = !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
        let number = plain.then(|| text.parse().ok()).flatten();
        let rule = "a number from 1 to 999, such as 12";
        number
            .and_then(Self::new)
            .ok_or_else(|| NameError::new("Foundry generation", text, rule))
    }

    /// Its number.
    pub const fn number(self) -> u16 {
        self.0
    }
}

impl std::fmt::Display for Generation {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

impl std::str::FromStr for Generation {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Generation {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Generation> for String {
    fn from(generation: Generation) -> Self {
        generation.to_string()
    }
}

/// What an installed package keeps polling: a channel, or the newest stable release for one
/// generation of Foundry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Track {
    /// A channel.
    Channel(Channel),
    /// The newest stable release whose `compatibility` admits the generation.
    Core(Generation),
}

impl Track {
    /// The track of channel `stable`.
    pub fn stable() -> Self {
        Self::Channel(Channel::stable())
    }

    /// Reads the path segment that [`Track::segment`] writes.
    ///
    /// # Errors
    /// [`NameError`] where it is neither a channel nor `core-` and a generation.
    pub fn parse(segment: &str) -> Result<Self, NameError> {
        match segment.strip_prefix("core-") {
            Some(generation) => Generation::parse(generation).map(Self::Core),
            None => Channel::parse(segment).map(Self::Channel),
        }
    }

    /// Its segment in the path of an archive: `stable`, `beta`, `core-12`.
    pub fn segment(&self) -> String {
        match self {
            Self::Channel(channel) => channel.to_string(),
            Self::Core(generation) => format!("core-{generation}"),
        }
    }
}

impl std::fmt::Display for Track {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.segment())
    }
}
