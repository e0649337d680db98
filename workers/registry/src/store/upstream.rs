//! What a publisher does to a release where it came from, once it is published here.

use std::convert::Infallible;

use edge::{Clock, Objects, Timestamp};

use super::{
    AdministerError, Change, StoreError, UpdateError,
    administer::{self, Word},
    read, refresh_catalogue, update, withdrawn,
};
use crate::{
    Actor, Channel, DeliveryId, Key, PackageId, ReleaseRecord, Repository, SourceRecord, Version,
    Yank,
};

/// What the publisher says of a release now.
#[derive(Debug, Clone)]
pub struct Upstream<'a> {
    /// Whether it is marked as a prerelease.
    pub prerelease: bool,
    /// Where its notes can be read, an http or https URL.
    pub notes_url: Option<&'a str>,
    /// The delivery that says so.
    pub delivery: &'a DeliveryId,
}

/// What following the publisher did.
#[derive(Debug, Clone, PartialEq)]
pub enum Followed {
    /// What is told of the release is up to date; no channel serves anything else.
    Described,
    /// This delivery made a finished release of a prerelease, and `stable` serves it.
    Finished(Box<ReleaseRecord>),
    /// It is a prerelease now, which `stable` does not serve.
    Unfinished,
}

/// Notes that the release `number` of `repository` on GitHub was published as `source`.
///
/// # Errors
/// [`StoreError`].
pub async fn remember_source<H: Objects + Clock>(
    host: &H,
    repository: &Repository,
    number: u64,
    source: &SourceRecord,
) -> Result<(), StoreError> {
    let key = Key::Source(repository, number);
    let written = update(host, &key, |known: Option<&SourceRecord>| {
        Ok::<_, Infallible>(match known {
            Some(known) if known == source => Change::Keep,
            _ => Change::Write(source.clone()),
        })
    })
    .await;
    match written {
        Ok(_) => Ok(()),
        Err(UpdateError::Store(error)) => Err(error),
        Err(UpdateError::Refused(never)) => match never {},
    }
}

/// What the release `number` of `repository` on GitHub was published as, if it was and still
/// belongs to that repository.
///
/// # Errors
/// [`StoreError`].
pub async fn published_source<O: Objects>(
    store: &O,
    repository: &Repository,
    number: u64,
) -> Result<Option<ReleaseRecord>, StoreError> {
    let source = read::<SourceRecord, _>(store, &Key::Source(repository, number)).await?;
    let Some(source) = source.map(|source| source.record) else {
        return Ok(None);
    };
    let key = Key::Release(&source.id, &source.version);
    let release = read::<ReleaseRecord, _>(store, &key).await?;
    let release = release.map(|release| release.record);
    Ok(release.filter(|release| release.repository.is_same_as(repository)))
}

/// Withdraws a release because its publisher did, as was heard at `heard`, unless it is withdrawn
/// already.
///
/// # Errors
/// [`AdministerError`].
pub async fn withdraw<H: Objects + Clock>(
    host: &H,
    release: &ReleaseRecord,
    reason: &str,
    heard: Timestamp,
) -> Result<(), AdministerError> {
    let word = Word::Withdraw(Yank {
        reason: reason.to_owned(),
        at: heard,
        upstream: true,
    });
    let (id, version) = (&release.id, &release.version);
    administer::set_yanked(host, id, version, &word, &author(release)).await?;
    Ok(())
}

fn author(release: &ReleaseRecord) -> Actor {
    Actor::Author {
        repository: release.repository.clone(),
    }
}

/// Takes back what [`withdraw`] did, because the publisher published the release again, as was heard
/// at `heard`. What an admin withdrew, or the publisher since, stays withdrawn. Returns the release
/// as it stands now.
///
/// # Errors
/// [`AdministerError`].
pub async fn publish_again<H: Objects + Clock>(
    host: &H,
    release: &ReleaseRecord,
    heard: Timestamp,
) -> Result<ReleaseRecord, AdministerError> {
    let yank = release.yanked.as_ref();
    if !yank.is_some_and(|yank| yank.is_lifted_by_publishing(heard)) {
        return Ok(release.clone());
    }
    let (id, version) = (&release.id, &release.version);
    let word = Word::PublishedAgain(heard);
    let done = administer::set_yanked(host, id, version, &word, &author(release)).await?;
    Ok(done.record)
}

/// Makes a release what its publisher says of it. May be repeated after any failure.
///
/// # Errors
/// [`AdministerError`].
pub async fn follow_publisher<H: Objects + Clock>(
    host: &H,
    id: &PackageId,
    version: &Version,
    upstream: &Upstream<'_>,
) -> Result<Followed, AdministerError> {
    let release = describe(host, id, version, upstream).await?;
    let (now, stable) = (host.now(), Channel::stable());
    let finished = !release.prerelease && !version.is_prerelease();
    let belongs_on_stable = release.channel == stable;
    let by_this = |delivery: &Option<DeliveryId>| delivery.as_ref() == Some(upstream.delivery);
    // What only an admin put on stable is the admin's to take from it.
    let came_to_stable =
        belongs_on_stable || (release.finished_by.is_some() && !version.is_prerelease());
    let leaves_stable = came_to_stable && by_this(&release.unfinished_by);
    let channels = withdrawn::change(host, id, |channels| {
        let renewed = channels.renew(release.summary());
        let moved = match (finished, belongs_on_stable) {
            (true, true) => channels.put_back(version),
            (true, false) => channels.finish(version, now),
            (false, _) => leaves_stable && channels.unfinish(version, now),
        };
        renewed || moved
    })
    .await?;
    withdrawn::follow(host, id, version).await?;
    refresh_catalogue(host, id).await?;
    let served = channels
        .as_ref()
        .and_then(|channels| channels.served(&stable));
    let is_served = served.is_some_and(|served| served.version == *version);
    Ok(match (finished, is_served) {
        (false, false) => Followed::Unfinished,
        (true, true) if by_this(&release.finished_by) => Followed::Finished(Box::new(release)),
        _ => Followed::Described,
    })
}

/// Takes over into the release's own record what its publisher says.
async fn describe<H: Objects + Clock>(
    host: &H,
    id: &PackageId,
    version: &Version,
    upstream: &Upstream<'_>,
) -> Result<ReleaseRecord, AdministerError> {
    let missing = || AdministerError::NoRelease(version.clone());
    let key = Key::Release(id, version);
    let release = update(host, &key, |release: Option<&ReleaseRecord>| {
        let release = release.ok_or_else(missing)?;
        let mut described = release.clone();
        if release.prerelease && !upstream.prerelease {
            described.finished_by = Some(upstream.delivery.clone());
        }
        if !release.prerelease && upstream.prerelease {
            described.unfinished_by = Some(upstream.delivery.clone());
        }
        described.prerelease = upstream.prerelease;
        if let Some(notes_url) = upstream.notes_url {
            described.notes_url = Some(notes_url.to_owned());
        }
        Ok::<_, AdministerError>(if described == *release {
            Change::Keep
        } else {
            Change::Write(described)
        })
    })
    .await?;
    release.ok_or_else(missing)
}
