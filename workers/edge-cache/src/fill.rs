//! Keeping copies of what comes from the store.

use edge::{
    Body, Defer, Objects, Timestamp,
    objects::{Get, Got, Object, ObjectError, ObjectMeta},
};
use futures_util::{StreamExt, stream};
use sha2::{Digest, Sha256};

use crate::{
    CHUNK, Cached, Content, Shelf,
    copying::Copying,
    lease::{COPYING, of_copying},
    shelf::is_lasting,
};

/// The part of the budget that an object may take which is copied because a part of it was wanted:
/// whoever asks for a byte does not make the node fetch gigabytes.
const FROM_PART: u64 = 8;

/// When the copy of something that never changes is due.
const NEVER: Timestamp = Timestamp::from_milliseconds(i64::MAX);

impl<O: Objects + Clone + 'static, S: Shelf> Cached<O, S> {
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
            self.origin.forget(&object.meta.key).await;
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
        if !S::shelf_takes(meta) || meta.size > self.policy.budget / 2 {
            return None;
        }
        match is_lasting(meta)? {
            true => Some(NEVER),
            false => Some(self.after(self.policy.fresh)),
        }
    }

    pub(crate) async fn trim(&self) {
        self.heard(self.shelf.shelf_trim(self.policy.budget).await);
    }

    /// `object`, which is copied while its body is read, unless somebody else is copying it.
    async fn tee(&self, object: Object, due: Timestamp) -> Object {
        if S::LARGEST <= CHUNK as u64 {
            return object;
        }
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
        if S::LARGEST <= CHUNK as u64 {
            // What is small is not read in parts by those who mean to go on.
            return;
        }
        if self.due(meta) != Some(NEVER) || meta.size > self.policy.budget / FROM_PART {
            return;
        }
        let (cached, key) = (self.clone(), meta.key.clone());
        self.shelf.host().defer(async move {
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
            && self.has_room(&object.meta).await
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
        if !self.has_room(&meta).await {
            return None;
        }
        let name = of_copying(&meta.key);
        let holder = self.lease(&name, COPYING).await.ours()?;
        Some(Copying::new(self.clone(), holder, meta, due))
    }

    /// Whether a copy may be begun beside the chunks that belong to none yet, or to none any more.
    async fn has_room(&self, meta: &ObjectMeta) -> bool {
        let room = self.shelf.shelf_has_room(meta.size, self.policy.budget);
        self.heard(room.await) == Some(true)
    }
}
