//! Keeping copies of what comes from the store.

use edge::{
    Body, Bytes, Objects, Timestamp,
    objects::{Get, Got, Object, ObjectError, ObjectMeta},
};
use futures_util::{StreamExt, stream};
use sha2::{Digest, Sha256};

use crate::{
    CHUNK, Cached, Content, Host, ShelfError,
    lease::{COPYING, of_copying},
};

/// How many chunks are written between two renewals of the lease.
const RENEWED: u64 = 16;

/// When the copy of something that never changes is due.
const NEVER: Timestamp = Timestamp::from_milliseconds(i64::MAX);

impl<O: Objects + Clone + 'static, S: Host> Cached<O, S> {
    /// `object`, which is whole, and from which a copy is kept: of a small one at once, under the
    /// lease of `holder`, where there is one; of a large one while its body is read.
    ///
    /// # Errors
    /// What the body of a small one says.
    pub(crate) async fn take_in(
        &self,
        holder: Option<&str>,
        object: Object,
    ) -> Result<Object, ObjectError> {
        let Some(due) = self.due(&object.meta) else {
            self.forget(&object.meta.key).await;
            return Ok(object);
        };
        if object.meta.size > CHUNK as u64 {
            return Ok(self.tee(object, due).await);
        }
        let Object { meta, range, body } = object;
        let bytes = body.exactly(meta.size).await?;
        match meta.sha256 {
            Some(expected) if Sha256::digest(&bytes)[..] != expected => {
                return Err(ObjectError::Checksum);
            }
            _ => {}
        }
        if let Some(holder) = holder {
            let content = Content::Here(bytes.clone());
            let kept = self.shelf.shelf_keep(holder, &meta, due, content).await;
            if self.heard(kept) == Some(true) {
                self.trim().await;
            }
        }
        Ok(Object {
            meta,
            range,
            body: bytes.into(),
        })
    }

    /// When a copy is due; `None` where none is kept: what is private, and what would take most of
    /// the room.
    fn due(&self, meta: &ObjectMeta) -> Option<Timestamp> {
        let policy = meta.cache_control.as_deref().unwrap_or_default();
        if policy.contains("no-store") || policy.contains("private") {
            return None;
        }
        if meta.size > self.policy.budget / 2 {
            return None;
        }
        match policy.contains("immutable") {
            true => Some(NEVER),
            false => Some(self.after(self.policy.fresh)),
        }
    }

    async fn trim(&self) {
        self.heard(self.shelf.shelf_trim(self.policy.budget).await);
    }

    /// `object`, which is copied while its body is read, unless somebody else is copying it.
    async fn tee(&self, object: Object, due: Timestamp) -> Object {
        let Some(copy) = self.begin(object.meta.clone(), due).await else {
            return object;
        };
        let length = object.body.length();
        let state = (object.body, Some(copy));
        let pieces = stream::unfold(state, |(mut body, mut copy)| async move {
            let piece = body.next().await;
            match &piece {
                Some(Ok(bytes)) => {
                    if let Some(taken) = copy.take() {
                        copy = taken.push(bytes).await;
                    }
                }
                Some(Err(_)) => {
                    if let Some(taken) = copy.take() {
                        taken.give_up().await;
                    }
                }
                None => {
                    if let Some(taken) = copy.take() {
                        taken.finish().await;
                    }
                }
            }
            piece.map(|piece| (piece, (body, copy)))
        });
        Object {
            body: Body::stream(pieces.fuse().boxed_local(), length),
            ..object
        }
    }

    /// Copies the object of which a reader has only wanted a part, after the response: the whole of
    /// it is likely to be wanted again in parts.
    pub(crate) fn copy_later(&self, meta: &ObjectMeta) {
        if self.due(meta) != Some(NEVER) {
            return;
        }
        let (cached, key) = (self.clone(), meta.key.clone());
        self.shelf.defer(async move {
            if cached.usable(&key).await.is_none() {
                cached.copy(&key).await;
            }
        });
    }

    async fn copy(&self, key: &str) {
        let Some(holder) = self.lease(&of_copying(key), COPYING).await.ours() else {
            return;
        };
        // Whatever fails here, the next reader is answered by the store.
        if let Ok(Got::Found(object)) = self.origin.object_get(key, Get::default()).await
            && let Some(due) = self.due(&object.meta)
        {
            let mut body = object.body;
            let mut copy = Copying::new(self.clone(), holder, object.meta, due);
            while let Some(piece) = body.next().await {
                let Ok(piece) = piece else {
                    return copy.give_up().await;
                };
                match copy.push(&piece).await {
                    Some(more) => copy = more,
                    None => return,
                }
            }
            copy.finish().await;
        } else {
            self.release(&holder).await;
        }
    }

    async fn begin(&self, meta: ObjectMeta, due: Timestamp) -> Option<Copying<O, S>> {
        let name = of_copying(&meta.key);
        let holder = self.lease(&name, COPYING).await.ours()?;
        Some(Copying::new(self.clone(), holder, meta, due))
    }
}

/// A copy of a large object in the making.
struct Copying<O, S> {
    cached: Cached<O, S>,
    holder: String,
    meta: ObjectMeta,
    due: Timestamp,
    id: String,
    chunk: Vec<u8>,
    count: u64,
    received: u64,
    digest: Sha256,
}

impl<O: Objects + Clone + 'static, S: Host> Copying<O, S> {
    fn new(cached: Cached<O, S>, holder: String, meta: ObjectMeta, due: Timestamp) -> Self {
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
        }
    }

    /// Takes the next bytes in; nothing is left of the copy where the shelf fails.
    async fn push(mut self, bytes: &Bytes) -> Option<Self> {
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
    async fn finish(mut self) {
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
        self.cached.release(&self.holder).await;
        self.cached.trim().await;
    }

    async fn give_up(self) {
        let abandoned: Result<(), ShelfError> = self.cached.shelf.shelf_abandon(&self.id).await;
        self.cached.heard(abandoned);
        self.cached.release(&self.holder).await;
    }
}
