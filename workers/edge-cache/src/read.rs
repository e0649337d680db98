//! Reading: from the copy where it will do, else from the store.

use std::time::Duration;

use edge::{
    Body, Objects, Timestamp,
    clock::timeout,
    objects::{Get, Got, Object, ObjectError, ObjectMeta},
};
use serde_json::json;

use crate::{Cached, Held, Host, Kept, lease::ASKING};

/// How long the store may take to say whether a copy is still right; then the copy is answered.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long a copy is answered without asking after the store did not say.
const PAUSE: Duration = Duration::from_secs(5);

/// How old the note of a copy's last use may be: a note is a write.
const NOTED: Duration = Duration::from_secs(600);

impl<O: Objects + Clone + 'static, S: Host> Cached<O, S> {
    /// See [`Objects::object_get`].
    pub(crate) async fn get(&self, key: &str, get: Get) -> Result<Got, ObjectError> {
        let Some(kept) = self.usable(key).await else {
            return self.miss(key, get).await;
        };
        if self.shelf.now() < kept.due {
            return self.serve(kept, &get).await;
        }
        let Some(holder) = self.lease(key, ASKING).await else {
            // Somebody else is asking.
            return self.serve(kept, &get).await;
        };
        // Somebody else may have asked since.
        let kept = self.usable(key).await.unwrap_or(kept);
        let got = match self.shelf.now() < kept.due {
            true => self.serve(kept, &get).await,
            false => self.revalidate(key, &holder, kept, &get).await,
        };
        self.release(&holder).await;
        got
    }

    /// See [`Objects::object_head`].
    pub(crate) async fn head(&self, key: &str) -> Result<Option<ObjectMeta>, ObjectError> {
        let Some(kept) = self.usable(key).await else {
            return self.origin.object_head(key).await;
        };
        if self.shelf.now() < kept.due {
            return Ok(Some(kept.meta));
        }
        match timeout(&self.shelf, PATIENCE, self.origin.object_head(key)).await {
            Some(Ok(Some(meta))) if meta.etag == kept.meta.etag => Ok(Some(meta)),
            Some(Ok(other)) => {
                self.forget(key).await;
                Ok(other)
            }
            failed => {
                self.goes_on_stale(key, failed.and_then(Result::err)).await;
                Ok(Some(kept.meta))
            }
        }
    }

    /// Asks the store for what there is no copy of.
    async fn miss(&self, key: &str, get: Get) -> Result<Got, ObjectError> {
        if get.range.is_some() || get.unless_etag.is_some() {
            let got = self.origin.object_get(key, get).await?;
            if let Got::Found(object) = &got {
                self.copy_later(&object.meta);
            }
            return Ok(got);
        }
        let Some(holder) = self.lease(key, ASKING).await else {
            return match self.wait(key).await {
                Some(kept) => self.serve(kept, &get).await,
                None => self.origin.object_get(key, get).await,
            };
        };
        let got = match self.usable(key).await {
            // Somebody else has kept it since.
            Some(kept) => self.serve(kept, &get).await,
            None => match self.origin.object_get(key, get).await {
                Ok(Got::Found(object)) => self.take_in(&holder, object).await.map(Got::Found),
                other => other,
            },
        };
        self.release(&holder).await;
        got
    }

    /// Asks the store whether the copy is still right, and answers what is right then; the copy
    /// where the store does not say.
    async fn revalidate(
        &self,
        key: &str,
        holder: &str,
        kept: Kept,
        get: &Get,
    ) -> Result<Got, ObjectError> {
        let ask = Get {
            unless_etag: Some(kept.meta.etag.clone()),
            range: None,
        };
        let asking = async {
            match self.origin.object_get(key, ask).await? {
                Got::Found(object) => self.take_in(holder, object).await.map(Got::Found),
                other => Ok(other),
            }
        };
        match timeout(&self.shelf, PATIENCE, asking).await {
            Some(Ok(Got::Unchanged(_))) => {
                let due = self.after(self.policy.fresh);
                self.heard(self.shelf.shelf_renew(key, due).await);
                self.serve(kept, get).await
            }
            Some(Ok(Got::Found(object))) => self.part(object, get).await,
            Some(Ok(Got::Missing)) => {
                self.forget(key).await;
                Ok(Got::Missing)
            }
            failed => {
                self.goes_on_stale(key, failed.and_then(Result::err)).await;
                self.serve(kept, get).await
            }
        }
    }

    /// Notes that a copy is answered that may be old.
    async fn goes_on_stale(&self, key: &str, error: Option<ObjectError>) {
        let cause = error.map_or("no answer in time".to_owned(), |error| error.to_string());
        self.event("cache-stale", json!({ "key": key, "cause": cause }));
        let due = self.after(PAUSE);
        self.heard(self.shelf.shelf_renew(key, due).await);
    }

    /// What `get` wants of the new whole `object`.
    async fn part(&self, object: Object, get: &Get) -> Result<Got, ObjectError> {
        if get.range.is_none() && get.unless_etag.is_none() {
            return Ok(Got::Found(object));
        }
        match object.body {
            Body::Bytes(bytes) => {
                let kept = Kept {
                    meta: object.meta,
                    due: Timestamp::default(),
                    used: self.shelf.now(),
                    held: Held::Here(bytes),
                };
                self.serve(kept, get).await
            }
            // Too large for memory, and only part of it is wanted.
            _ => self.origin.object_get(&object.meta.key, get.clone()).await,
        }
    }

    /// Answers from a copy.
    pub(crate) async fn serve(&self, kept: Kept, get: &Get) -> Result<Got, ObjectError> {
        if kept.used < self.shelf.now().plus(-milliseconds(NOTED)) {
            self.heard(self.shelf.shelf_touch(&kept.meta.key).await);
        }
        let meta = kept.meta;
        if get.unless_etag.as_ref() == Some(&meta.etag) {
            return Ok(Got::Unchanged(meta));
        }
        let range = match get.range {
            None => 0..meta.size,
            Some(range) => range
                .resolve(meta.size)
                .ok_or(ObjectError::RangeNotSatisfiable { size: meta.size })?,
        };
        let body = match kept.held {
            Held::Chunks(id) => self.shelf.shelf_open(&id, range.clone()),
            Held::Here(bytes) => {
                let at = |offset| {
                    usize::try_from(offset)
                        .unwrap_or(usize::MAX)
                        .min(bytes.len())
                };
                Body::Bytes(bytes.slice(at(range.start)..at(range.end)))
            }
        };
        Ok(Got::Found(Object { meta, range, body }))
    }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
