//! The object store's port over an S3 API, such as R2's.
//!
//! A bucket is shared with Workers, which reach it through their binding, so what travels with an
//! object is laid out as `edge-cloudflare` does it ([`facts`]): media type and cache policy as
//! HTTP metadata, expiry and digest as the object's own. Expired objects count as absent.
//!
//! Requests are signed here ([`sign`]) and sent through the ports [`Fetch`] and [`Upload`], so that
//! the crate names no platform. Everything is bounded: attempts, time, and bytes in memory.

mod address;
mod checked;
mod exchange;
mod facts;
mod list;
mod multipart;
mod read;
mod settings;
mod sign;
mod write;
mod xml;

use std::{cell::Cell, rc::Rc, time::Duration};

use edge::{
    Body, Bytes, Clock, Defer, Fetch, Objects, Platform, Timestamp, Upload,
    objects::{Get, Got, ObjectError, ObjectMeta, Page, Put, Written, check_key},
};

pub use settings::Settings;

/// What the platform has to give.
pub trait Host: Fetch + Upload + Clock + Defer + Platform + Clone + 'static {}

impl<H> Host for H where H: Fetch + Upload + Clock + Defer + Platform + Clone + 'static {}

/// A bucket behind an S3 API.
#[derive(Clone)]
pub struct S3<H> {
    host: H,
    settings: Rc<Settings>,
    /// Whether the bucket has been seen to be there.
    is_there: Rc<Cell<bool>>,
}

impl<H: Host> S3<H> {
    /// The bucket that `settings` name, reached through `host`. Nothing is asked yet.
    pub fn new(host: H, settings: Settings) -> Self {
        Self {
            host,
            settings: Rc::new(settings),
            is_there: Rc::default(),
        }
    }
}

impl<H: Clock> Clock for S3<H> {
    fn now(&self) -> Timestamp {
        self.host.now()
    }

    async fn sleep(&self, duration: Duration) {
        self.host.sleep(duration).await;
    }
}

impl<H: Host> Objects for S3<H> {
    async fn object_get(&self, key: &str, get: Get) -> Result<Got, ObjectError> {
        check_key(key)?;
        read::get(self, key, get).await
    }

    async fn object_head(&self, key: &str) -> Result<Option<ObjectMeta>, ObjectError> {
        check_key(key)?;
        let stored = read::head(self, key).await?;
        Ok(stored.filter(|meta| !facts::expired(meta, self.host.now())))
    }

    async fn object_put(&self, key: &str, body: Body, put: Put) -> Result<Written, ObjectError> {
        check_key(key)?;
        write::put(self, key, body, put).await
    }

    async fn object_write(
        &self,
        key: &str,
        bytes: Bytes,
        put: Put,
    ) -> Result<Written, ObjectError> {
        check_key(key)?;
        write::bytes(self, key, bytes, put).await
    }

    async fn object_list(
        &self,
        prefix: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, ObjectError> {
        list::list(self, prefix, cursor, limit).await
    }

    async fn object_delete(&self, key: &str) -> Result<(), ObjectError> {
        check_key(key)?;
        write::delete(self, key).await
    }
}
