//! The data centre's own cache between an instance and the store.
//!
//! An instance that has just begun finds there what others near it have read, and what they had read
//! where the store does not answer any more.

use std::{rc::Rc, time::Duration};

use edge::{
    Body, Bytes, Nearby, Objects, Timestamp, log,
    nearby::Kept,
    objects::{Get, Got, Object, ObjectError, ObjectMeta, Page, Put, Written},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    Doubt, Host, STALE,
    doubt::later,
    shelf::{is_lasting, largest_in_memory},
};

/// How long something stays there: what never changes stands in for the store as long, and of what may
/// change the store only says whether it is still right.
const LIFETIME: Duration = Duration::from_secs(86_400);

/// The object store `O` behind the cache beside the host `H`.
#[derive(Debug, Clone)]
pub struct Near<O, H> {
    origin: O,
    host: H,
    /// What tells this store's objects from those of others that share the cache.
    name: Rc<str>,
    fresh: Duration,
    doubt: Doubt,
}

/// What was found there.
struct Found {
    meta: ObjectMeta,
    bytes: Bytes,
    is_fresh: bool,
    /// Until when it stands in for the store.
    until: Timestamp,
}

impl<O, H> Near<O, H> {
    /// `origin`, whose objects are kept beside `host` under `name`, which no other store has. What may
    /// change is answered from there for as long as it is `fresh`; nothing is where that is zero.
    /// Where it stands in for a store that does not answer, that is noted as `doubt`.
    pub fn new(
        origin: O,
        host: H,
        name: impl Into<Rc<str>>,
        fresh: Duration,
        doubt: Doubt,
    ) -> Self {
        let name = name.into();
        Self {
            origin,
            host,
            name,
            fresh,
            doubt,
        }
    }
}

impl<O: Objects, H: Host + Nearby> Near<O, H> {
    fn place(&self, key: &str) -> String {
        let digest = Sha256::new()
            .chain_update(self.name.as_bytes())
            .chain_update([0]);
        let digest = digest.chain_update(key).finalize();
        let mut place = "object-".to_owned();
        place.extend(digest.iter().map(|byte| format!("{byte:02x}")));
        place
    }

    async fn find(&self, key: &str) -> Option<Found> {
        let kept = self.host.nearby_get(&self.place(key)).await?;
        let facts: Value = serde_json::from_str(&kept.facts).ok()?;
        let meta = meta(key, &facts)?;
        let bytes = kept.body.exactly(meta.size).await.ok()?;
        let now = self.host.now();
        if meta.expires.is_some_and(|expires| expires <= now) {
            return None;
        }
        let read = Timestamp::from_milliseconds(facts["read"].as_i64()?);
        let age = now.milliseconds() - read.milliseconds();
        let fresh = i64::try_from(self.fresh.as_millis()).unwrap_or(i64::MAX);
        let is_fresh = is_lasting(&meta) == Some(true) || (0..fresh).contains(&age);
        Some(Found {
            meta,
            bytes,
            is_fresh,
            until: later(read, STALE),
        })
    }

    /// Puts an object there after the response.
    fn put(&self, meta: &ObjectMeta, bytes: &Bytes) {
        let facts = facts(meta, self.host.now()).to_string();
        let body = Body::Bytes(bytes.clone());
        let (host, place) = (self.host.clone(), self.place(&meta.key));
        self.host.defer(async move {
            let kept = Kept { facts, body };
            host.nearby_put(&place, kept, LIFETIME).await;
        });
    }

    /// `got` from the store, which is put there as well if it is small.
    async fn keep(&self, got: Got) -> Result<Got, ObjectError> {
        let Got::Found(object) = got else {
            return Ok(got);
        };
        let is_whole = object.range == (0..object.meta.size);
        if !is_whole
            || object.meta.size > largest_in_memory(&object.meta)
            || is_lasting(&object.meta).is_none()
        {
            return Ok(Got::Found(object));
        }
        let Object { meta, range, body } = object;
        let bytes = body.exactly(meta.size).await?;
        // What is kept is not checked any more.
        if let Some(expected) = meta.sha256
            && Sha256::digest(&bytes)[..] != expected
        {
            return Err(ObjectError::Checksum);
        }
        self.put(&meta, &bytes);
        let body = bytes.into();
        Ok(Got::Found(Object { meta, range, body }))
    }

    async fn whole(&self, key: &str) -> Result<Got, ObjectError> {
        let found = self.find(key).await;
        let get = match found {
            Some(found) if found.is_fresh => return Ok(found.into()),
            Some(ref found) => Get {
                unless_etag: Some(found.meta.etag.clone()),
                range: None,
            },
            None => Get::default(),
        };
        match (self.origin.object_get(key, get).await, found) {
            (Ok(Got::Unchanged(meta)), Some(found)) => {
                self.put(&meta, &found.bytes);
                Ok(Found { meta, ..found }.into())
            }
            (Err(error), Some(mut found)) if self.host.now() < found.until => {
                self.doubt.note(self.host.now());
                // Whoever copies it from here is to use it no longer.
                let expires = found.meta.expires;
                found.meta.expires = Some(expires.map_or(found.until, |at| at.min(found.until)));
                let members = json!({ "key": key, "cause": error.to_string() });
                log::event(&self.host, self.host.now(), "cache-stale", members);
                Ok(found.into())
            }
            (got, _) => self.keep(got?).await,
        }
    }
}

impl<O: Objects, H: Host + Nearby> Objects for Near<O, H> {
    async fn object_get(&self, key: &str, get: Get) -> Result<Got, ObjectError> {
        if !self.host.has_nearby() || self.fresh.is_zero() || get.range.is_some() {
            return self.origin.object_get(key, get).await;
        }
        match get.unless_etag {
            // Whoever has a copy asks whether it is still right.
            Some(_) => self.keep(self.origin.object_get(key, get).await?).await,
            None => self.whole(key).await,
        }
    }

    async fn object_head(&self, key: &str) -> Result<Option<ObjectMeta>, ObjectError> {
        self.origin.object_head(key).await
    }

    async fn object_put(&self, key: &str, body: Body, put: Put) -> Result<Written, ObjectError> {
        self.origin.object_put(key, body, put).await
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
        self.origin.object_delete(key).await
    }
}

impl From<Found> for Got {
    fn from(found: Found) -> Self {
        let range = 0..found.meta.size;
        let body = found.bytes.into();
        Self::Found(Object {
            meta: found.meta,
            range,
            body,
        })
    }
}

/// What is written to a copy, `read` from the store at that time.
fn facts(meta: &ObjectMeta, read: Timestamp) -> Value {
    json!({
        "read": read.milliseconds(),
        "size": meta.size,
        "etag": meta.etag,
        "modified": meta.modified.milliseconds(),
        "expires": meta.expires.map(Timestamp::milliseconds),
        "content_type": meta.content_type,
        "cache_control": meta.cache_control,
    })
}

/// The facts of the object `key` as they were written, but for its digest, which was checked.
fn meta(key: &str, facts: &Value) -> Option<ObjectMeta> {
    let text = |name: &str| facts[name].as_str().map(str::to_owned);
    Some(ObjectMeta {
        key: key.to_owned(),
        size: facts["size"].as_u64()?,
        etag: text("etag")?,
        modified: Timestamp::from_milliseconds(facts["modified"].as_i64()?),
        sha256: None,
        content_type: text("content_type"),
        cache_control: text("cache_control"),
        expires: facts["expires"].as_i64().map(Timestamp::from_milliseconds),
    })
}
