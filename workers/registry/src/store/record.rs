//! One record, read or written.

use edge::{
    Bytes, Objects, Timestamp,
    objects::{self, Condition, Get, Got, ObjectError, Put, Written},
};

use super::StoreError;
use crate::{Key, Record};

/// Largest record, in bytes.
const MAX_RECORD: u64 = 16 << 20;

/// A record and the entity tag that it was read under.
#[derive(Debug, Clone)]
pub struct Versioned<R> {
    /// The record.
    pub record: R,
    /// The entity tag of the object that holds it.
    pub etag: String,
}

/// Reads the record at `key`; `None` where there is none.
///
/// # Errors
/// [`StoreError`].
pub async fn read<R: Record, O: Objects>(
    store: &O,
    key: &Key<'_>,
) -> Result<Option<Versioned<R>>, StoreError> {
    let path = key.path();
    match read_bytes(store, &path).await? {
        Some((bytes, etag)) => Ok(Some(Versioned {
            record: decode(path, &bytes)?,
            etag,
        })),
        None => Ok(None),
    }
}

/// A record next to what was known of it.
#[derive(Debug, Clone)]
pub enum Refreshed<R> {
    /// It is the one that was known.
    Same,
    /// It is another one, or none was known.
    Now(Versioned<R>),
    /// There is none.
    Missing,
}

/// Reads the record at `key`, unless it still has the entity tag `known`.
///
/// # Errors
/// [`StoreError`].
pub async fn refresh<R: Record, O: Objects>(
    store: &O,
    key: &Key<'_>,
    known: Option<&str>,
) -> Result<Refreshed<R>, StoreError> {
    let path = key.path();
    let get = Get {
        unless_etag: known.map(str::to_owned),
        range: None,
    };
    match store.object_get(&path, get).await? {
        Got::Missing => Ok(Refreshed::Missing),
        Got::Unchanged(_) => Ok(Refreshed::Same),
        Got::Found(object) => {
            let bytes = object.body.bytes(MAX_RECORD).await;
            let bytes = bytes.map_err(ObjectError::from)?;
            Ok(Refreshed::Now(Versioned {
                record: decode(path, &bytes)?,
                etag: object.meta.etag,
            }))
        }
    }
}

/// The bytes of the record at `path`, and its entity tag.
pub(super) async fn read_bytes<O: Objects>(
    store: &O,
    path: &str,
) -> Result<Option<(Bytes, String)>, StoreError> {
    let stored = objects::read(store, path, MAX_RECORD).await?;
    Ok(stored.map(|stored| (stored.bytes, stored.meta.etag)))
}

/// The record of which these are the bytes.
pub(super) fn decode<R: Record>(key: String, bytes: &[u8]) -> Result<R, StoreError> {
    R::decode(bytes).map_err(|cause| StoreError::Corrupt { key, cause })
}

/// Writes `record` to `key` under `condition`, to cease to exist at `expires`. Answers the new
/// entity tag, or `None` where the condition did not hold.
///
/// # Errors
/// [`StoreError`]. After a failure of the store the record may be written all the same.
pub async fn write<R: Record, O: Objects>(
    store: &O,
    key: &Key<'_>,
    record: &R,
    condition: Condition,
    expires: Option<Timestamp>,
) -> Result<Option<String>, StoreError> {
    write_bytes(store, key, record.encode(), condition, expires).await
}

/// The same of bytes.
pub(super) async fn write_bytes<O: Objects>(
    store: &O,
    key: &Key<'_>,
    bytes: Vec<u8>,
    condition: Condition,
    expires: Option<Timestamp>,
) -> Result<Option<String>, StoreError> {
    let put = Put {
        condition,
        content_type: Some(key.content_type()),
        cache_control: Some(key.cache().header()),
        expires,
        ..Put::default()
    };
    if bytes.len() as u64 > MAX_RECORD {
        return Err(StoreError::TooLarge { key: key.path() });
    }
    match store.object_write(&key.path(), bytes.into(), put).await? {
        Written::Stored(meta) => Ok(Some(meta.etag)),
        Written::Refused => Ok(None),
    }
}

/// Creates the record at `key` unless one is there already; whether it was created.
///
/// # Errors
/// [`StoreError`]. After a failure of the store the record may be there all the same.
pub async fn create<R: Record, O: Objects>(
    store: &O,
    key: &Key<'_>,
    record: &R,
) -> Result<bool, StoreError> {
    let written = write(store, key, record, Condition::Absent, None).await?;
    Ok(written.is_some())
}
