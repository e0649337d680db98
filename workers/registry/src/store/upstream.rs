//! What a publisher does to a release where it came from, once it is published here.

use edge::{Clock, Objects, Timestamp};

use super::{
    AdministerError, Change,
    administer::{self, Word},
    refresh_catalogue, update, withdrawn,
};
use crate::{
    Actor, Channel, DeliveryId, Generation, Key, PackageId, ReleaseRecord, Version, Yank,
    record::Origin,
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
    /// When it came: what is older than what was said last changes nothing.
    pub heard: Timestamp,
}

/// What following the publisher did.
#[derive(Debug, Clone, PartialEq)]
pub enum Followed {
    /// What is told of the release is up to date; no channel serves anything else.
    Described,
    /// This delivery made a finished release of a prerelease.
    Finished {
        /// The release.
        release: Box<ReleaseRecord>,
        /// Where `stable` goes on serving a newer one, the generations of Foundry that it is a fix
        /// for.
        cores: Vec<Generation>,
    },
    /// It is a prerelease now, which `stable` does not serve.
    Unfinished,
}

/// Withdraws a release because its publisher did, as was heard at `heard`, unless it is withdrawn
/// already. Returns the release as it stands now.
///
/// # Errors
/// [`AdministerError`].
pub async fn withdraw<H: Objects + Clock>(
    host: &H,
    release: &ReleaseRecord,
    reason: &str,
    heard: Timestamp,
) -> Result<ReleaseRecord, AdministerError> {
    let yank = Yank {
        reason: reason.to_owned(),
        at: heard,
        upstream: true,
    };
    let word = Word::Withdraw(yank, None);
    let (id, version) = (&release.id, &release.version);
    let done = administer::set_yanked(host, id, version, &word, &author(release)).await?;
    Ok(done.record)
}

/// Notes that a published release belongs to the release `origin` on GitHub, unless another one was
/// published there since with the same content. Returns the release as it stands now.
///
/// # Errors
/// [`AdministerError`].
pub async fn belongs_to<H: Objects + Clock>(
    host: &H,
    release: &ReleaseRecord,
    origin: Origin,
) -> Result<ReleaseRecord, AdministerError> {
    let key = Key::Release(&release.id, &release.version);
    let missing = || AdministerError::NoRelease(release.version.clone());
    let known = update(host, &key, |known: Option<&ReleaseRecord>| {
        let known = known.ok_or_else(missing)?;
        let is_later = |known: Origin| known == origin || known.heard_at > origin.heard_at;
        if known.source.is_some_and(is_later) {
            return Ok(Change::Keep);
        }
        let mut known = known.clone();
        known.source = Some(origin);
        Ok::<_, AdministerError>(Change::Write(known))
    })
    .await?;
    known.ok_or_else(missing)
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
    let mut cores = Vec::new();
    let channels = withdrawn::change(host, id, |channels| {
        let others = channels.without(version);
        cores = others.fixes(version, &release.compatibility);
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
    let is_news = is_served || !cores.is_empty();
    Ok(match finished {
        false if !is_served => Followed::Unfinished,
        true if is_news && by_this(&release.finished_by) => Followed::Finished {
            release: Box::new(release),
            cores,
        },
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
        if release
            .followed_at
            .is_some_and(|last| last > upstream.heard)
        {
            return Ok(Change::Keep);
        }
        let mut described = release.clone();
        described.followed_at = Some(upstream.heard);
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
