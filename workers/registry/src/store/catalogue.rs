//! Keeping the catalogue in step with the packages' own records.

use std::convert::Infallible;

use edge::{Clock, Objects};

use super::{Change, StoreError, UpdateError, read, update};
use crate::{Catalogue, CatalogueEntry, ChannelsRecord, Key, PackageId, PackageRecord};

/// Puts the package `id` into the catalogue as its own records describe it.
///
/// # Errors
/// [`StoreError`].
pub async fn refresh_catalogue<O: Objects + Clock>(
    store: &O,
    id: &PackageId,
) -> Result<(), StoreError> {
    let package = read::<PackageRecord, _>(store, &Key::Package(id)).await?;
    let channels = read::<ChannelsRecord, _>(store, &Key::Channels(id)).await?;
    let (Some(package), Some(channels)) = (package, channels) else {
        return Ok(());
    };
    let entry = CatalogueEntry::new(&package.record, &channels.record);
    let written = update(store, &Key::Catalogue, |catalogue: Option<&Catalogue>| {
        let mut catalogue = catalogue.cloned().unwrap_or_default();
        let changed = catalogue.put(entry.clone());
        Ok::<_, Infallible>(if changed {
            Change::Write(catalogue)
        } else {
            Change::Keep
        })
    })
    .await;
    match written {
        Ok(_) => Ok(()),
        Err(UpdateError::Store(error)) => Err(error),
        Err(UpdateError::Refused(never)) => match never {},
    }
}
