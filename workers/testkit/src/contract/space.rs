//! The objects of one case, below a prefix of their own.

use edge::{
    Body, Bytes, Objects,
    objects::{Get, Got, Object, ObjectError, ObjectMeta, Page, Put, Written},
};

use super::{
    Outcome,
    case::{ensure, same, same_bytes},
};

/// Most bytes that a case reads into memory.
const LIMIT: u64 = 16 * 1024 * 1024;

/// Most pages that a list of a case may have, so that one that does not move on ends.
const PAGES: usize = 200;

/// The objects of one case. Names are keys without the case's prefix.
pub(super) struct Space<'a, H> {
    /// The platform under test.
    pub host: &'a H,
    prefix: String,
}

impl<'a, H: Objects> Space<'a, H> {
    /// The space of `case`, empty.
    pub async fn new(host: &'a H, case: &str) -> Result<Self, String> {
        let space = Self {
            host,
            prefix: format!("contract/{case}/"),
        };
        for name in space.names("", 100).await? {
            space.delete(&name).await?;
        }
        Ok(space)
    }

    /// The key of `name`.
    pub fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// Writes as a case wants it, errors and refusals included.
    pub async fn put(
        &self,
        name: &str,
        body: impl Into<Body>,
        put: Put,
    ) -> Result<Written, ObjectError> {
        self.host
            .object_put(&self.key(name), body.into(), put)
            .await
    }

    /// Writes, and is told that it is stored.
    pub async fn store_as(
        &self,
        name: &str,
        body: impl Into<Body>,
        put: Put,
    ) -> Result<ObjectMeta, String> {
        match self.put(name, body, put).await {
            Ok(Written::Stored(meta)) => {
                same("the key of the written object", &meta.key, &self.key(name))?;
                Ok(meta)
            }
            Ok(Written::Refused) => Err(format!("writing {name} was refused")),
            Err(error) => Err(format!("writing {name} failed: {error}")),
        }
    }

    /// Writes without any condition, and is told that it is stored.
    pub async fn store(&self, name: &str, body: impl Into<Body>) -> Result<ObjectMeta, String> {
        self.store_as(name, body, Put::default()).await
    }

    /// Reads as a case wants it.
    pub async fn get(&self, name: &str, get: Get) -> Result<Got, String> {
        self.host
            .object_get(&self.key(name), get)
            .await
            .map_err(|error| format!("reading {name} failed: {error}"))
    }

    /// The object `name`, its body not yet read.
    pub async fn open(&self, name: &str, get: Get) -> Result<Object, String> {
        self.get(name, get)
            .await?
            .found()
            .ok_or_else(|| format!("{name} was not found"))
    }

    /// The facts of `name`.
    pub async fn head(&self, name: &str) -> Result<Option<ObjectMeta>, String> {
        self.host
            .object_head(&self.key(name))
            .await
            .map_err(|error| format!("the facts of {name} could not be read: {error}"))
    }

    /// Deletes `name`.
    pub async fn delete(&self, name: &str) -> Outcome {
        self.host
            .object_delete(&self.key(name))
            .await
            .map_err(|error| format!("deleting {name} failed: {error}"))
    }

    /// One page of the list of names that begin with `prefix`.
    pub async fn page(
        &self,
        prefix: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, String> {
        let page = self
            .host
            .object_list(&self.key(prefix), cursor, limit)
            .await
            .map_err(|error| format!("listing {prefix} failed: {error}"))?;
        ensure!(
            page.objects.len() <= limit,
            "a page of at most {limit} objects has {}",
            page.objects.len()
        );
        Ok(page)
    }

    /// Every object whose name begins with `prefix`, in pages of `limit`.
    pub async fn list(&self, prefix: &str, limit: usize) -> Result<Vec<ObjectMeta>, String> {
        let mut objects = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES {
            let page = self.page(prefix, cursor.as_deref(), limit).await?;
            objects.extend(page.objects);
            cursor = page.cursor;
            if cursor.is_none() {
                return Ok(objects);
            }
        }
        Err(format!("the list of {prefix} has no end"))
    }

    /// Every name that begins with `prefix`, in pages of `limit`.
    pub async fn names(&self, prefix: &str, limit: usize) -> Result<Vec<String>, String> {
        let name = |meta: ObjectMeta| match meta.key.strip_prefix(&self.prefix) {
            Some(name) => Ok(name.to_owned()),
            None => Err(format!("the list of {prefix} holds the key {}", meta.key)),
        };
        self.list(prefix, limit)
            .await?
            .into_iter()
            .map(name)
            .collect()
    }

    /// Whether `name` holds exactly `expected`, and its facts agree.
    pub async fn holds(&self, name: &str, expected: &[u8]) -> Outcome {
        let object = self.open(name, Get::default()).await?;
        let size = expected.len() as u64;
        same("the size of the object", object.meta.size, size)?;
        same("the range of the whole object", object.range, 0..size)?;
        same("the length of the body", object.body.length(), Some(size))?;
        let bytes = whole(object.body).await?;
        same_bytes(name, &bytes, expected)?;
        let head = self.head(name).await?;
        same("what head says", head, Some(object.meta))
    }

    /// Whether there is no object `name`, for every way of asking.
    pub async fn lacks(&self, name: &str) -> Outcome {
        ensure!(
            matches!(self.get(name, Get::default()).await?, Got::Missing),
            "{name} can be read though it should not exist"
        );
        same("what head says", self.head(name).await?, None)?;
        let listed = self.names("", 100).await?;
        ensure!(
            !listed.iter().any(|listed| listed == name),
            "{name} is listed though it should not exist"
        );
        Ok(())
    }
}

/// The whole of `body`.
pub(super) async fn whole(body: Body) -> Result<Bytes, String> {
    body.bytes(LIMIT)
        .await
        .map_err(|error| format!("a body could not be read: {error}"))
}
