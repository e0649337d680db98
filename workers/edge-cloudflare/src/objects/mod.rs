//! The object store: the R2 bucket bound as `OBJECTS`.
//!
//! R2 knows no expiry of single objects, so the time stands in an object's own metadata and an
//! expired object counts as absent wherever it is met. A rule of the bucket's life cycle may
//! delete it for good.

mod facts;
mod multipart;
mod options;
mod put;

use edge::{
    Body, Clock, Objects,
    objects::{Get, Got, MAX_PAGE, Object, ObjectError, ObjectMeta, Page, Put, Written, check_key},
};
use wasm_bindgen::JsValue;

use crate::{
    glue::{self, settled, text_of},
    host::Host,
    stream::NativeStream,
};

/// Name of the binding.
const BINDING: &str = "OBJECTS";

/// R2's code for bytes that do not have the announced checksum.
const CHECKSUM_CODE: &str = "(10037)";

impl Objects for Host {
    async fn object_get(&self, key: &str, get: Get) -> Result<Got, ObjectError> {
        check_key(key)?;
        let bucket = self.bucket()?;
        let Some(options) = options::reading(&get) else {
            return self.without_bytes(key, &get, None).await;
        };
        let object = match settled(glue::object_get(&bucket, key, &options)).await {
            Ok(object) => object,
            Err(thrown) => return self.without_bytes(key, &get, Some(thrown)).await,
        };
        if object.is_null() {
            return Ok(Got::Missing);
        }
        let stream = glue::body(&object).map_err(|thrown| unavailable(&thrown))?;
        // Wrapped at once, so that it is let go of on every way out.
        let stream = stream.map(|stream| NativeStream::new(stream, None));
        let meta = facts::read(&object)?;
        if facts::expired(&meta, self.now()) {
            return Ok(Got::Missing);
        }
        let Some(stream) = stream else {
            return Ok(Got::Unchanged(meta));
        };
        let range = match get.range {
            Some(range) => range
                .resolve(meta.size)
                .ok_or(ObjectError::RangeNotSatisfiable { size: meta.size })?,
            None => 0..meta.size,
        };
        let body = Body::Stream(Box::new(stream.of_length(range.end - range.start)));
        Ok(Got::Found(Object { meta, range, body }))
    }

    async fn object_head(&self, key: &str) -> Result<Option<ObjectMeta>, ObjectError> {
        check_key(key)?;
        let stored = self.head(key).await?;
        Ok(stored.filter(|meta| !facts::expired(meta, self.now())))
    }

    async fn object_put(&self, key: &str, body: Body, put: Put) -> Result<Written, ObjectError> {
        check_key(key)?;
        put::put(self, key, body, put).await
    }

    async fn object_list(
        &self,
        prefix: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, ObjectError> {
        let options = options::listing(prefix, cursor, limit.clamp(1, MAX_PAGE));
        let page = settled(glue::object_list(&self.bucket()?, &options))
            .await
            .map_err(|thrown| unavailable(&thrown))?;
        let mut page = facts::page(&page)?;
        let now = self.now();
        page.objects.retain(|meta| !facts::expired(meta, now));
        Ok(page)
    }

    async fn object_delete(&self, key: &str) -> Result<(), ObjectError> {
        check_key(key)?;
        settled(glue::object_delete(&self.bucket()?, key))
            .await
            .map_err(|thrown| unavailable(&thrown))?;
        Ok(())
    }
}

impl Host {
    fn bucket(&self) -> Result<JsValue, ObjectError> {
        self.binding(BINDING)
            .ok_or_else(|| ObjectError::Unavailable(format!("no R2 bucket is bound as {BINDING}")))
    }

    /// The facts of an object, expired or not.
    async fn head(&self, key: &str) -> Result<Option<ObjectMeta>, ObjectError> {
        let object = settled(glue::object_head(&self.bucket()?, key))
            .await
            .map_err(|thrown| unavailable(&thrown))?;
        if object.is_null() {
            return Ok(None);
        }
        facts::read(&object).map(Some)
    }

    /// What a read found whose range has no byte, or that failed with `thrown`. R2 in workerd has
    /// no error of its own for a range that begins right at the end.
    async fn without_bytes(
        &self,
        key: &str,
        get: &Get,
        thrown: Option<JsValue>,
    ) -> Result<Got, ObjectError> {
        let failed = thrown.as_ref().map(unavailable);
        let Some(range) = get.range else {
            return failed.map_or(Ok(Got::Missing), Err);
        };
        let Some(meta) = self.object_head(key).await? else {
            return Ok(Got::Missing);
        };
        if get.unless_etag.as_ref() == Some(&meta.etag) {
            return Ok(Got::Unchanged(meta));
        }
        match (range.resolve(meta.size), failed) {
            (Some(_), Some(failed)) => Err(failed),
            _ => Err(ObjectError::RangeNotSatisfiable { size: meta.size }),
        }
    }
}

fn unavailable(thrown: &JsValue) -> ObjectError {
    ObjectError::Unavailable(text_of(thrown))
}
