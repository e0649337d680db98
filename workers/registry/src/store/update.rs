//! Changing a record by compare-and-swap.

use std::time::Duration;

use edge::{
    Clock, Objects,
    objects::{Condition, ObjectError},
};

use super::{
    StoreError,
    record::{Versioned, read, write},
};
use crate::{Key, Record};

/// How often a change is tried against others' changes.
const ATTEMPTS: u32 = 12;

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
/// It pauses longer and longer, because R2 takes one write a second for a key and refuses others;
/// a write that fails is tried again from what is stored then, since it may have been stored.
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
    O: Objects + Clock,
{
    let mut failure = None;
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            store.sleep(pause(store, attempt)).await;
        }
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
        match write(store, key, &record, condition, None).await {
            Ok(Some(_)) => return Ok(Some(record)),
            Ok(None) => {}
            Err(error @ StoreError::Objects(ObjectError::Unavailable(_))) => failure = Some(error),
            Err(error) => return Err(error.into()),
        }
    }
    Err(UpdateError::Store(failure.unwrap_or_else(|| {
        StoreError::Contended {
            key: key.path(),
            attempts: ATTEMPTS,
        }
    })))
}

/// 20 ms, 40 ms … 1.28 s and a little that differs from worker to worker.
fn pause<C: Clock>(clock: &C, attempt: u32) -> Duration {
    let jitter = clock.now().milliseconds().unsigned_abs() % 37;
    Duration::from_millis((20 << (attempt - 1).min(6)) + jitter)
}
