//! A store behind which others keep copies.

use edge::{
    Body, Bytes, Objects,
    objects::{Get, Got, ObjectError, ObjectMeta, Page, Put, Written},
};

use crate::{Shelf, heard};

/// The object store `O` for functions that change what is stored: what they read is the store's, and
/// what they write is forgotten on the shelf `S`, where other functions of the node have copies. It is
/// a type of its own, so that none of what makes copies is in such a function.
#[derive(Clone)]
pub struct Forgetting<O, S> {
    origin: O,
    shelf: S,
    keeps_copies: bool,
}

impl<O, S: Shelf> Forgetting<O, S> {
    /// `origin`, and the `shelf` of a node that keeps copies or, with a budget of no bytes, none.
    pub fn new(origin: O, shelf: S, budget: u64) -> Self {
        Self {
            origin,
            shelf,
            keeps_copies: budget > 0,
        }
    }

    /// Drops what copy there is of `key`. After every write: one that failed may have stored it, and one
    /// that was refused says that the copy is an old one.
    pub(crate) async fn forget(&self, key: &str) {
        if self.keeps_copies {
            heard(&self.shelf, self.shelf.shelf_forget(key).await);
        }
    }
}

impl<O: Objects, S: Shelf> Objects for Forgetting<O, S> {
    async fn object_get(&self, key: &str, get: Get) -> Result<Got, ObjectError> {
        self.origin.object_get(key, get).await
    }

    async fn object_head(&self, key: &str) -> Result<Option<ObjectMeta>, ObjectError> {
        self.origin.object_head(key).await
    }

    async fn object_put(&self, key: &str, body: Body, put: Put) -> Result<Written, ObjectError> {
        let written = self.origin.object_put(key, body, put).await;
        self.forget(key).await;
        written
    }

    async fn object_write(
        &self,
        key: &str,
        bytes: Bytes,
        put: Put,
    ) -> Result<Written, ObjectError> {
        let written = self.origin.object_write(key, bytes, put).await;
        self.forget(key).await;
        written
    }

    async fn object_list(
        &self,
        prefix: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, ObjectError> {
        self.origin.object_list(prefix, cursor, limit).await
    }

    async fn object_delete(&self, key: &str) -> Result<(), ObjectError> {
        let deleted = self.origin.object_delete(key).await;
        self.forget(key).await;
        deleted
    }
}
