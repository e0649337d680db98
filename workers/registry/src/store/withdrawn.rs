//! Keeping the channels in step with what a release's own record says.

use std::convert::Infallible;

use edge::{Clock, Objects};

use super::{AdministerError, Change, StoreError, UpdateError, read, update};
use crate::{ChannelsRecord, Key, PackageId, ReleaseRecord, Version, Yank};

/// How often others may change the release meanwhile.
const ATTEMPTS: u32 = 6;

/// Marks a release on its package's channels as withdrawn. Answers the channels as they stand then; a
/// release or package that is not there changes nothing.
///
/// # Errors
/// [`AdministerError::Changed`] where that would change another revision than the one that was `seen`.
pub(super) async fn mark<H: Objects + Clock>(
    host: &H,
    id: &PackageId,
    version: &Version,
    seen: Option<u64>,
) -> Result<Option<ChannelsRecord>, AdministerError> {
    let key = Key::Channels(id);
    let marked = update(host, &key, |channels: Option<&ChannelsRecord>| {
        let Some(mut marked) = channels.cloned() else {
            return Ok(Change::Keep);
        };
        let revision = marked.revision;
        match (marked.set_yanked(version, true), seen) {
            (false, _) => Ok(Change::Keep),
            (true, Some(seen)) if seen != revision => Err(AdministerError::Changed),
            (true, _) => Ok(Change::Write(marked)),
        }
    });
    Ok(marked.await?)
}

/// The withdrawal of a release, if there is one, as it was when its package's channels had the revision
/// `seen`: it is read before the channels are.
///
/// # Errors
/// [`AdministerError::Changed`] where the channels have another revision.
pub(super) async fn at_revision<O: Objects>(
    store: &O,
    id: &PackageId,
    version: &Version,
    seen: u64,
) -> Result<Option<Yank>, AdministerError> {
    let release = read::<ReleaseRecord, _>(store, &Key::Release(id, version)).await?;
    let Some(yank) = release.and_then(|release| release.record.yanked) else {
        return Ok(None);
    };
    let channels = read::<ChannelsRecord, _>(store, &Key::Channels(id)).await?;
    match channels {
        Some(channels) if channels.record.revision != seen => Err(AdministerError::Changed),
        _ => Ok(Some(yank)),
    }
}

/// Makes the channels say of a release what its own record says, which others may change meanwhile.
/// Answers that record; `None` where there is no such release.
pub(super) async fn follow<H: Objects + Clock>(
    host: &H,
    id: &PackageId,
    version: &Version,
) -> Result<Option<ReleaseRecord>, StoreError> {
    let key = Key::Release(id, version);
    let mut followed = read::<ReleaseRecord, _>(host, &key).await?;
    for _ in 0..ATTEMPTS {
        let Some(release) = &followed else {
            return Ok(None);
        };
        change(host, id, |channels| {
            let renewed = channels.renew(release.record.summary());
            channels.set_yanked(version, release.record.yanked.is_some()) || renewed
        })
        .await?;
        let now = read::<ReleaseRecord, _>(host, &key).await?;
        if now.as_ref().map(|now| &now.etag) == followed.as_ref().map(|known| &known.etag) {
            return Ok(now.map(|now| now.record));
        }
        followed = now;
    }
    Err(StoreError::Contended {
        key: key.path(),
        attempts: ATTEMPTS,
    })
}

/// Changes a package's channels, where there are any; `change` tells whether it did anything.
pub(super) async fn change<H: Objects + Clock>(
    host: &H,
    id: &PackageId,
    mut change: impl FnMut(&mut ChannelsRecord) -> bool,
) -> Result<Option<ChannelsRecord>, StoreError> {
    let key = Key::Channels(id);
    let changed = update(host, &key, |channels: Option<&ChannelsRecord>| {
        let mut channels = channels.cloned();
        let changed = channels.as_mut().is_some_and(&mut change);
        Ok::<_, Infallible>(match channels {
            Some(channels) if changed => Change::Write(channels),
            _ => Change::Keep,
        })
    })
    .await;
    changed.map_err(|error| match error {
        UpdateError::Store(error) => error,
        UpdateError::Refused(never) => match never {},
    })
}
