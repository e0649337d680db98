//! What an admin may do to published releases.

use edge::{Clock, Objects, Timestamp};

use super::{Change, StoreError, UpdateError, note_action, refresh_catalogue, update, withdrawn};
use crate::{
    Channel, ChannelsRecord, Key, PackageId, PromoteError, ReleaseRecord, Version, Yank,
    record::{Actor, Deed},
};

/// What an admin's change came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Administered<R> {
    /// The record as it stands now.
    pub record: R,
    /// Whether it was otherwise before.
    pub changed: bool,
}

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
    /// Others changed what was decided on after it was looked at.
    #[error("it was changed by others meanwhile; look at it again")]
    Changed,
}

impl<E: Into<AdministerError>> From<UpdateError<E>> for AdministerError {
    fn from(error: UpdateError<E>) -> Self {
        match error {
            UpdateError::Store(error) => Self::Store(error),
            UpdateError::Refused(error) => error.into(),
        }
    }
}

/// Sets the channel `channel` of a package to a release, up (promotion) or down (rollback), in the
/// name of `by`. May be repeated.
///
/// Where it is told which revision of the channels the decision was made on (`seen`), a change of any
/// other is refused.
///
/// # Errors
/// [`AdministerError`]. After a failure of the store the change may be made, and not noted yet.
pub async fn promote<H: Objects + Clock>(
    host: &H,
    id: &PackageId,
    channel: &Channel,
    version: &Version,
    by: &Actor,
    seen: Option<u64>,
) -> Result<Administered<ChannelsRecord>, AdministerError> {
    let now = host.now();
    let (mut has_changed, mut from) = (false, None);
    let channels = update(
        host,
        &Key::Channels(id),
        |channels: Option<&ChannelsRecord>| {
            let mut channels = channels
                .ok_or_else(|| AdministerError::NoPackage(id.clone()))?
                .clone();
            let before = channels.channels.get(channel);
            let before = before.map(|head| head.version.clone());
            let revision = channels.revision;
            if !channels.promote(channel, version, now)? {
                return Ok(Change::Keep);
            }
            if seen.is_some_and(|seen| seen != revision) {
                return Err(AdministerError::Changed);
            }
            (has_changed, from) = (true, before);
            Ok(Change::Write(channels))
        },
    )
    .await?;
    let deed = Deed::Promote {
        channel: channel.clone(),
        from,
        version: version.clone(),
    };
    note_action(host, id, by, deed, has_changed).await?;
    refresh_catalogue(host, id).await?;
    Ok(Administered {
        record: channels.ok_or_else(|| AdministerError::NoPackage(id.clone()))?,
        changed: has_changed,
    })
}

/// Withdraws a release in the name of `by`: it answers `410`, and channels fall back to an earlier
/// one. May be repeated; the first reason stands, but takes the place of its publisher's. `seen` is as
/// for [`promote`].
///
/// # Errors
/// As [`promote`].
pub async fn yank<H: Objects + Clock>(
    host: &H,
    id: &PackageId,
    version: &Version,
    reason: &str,
    by: &Actor,
    seen: Option<u64>,
) -> Result<Administered<ReleaseRecord>, AdministerError> {
    let yank = Yank {
        reason: reason.to_owned(),
        at: host.now(),
        upstream: false,
    };
    set_yanked(host, id, version, &Word::Withdraw(yank, seen), by).await
}

/// Takes back the withdrawal of a release in the name of `by`. May be repeated. `seen` is as for
/// [`promote`].
///
/// # Errors
/// As [`promote`].
pub async fn restore<H: Objects + Clock>(
    host: &H,
    id: &PackageId,
    version: &Version,
    by: &Actor,
    seen: Option<u64>,
) -> Result<Administered<ReleaseRecord>, AdministerError> {
    set_yanked(host, id, version, &Word::Restore(seen), by).await
}

/// What somebody says of whether a release is withdrawn.
pub(super) enum Word {
    /// It is from now on. Whoever says so may have looked at a revision of the channels.
    Withdraw(Yank, Option<u64>),
    /// It is not, whoever withdrew it. Whoever says so may have looked at a revision, too.
    Restore(Option<u64>),
    /// Its publisher published it, as was heard at this time: it is not, if the publisher withdrew
    /// it before that.
    PublishedAgain(Timestamp),
}

impl Word {
    /// Whether it counts against what is known.
    fn changes(&self, known: Option<&Yank>) -> bool {
        match (self, known) {
            (Self::Withdraw(..), None) | (Self::Restore(_), Some(_)) => true,
            // The first reason stands, but its publisher can take back only what is the publisher's.
            (Self::Withdraw(yank, _), Some(known)) => known.upstream && !yank.upstream,
            (Self::PublishedAgain(at), Some(known)) => known.is_lifted_by_publishing(*at),
            (_, None) => false,
        }
    }

    /// What is known from then on.
    const fn yank(&self) -> Option<&Yank> {
        match self {
            Self::Withdraw(yank, _) => Some(yank),
            Self::Restore(_) | Self::PublishedAgain(_) => None,
        }
    }
}

pub(super) async fn set_yanked<H: Objects + Clock>(
    host: &H,
    id: &PackageId,
    version: &Version,
    word: &Word,
    by: &Actor,
) -> Result<Administered<ReleaseRecord>, AdministerError> {
    // A channel never names a release whose archive is refused: it is left before the release is
    // withdrawn, and comes back after it is restored.
    let missing = || AdministerError::NoRelease(version.clone());
    if let Word::Withdraw(_, seen) = word {
        let channels = withdrawn::mark(host, id, version, *seen).await?;
        let channels = channels.ok_or_else(|| AdministerError::NoPackage(id.clone()))?;
        channels.find(version).ok_or_else(missing)?;
    }
    let meant = match word {
        Word::Restore(Some(seen)) => Some(withdrawn::at_revision(host, id, version, *seen).await?),
        _ => None,
    };
    let changed = set_on_release(host, id, version, word, meant.as_ref()).await?;
    // Two admins may have said different things at once: what the release says holds for both.
    let release = withdrawn::follow(host, id, version).await?;
    let record = release.ok_or_else(missing)?;
    let version = version.clone();
    let deed = match word.yank() {
        Some(Yank { reason, .. }) => Deed::Yank {
            version,
            reason: reason.clone(),
        },
        None => Deed::Restore { version },
    };
    // What did not count is no deed; what was done before may not have been noted then.
    if changed || record.yanked.is_some() == word.yank().is_some() {
        note_action(host, id, by, deed, changed).await?;
    }
    refresh_catalogue(host, id).await?;
    Ok(Administered { record, changed })
}

/// Says on the release's own record whether it is withdrawn; whether it was otherwise before. Where one
/// withdrawal, or none, is `meant`, another stays.
async fn set_on_release<H: Objects + Clock>(
    host: &H,
    id: &PackageId,
    version: &Version,
    word: &Word,
    meant: Option<&Option<Yank>>,
) -> Result<bool, AdministerError> {
    let mut changed = false;
    let missing = || AdministerError::NoRelease(version.clone());
    let key = Key::Release(id, version);
    update(host, &key, |release: Option<&ReleaseRecord>| {
        let mut release = release.ok_or_else(missing)?.clone();
        if !word.changes(release.yanked.as_ref()) {
            return Ok(Change::Keep);
        }
        if meant.is_some_and(|meant| *meant != release.yanked) {
            return Err(AdministerError::Changed);
        }
        release.yanked = word.yank().cloned();
        changed = true;
        Ok(Change::Write(release))
    })
    .await?;
    Ok(changed)
}
