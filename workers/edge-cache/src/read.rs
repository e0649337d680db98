//! Reading: from the copy where it will do, else from the store.

use std::{pin::pin, time::Duration};

use edge::{
    Body, Clock, Defer, Objects, Timestamp,
    clock::timeout,
    objects::{Get, Got, Object, ObjectError, ObjectMeta},
};
use futures_util::future::{Either, select};
use serde_json::json;

use crate::{
    Cached, Held, Kept, Shelf,
    doubt::milliseconds,
    lease::{Leased, Waited},
};

/// How long the store may take to say whether a copy is still right; then the copy is answered, and
/// what the store says later is for the next reader.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long a copy is answered without asking after the store did not say.
const PAUSE: Duration = Duration::from_secs(5);

/// How old the note of a copy's last use may be: a note is a write. So much, and no more, may the order
/// of eviction be wrong; what may change is noted with every word of the store.
const NOTED: Duration = Duration::from_secs(30);

impl<O: Objects + Clone + 'static, S: Shelf> Cached<O, S> {
    /// See [`Objects::object_get`].
    pub(crate) async fn get(&self, key: &str, get: Get) -> Result<Got, ObjectError> {
        let Some(kept) = self.usable(key).await else {
            return self.miss(key, get).await;
        };
        if self.is_fresh(&kept) {
            return self.serve(kept, &get).await;
        }
        let now = self.shelf.host().now();
        match self.lease(key, S::ASKING).await {
            Leased::Ours(holder) => match self.usable(key).await {
                // Somebody else has asked since.
                Some(newer) if self.is_fresh(&newer) => {
                    self.release(&holder).await;
                    self.serve(newer, &get).await
                }
                newer => {
                    let kept = newer.unwrap_or(kept);
                    self.revalidate(Some(holder), kept, &get).await
                }
            },
            Leased::Others if now < kept.due.plus(milliseconds(S::ASKING)) => {
                self.serve(kept, &get).await
            }
            Leased::Others => match self.wait(key, now, |kept| self.is_fresh(kept)).await {
                Waited::Kept(newer) => self.serve(*newer, &get).await,
                Waited::Missing => Ok(Got::Missing),
                Waited::Nothing => self.revalidate(None, kept, &get).await,
            },
            Leased::Failed => self.revalidate(None, kept, &get).await,
        }
    }

    fn is_fresh(&self, kept: &Kept) -> bool {
        self.shelf.host().now() < kept.due
    }

    /// See [`Objects::object_head`].
    pub(crate) async fn head(&self, key: &str) -> Result<Option<ObjectMeta>, ObjectError> {
        let Some(kept) = self.usable(key).await else {
            return self.origin.object_head(key).await;
        };
        if self.shelf.host().now() < kept.due {
            return Ok(Some(kept.meta));
        }
        match timeout(self.shelf.host(), PATIENCE, self.origin.object_head(key)).await {
            Some(Ok(Some(meta))) if meta.etag == kept.meta.etag => Ok(Some(meta)),
            Some(Ok(other)) => {
                self.origin.forget(key).await;
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
        if get.range.is_some() {
            let got = self.origin.object_get(key, get).await?;
            if let Got::Found(object) = &got {
                self.copy_later(&object.meta);
            }
            return Ok(got);
        }
        let asked = self.shelf.host().now();
        let waited = match self.lease(key, S::ASKING).await {
            Leased::Ours(holder) => {
                // Somebody else may have asked since, but not in this millisecond.
                match self.outcome(key, asked.plus(1), |_| true).await {
                    Some(Waited::Nothing) => return self.fetch(key, &holder, &get).await,
                    outcome => {
                        self.release(&holder).await;
                        match outcome {
                            Some(waited) => waited,
                            None => self.wait(key, asked, |_| true).await,
                        }
                    }
                }
            }
            Leased::Others => self.wait(key, asked, |_| true).await,
            Leased::Failed => Waited::Nothing,
        };
        match waited {
            Waited::Kept(kept) => self.serve(*kept, &get).await,
            Waited::Missing => Ok(Got::Missing),
            Waited::Nothing => self.origin.object_get(key, get).await,
        }
    }

    /// What `get` wants of the whole object, of which a copy is kept: whoever knows an older one, or
    /// this one, asks again. The lease of `holder` ends with the asking.
    async fn fetch(&self, key: &str, holder: &str, get: &Get) -> Result<Got, ObjectError> {
        let got = match self.origin.object_get(key, Get::default()).await {
            Ok(Got::Found(object)) => match self.take_in(Some(holder), object).await {
                Ok(object) => self.part(object, get).await,
                Err(error) => Err(error),
            },
            other => other,
        };
        match got {
            Ok(Got::Missing) => self.tell_missing(holder).await,
            _ => self.release(holder).await,
        }
        got
    }

    /// Asks the store whether the copy is still right, and answers what is right then; the copy
    /// where the store does not say. The lease of `holder` ends with the asking.
    async fn revalidate(
        &self,
        holder: Option<String>,
        kept: Kept,
        get: &Get,
    ) -> Result<Got, ObjectError> {
        let asking = Box::pin(self.clone().ask(holder, kept.meta.clone()));
        match select(asking, pin!(self.shelf.host().sleep(PATIENCE))).await {
            Either::Left((Ok(Got::Unchanged(_)), _)) => self.serve(kept, get).await,
            Either::Left((Ok(Got::Found(object)), _)) => self.part(object, get).await,
            Either::Left((Ok(Got::Missing), _)) => Ok(Got::Missing),
            Either::Left((Err(error), _)) => {
                self.goes_on_stale(&kept.meta.key, Some(error)).await;
                self.serve(kept, get).await
            }
            Either::Right(((), asking)) => {
                self.goes_on_stale(&kept.meta.key, None).await;
                self.ask_on(asking);
                self.serve(kept, get).await
            }
        }
    }

    /// Asks the store whether the copy of an object with these facts is still right, and keeps what
    /// it says.
    async fn ask(self, holder: Option<String>, meta: ObjectMeta) -> Result<Got, ObjectError> {
        let get = Get {
            unless_etag: Some(meta.etag),
            range: None,
        };
        let got = match self.origin.object_get(&meta.key, get).await {
            Ok(Got::Unchanged(unchanged)) => {
                let due = self.after(self.policy.fresh);
                self.heard(self.shelf.shelf_renew(&meta.key, due).await);
                Ok(Got::Unchanged(unchanged))
            }
            Ok(Got::Found(object)) => {
                let taken = self.take_in(holder.as_deref(), object).await;
                taken.map(Got::Found)
            }
            Ok(Got::Missing) => {
                self.origin.forget(&meta.key).await;
                Ok(Got::Missing)
            }
            failed => failed,
        };
        if let Some(holder) = holder {
            self.release(&holder).await;
        }
        got
    }

    /// Goes on with `asking` after the response, so that a store that is only slow is heard. The
    /// lease bounds it.
    fn ask_on(&self, asking: impl Future<Output = Result<Got, ObjectError>> + 'static) {
        let shelf = self.shelf.clone();
        self.shelf.host().defer(async move {
            let rest = async {
                if let Ok(Got::Found(mut object)) = asking.await {
                    // A large one is copied as it is read.
                    while let Some(Ok(_)) = object.body.next().await {}
                }
            };
            timeout(shelf.host(), S::ASKING.saturating_sub(PATIENCE), rest).await;
        });
    }

    /// Notes that a copy is answered that may be old.
    async fn goes_on_stale(&self, key: &str, error: Option<ObjectError>) {
        let cause = error.map_or("no answer in time".to_owned(), |error| error.to_string());
        self.event("cache-stale", json!({ "key": key, "cause": cause }));
        let due = self.after(PAUSE);
        self.heard(self.shelf.shelf_postpone(key, due).await);
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
                    until: None,
                    used: self.shelf.host().now(),
                    held: Held::Here(bytes),
                };
                self.serve(kept, get).await
            }
            _ if get.range.is_none() && get.unless_etag.as_ref() == Some(&object.meta.etag) => {
                Ok(Got::Unchanged(object.meta))
            }
            _ if get.range.is_none() => Ok(Got::Found(object)),
            // Too large for memory, and only part of it is wanted.
            _ => self.origin.object_get(&object.meta.key, get.clone()).await,
        }
    }

    /// Answers from a copy.
    pub(crate) async fn serve(&self, kept: Kept, get: &Get) -> Result<Got, ObjectError> {
        if kept.used < self.shelf.host().now().plus(-milliseconds(NOTED)) {
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
            Held::Chunks(id) => self.open(&id, &meta, range.clone()),
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
