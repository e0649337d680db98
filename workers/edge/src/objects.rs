//! The port to the object store, with the semantics of R2: strong read-after-write, conditional
//! writes, ranges, lists by prefix.
//!
//! Every implementation passes the same contract suite (`testkit::contract`).

use std::ops::Range;

use crate::{Body, Bytes, Timestamp, range::ByteRange};

/// Longest key, in bytes (R2's limit).
pub const MAX_KEY: usize = 1024;

/// Most objects in one page of a list (R2's limit).
pub const MAX_PAGE: usize = 1000;

/// Why the object store could not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// The store did not answer, or failed inside. Whether a write took place is unknown.
    #[error("the object store failed: {0}")]
    Unavailable(String),
    /// Where the store is was not said, or not so that it could be understood.
    #[error(transparent)]
    Misconfigured(#[from] crate::ConfigError),
    /// The bytes of a write do not have the announced SHA-256; nothing was stored.
    #[error("the bytes do not have the announced SHA-256")]
    Checksum,
    /// The body of a write broke off, or is not as long as it said; nothing was stored.
    #[error("the body of the write failed: {0}")]
    Body(#[from] crate::BodyError),
    /// A conditional write needs a body of known length; nothing was stored.
    #[error("a conditional write needs a body of known length")]
    LengthRequired,
    /// The range begins at or after the end of the object.
    #[error("the range begins at or after the end of the object, which has {size} bytes")]
    RangeNotSatisfiable {
        /// Size of the object, in bytes.
        size: u64,
    },
    /// The key is empty or longer than [`MAX_KEY`] bytes.
    #[error("the key must have 1 to {MAX_KEY} bytes")]
    Key,
}

/// What the store knows of an object besides its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectMeta {
    /// Its key.
    pub key: String,
    /// Its size, in bytes.
    pub size: u64,
    /// Its entity tag, without quotes; another one whenever the bytes are others. (R2 derives it from
    /// the bytes, so writing the same bytes again may keep it.)
    pub etag: String,
    /// When it was written.
    pub modified: Timestamp,
    /// SHA-256 of its bytes, where the writer announced it.
    pub sha256: Option<[u8; 32]>,
    /// Its media type, as the writer gave it.
    pub content_type: Option<String>,
    /// Its `Cache-Control`, as the writer gave it.
    pub cache_control: Option<String>,
    /// When it ceases to exist.
    pub expires: Option<Timestamp>,
}

/// An object, or the part of it that was asked for.
#[derive(Debug)]
pub struct Object {
    /// Its facts; `size` is that of the whole object.
    pub meta: ObjectMeta,
    /// Which bytes of it `body` holds.
    pub range: Range<u64>,
    /// Those bytes, not yet read, of known length.
    pub body: Body,
}

/// How to read.
#[derive(Debug, Clone, Default)]
pub struct Get {
    /// Only this part.
    pub range: Option<ByteRange>,
    /// Not the body if the object still has this entity tag.
    pub unless_etag: Option<String>,
}

impl Get {
    /// Only the bytes of `range`.
    pub fn range(range: Range<u64>) -> Self {
        Self {
            range: Some(ByteRange::From {
                start: range.start,
                length: Some(range.end.saturating_sub(range.start)),
            }),
            unless_etag: None,
        }
    }
}

/// What a read found.
#[derive(Debug)]
pub enum Got {
    /// No such object (never was, deleted, or expired).
    Missing,
    /// The object still has the entity tag that the reader has.
    Unchanged(ObjectMeta),
    /// The object.
    Found(Object),
}

impl Got {
    /// The object, if it was found.
    pub fn found(self) -> Option<Object> {
        match self {
            Self::Found(object) => Some(object),
            Self::Missing | Self::Unchanged(_) => None,
        }
    }
}

/// When a write may take place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Condition {
    /// Always.
    #[default]
    Always,
    /// Only where no object has the key.
    Absent,
    /// Only where the object with the key has this entity tag.
    Etag(String),
}

/// How to write.
#[derive(Debug, Clone, Default)]
pub struct Put {
    /// When the write may take place.
    pub condition: Condition,
    /// Media type that travels with the object.
    pub content_type: Option<&'static str>,
    /// `Cache-Control` that travels with the object.
    pub cache_control: Option<&'static str>,
    /// SHA-256 that the bytes must have.
    pub sha256: Option<[u8; 32]>,
    /// When the object ceases to exist.
    pub expires: Option<Timestamp>,
}

/// What became of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// The object is stored, durably and visible to every reader.
    Stored(ObjectMeta),
    /// The condition did not hold; nothing was stored.
    Refused,
}

/// One page of a list, in ascending order of keys' bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The objects.
    pub objects: Vec<ObjectMeta>,
    /// Where the next page begins; `None` at the end.
    pub cursor: Option<String>,
}

/// An object store with R2's semantics.
///
/// Method names are prefixed so that one host type can implement every port without ambiguity.
pub trait Objects {
    /// Reads an object, whole or in part.
    ///
    /// # Errors
    /// [`ObjectError::RangeNotSatisfiable`], [`ObjectError::Key`], [`ObjectError::Unavailable`].
    async fn object_get(&self, key: &str, get: Get) -> Result<Got, ObjectError>;

    /// The facts of an object; `None` where there is none.
    ///
    /// # Errors
    /// [`ObjectError::Key`], [`ObjectError::Unavailable`].
    async fn object_head(&self, key: &str) -> Result<Option<ObjectMeta>, ObjectError>;

    /// Writes an object whole. Readers see the old one or the new one, never part of one. A body
    /// of unknown length is taken where the write has no condition.
    ///
    /// # Errors
    /// Any of [`ObjectError`]. After [`ObjectError::Unavailable`] the object may be stored all the
    /// same, so a writer that retries must expect its own earlier write.
    async fn object_put(&self, key: &str, body: Body, put: Put) -> Result<Written, ObjectError>;

    /// The same of `bytes`. Functions that store nothing else are without what streams need.
    ///
    /// # Errors
    /// As [`Objects::object_put`].
    async fn object_write(
        &self,
        key: &str,
        bytes: Bytes,
        put: Put,
    ) -> Result<Written, ObjectError> {
        // Apart, so that no caller's own future grows by it.
        Box::pin(self.object_put(key, bytes.into(), put)).await
    }

    /// The facts of at most `limit` (≤ [`MAX_PAGE`]) objects whose keys begin with `prefix`, from
    /// `cursor` on. Metadata in `sha256`, `content_type`, `cache_control` and `expires` may be left
    /// out; expired objects are.
    ///
    /// # Errors
    /// [`ObjectError::Unavailable`].
    async fn object_list(
        &self,
        prefix: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, ObjectError>;

    /// Deletes an object; deleting what is not there is no error.
    ///
    /// # Errors
    /// [`ObjectError::Key`], [`ObjectError::Unavailable`].
    async fn object_delete(&self, key: &str) -> Result<(), ObjectError>;
}

/// A small object, read whole into memory.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its facts.
    pub meta: ObjectMeta,
    /// Its bytes.
    pub bytes: Bytes,
}

/// Reads the object `key` whole, refusing more than `limit` bytes; `None` where there is none.
///
/// # Errors
/// As [`Objects::object_get`], and [`ObjectError::Body`] where it is too large.
pub async fn read<O: Objects>(
    objects: &O,
    key: &str,
    limit: u64,
) -> Result<Option<Stored>, ObjectError> {
    match objects.object_get(key, Get::default()).await? {
        Got::Found(object) => {
            let bytes = object.body.bytes(limit).await?;
            let meta = object.meta;
            Ok(Some(Stored { meta, bytes }))
        }
        Got::Missing | Got::Unchanged(_) => Ok(None),
    }
}

/// Checks the form of a key.
///
/// # Errors
/// [`ObjectError::Key`].
pub fn check_key(key: &str) -> Result<(), ObjectError> {
    if (1..=MAX_KEY).contains(&key.len()) {
        Ok(())
    } else {
        Err(ObjectError::Key)
    }
}
