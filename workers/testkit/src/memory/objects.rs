//! The object store's port over [`Store`](super::store::Store).

use std::time::Duration;

use edge::{
    Body, BodyError, Bytes, Clock, Objects,
    objects::{
        Condition, Get, Got, Object, ObjectError, ObjectMeta, Page, Put, Written, check_key,
    },
};

use super::{MemoryHost, body::Incoming, faults::Operation, store::Entry};
use crate::sign;

/// Bytes in a piece of a body that is read: odd, so that nobody relies on a size.
const PIECE: usize = 8_191;

impl MemoryHost {
    /// The keys of every object, in order, without passing a point.
    pub fn keys(&self) -> Vec<String> {
        self.world.store.keys(self.now())
    }

    /// The bytes of the object `key`, without passing a point.
    pub fn bytes(&self, key: &str) -> Option<Bytes> {
        self.world
            .store
            .get(key, self.now())
            .map(|entry| entry.bytes)
    }

    /// The facts of the object `key`, without passing a point.
    pub fn meta(&self, key: &str) -> Option<ObjectMeta> {
        self.world
            .store
            .get(key, self.now())
            .map(|entry| entry.meta)
    }

    /// Puts an object there, without passing a point.
    pub fn place(&self, key: &str, bytes: impl Into<Bytes>) {
        let put = Put::default();
        self.world.store.put(key, bytes.into(), &put, self.now());
    }

    /// Calls `watcher` with the key after every write and delete of every process. It may read the
    /// store, for instance with a [`MemoryHost::peer`] of its own.
    pub fn on_write(&self, watcher: impl Fn(&str) + 'static) {
        self.world.store.watch(Box::new(watcher));
    }

    fn found(&self, entry: Entry, get: &Get) -> Result<Got, ObjectError> {
        let Entry { meta, bytes } = entry;
        if get.unless_etag.as_ref() == Some(&meta.etag) {
            return Ok(Got::Unchanged(meta));
        }
        let range = match get.range {
            None => 0..meta.size,
            Some(range) => range
                .resolve(meta.size)
                .ok_or(ObjectError::RangeNotSatisfiable { size: meta.size })?,
        };
        let start = usize::try_from(range.start).unwrap_or(usize::MAX);
        let end = usize::try_from(range.end).unwrap_or(usize::MAX);
        let bytes = bytes.slice(start..end);
        let half = bytes.len().div_ceil(PIECE) / 2;
        let length = Some(bytes.len() as u64);
        let pieces = (0..bytes.len())
            .step_by(PIECE)
            .map(move |start| bytes.slice(start..bytes.len().min(start + PIECE)));
        let body = self.incoming(Incoming {
            operation: Operation::GetBody,
            name: meta.key.clone(),
            pieces: Box::new(pieces),
            length,
            half,
            pause: Duration::ZERO,
            broken: false,
        });
        Ok(Got::Found(Object { meta, range, body }))
    }
}

impl Objects for MemoryHost {
    async fn object_get(&self, key: &str, get: Get) -> Result<Got, ObjectError> {
        check_key(key)?;
        let read = async {
            match self.world.store.get(key, self.now()) {
                Some(entry) => self.found(entry, &get),
                None => Ok(Got::Missing),
            }
        };
        self.at_point(Operation::Get, key, ObjectError::Unavailable, read)
            .await
    }

    async fn object_head(&self, key: &str) -> Result<Option<ObjectMeta>, ObjectError> {
        check_key(key)?;
        let read = async { Ok(self.meta(key)) };
        self.at_point(Operation::Head, key, ObjectError::Unavailable, read)
            .await
    }

    async fn object_put(&self, key: &str, body: Body, put: Put) -> Result<Written, ObjectError> {
        check_key(key)?;
        let write = async {
            if body.length().is_none() && put.condition != Condition::Always {
                return Err(ObjectError::LengthRequired);
            }
            let bytes = collect(body).await?;
            let is_right = put.sha256.is_none_or(|hash| hash == sign::sha256(&bytes));
            if !is_right {
                return Err(ObjectError::Checksum);
            }
            Ok(self.world.store.put(key, bytes, &put, self.now()))
        };
        self.at_point(Operation::Put, key, ObjectError::Unavailable, write)
            .await
    }

    async fn object_list(
        &self,
        prefix: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, ObjectError> {
        let read = async {
            let page = self.world.store.list(prefix, cursor, limit, self.now());
            page.ok_or_else(|| ObjectError::Unavailable("the cursor is not one of mine".into()))
        };
        self.at_point(Operation::List, prefix, ObjectError::Unavailable, read)
            .await
    }

    async fn object_delete(&self, key: &str) -> Result<(), ObjectError> {
        check_key(key)?;
        let delete = async {
            self.world.store.delete(key);
            Ok(())
        };
        self.at_point(Operation::Delete, key, ObjectError::Unavailable, delete)
            .await
    }
}

/// The whole body, exactly as long as it says.
async fn collect(body: Body) -> Result<Bytes, BodyError> {
    let announced = body.length();
    let bytes = body.bytes(u64::MAX).await?;
    let received = bytes.len() as u64;
    match announced {
        Some(expected) if expected != received => Err(BodyError::Length { expected, received }),
        _ => Ok(bytes),
    }
}
