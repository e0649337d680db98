//! Keeping the channels in step with whether a release is withdrawn.

use std::convert::Infallible;

use edge::{Clock, Objects};

use super::{Change, StoreError, UpdateError, read, update};
use crate::{ChannelsRecord, Key, PackageId, ReleaseRecord, Version};

/// Marks a release on its package's channels as withdrawn or not. Answers the channels as they
/// stand then; a release or package that is not there changes nothing.
pub(super) async fn mark<H: Objects + Clock>(
    host: &H,
    id: &PackageId,
    version: &Version,
    yanked: bool,
) -> Result<Option<ChannelsRecord>, StoreError> {
    let key = Key::Channels(id);
    let marked = update(host, &key, |channels: Option<&ChannelsRecord>| {
        let mut channels = channels.cloned();
        let changed = channels
            .as_mut()
            .is_some_and(|channels| channels.set_yanked(version, yanked));
        Ok::<_, Infallible>(match channels {
            Some(channels) if changed => Change::Write(channels),
            _ => Change::Keep,
        })
    })
    .await;
    marked.map_err(|error| match error {
        UpdateError::Store(error) => error,
        UpdateError::Refused(never) => match never {},
    })
}

/// Makes the channels say of a release what its own record says, which others may have changed
/// meanwhile. Answers that record; `None` where there is no such release.
pub(super) async fn follow<H: Objects + Clock>(
    host: &H,
    id: &PackageId,
    version: &Version,
) -> Result<Option<ReleaseRecord>, StoreError> {
    let release = read::<ReleaseRecord, _>(host, &Key::Release(id, version)).await?;
    let release = release.map(|release| release.record);
    if let Some(release) = &release {
        mark(host, id, version, release.yanked.is_some()).await?;
    }
    Ok(release)
}
