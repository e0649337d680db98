//! What is kept of packages, releases and deliveries: JSON objects with a `schema`.
//!
//! Reading is tolerant: unknown fields are passed over and absent ones get their defaults, so that
//! functions of different ages can work on one store. A record of a later schema is refused,
//! because writing it back would lose what this version does not know.

mod actions;
mod announcement;
mod catalogue;
mod channels;
mod channels_follow;
mod journal;
mod journal_steps;
mod package;
mod release;
mod source;
mod stored;
mod subscriptions;
mod tokens;

pub use actions::{Action, Actions, Actor, Deed, MOST_ACTIONS};
pub use announcement::{Announcement, Announcements, MAX_ANNOUNCED, Receiver, Status, Subscriber};
pub use catalogue::{Catalogue, CatalogueEntry, Shown};
pub use channels::{ChannelsRecord, Head, Move, PromoteError, ReleaseSummary};
pub use journal::{
    Direct, Failure, Journal, PackageFacts, ReleaseSource, Staged, StagedFrom, Waiting,
};
pub use journal_steps::{JournalError, MAX_ATTEMPTS, MAX_BEGUN, ReopenError, State, Step};
pub use package::{IdClaim, PackageRecord};
pub use release::{Origin, Packed, ReleaseRecord, Replacement, Yank};
pub use source::{Described, Heard, Said, SourceRecord, Withdrawn};
pub use subscriptions::{
    MOST_OF_A_SERVER, MOST_SUBSCRIPTIONS, SeenSubscriptions, Subscribed, Subscription,
    Subscriptions, TooManySubscriptions,
};
pub use tokens::{MOST_TOKENS, PublishToken, PublishTokens, TooManyTokens};

use edge::{FromJson, json};
use serde::Serialize;

/// The schema that this version writes.
pub const SCHEMA: u32 = 1;

/// Why some bytes are not the record that they should be. Ours, not the caller's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Not JSON, or without a field that nothing can replace.
    #[error("the stored {what} cannot be read: {message}")]
    Malformed {
        /// Which record.
        what: &'static str,
        /// What is wrong with it.
        message: String,
    },
    /// Written by a later version of vtta-edge.
    #[error(
        "the stored {what} has schema {schema}, this version knows up to {SCHEMA}; update vtta-edge"
    )]
    TooNew {
        /// Which record.
        what: &'static str,
        /// Its schema.
        schema: u32,
    },
}

/// A JSON object in the store.
pub trait Record: Serialize + FromJson {
    /// What it is called in errors.
    const WHAT: &'static str;

    /// The schema that it was read with.
    fn schema(&self) -> u32;

    /// Reads a record.
    ///
    /// # Errors
    /// [`RecordError`].
    fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
        let record: Self = json::from_slice(bytes).map_err(|error| RecordError::Malformed {
            what: Self::WHAT,
            message: error.to_string(),
        })?;
        match record.schema() {
            0..=SCHEMA => Ok(record),
            schema => Err(RecordError::TooNew {
                what: Self::WHAT,
                schema,
            }),
        }
    }

    /// Writes a record: JSON, the same bytes for the same record.
    fn encode(&self) -> Vec<u8> {
        // Every map of a record has text keys, so there always is a JSON form.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// Implements [`Record`] for a struct with a field `schema`.
macro_rules! record {
    ($name:ident, $what:literal) => {
        impl $crate::record::Record for $name {
            const WHAT: &'static str = $what;

            fn schema(&self) -> u32 {
                self.schema
            }
        }
    };
}

pub(crate) use record;
