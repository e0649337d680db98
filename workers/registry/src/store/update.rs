//! Changing a record by compare-and-swap.

use std::time::Duration;

use edge::{
    Clock, Objects,
    objects::{Condition, ObjectError},
};

use super::{
    StoreError,
    record::{decode, read_bytes, write_bytes},
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
    let (mut kept, mut refused) = (None, None);
    let mut decide = |stored: Option<&[u8]>| {
        let current = match stored.map(|bytes| decode::<R>(key.path(), bytes)) {
            Some(current) => Some(current?),
            None => None,
        };
        let next = match change(current.as_ref()) {
            Ok(Change::Write(record)) => Some(record),
            Ok(Change::Keep) => {
                kept = current;
                return Ok(None);
            }
            Err(error) => {
                refused = Some(error);
                return Ok(None);
            }
        };
        let bytes = next.as_ref().map(Record::encode);
        kept = next;
        Ok(bytes)
    };
    swap(store, key, &mut decide).await?;
    match refused {
        Some(error) => Err(UpdateError::Refused(error)),
        None => Ok(kept),
    }
}

/// What is to be written over some bytes (`None`: there are none yet), if anything is.
type Decide<'d> = &'d mut dyn FnMut(Option<&[u8]>) -> Result<Option<Vec<u8>>, StoreError>;

/// Compares and swaps, whatever the record: there is only one of this in a function, where every
/// change of every record would otherwise have one of its own.
async fn swap<O: Objects + Clock>(
    store: &O,
    key: &Key<'_>,
    decide: Decide<'_>,
) -> Result<(), StoreError> {
    let path = key.path();
    let mut failure = None;
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            store.sleep(pause(store, attempt)).await;
        }
        let current = read_bytes(store, &path).await?;
        let seen = current.as_ref().map(|(bytes, _)| bytes.as_ref());
        let Some(bytes) = decide(seen)? else {
            return Ok(());
        };
        let condition = match current {
            Some((_, etag)) => Condition::Etag(etag),
            None => Condition::Absent,
        };
        match write_bytes(store, key, bytes, condition, None).await {
            Ok(Some(_)) => return Ok(()),
            Ok(None) => {}
            Err(error @ StoreError::Objects(ObjectError::Unavailable(_))) => failure = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(failure.unwrap_or(StoreError::Contended {
        key: path,
        attempts: ATTEMPTS,
    }))
}

/// 20 ms, 40 ms … 1.28 s and a little that differs from worker to worker.
fn pause<C: Clock>(clock: &C, attempt: u32) -> Duration {
    let jitter = clock.now().milliseconds().unsigned_abs() % 37;
    Duration::from_millis((20 << (attempt - 1).min(6)) + jitter)
}
