//! The object store: over the component's SQLite database, unless a bucket is configured.

mod intake;
mod prefix;
mod read;
pub mod row;
pub mod schema;
pub mod sweep;
#[cfg(test)]
pub mod tests;
mod write;

use edge::{
    Body, Bytes, Objects,
    objects::{Get, Got, ObjectError, ObjectMeta, Page, Put, Written},
};

pub use read::chunks;
pub use write::write_chunk;

use crate::{Host, store::Storage};

impl<S: Storage> Objects for Host<S> {
    async fn object_get(&self, key: &str, get: Get) -> Result<Got, ObjectError> {
        match S::bucket(self).await? {
            None => read::get(self, key, get).await,
            Some(bucket) => bucket.object_get(key, get).await,
        }
    }

    async fn object_head(&self, key: &str) -> Result<Option<ObjectMeta>, ObjectError> {
        match S::bucket(self).await? {
            None => read::head(self, key).await,
            Some(bucket) => bucket.object_head(key).await,
        }
    }

    async fn object_put(&self, key: &str, body: Body, put: Put) -> Result<Written, ObjectError> {
        match S::bucket(self).await? {
            None => write::put(self, key, body, put).await,
            Some(bucket) => bucket.object_put(key, body, put).await,
        }
    }

    async fn object_write(
        &self,
        key: &str,
        bytes: Bytes,
        put: Put,
    ) -> Result<Written, ObjectError> {
        match S::bucket(self).await? {
            None => write::put(self, key, bytes.into(), put).await,
            Some(bucket) => bucket.object_write(key, bytes, put).await,
        }
    }

    async fn object_list(
        &self,
        prefix: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, ObjectError> {
        match S::bucket(self).await? {
            None => read::list(self, prefix, cursor, limit).await,
            Some(bucket) => bucket.object_list(prefix, cursor, limit).await,
        }
    }

    async fn object_delete(&self, key: &str) -> Result<(), ObjectError> {
        match S::bucket(self).await? {
            None => write::delete(self, key).await,
            Some(bucket) => bucket.object_delete(key).await,
        }
    }
}
