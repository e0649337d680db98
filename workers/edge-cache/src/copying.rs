//! A copy of a large object in the making.

use edge::{Bytes, Defer, Objects, Timestamp, objects::ObjectMeta};
use sha2::{Digest, Sha256};

use crate::{CHUNK, Cached, Content, Shelf, lease::COPYING};

/// How many chunks are written between two renewals of the lease.
const RENEWED: u64 = 16;

/// A copy of a large object in the making.
pub(crate) struct Copying<O: Objects + Clone + 'static, S: Shelf> {
    cached: Cached<O, S>,
    holder: String,
    meta: ObjectMeta,
    due: Timestamp,
    id: String,
    chunk: Vec<u8>,
    count: u64,
    received: u64,
    digest: Sha256,
    /// Whether nothing is left to do for it.
    is_done: bool,
}

impl<O: Objects + Clone + 'static, S: Shelf> Copying<O, S> {
    /// A copy of the object of these facts, under the lease of `holder`.
    pub(crate) fn new(
        cached: Cached<O, S>,
        holder: String,
        meta: ObjectMeta,
        due: Timestamp,
    ) -> Self {
        Self {
            id: cached.new_name(),
            cached,
            holder,
            meta,
            due,
            chunk: Vec::new(),
            count: 0,
            received: 0,
            digest: Sha256::new(),
            is_done: false,
        }
    }

    /// Takes the next bytes in; nothing is left of the copy where the shelf fails.
    pub(crate) async fn push(mut self, bytes: &Bytes) -> Option<Self> {
        self.received += bytes.len() as u64;
        if self.meta.sha256.is_some() {
            self.digest.update(bytes);
        }
        let mut rest = bytes.as_ref();
        while !rest.is_empty() {
            let (taken, left) = rest.split_at(rest.len().min(CHUNK - self.chunk.len()));
            self.chunk.extend_from_slice(taken);
            rest = left;
            if self.chunk.len() == CHUNK && self.write().await.is_none() {
                self.give_up().await;
                return None;
            }
        }
        Some(self)
    }

    async fn write(&mut self) -> Option<()> {
        let shelf = &self.cached.shelf;
        let chunk = std::mem::replace(&mut self.chunk, Vec::with_capacity(CHUNK));
        let written = shelf.shelf_chunk(&self.id, self.count, chunk).await;
        self.cached.heard(written)?;
        self.count += 1;
        if self.count.is_multiple_of(RENEWED) {
            let until = self.cached.after(COPYING);
            let extended = shelf.shelf_extend(&self.holder, until).await;
            self.cached.heard(extended)?;
        }
        Some(())
    }

    /// Keeps the copy, if it is right.
    pub(crate) async fn finish(mut self) {
        if !self.chunk.is_empty() && self.write().await.is_none() {
            return self.give_up().await;
        }
        let digest = std::mem::take(&mut self.digest).finalize();
        let is_right = self.received == self.meta.size
            && self
                .meta
                .sha256
                .is_none_or(|expected| digest[..] == expected);
        let content = Content::Chunks {
            id: self.id.clone(),
            count: self.count,
        };
        let shelf = &self.cached.shelf;
        let kept = is_right
            && self.cached.heard(
                shelf
                    .shelf_keep(&self.holder, &self.meta, self.due, content)
                    .await,
            ) == Some(true);
        if !kept {
            return self.give_up().await;
        }
        self.is_done = true;
        self.cached.release(&self.holder).await;
        self.cached.trim().await;
    }

    /// Leaves nothing of the copy.
    pub(crate) async fn give_up(mut self) {
        self.cached.give_up(&self.id, &self.holder).await;
        self.is_done = true;
    }
}

/// A reader who goes away takes the copy along: what there is of it is given up after the response.
impl<O: Objects + Clone + 'static, S: Shelf> Drop for Copying<O, S> {
    fn drop(&mut self) {
        if self.is_done {
            return;
        }
        let cached = self.cached.clone();
        let (id, holder) = (
            std::mem::take(&mut self.id),
            std::mem::take(&mut self.holder),
        );
        self.cached
            .shelf
            .host()
            .defer(async move { cached.give_up(&id, &holder).await });
    }
}

impl<O, S: Shelf> Cached<O, S> {
    async fn give_up(&self, id: &str, holder: &str) {
        self.heard(self.shelf.shelf_abandon(id).await);
        self.release(holder).await;
    }
}
