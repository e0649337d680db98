//! The archive as it came from upstream, kept in the store until the delivery is done.

use std::ops::Range;

use archive::{Directory, Limits, ManifestEntry};
use edge::{
    Body, Bytes, Clock, Objects, Timestamp,
    objects::{Get, Got, Put, Written},
};
use registry::{
    DeliveryId, Failure, Key,
    record::{Staged, StagedFrom},
};

use crate::{failure::StepError, hashing::tallied};

/// Largest manifest, in bytes.
const MAX_MANIFEST: u64 = registry::MAX_MANIFEST as u64;

/// Stores `body` as what the delivery has fetched `from` somewhere; `what` names it in messages.
///
/// # Errors
/// [`StepError`] where the body breaks off or the store fails.
pub async fn store<H: Objects + Clock>(
    host: &H,
    delivery: &DeliveryId,
    from: StagedFrom,
    what: &str,
    body: Body,
) -> Result<Staged, StepError> {
    let key = Key::Staged(delivery);
    let (body, tally) = tallied(body);
    let put = Put {
        content_type: Some(key.content_type()),
        expires: expiry(host.now(), &key),
        ..Put::default()
    };
    let written = host.object_put(&key.path(), body, put).await;
    match written.map_err(|error| in_words(what, error))? {
        Written::Stored(meta) if meta.size == tally.bytes() => Ok(Staged {
            from,
            size: meta.size,
            sha256: Some(tally.digest()),
            etag: meta.etag,
            vouched: false,
        }),
        Written::Stored(_) | Written::Refused => {
            let message = format!("{what} was not stored whole");
            Err(StepError::transient("store", message))
        }
    }
}

/// When an object at `key` that is written `now` may cease to exist.
pub fn expiry(now: Timestamp, key: &Key<'_>) -> Option<Timestamp> {
    let milliseconds = i64::try_from(key.lifetime()?).ok()?.checked_mul(1000)?;
    Some(now.plus(milliseconds))
}

fn in_words(what: &str, error: edge::objects::ObjectError) -> StepError {
    match error {
        edge::objects::ObjectError::Body(error) => StepError::body(what, &error),
        other => other.into(),
    }
}

/// A staged archive whose directory has been read.
pub struct Inspected {
    /// Its central directory.
    pub directory: Directory,
    /// Which entry is the manifest.
    pub manifest: ManifestEntry,
    /// The manifest's bytes.
    pub manifest_bytes: Vec<u8>,
}

/// Why a staged archive is not a package.
pub enum NotAPackage {
    /// It is a sound archive without a manifest.
    NoManifest(Failure),
    /// Anything else.
    Step(StepError),
}

impl From<StepError> for NotAPackage {
    fn from(error: StepError) -> Self {
        Self::Step(error)
    }
}

impl From<archive::Error> for NotAPackage {
    fn from(error: archive::Error) -> Self {
        match error {
            archive::Error::NoManifest { .. } => Self::NoManifest(refused(&error)),
            other => Self::Step(refused(&other).into()),
        }
    }
}

/// A refused archive, in the words of the crate that refused it.
pub fn refused(error: &archive::Error) -> Failure {
    Failure::new("archive", error.to_string())
}

/// Why the staged archive `source` is not gone on with: one that nobody has vouched for may have been
/// damaged on its way from GitHub, so that another fetch may mend it.
pub fn refusal(source: &Staged, error: &archive::Error) -> StepError {
    let failure = refused(error);
    match (error, &source.from) {
        (archive::Error::Damaged { .. }, StagedFrom::Asset { .. } | StagedFrom::Source)
            if !source.vouched =>
        {
            StepError::Spoilt(failure)
        }
        _ => failure.into(),
    }
}

/// Whether the staged archive `source` ends as archives do, or was cut off.
///
/// # Errors
/// [`StepError`] where it cannot be read.
pub async fn has_end<O: Objects>(
    objects: &O,
    delivery: &DeliveryId,
    source: &Staged,
) -> Result<bool, StepError> {
    let tail = source.size - archive::tail_len(source.size)..source.size;
    let tail = read(objects, delivery, source, tail).await?;
    let located = archive::locate(source.size, &tail, &Limits::default());
    Ok(!matches!(located, Err(archive::Error::NoEnd { .. })))
}

/// Reads the directory and the manifest of the staged archive `source`.
///
/// # Errors
/// [`NotAPackage`].
pub async fn inspect<O: Objects>(
    objects: &O,
    delivery: &DeliveryId,
    source: &Staged,
) -> Result<Inspected, NotAPackage> {
    let limits = Limits::default();
    let tail = source.size - archive::tail_len(source.size)..source.size;
    let tail = read(objects, delivery, source, tail).await?;
    let location = archive::locate(source.size, &tail, &limits)?;
    let directory = match location.in_tail(&tail) {
        Some(bytes) => Directory::parse(&location, bytes, &limits)?,
        None => {
            let bytes = read(objects, delivery, source, location.range()).await?;
            Directory::parse(&location, &bytes, &limits)?
        }
    };
    let manifest = directory.find_manifest()?;
    let entry = directory
        .entries()
        .get(manifest.index)
        .ok_or_else(|| StepError::from(Failure::new("archive", "the manifest's entry is gone")))?;
    if entry.size().max(entry.compressed_size()) > MAX_MANIFEST {
        let message = format!(
            "the manifest `{}` is larger than {MAX_MANIFEST} bytes",
            entry.name()
        );
        return Err(NotAPackage::Step(Failure::new("manifest", message).into()));
    }
    let bytes = read(objects, delivery, source, entry.read_range()).await?;
    let manifest_bytes = entry.read(&bytes, MAX_MANIFEST);
    let manifest_bytes = manifest_bytes.map_err(|error| refusal(source, &error))?;
    Ok(Inspected {
        directory,
        manifest,
        manifest_bytes,
    })
}

/// The bytes of `range` of the staged archive, in memory.
async fn read<O: Objects>(
    objects: &O,
    delivery: &DeliveryId,
    source: &Staged,
    range: Range<u64>,
) -> Result<Bytes, StepError> {
    let length = range.end - range.start;
    let body = open(objects, delivery, source, range).await?;
    let bytes = body.bytes(length).await;
    bytes.map_err(|error| StepError::body("the staged archive", &error))
}

/// The bytes of `range` of the staged archive, not yet read.
///
/// # Errors
/// [`StepError`] where the store fails, or where another run has staged other bytes since.
pub async fn open<O: Objects>(
    objects: &O,
    delivery: &DeliveryId,
    source: &Staged,
    range: Range<u64>,
) -> Result<Body, StepError> {
    if range.is_empty() {
        return Ok(Body::Empty);
    }
    let path = Key::Staged(delivery).path();
    match objects.object_get(&path, Get::range(range)).await? {
        Got::Found(object) if object.meta.etag == source.etag => Ok(object.body),
        Got::Found(_) | Got::Missing | Got::Unchanged(_) => Err(StepError::StagingLost),
    }
}
