//! Writes of known length: one call, conditions and checksum verified by R2.

use std::pin::pin;

use bytes::Bytes;
use edge::{
    Body, BodyError, Clock,
    objects::{Condition, ObjectError, Put, Written},
};
use futures_util::future::{Either, select};
use wasm_bindgen::JsValue;
use worker::web_sys::ReadableStream;

use super::{CHECKSUM_CODE, facts, multipart, options, unavailable};
use crate::{
    glue::{self, settled, text_of},
    host::Host,
    pump::{Pipe, PumpError, alone},
};

/// Computed bodies up to this many bytes are read before R2 is asked, instead of beside it.
const SMALL: u64 = 1024 * 1024;

/// The two forms in which a body is ready to be stored.
enum Content {
    Bytes(Bytes),
    Native(ReadableStream),
    Computed(Body, u64),
}

pub(super) async fn put(
    host: &Host,
    key: &str,
    body: Body,
    put: Put,
) -> Result<Written, ObjectError> {
    match body.length() {
        Some(length) => {
            let content = prepare(body, length).await?;
            conditionally(host, key, content, &put).await
        }
        None if put.condition == Condition::Always => multipart::put(host, key, body, &put).await,
        None => Err(ObjectError::LengthRequired),
    }
}

async fn prepare(body: Body, length: u64) -> Result<Content, BodyError> {
    match alone(body) {
        Ok(stream) => Ok(Content::Native(stream)),
        Err(Body::Empty) => Ok(Content::Bytes(Bytes::new())),
        Err(Body::Bytes(bytes)) => Ok(Content::Bytes(bytes)),
        Err(body) if length <= SMALL => body.exactly(length).await.map(Content::Bytes),
        Err(body) => Ok(Content::Computed(body, length)),
    }
}

/// Writes under the condition of `put`, to which an expired object is none.
async fn conditionally(
    host: &Host,
    key: &str,
    content: Content,
    put: &Put,
) -> Result<Written, ObjectError> {
    match (&put.condition, content) {
        (Condition::Etag(etag), _) if !options::is_etag(etag) => Ok(Written::Refused),
        (Condition::Absent, Content::Bytes(bytes)) => {
            // Nearly always right, and the bytes are still there if it is not.
            let bytes_again = Content::Bytes(bytes.clone());
            match write(host, key, Content::Bytes(bytes), put, &Condition::Absent).await? {
                Written::Refused => over_expired(host, key, bytes_again, put).await,
                stored => Ok(stored),
            }
        }
        (Condition::Absent, content) => over_expired(host, key, content, put).await,
        (Condition::Etag(etag), content) => {
            let stored = host.head(key).await?;
            let live = stored.filter(|meta| !facts::expired(meta, host.now()));
            match live {
                Some(meta) if meta.etag == *etag => {
                    write(host, key, content, put, &put.condition).await
                }
                _ => Ok(Written::Refused),
            }
        }
        (Condition::Always, content) => write(host, key, content, put, &Condition::Always).await,
    }
}

/// Writes where there is no object, or only one that has expired.
async fn over_expired(
    host: &Host,
    key: &str,
    content: Content,
    put: &Put,
) -> Result<Written, ObjectError> {
    let condition = match host.head(key).await? {
        None => Condition::Absent,
        Some(meta) if facts::expired(&meta, host.now()) => Condition::Etag(meta.etag),
        Some(_) => return Ok(Written::Refused),
    };
    write(host, key, content, put, &condition).await
}

async fn write(
    host: &Host,
    key: &str,
    content: Content,
    put: &Put,
    condition: &Condition,
) -> Result<Written, ObjectError> {
    let bucket = host.bucket()?;
    let options = options::writing(put, condition);
    match content {
        Content::Bytes(bytes) => {
            written(settled(glue::object_put_bytes(&bucket, key, &bytes, &options)).await)
        }
        Content::Native(stream) => {
            written(settled(glue::object_put_stream(&bucket, key, &stream, &options)).await)
        }
        Content::Computed(body, length) => {
            let pipe = Pipe::new(Some(length)).map_err(|thrown| unavailable(&thrown))?;
            let call = glue::object_put_stream(&bucket, key, &pipe.readable(), &options);
            beside(settled(call), pipe, body).await
        }
    }
}

/// Waits for the write while its body is written into `pipe`.
async fn beside(
    write: impl Future<Output = Result<JsValue, JsValue>>,
    pipe: Pipe,
    body: Body,
) -> Result<Written, ObjectError> {
    let (write, pumping) = (pin!(write), pin!(pipe.complete(body)));
    match select(write, pumping).await {
        // R2 may refuse before it has read everything.
        Either::Left((stored, _)) => written(stored),
        Either::Right((Ok(()), write)) => written(write.await),
        Either::Right((Err(PumpError::Body(error)), write)) => {
            // The broken stream makes R2 give up; until it has, the write is not over.
            let _ = write.await;
            Err(ObjectError::Body(error))
        }
        Either::Right((Err(PumpError::Refused(cause)), write)) => match write.await {
            Err(thrown) => written(Err(thrown)),
            Ok(object) if object.is_null() => Ok(Written::Refused),
            Ok(_) => Err(ObjectError::Unavailable(cause)),
        },
    }
}

/// What a call that stores comes to: R2 answers nothing where the condition does not hold.
pub(super) fn written(stored: Result<JsValue, JsValue>) -> Result<Written, ObjectError> {
    match stored {
        Ok(object) if object.is_null() => Ok(Written::Refused),
        Ok(object) => facts::read(&object).map(Written::Stored),
        Err(thrown) if text_of(&thrown).contains(CHECKSUM_CODE) => Err(ObjectError::Checksum),
        Err(thrown) => Err(unavailable(&thrown)),
    }
}
