//! Reading a large copy, and on from the store where the copy ends too early.

use std::ops::Range;

use edge::{
    Body, BodyError, Bytes, Objects,
    objects::{Get, Got, ObjectMeta},
};
use futures_util::{StreamExt, stream};
use serde_json::json;

use crate::{Cached, Shelf};

impl<O: Objects + Clone + 'static, S: Shelf> Cached<O, S> {
    /// The bytes `range` of the copy with these facts, which is in the chunks `id`. Where they are
    /// evicted before the reader is done, the rest comes from the store, if that still has the same.
    pub(crate) fn open(&self, id: &str, meta: &ObjectMeta, range: Range<u64>) -> Body {
        let length = range.end - range.start;
        let reading = Reading {
            cached: self.clone(),
            meta: meta.clone(),
            body: self.shelf.shelf_open(id, range.clone()),
            left: range,
            is_elsewhere: false,
        };
        let pieces = stream::unfold(reading, |mut reading| async move {
            let piece = reading.next().await?;
            Some((piece, reading))
        });
        Body::stream(pieces.fuse().boxed_local(), Some(length))
    }
}

/// A reader's place in a copy.
struct Reading<O, S> {
    cached: Cached<O, S>,
    meta: ObjectMeta,
    body: Body,
    left: Range<u64>,
    /// Whether the bytes come from the store by now.
    is_elsewhere: bool,
}

impl<O: Objects + Clone + 'static, S: Shelf> Reading<O, S> {
    async fn next(&mut self) -> Option<Result<Bytes, BodyError>> {
        let mut piece = self.body.next().await;
        if let Some(Err(error)) = &piece
            && !self.is_elsewhere
        {
            let members = json!({ "key": self.meta.key, "cause": error.to_string() });
            self.cached.event("cache-cut", members);
            self.is_elsewhere = true;
            if let Some(body) = self.rest().await {
                self.body = body;
                piece = self.body.next().await;
            }
        }
        if let Some(Ok(bytes)) = &piece {
            self.left.start += bytes.len() as u64;
        }
        piece
    }

    /// What is left to read, from the store.
    async fn rest(&self) -> Option<Body> {
        let get = Get::range(self.left.clone());
        match self.cached.origin.object_get(&self.meta.key, get).await {
            Ok(Got::Found(object)) if object.meta.etag == self.meta.etag => Some(object.body),
            _ => None,
        }
    }
}
