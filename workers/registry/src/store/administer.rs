//! What an admin may do to published releases.

use edge::{Clock, Objects};

use super::{Change, StoreError, UpdateError, refresh_catalogue, update, withdrawn};
use crate::{Channel, ChannelsRecord, Key, PackageId, PromoteError, ReleaseRecord, Version, Yank};

/// Why an admin's change was not made.
#[derive(Debug, thiserror::Error)]
pub enum AdministerError {
    /// The store, or others' changes, stood in the way; it may be tried again.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such package.
    #[error("there is no package {0}")]
    NoPackage(PackageId),
    /// There is no such release.
    #[error("there is no release {0} of this package")]
    NoRelease(Version),
    /// The release cannot be served on a channel.
    #[error(transparent)]
    Promote(#[from] PromoteError),
}

impl<E: Into<AdministerError>> From<UpdateError<E>> for AdministerError {
    fn from(error: UpdateError<E>) -> Self {
        match error {
            UpdateError::Store(error) => Self::Store(error),
            UpdateError::Refused(error) => error.into(),
        }
    }
}

/// Sets the channel `channel` of a package to a release, up (promotion) or down (rollback).
///
/// # Errors
/// [`AdministerError`].
pub async fn promote<H: Objects + Clock>(
    host: &H,
    id: &PackageId,
    channel: &Channel,
    version: &Version,
) -> Result<ChannelsRecord, AdministerError> {
    let now = host.now();
    let channels = update(
        host,
        &Key::Channels(id),
        |channels: Option<&ChannelsRecord>| {
            let mut channels = channels
                .ok_or_else(|| AdministerError::NoPackage(id.clone()))?
                .clone();
            let changed = channels.promote(channel, version, now)?;
            Ok::<_, AdministerError>(if changed {
                Change::Write(channels)
            } else {
                Change::Keep
            })
        },
    )
    .await?;
    refresh_catalogue(host, id).await?;
    channels.ok_or_else(|| AdministerError::NoPackage(id.clone()))
}

/// Withdraws a release: it answers `410`, and channels fall back to an earlier one.
///
/// # Errors
/// [`AdministerError`].
pub async fn yank<H: Objects + Clock>(
    host: &H,
    id: &PackageId,
    version: &Version,
    reason: &str,
) -> Result<ReleaseRecord, AdministerError> {
    let yank = Yank {
        reason: reason.to_owned(),
        at: host.now(),
    };
    set_yanked(host, id, version, Some(yank)).await
}

/// Takes back the withdrawal of a release.
///
/// # Errors
/// [`AdministerError`].
pub async fn restore<H: Objects + Clock>(
    host: &H,
    id: &PackageId,
    version: &Version,
) -> Result<ReleaseRecord, AdministerError> {
    set_yanked(host, id, version, None).await
}

async fn set_yanked<H: Objects + Clock>(
    host: &H,
    id: &PackageId,
    version: &Version,
    yank: Option<Yank>,
) -> Result<ReleaseRecord, AdministerError> {
    // A channel never names a release whose archive is refused: it is left before the release is
    // withdrawn, and comes back after it is restored.
    let missing = || AdministerError::NoRelease(version.clone());
    if yank.is_some() {
        let channels = withdrawn::mark(host, id, version, true).await?;
        let channels = channels.ok_or_else(|| AdministerError::NoPackage(id.clone()))?;
        channels.find(version).ok_or_else(missing)?;
    }
    set_on_release(host, id, version, yank.as_ref()).await?;
    // Two admins may have said different things at once: what the release says holds for both.
    let release = withdrawn::follow(host, id, version).await?;
    let release = release.ok_or_else(missing)?;
    refresh_catalogue(host, id).await?;
    Ok(release)
}

async fn set_on_release<H: Objects + Clock>(
    host: &H,
    id: &PackageId,
    version: &Version,
    yank: Option<&Yank>,
) -> Result<ReleaseRecord, AdministerError> {
    let missing = || AdministerError::NoRelease(version.clone());
    let key = Key::Release(id, version);
    let release = update(host, &key, |release: Option<&ReleaseRecord>| {
        let mut release = release.ok_or_else(missing)?.clone();
        if release.yanked.is_some() == yank.is_some() {
            return Ok(Change::Keep);
        }
        release.yanked = yank.cloned();
        Ok::<_, AdministerError>(Change::Write(release))
    })
    .await?;
    release.ok_or_else(missing)
}
