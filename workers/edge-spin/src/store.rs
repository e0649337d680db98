//! Where the objects are: in the component's database, or in a bucket with copies there.

use std::{cell::RefCell, rc::Rc, time::Duration};

use edge::{
    Config, ConfigError, Objects,
    config::{self, name},
    objects::ObjectError,
};
use edge_cache::{Cached, Forgetting, Policy, Shelf};
use edge_s3::{S3, Settings};

use crate::{Host, nowhere::Nowhere, shelf::SqliteShelf};

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

/// Where a function's objects are; each kind brings its own code with it and no other's.
pub trait Storage: Copy + Default + 'static {
    /// The bucket, where one is configured.
    type Bucket: Objects;

    /// The bucket that is configured; `None` for the component's database.
    ///
    /// # Errors
    /// [`ObjectError::Misconfigured`] naming the variable that is missing or malformed.
    async fn bucket(host: &Host<Self>) -> Result<Option<Rc<Self::Bucket>>, ObjectError>;

    /// How far answers may be behind the bucket, as far as this instance has read from it.
    fn behind() -> Duration {
        Duration::ZERO
    }
}

/// In the component's database, or in a bucket with copies there: for functions that only read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Copies;

/// In the component's database, or in a bucket: for functions that change what is stored.
#[derive(Debug, Clone, Copy, Default)]
pub struct Originals;

/// In the component's database: for functions whose objects are the node's own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Embedded;

/// What an instance has found configured, if it has looked; it lives for a hundred requests or so.
type Found<B> = RefCell<Option<Option<Rc<B>>>>;

type Copied = Cached<S3<Host<Copies>>, SqliteShelf<Host<Copies>>>;

type Original = Forgetting<S3<Host>, SqliteShelf<Host>>;

thread_local! {
    static COPIED: Found<Copied> = const { RefCell::new(None) };
    static ORIGINAL: Found<Original> = const { RefCell::new(None) };
}

impl Storage for Copies {
    type Bucket = Copied;

    async fn bucket(host: &Host<Self>) -> Result<Option<Rc<Copied>>, ObjectError> {
        if let Some(found) = COPIED.with_borrow(Clone::clone) {
            return Ok(found);
        }
        let found = match Settings::read(host).await? {
            None => None,
            Some(settings) => {
                let policy = Policy {
                    fresh: fresh(host).await?,
                    budget: budget(host).await?,
                };
                let bucket = S3::new(*host, settings);
                Some(Rc::new(Cached::new(bucket, SqliteShelf(*host), policy)))
            }
        };
        Ok(COPIED.with_borrow_mut(|kept| kept.insert(found).clone()))
    }

    fn behind() -> Duration {
        COPIED.with_borrow(|found| match found {
            Some(Some(bucket)) => bucket.behind(),
            Some(None) | None => Duration::ZERO,
        })
    }
}

impl Storage for Originals {
    type Bucket = Original;

    async fn bucket(host: &Host) -> Result<Option<Rc<Original>>, ObjectError> {
        if let Some(found) = ORIGINAL.with_borrow(Clone::clone) {
            return Ok(found);
        }
        let found = match Settings::read(host).await? {
            None => None,
            Some(settings) => {
                let budget = budget(host).await?;
                let bucket = S3::new(*host, settings);
                Some(Rc::new(Forgetting::new(bucket, SqliteShelf(*host), budget)))
            }
        };
        Ok(ORIGINAL.with_borrow_mut(|kept| kept.insert(found).clone()))
    }
}

impl Storage for Embedded {
    type Bucket = Nowhere;

    async fn bucket(_: &Host<Self>) -> Result<Option<Rc<Nowhere>>, ObjectError> {
        Ok(None)
    }
}

/// Bytes of copies that a node keeps.
async fn budget<C: Config>(config: &C) -> Result<u64, ConfigError> {
    let bytes = number(config, name::CACHE_BYTES, CACHE_BYTES).await?;
    if bytes != 0 && bytes < FEWEST {
        return Err(ConfigError::Malformed {
            name: name::CACHE_BYTES,
            expected: "0 for no cache, or a number of bytes from 1000000 on",
        });
    }
    Ok(bytes)
}

/// For how long copies of what may change are answered without asking.
async fn fresh<C: Config>(config: &C) -> Result<Duration, ConfigError> {
    let seconds = number(config, name::CACHE_SECONDS, CACHE_SECONDS).await?;
    if seconds > LONGEST {
        return Err(ConfigError::Malformed {
            name: name::CACHE_SECONDS,
            expected: "a number of seconds from 0 to 45",
        });
    }
    Ok(Duration::from_secs(seconds))
}

async fn number<C: Config>(
    config: &C,
    name: &'static str,
    default: u64,
) -> Result<u64, ConfigError> {
    match config::optional(config, name).await? {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| ConfigError::Malformed {
            name,
            expected: "a whole number",
        }),
    }
}
