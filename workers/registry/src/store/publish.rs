//! Making a packed release visible, in an order in which nothing half-done can be seen.

use edge::{Clock, Objects};

use super::{Change, StoreError, UpdateError, create, read, update, withdrawn};
use crate::{
    Channel, ChannelsRecord, DeliveryId, IdClaim, Key, Manifest, Ownership, PackageId,
    PackageRecord, ReleaseRecord, Repository, Version,
};

/// Why a packed release was not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The store, or others' changes, stood in the way; it may be tried again.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another repository owns the id, or one that differs only in case.
    #[error("the id {id} belongs to {owner}, the first repository that published it")]
    Owned {
        /// The id as its owner writes it.
        id: PackageId,
        /// The owner.
        owner: Repository,
    },
    /// The version was published before with other content.
    #[error(
        "version {version} is published already with other content, and a version never changes"
    )]
    Exists {
        /// The version.
        version: Version,
    },
    /// The release was to get other content, and has got other content that was asked for later.
    #[error(
        "version {version} was replaced meanwhile by delivery {by}, which came later and stands"
    )]
    Superseded {
        /// The version.
        version: Version,
        /// The later delivery.
        by: DeliveryId,
    },
}

impl From<UpdateError<std::convert::Infallible>> for PublishError {
    fn from(error: UpdateError<std::convert::Infallible>) -> Self {
        match error {
            UpdateError::Store(error) => Self::Store(error),
            UpdateError::Refused(never) => match never {},
        }
    }
}

/// What publishing did.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// The release as it stands in the store.
    pub release: ReleaseRecord,
    /// What the package's channels serve now.
    pub channels: ChannelsRecord,
}

/// Who owns the id `id`, as far as `repository` is concerned.
///
/// # Errors
/// [`StoreError`].
pub async fn ownership<O: Objects>(
    store: &O,
    id: &PackageId,
    repository: &Repository,
) -> Result<Ownership, StoreError> {
    let claim = read::<IdClaim, _>(store, &Key::IdClaim(id)).await?;
    Ok(match claim {
        Some(claim) if is_free(&claim.record, id) => Ownership::Unclaimed,
        Some(claim) => claim.record.ownership(id, repository),
        None => Ownership::Unclaimed,
    })
}

/// Publishes `release`, whose archive and manifest are stored already. May be repeated after any
/// failure, and by several at once: exactly one release of a version comes into being. Where
/// `release` says that it replaces one, it takes the place of the files that are there.
///
/// The order is that of visibility: the claim on the id, the release's facts, the package's facts,
/// the channels (from here on users see it). The catalogue is the caller's to refresh: what is
/// served does not depend on it. So are the files that are served no more ([`forget_replaced`]).
///
/// # Errors
/// [`PublishError`].
pub async fn publish<H: Objects + Clock>(
    host: &H,
    release: &ReleaseRecord,
    manifest: &Manifest,
) -> Result<Published, PublishError> {
    claim(host, release).await?;
    let release = create_release(host, release).await?;
    describe(host, &release, manifest).await?;
    let now = host.now();
    let channels = update(host, &Key::Channels(&release.id), |channels| {
        let mut channels = channels
            .cloned()
            .unwrap_or_else(|| ChannelsRecord::new(release.id.clone(), release.kind));
        let changed = channels.publish(release.summary(), now);
        Ok(if changed {
            Change::Write(channels)
        } else {
            Change::Keep
        })
    })
    .await?;
    let Some(channels) = channels else {
        // A change that always writes leaves a record behind.
        return Err(StoreError::Contended {
            key: Key::Channels(&release.id).path(),
            attempts: 0,
        }
        .into());
    };
    // It may have been withdrawn between its facts and the channels.
    withdrawn::follow(host, &release.id, &release.version).await?;
    Ok(Published { release, channels })
}

/// Whether a repository may still claim an id that only an admin has published so far.
fn is_free(claim: &IdClaim, id: &PackageId) -> bool {
    claim.id == *id && claim.repository.is_direct()
}

async fn claim<H: Objects + Clock>(host: &H, release: &ReleaseRecord) -> Result<(), PublishError> {
    let key = Key::IdClaim(&release.id);
    let claim = IdClaim::new(release.id.clone(), release.repository.clone(), host.now());
    if create(host, &key, &claim).await? {
        return Ok(());
    }
    update(host, &key, |known: Option<&IdClaim>| {
        let free = known.is_none_or(|known| is_free(known, &release.id));
        Ok(if free && !release.repository.is_direct() {
            Change::Write(claim.clone())
        } else {
            Change::Keep
        })
    })
    .await?;
    match ownership(host, &release.id, &release.repository).await? {
        Ownership::Ours | Ownership::Unclaimed => Ok(()),
        Ownership::Other { repository } => Err(PublishError::Owned {
            id: release.id.clone(),
            owner: repository,
        }),
        Ownership::Lookalike { id, repository } => Err(PublishError::Owned {
            id,
            owner: repository,
        }),
    }
}

/// Creates the release's facts, or finds that the same content is published already.
async fn create_release<O: Objects + Clock>(
    store: &O,
    release: &ReleaseRecord,
) -> Result<ReleaseRecord, PublishError> {
    let key = Key::Release(&release.id, &release.version);
    if create(store, &key, release).await? {
        return Ok(release.clone());
    }
    let existing = read::<ReleaseRecord, _>(store, &key).await?;
    match existing {
        Some(existing) if existing.record.packed.sha256 == release.packed.sha256 => {
            Ok(existing.record)
        }
        Some(_) if release.replaced.is_some() => replace(store, &key, release).await,
        Some(_) => Err(PublishError::Exists {
            version: release.version.clone(),
        }),
        None => Err(StoreError::Contended {
            key: key.path(),
            attempts: 1,
        }
        .into()),
    }
}

/// Puts the files of `release` under a version that is published; everything else that is known of
/// it stays.
async fn replace<O: Objects + Clock>(
    store: &O,
    key: &Key<'_>,
    release: &ReleaseRecord,
) -> Result<ReleaseRecord, PublishError> {
    let replaced = update(store, key, |known: Option<&ReleaseRecord>| {
        let Some(known) = known else {
            return Ok(Change::Write(release.clone()));
        };
        if known.packed.sha256 == release.packed.sha256 {
            return Ok(Change::Keep);
        }
        Ok::<_, std::convert::Infallible>(match known.replaced_by(release) {
            Some(replaced) => Change::Write(replaced),
            None => Change::Keep,
        })
    })
    .await?;
    let replaced = replaced.unwrap_or_else(|| release.clone());
    match &replaced.replaced {
        Some(stands) if replaced.packed.sha256 != release.packed.sha256 => {
            Err(PublishError::Superseded {
                version: release.version.clone(),
                by: stands.delivery.clone(),
            })
        }
        _ => Ok(replaced),
    }
}

/// Deletes the files that nobody is served any more: those before the last few that were replaced.
/// May be repeated, until others are to go.
///
/// What is to go is read right before each deletion: others may have put the same files back since.
///
/// # Errors
/// [`StoreError`].
pub async fn forget_replaced<O: Objects>(
    store: &O,
    id: &PackageId,
    version: &Version,
) -> Result<(), StoreError> {
    for is_archive in [true, false] {
        let release = read::<ReleaseRecord, _>(store, &Key::Release(id, version)).await?;
        let Some(gone) = release.and_then(|release| release.record.gone()) else {
            return Ok(());
        };
        let key = match is_archive {
            true => Key::Archive(id, version, &gone),
            false => Key::Manifest(id, version, &gone),
        };
        store.object_delete(&key.path()).await?;
    }
    Ok(())
}

async fn describe<H: Objects + Clock>(
    host: &H,
    release: &ReleaseRecord,
    manifest: &Manifest,
) -> Result<(), PublishError> {
    let now = host.now();
    let channels = read::<ChannelsRecord, _>(host, &Key::Channels(&release.id)).await?;
    let newest = channels.is_none_or(|channels| {
        let served = channels.record.served(&Channel::stable());
        served.is_none_or(|served| release.version.precedence(&served.version).is_ge())
    });
    update(
        host,
        &Key::Package(&release.id),
        |package: Option<&PackageRecord>| {
            let Some(package) = package else {
                let (id, repository) = (release.id.clone(), release.repository.clone());
                let package = PackageRecord::new(id, release.kind, repository, manifest, now);
                return Ok(Change::Write(package));
            };
            let mut package = package.clone();
            let taken_over = package.repository.is_direct() && !release.repository.is_direct();
            if taken_over {
                package.repository = release.repository.clone();
            }
            // A prerelease does not speak for the package, and neither does a fix of an old one.
            let speaks = release.channel.is_stable() && newest;
            let described = speaks && package.describe(manifest, now);
            let changed = taken_over || described;
            Ok(if changed {
                Change::Write(package)
            } else {
                Change::Keep
            })
        },
    )
    .await?;
    Ok(())
}
