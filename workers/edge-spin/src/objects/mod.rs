//! The object store over the component's SQLite database.

mod intake;
mod prefix;
mod read;
mod row;
pub mod schema;
mod sweep;
#[cfg(test)]
mod tests;
mod write;

use edge::{
    Body, Objects,
    objects::{Get, Got, ObjectError, ObjectMeta, Page, Put, Written},
};

use crate::Host;

impl Objects for Host {
    async fn object_get(&self, key: &str, get: Get) -> Result<Got, ObjectError> {
        read::get(self, key, get).await
    }

    async fn object_head(&self, key: &str) -> Result<Option<ObjectMeta>, ObjectError> {
        read::head(self, key).await
    }

    async fn object_put(&self, key: &str, body: Body, put: Put) -> Result<Written, ObjectError> {
        write::put(self, key, body, put).await
    }

    async fn object_list(
        &self,
        prefix: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, ObjectError> {
        read::list(self, prefix, cursor, limit).await
    }

    async fn object_delete(&self, key: &str) -> Result<(), ObjectError> {
        write::delete(self, key).await
    }
}
