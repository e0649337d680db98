//! A store that is not as it should be.

use std::time::Duration;

use super::MemoryHost;
use edge::{
    Body, Clock, Objects,
    objects::{Get, Got, ObjectError, ObjectMeta, Page, Put, Written},
};

/// A [`MemoryHost`]'s store, which is slow or lies.
#[derive(Clone)]
pub struct Odd {
    /// What it is a front of.
    pub store: MemoryHost,
    /// How long it takes to answer.
    pub pause: Duration,
    /// Whether it announces digests that its bytes do not have.
    pub lies: bool,
}

impl Objects for Odd {
    async fn object_get(&self, key: &str, get: Get) -> Result<Got, ObjectError> {
        self.store.sleep(self.pause).await;
        let mut got = self.store.object_get(key, get).await?;
        if let Got::Found(object) = &mut got
            && self.lies
        {
            object.meta.sha256 = Some([0; 32]);
        }
        Ok(got)
    }

    async fn object_head(&self, key: &str) -> Result<Option<ObjectMeta>, ObjectError> {
        self.store.object_head(key).await
    }

    async fn object_put(&self, key: &str, body: Body, put: Put) -> Result<Written, ObjectError> {
        self.store.object_put(key, body, put).await
    }

    async fn object_list(
        &self,
        prefix: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, ObjectError> {
        self.store.object_list(prefix, cursor, limit).await
    }

    async fn object_delete(&self, key: &str) -> Result<(), ObjectError> {
        self.store.object_delete(key).await
    }
}
