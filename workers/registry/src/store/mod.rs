//! The registry's records in an object store: reading, and changing by compare-and-swap.

mod actions;
mod administer;
mod catalogue;
mod cores;
mod deliveries;
mod publish;
mod record;
mod sources;
mod subscriptions;
mod update;
mod upstream;
mod withdrawn;

pub use actions::note_action;
pub use administer::{AdministerError, Administered, promote, restore, yank};
pub use catalogue::refresh_catalogue;
pub use cores::set_core;
pub use deliveries::{RetryError, mark_finished, mark_open, retry};
pub use publish::{PublishError, Published, forget_replaced, ownership, publish};
pub use record::{Refreshed, Versioned, create, read, refresh, write};
pub use sources::{Source, hear_of_source, remember_source, source};
pub use subscriptions::{
    SubscribeError, end_subscriptions, forget_subscriptions, subscribe, subscriptions, unsubscribe,
};
pub use update::{Change, UpdateError, update};
pub use upstream::{Followed, Upstream, belongs_to, follow_publisher, publish_again, withdraw};

use edge::objects::ObjectError;

use crate::RecordError;

/// Why a record could not be read or written.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StoreError {
    /// The object store failed.
    #[error(transparent)]
    Objects(#[from] ObjectError),
    /// The stored record cannot be read.
    #[error("the record {key} cannot be read: {cause}")]
    Corrupt {
        /// Its key.
        key: String,
        /// What is wrong with it.
        cause: RecordError,
    },
    /// The record would be larger than any record is read.
    #[error("the record {key} would become too large to be read again")]
    TooLarge {
        /// Its key.
        key: String,
    },
    /// Others changed the record again and again while this change was tried.
    #[error("the record {key} was changed by others {attempts} times in a row")]
    Contended {
        /// Its key.
        key: String,
        /// How often it was tried.
        attempts: u32,
    },
}
