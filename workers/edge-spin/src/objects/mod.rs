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
    Body, Objects,
    objects::{Get, Got, ObjectError, ObjectMeta, Page, Put, Written},
};

pub use read::chunks;
pub use write::write_chunk;

use crate::{
    Host,
    store::{Store, store},
};

impl Objects for Host {
    async fn object_get(&self, key: &str, get: Get) -> Result<Got, ObjectError> {
        match store(self).await? {
            Store::Embedded => read::get(self, key, get).await,
            Store::Bucket(bucket) => bucket.object_get(key, get).await,
        }
    }

    async fn object_head(&self, key: &str) -> Result<Option<ObjectMeta>, ObjectError> {
        match store(self).await? {
            Store::Embedded => read::head(self, key).await,
            Store::Bucket(bucket) => bucket.object_head(key).await,
        }
    }

    async fn object_put(&self, key: &str, body: Body, put: Put) -> Result<Written, ObjectError> {
        match store(self).await? {
            Store::Embedded => write::put(self, key, body, put).await,
            Store::Bucket(bucket) => bucket.object_put(key, body, put).await,
        }
    }

    async fn object_list(
        &self,
        prefix: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, ObjectError> {
        match store(self).await? {
            Store::Embedded => read::list(self, prefix, cursor, limit).await,
            Store::Bucket(bucket) => bucket.object_list(prefix, cursor, limit).await,
        }
    }

    async fn object_delete(&self, key: &str) -> Result<(), ObjectError> {
        match store(self).await? {
            Store::Embedded => write::delete(self, key).await,
            Store::Bucket(bucket) => bucket.object_delete(key).await,
        }
    }
}
