//! The id of a delivery, under which its journal is kept.

use edge::FromJson;
use serde::Serialize;

use crate::name::{NameError, is_plain, text_traits};

/// Longest id of a delivery, in bytes.
const LONGEST: usize = 64;

/// What identifies one attempt at publishing: GitHub's `X-GitHub-Delivery` (a GUID, the same
/// again when GitHub delivers again), or an id made for a direct publish.
///
/// Letters, digits, `-` and `_` of ASCII, beginning with a letter or digit, at most 64.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, FromJson)]
#[serde(try_from = "String", into = "String")]
pub struct DeliveryId(String);

text_traits!(DeliveryId);

impl DeliveryId {
    /// Reads a delivery's id.
    ///
    /// # Errors
    /// [`NameError`] where `text` breaks the rules of [`DeliveryId`].
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if is_plain(text, LONGEST, "-_") {
            return Ok(Self(text.to_owned()));
        }
        let rule = "1 to 64 letters, digits, `-` and `_`, beginning with a letter or digit";
        Err(NameError::new("delivery id", text, rule))
    }
}
