//! Changing a record by compare-and-swap.

use edge::{Objects, objects::Condition};

use super::{
    StoreError,
    record::{Versioned, read, write},
};
use crate::{Key, Record};

/// How often a change is tried against others' changes.
const ATTEMPTS: usize = 24;

/// What a change decides after it has seen the record as it is.
#[derive(Debug)]
pub enum Change<R> {
    /// Write this instead.
    Write(R),
    /// Leave it as it is.
    Keep,
}

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError<E> {
    /// The store, or others' changes, stood in the way.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The change itself refused what it saw.
    #[error("{0}")]
    Refused(E),
}

/// Changes the record at `key`: `change` sees it as it is now (`None` where there is none) and
/// decides. When others write in between, it is asked again with what they wrote, so it must not
/// have effects of its own. Answers the record as it stands then.
///
/// # Errors
/// [`UpdateError`].
pub async fn update<R, E, O>(
    store: &O,
    key: &Key<'_>,
    mut change: impl FnMut(Option<&R>) -> Result<Change<R>, E>,
) -> Result<Option<R>, UpdateError<E>>
where
    R: Record,
    O: Objects,
{
    for _ in 0..ATTEMPTS {
        let current: Option<Versioned<R>> = read(store, key).await?;
        let seen = current.as_ref().map(|current| &current.record);
        let record = match change(seen).map_err(UpdateError::Refused)? {
            Change::Write(record) => record,
            Change::Keep => return Ok(current.map(|current| current.record)),
        };
        let condition = match current {
            Some(current) => Condition::Etag(current.etag),
            None => Condition::Absent,
        };
        if write(store, key, &record, condition, None).await?.is_some() {
            return Ok(Some(record));
        }
    }
    Err(UpdateError::Store(StoreError::Contended {
        key: key.path(),
        attempts: ATTEMPTS,
    }))
}
