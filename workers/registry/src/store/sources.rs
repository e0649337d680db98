//! Which release on GitHub became which release here.

use std::convert::Infallible;

use edge::{Clock, Objects};

use super::{Change, StoreError, UpdateError, read, update};
use crate::{
    Key, PackageId, ReleaseRecord, Repository, SourceRecord, Version,
    record::{SCHEMA, Said},
};

/// A release on GitHub, by what is known of it here.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// What was heard of it.
    pub record: SourceRecord,
    /// What it was published as, if it was and that still belongs to it.
    pub release: Option<ReleaseRecord>,
}

/// Notes what is `said` of the release `number` of `repository` on GitHub. From then on it is known
/// here, and whoever publishes it takes over what was said since.
///
/// # Errors
/// [`StoreError`].
pub async fn hear_of_source<H: Objects + Clock>(
    host: &H,
    repository: &Repository,
    number: u64,
    said: &Said,
) -> Result<(), StoreError> {
    change(host, repository, number, |source| source.take_over(said)).await
}

/// Notes that the release `number` of `repository` on GitHub was published as `version` of `id`.
///
/// # Errors
/// [`StoreError`].
pub async fn remember_source<H: Objects + Clock>(
    host: &H,
    repository: &Repository,
    number: u64,
    id: &PackageId,
    version: &Version,
) -> Result<(), StoreError> {
    change(host, repository, number, |source| {
        let (id, version) = (Some(id.clone()), Some(version.clone()));
        let is_news = source.id != id || source.version != version;
        (source.id, source.version) = (id, version);
        is_news
    })
    .await
}

async fn change<H: Objects + Clock>(
    host: &H,
    repository: &Repository,
    number: u64,
    mut change: impl FnMut(&mut SourceRecord) -> bool,
) -> Result<(), StoreError> {
    let key = Key::Source(repository, number);
    let changed = update(host, &key, |known: Option<&SourceRecord>| {
        let mut source = known.cloned().unwrap_or_default();
        source.schema = SCHEMA;
        Ok::<_, Infallible>(match change(&mut source) {
            true => Change::Write(source),
            false => Change::Keep,
        })
    })
    .await;
    match changed {
        Ok(_) => Ok(()),
        Err(UpdateError::Store(error)) => Err(error),
        Err(UpdateError::Refused(never)) => match never {},
    }
}

/// What is known of the release `number` of `repository` on GitHub; `None` where nobody ever heard
/// of it.
///
/// What it was published as is its own no more where another repository owns the package, or where
/// another release on GitHub was published since as the same version.
///
/// # Errors
/// [`StoreError`].
pub async fn source<O: Objects>(
    store: &O,
    repository: &Repository,
    number: u64,
) -> Result<Option<Source>, StoreError> {
    let source = read::<SourceRecord, _>(store, &Key::Source(repository, number)).await?;
    let Some(record) = source.map(|source| source.record) else {
        return Ok(None);
    };
    let (Some(id), Some(version)) = (&record.id, &record.version) else {
        let release = None;
        return Ok(Some(Source { record, release }));
    };
    let release = read::<ReleaseRecord, _>(store, &Key::Release(id, version)).await?;
    let release = release.map(|release| release.record);
    let release = release.filter(|release| {
        release.repository.is_same_as(repository)
            && release.source.is_none_or(|origin| origin.number == number)
    });
    Ok(Some(Source { record, release }))
}
