//! Setting a generation of Foundry to a release.

use edge::{Clock, Objects};

use super::{AdministerError, Administered, Change, note_action, refresh_catalogue, update};
use crate::{Actor, ChannelsRecord, Generation, Key, PackageId, Version, record::Deed};

/// Sets what a generation of Foundry is served, up or down, in the name of `by`; with `None` it
/// follows `stable` again. May be repeated.
///
/// # Errors
/// As [`super::promote`].
pub async fn set_core<H: Objects + Clock>(
    host: &H,
    id: &PackageId,
    generation: Generation,
    version: Option<&Version>,
    by: &Actor,
) -> Result<Administered<ChannelsRecord>, AdministerError> {
    let now = host.now();
    let mut has_changed = false;
    let missing = || AdministerError::NoPackage(id.clone());
    let channels = update(
        host,
        &Key::Channels(id),
        |channels: Option<&ChannelsRecord>| {
            let mut channels = channels.ok_or_else(missing)?.clone();
            let changed = channels.set_core(generation, version, now)?;
            has_changed |= changed;
            Ok::<_, AdministerError>(if changed {
                Change::Write(channels)
            } else {
                Change::Keep
            })
        },
    )
    .await?;
    let deed = Deed::SetCore {
        generation,
        version: version.cloned(),
    };
    note_action(host, id, by, deed, has_changed).await?;
    refresh_catalogue(host, id).await?;
    Ok(Administered {
        record: channels.ok_or_else(missing)?,
        changed: has_changed,
    })
}
