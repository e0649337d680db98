//! Tokens that may publish one package.

use edge::{FromJson, Timestamp};
use serde::Serialize;

use super::record;
use crate::{Digest, PackageId};

/// Most tokens of a package.
pub const MOST_TOKENS: usize = 20;

/// How much later a further use of a token is noted, in milliseconds: an hour. What is noted more
/// often would only make uploads wait for each other.
const NOTED_AFTER: i64 = 60 * 60 * 1000;

/// A token, without what only its holder knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct PublishToken {
    /// Names it for its revocation.
    pub id: String,
    /// What the admin calls it.
    #[serde(default)]
    pub name: String,
    /// SHA-256 of its text, which has 256 random bits: no slow digest is needed.
    pub sha256: Digest,
    /// When it was made.
    #[serde(default)]
    pub created_at: Timestamp,
    /// When it was last used, within the hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
}

/// That a package has as many tokens as it can have. Caller's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a package has at most {MOST_TOKENS} tokens; revoke one that is no longer used")]
pub struct TooManyTokens;

/// The tokens of a package: `packages/{id}/tokens.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct PublishTokens {
    /// Version of the record's form.
    #[serde(default)]
    pub schema: u32,
    /// The package.
    pub id: PackageId,
    /// The tokens, oldest first.
    #[serde(default)]
    pub tokens: Vec<PublishToken>,
}

record!(PublishTokens, "list of tokens");

impl PublishTokens {
    /// The tokens of a package that has none.
    pub fn new(id: PackageId) -> Self {
        Self {
            schema: super::SCHEMA,
            id,
            tokens: Vec::new(),
        }
    }

    /// Adds a token. One that is there already changes nothing.
    ///
    /// # Errors
    /// [`TooManyTokens`].
    pub fn add(&mut self, token: PublishToken) -> Result<(), TooManyTokens> {
        if self.tokens.iter().any(|known| known.id == token.id) {
            return Ok(());
        }
        if self.tokens.len() >= MOST_TOKENS {
            return Err(TooManyTokens);
        }
        self.tokens.push(token);
        Ok(())
    }

    /// Revokes the token `id`. Returns whether there was one.
    pub fn revoke(&mut self, id: &str) -> bool {
        let before = self.tokens.len();
        self.tokens.retain(|token| token.id != id);
        self.tokens.len() != before
    }

    /// Notes that the token `id` was used. Returns whether that is worth writing.
    pub fn used(&mut self, id: &str, now: Timestamp) -> bool {
        let token = self.tokens.iter_mut().find(|token| token.id == id);
        let is_news = |at: Timestamp| now.milliseconds() - at.milliseconds() >= NOTED_AFTER;
        match token {
            Some(token) if token.last_used_at.is_none_or(is_news) => {
                token.last_used_at = Some(now);
                true
            }
            _ => false,
        }
    }
}
