//! Where the objects are: in the component's database, or in a bucket with copies there.

use std::{cell::RefCell, rc::Rc, time::Duration};

use edge::{
    ConfigError,
    config::{self, name},
    objects::ObjectError,
};
use edge_cache::{Cached, Policy, Shelf};
use edge_s3::{S3, Settings};

use crate::{Host, shelf::SqliteShelf};

/// Copies of up to 1 GB where the operator says nothing.
const CACHE_BYTES: u64 = 1_000_000_000;

/// Smallest budget that is worth its name: the records of a few packages.
const FEWEST: u64 = 1_000_000;

/// For how long a copy of what may change is answered by a function that is told nothing: never, since
/// it may be about to change what is stored.
const CACHE_SECONDS: u64 = 0;

/// The longest time that is allowed: with [`Shelf::ASKING`], nothing is answered from a copy that is a
/// minute behind.
const LONGEST: u64 = 60 - <SqliteShelf<Host> as Shelf>::ASKING.as_secs();

/// A bucket as a function sees it.
pub type Bucket = Cached<S3<Host>, SqliteShelf<Host>>;

/// Where the objects are.
#[derive(Clone)]
pub enum Store {
    /// In the component's database.
    Embedded,
    /// In a bucket, with copies in the database.
    Bucket(Rc<Bucket>),
}

thread_local! {
    /// What an instance has found configured; an instance lives for a hundred requests or so.
    static STORE: RefCell<Option<Store>> = const { RefCell::new(None) };
}

/// The store that is configured.
///
/// # Errors
/// [`ObjectError::Misconfigured`] naming the variable that is missing or malformed.
pub async fn store(host: &Host) -> Result<Store, ObjectError> {
    if let Some(store) = STORE.with_borrow(Clone::clone) {
        return Ok(store);
    }
    let store = configured(host).await?;
    Ok(STORE.with_borrow_mut(|kept| kept.insert(store).clone()))
}

/// How far answers may be behind the store, as far as this instance has read from it.
pub fn behind() -> Duration {
    STORE.with_borrow(|store| match store {
        Some(Store::Bucket(bucket)) => bucket.behind(),
        Some(Store::Embedded) | None => Duration::ZERO,
    })
}

async fn configured(host: &Host) -> Result<Store, ConfigError> {
    let Some(settings) = Settings::read(host).await? else {
        return Ok(Store::Embedded);
    };
    let bytes = number(host, name::CACHE_BYTES, CACHE_BYTES).await?;
    let seconds = number(host, name::CACHE_SECONDS, CACHE_SECONDS).await?;
    let malformed = |name, expected| ConfigError::Malformed { name, expected };
    if bytes != 0 && bytes < FEWEST {
        let expected = "0 for no cache, or a number of bytes from 1000000 on";
        return Err(malformed(name::CACHE_BYTES, expected));
    }
    if seconds > LONGEST {
        let expected = "a number of seconds from 0 to 45";
        return Err(malformed(name::CACHE_SECONDS, expected));
    }
    let policy = Policy {
        fresh: Duration::from_secs(seconds),
        budget: bytes,
    };
    let bucket = S3::new(*host, settings);
    let cached = Cached::new(bucket, SqliteShelf(*host), policy);
    Ok(Store::Bucket(Rc::new(cached)))
}

async fn number(host: &Host, name: &'static str, default: u64) -> Result<u64, ConfigError> {
    match config::optional(host, name).await? {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| ConfigError::Malformed {
            name,
            expected: "a whole number",
        }),
    }
}
