//! Ids that Discord gives.

use edge::FromJson;
use serde::Serialize;

use crate::name::{NameError, text_traits};

/// An id that Discord has given to a server, channel, role, user or webhook: a number of 64 bits,
/// written as text because other languages would round it.
///
/// <https://docs.discord.com/developers/reference#snowflakes>
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, FromJson)]
#[serde(try_from = "String", into = "String")]
pub struct Snowflake(String);

text_traits!(Snowflake);

impl Snowflake {
    /// Reads an id.
    ///
    /// # Errors
    /// [`NameError`] for anything but a decimal number from 1 to 2^64 − 1 without leading zeros.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let is_plain = text.starts_with(|first: char| matches!(first, '1'..='9'));
        if is_plain && text.parse::<u64>().is_ok() {
            return Ok(Self(text.to_owned()));
        }
        let rule = "a decimal number of at most 64 bits, as Discord shows it under `Copy ID`";
        Err(NameError::new("Discord id", text, rule))
    }
}
