//! A read-through cache in front of an object store that is elsewhere.
//!
//! A node keeps copies of what it has read on a [`Shelf`] of its own. What never changes
//! (`Cache-Control: immutable`) is answered from there for good; what may change is answered from
//! there for a short time ([`Policy::fresh`]), and then the store is asked whether it still has the
//! same entity tag. Where the store is gone or slow, the copy is answered as it is: a node that is
//! warm goes on working. Copies in memory do so for [`STALE`] at most. Writes go to the store, and what
//! they may have changed is forgotten here.
//!
//! Of many who ask at once for what is not here, one asks the store and the others wait for its
//! copy, or for the word that there is nothing. Only who had asked by then hears that: misses are not
//! kept. A large copy is waited for as well, for a few seconds; what is too large for the shelf
//! everybody reads from the store. Of many who find a copy that is due, one asks and the others are answered from it, unless it
//! is overdue ([`Shelf::ASKING`]): then they wait as well. They
//! may be in different instances of a function, which share nothing but the shelf, so whoever asks
//! holds a lease there ([`lease`]). A lease also keeps a copy of what has been replaced meanwhile
//! from being kept: whoever writes ends it.
#![allow(
    async_fn_in_trait,
    reason = "both platforms are single-threaded; a Send bound would only cost wrappers"
)]

mod age;
mod copying;
mod doubt;
mod fill;
mod forgetting;
mod lease;
mod memory;
mod near;
mod read;
mod resume;
mod shelf;

use std::time::Duration;

use edge::{
    Body, Bytes, Clock, Objects, Timestamp, log,
    objects::{Get, Got, ObjectError, ObjectMeta, Page, Put, Written, check_key},
};
use serde_json::json;

pub use age::aged;
pub use doubt::{Doubt, STALE};
pub use forgetting::Forgetting;
pub use lease::{COPYING_PREFIX, MISSING_PREFIX};
pub use memory::{Copies, MemoryShelf};
pub use near::Near;
pub use shelf::{CHUNK, Content, Held, Host, Kept, Shelf, ShelfError};

/// How a node uses its cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// For how long a copy of what may change is answered without asking the store; zero for a node
    /// that always reads from the store. Functions that change what is stored have [`Forgetting`].
    pub fresh: Duration,
    /// Most bytes of copies, with those in the making. Zero for a node that keeps none. What has been
    /// evicted is beside them for a minute.
    pub budget: u64,
}

impl Policy {
    /// Whether reads are answered from copies.
    fn answers(&self) -> bool {
        self.budget > 0 && !self.fresh.is_zero()
    }
}

/// The object store `O` behind the copies on the shelf `S`.
#[derive(Clone)]
pub struct Cached<O, S> {
    /// What is written is forgotten here.
    origin: Forgetting<O, S>,
    shelf: S,
    policy: Policy,
}

impl<O, S: Shelf> Cached<O, S> {
    /// `origin` with copies on `shelf`.
    pub fn new(origin: O, shelf: S, policy: Policy) -> Self {
        Self {
            origin: Forgetting::new(origin, shelf.clone(), policy.budget),
            shelf,
            policy,
        }
    }

    /// How far an answer may be behind the store, while that is there. Zero where nothing is answered
    /// from copies.
    pub fn behind(&self) -> Duration {
        match self.policy.answers() {
            true => self.policy.fresh + S::ASKING,
            false => Duration::ZERO,
        }
    }
}

impl<O: Objects + Clone + 'static, S: Shelf> Objects for Cached<O, S> {
    async fn object_get(&self, key: &str, get: Get) -> Result<Got, ObjectError> {
        check_key(key)?;
        match self.policy.answers() {
            true => self.get(key, get).await,
            false => self.origin.object_get(key, get).await,
        }
    }

    async fn object_head(&self, key: &str) -> Result<Option<ObjectMeta>, ObjectError> {
        check_key(key)?;
        match self.policy.answers() {
            true => self.head(key).await,
            false => self.origin.object_head(key).await,
        }
    }

    async fn object_put(&self, key: &str, body: Body, put: Put) -> Result<Written, ObjectError> {
        self.origin.object_put(key, body, put).await
    }

    async fn object_write(
        &self,
        key: &str,
        bytes: Bytes,
        put: Put,
    ) -> Result<Written, ObjectError> {
        self.origin.object_write(key, bytes, put).await
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

impl<O, S: Shelf> Cached<O, S> {
    /// What the shelf answers; nothing where it fails, which costs time and no more. It is logged.
    fn heard<T>(&self, answer: Result<T, ShelfError>) -> Option<T> {
        heard(&self.shelf, answer)
    }

    fn event(&self, event: &str, members: serde_json::Value) {
        log::event(self.shelf.host(), self.shelf.host().now(), event, members);
    }

    /// `duration` from now.
    fn after(&self, duration: Duration) -> Timestamp {
        doubt::later(self.shelf.host().now(), duration)
    }
}

/// What `shelf` answers; see [`Cached::heard`].
fn heard<T, S: Shelf>(shelf: &S, answer: Result<T, ShelfError>) -> Option<T> {
    match answer {
        Ok(answer) => Some(answer),
        Err(error) => {
            let members = json!({ "cause": error.to_string() });
            log::event(shelf.host(), shelf.host().now(), "cache-failed", members);
            None
        }
    }
}
