//! Who is told of a package's releases.

use std::convert::Infallible;

use edge::{Clock, Objects, Timestamp};

use super::{AdministerError, Change, StoreError, UpdateError, note_action, read, update};
use crate::{
    Actor, ChannelsRecord, Key, PackageId, Snowflake,
    record::{
        Deed, SeenSubscriptions, Subscribed, Subscription, Subscriptions, TooManySubscriptions,
    },
};

/// Why a channel was not subscribed.
#[derive(Debug, thiserror::Error)]
pub enum SubscribeError {
    /// The store, or others' changes, stood in the way; it may be tried again.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such package.
    #[error("there is no package {0}")]
    NoPackage(PackageId),
    /// Enough channels are.
    #[error(transparent)]
    TooMany(#[from] TooManySubscriptions),
}

/// The subscriptions of a package; none where nobody subscribed.
///
/// # Errors
/// [`StoreError`].
pub async fn subscriptions<O: Objects>(
    store: &O,
    id: &PackageId,
) -> Result<Subscriptions, StoreError> {
    let stored = read::<Subscriptions, _>(store, &Key::Subscriptions(id)).await?;
    Ok(stored.map(|stored| stored.record).unwrap_or_default())
}

/// Subscribes a channel to the releases of the package `id`, in the place of what it subscribed
/// before.
///
/// # Errors
/// [`SubscribeError`].
pub async fn subscribe<H: Objects + Clock>(
    host: &H,
    id: &PackageId,
    subscription: &Subscription,
) -> Result<Subscribed, SubscribeError> {
    let package = read::<ChannelsRecord, _>(host, &Key::Channels(id)).await?;
    if package.is_none() {
        return Err(SubscribeError::NoPackage(id.clone()));
    }
    let mut done = Subscribed::Added;
    let changed = change(host, id, |subscriptions| {
        // Asked again after a write that may have been stored, this would find its own.
        let known = subscriptions.of(&subscription.channel);
        if known == Some(subscription) {
            return Ok(false);
        }
        done = subscriptions.put(subscription.clone())?;
        Ok::<_, TooManySubscriptions>(true)
    })
    .await;
    match changed {
        Ok(()) => Ok(done),
        Err(UpdateError::Store(error)) => Err(error.into()),
        Err(UpdateError::Refused(error)) => Err(error.into()),
    }
}

/// Ends the subscription of a server's channel; whether there was one.
///
/// # Errors
/// [`StoreError`].
pub async fn unsubscribe<H: Objects + Clock>(
    host: &H,
    id: &PackageId,
    guild: &Snowflake,
    channel: &Snowflake,
) -> Result<bool, StoreError> {
    let mut was_there = false;
    let changed = change(host, id, |subscriptions| {
        let removed = subscriptions.remove(guild, channel);
        was_there |= removed;
        Ok(removed)
    });
    changed.await.map_err(infallible)?;
    Ok(was_there)
}

/// Ends the subscription of the channel `place`, or those of the server `place`, in the name of `by`,
/// who need not be of it and decided on what was `seen`; how many there were. May be repeated.
///
/// # Errors
/// [`AdministerError::Changed`] where there are others than were seen, [`AdministerError::Store`].
/// After a failure of the store it may be noted, and not done yet; so may it where others end them at
/// the same moment.
pub async fn end_subscriptions<H: Objects + Clock>(
    host: &H,
    id: &PackageId,
    place: &Snowflake,
    by: &Actor,
    seen: SeenSubscriptions,
) -> Result<usize, AdministerError> {
    match subscriptions(host, id).await?.seen(place) {
        None => return Ok(0),
        Some(known) if known != seen => return Err(AdministerError::Changed),
        Some(_) => {}
    }
    // Noted first: once they are gone, nothing tells who ended them from who came too late.
    let deed = Deed::EndSubscriptions {
        place: place.clone(),
    };
    note_action(host, id, by, deed, true).await?;
    let mut ended = 0;
    let changed = change(host, id, |subscriptions| {
        // What was subscribed meanwhile was not decided on.
        let now_ended = subscriptions.end(place, seen.newest);
        // Asked again after a write that may have been stored, this finds none.
        ended = ended.max(now_ended);
        Ok(now_ended > 0)
    });
    changed.await.map_err(infallible)?;
    Ok(ended)
}

/// Ends the subscriptions whose webhooks were found to be gone, each the one that was made at the
/// given time.
///
/// # Errors
/// [`StoreError`].
pub async fn forget_subscriptions<H: Objects + Clock>(
    host: &H,
    id: &PackageId,
    gone: &[(Snowflake, Timestamp)],
) -> Result<(), StoreError> {
    let changed = change(host, id, |subscriptions| {
        let forgotten = gone
            .iter()
            .filter(|(channel, made)| subscriptions.forget(channel, *made))
            .count();
        Ok(forgotten > 0)
    });
    changed.await.map_err(infallible)
}

/// Changes a package's subscriptions; `decide` says whether it has changed anything.
async fn change<H: Objects + Clock, E>(
    host: &H,
    id: &PackageId,
    mut decide: impl FnMut(&mut Subscriptions) -> Result<bool, E>,
) -> Result<(), UpdateError<E>> {
    update(host, &Key::Subscriptions(id), |known| {
        let mut subscriptions: Subscriptions = known.cloned().unwrap_or_default();
        let changed = decide(&mut subscriptions)?;
        Ok(if changed {
            Change::Write(subscriptions)
        } else {
            Change::Keep
        })
    })
    .await
    .map(drop)
}

fn infallible(error: UpdateError<Infallible>) -> StoreError {
    match error {
        UpdateError::Store(error) => error,
        UpdateError::Refused(never) => match never {},
    }
}
