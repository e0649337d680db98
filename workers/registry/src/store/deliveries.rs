//! Marks of unfinished deliveries, and taking up again what has failed.

use edge::{
    Bytes, Clock, Objects, Timestamp,
    objects::{ObjectError, Put},
};

use super::{Change, StoreError, UpdateError, note_action, read, update};
use crate::{Actor, DeliveryId, Journal, Key, ReopenError, State, record::Deed};

/// Why a delivery was not taken up again.
#[derive(Debug, thiserror::Error)]
pub enum RetryError {
    /// The store, or others' changes, stood in the way; it may be tried again.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such delivery.
    #[error("no delivery {0} is journalled; journals are kept for 90 days")]
    NoDelivery(DeliveryId),
    /// It went on, or failed anew, after it was looked at.
    #[error("the delivery has changed meanwhile; look at it again")]
    Changed,
    /// The delivery cannot be taken up again.
    #[error(transparent)]
    Refused(#[from] ReopenError),
}

impl From<UpdateError<RetryError>> for RetryError {
    fn from(error: UpdateError<RetryError>) -> Self {
        match error {
            UpdateError::Store(error) => Self::Store(error),
            UpdateError::Refused(error) => error,
        }
    }
}

/// Marks `delivery` as unfinished, so that the next tick takes it up. May be repeated.
///
/// # Errors
/// [`ObjectError`]. The mark may be there all the same.
pub async fn mark_open<O: Objects>(store: &O, delivery: &DeliveryId) -> Result<(), ObjectError> {
    let key = Key::OpenDelivery(delivery);
    let put = Put {
        content_type: Some(key.content_type()),
        ..Put::default()
    };
    store.object_write(&key.path(), Bytes::new(), put).await?;
    Ok(())
}

/// Takes the mark of a finished delivery away, unless it has been taken up again meanwhile.
///
/// # Errors
/// [`StoreError`]. A mark that stays is taken away by a later tick.
pub async fn mark_finished<O: Objects>(store: &O, delivery: &DeliveryId) -> Result<(), StoreError> {
    let mark = Key::OpenDelivery(delivery).path();
    store.object_delete(&mark).await?;
    // An admin may have taken it up again just before its mark went.
    let journal = read::<Journal, _>(store, &Key::Delivery(delivery)).await?;
    if journal.is_some_and(|journal| !journal.record.state.is_finished()) {
        mark_open(store, delivery).await?;
    }
    Ok(())
}

/// Takes a delivery that has failed up again where it failed, in the name of `by`: its attempts
/// count afresh, and whoever runs the pipeline next, be it a tick, goes on with it. One that is done
/// but for announcements that were given up announces again where nobody confirmed anything.
///
/// Where it is told which writing of the journal the decision was made on (`seen`, its `updated_at`),
/// a delivery that failed anew since then stays as it is.
///
/// # Errors
/// [`RetryError`].
pub async fn retry<H: Objects + Clock>(
    host: &H,
    delivery: &DeliveryId,
    by: &Actor,
    seen: Option<Timestamp>,
) -> Result<Journal, RetryError> {
    let key = Key::Delivery(delivery);
    let missing = || RetryError::NoDelivery(delivery.clone());
    if read::<Journal, _>(host, &key).await?.is_none() {
        return Err(missing());
    }
    // As for a new delivery: a mark without an open journal is harmless, the reverse is not.
    mark_open(host, delivery).await.map_err(StoreError::from)?;
    let now = host.now();
    let mut reopened = false;
    let journal = update(host, &key, |journal: Option<&Journal>| {
        let mut journal = journal.ok_or_else(missing)?.clone();
        // A write that failed may have been stored all the same; then this is its second attempt.
        if reopened && !matches!(journal.state, State::Failed | State::Done) {
            return Ok(Change::Keep);
        }
        let written = journal.updated_at;
        journal.reopen(now, &by.to_string())?;
        if seen.is_some_and(|seen| seen != written) {
            return Err(RetryError::Changed);
        }
        reopened = true;
        Ok(Change::Write(journal))
    })
    .await?;
    // A tick that saw it finished may have taken the first mark away.
    mark_open(host, delivery).await.map_err(StoreError::from)?;
    let journal = journal.ok_or_else(missing)?;
    let packed = journal.package.as_ref().map(|package| &package.id);
    let direct = journal.source.direct.as_ref().map(|direct| &direct.id);
    if let Some(id) = packed.or(direct) {
        let delivery = delivery.clone();
        note_action(host, id, by, Deed::Retry { delivery }, reopened).await?;
    }
    Ok(journal)
}
