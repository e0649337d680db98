//! Writing: in one piece where the length is known, with the conditions and the digest checked.
//!
//! R2 judges conditions when a write is committed
//! (<https://developers.cloudflare.com/r2/api/s3/conditional-operations/>). Large conditional writes
//! are streamed in one piece, because not every bucket takes conditions on writes in parts.

use edge::{
    Body, Bytes, FetchError, FetchRequest, FetchResponse, HeaderName, HeaderValue, Method,
    StatusCode, header,
    objects::{Condition, ObjectError, Put, Written},
};
use sha2::{Digest, Sha256};

use crate::{
    Host, S3, address, checked,
    exchange::{Ask, Repeat, unavailable},
    facts, multipart, read,
    sign::{UNSIGNED, sign},
};

/// Bodies of known length up to this many bytes are read before they are sent, so that a write that
/// fails can be repeated.
const SMALL: u64 = 1024 * 1024;

/// Most bytes of a write in one piece (R2's limit, a little less than 5 GiB).
const LARGEST: u64 = 4_995 * 1024 * 1024;

/// See [`edge::Objects::object_put`].
pub(crate) async fn put<H: Host>(
    s3: &S3<H>,
    key: &str,
    body: Body,
    put: Put,
) -> Result<Written, ObjectError> {
    match body.length() {
        Some(length) if length <= SMALL => {
            let read = body.exactly(length).await?;
            bytes(s3, key, read, put).await
        }
        Some(length) if length <= LARGEST => streamed(s3, key, body, length, &put).await,
        None if put.condition == Condition::Always => multipart::put(s3, key, body, &put).await,
        None => Err(ObjectError::LengthRequired),
        Some(length) => Err(unavailable(format!(
            "a write of {length} bytes in one piece; at most {LARGEST} are possible"
        ))),
    }
}

/// See [`edge::Objects::object_write`].
pub(crate) async fn bytes<H: Host>(
    s3: &S3<H>,
    key: &str,
    bytes: Bytes,
    put: Put,
) -> Result<Written, ObjectError> {
    check_digest(&bytes, &put)?;
    conditionally(s3, key, bytes, &put).await
}

/// See [`edge::Objects::object_delete`].
pub(crate) async fn delete<H: Host>(s3: &S3<H>, key: &str) -> Result<(), ObjectError> {
    let response = s3.ask(Ask::new(Method::DELETE, key)).await?;
    match response.status {
        status if status.is_success() => Ok(()),
        StatusCode::NOT_FOUND => Ok(()),
        _ => Err(unavailable(s3.refusal(response).await)),
    }
}

/// Whether `bytes` have the digest that `put` announces.
pub(crate) fn check_digest(bytes: &Bytes, put: &Put) -> Result<(), ObjectError> {
    match put.sha256 {
        Some(expected) if Sha256::digest(bytes)[..] != expected => Err(ObjectError::Checksum),
        _ => Ok(()),
    }
}

/// Writes `bytes` under the condition of `put`, to which an expired object is none.
async fn conditionally<H: Host>(
    s3: &S3<H>,
    key: &str,
    bytes: Bytes,
    put: &Put,
) -> Result<Written, ObjectError> {
    if put.condition == Condition::Absent {
        // Nearly always right, and the bytes are still there if it is not.
        let written = whole(s3, key, bytes.clone(), put, &Condition::Absent).await?;
        if written != Written::Refused {
            return Ok(written);
        }
    }
    match over_expired(s3, key, put).await? {
        Some(condition) => whole(s3, key, bytes, put, &condition).await,
        None => Ok(Written::Refused),
    }
}

/// The condition that takes expiry into account, which a bucket does not; `None` where that of
/// `put` does not hold.
async fn over_expired<H: Host>(
    s3: &S3<H>,
    key: &str,
    put: &Put,
) -> Result<Option<Condition>, ObjectError> {
    if put.condition == Condition::Always {
        return Ok(Some(Condition::Always));
    }
    let stored = read::head(s3, key).await?;
    let is_live = |meta| !facts::expired(meta, s3.host.now());
    Ok(match (&put.condition, stored) {
        (Condition::Absent, None) => Some(Condition::Absent),
        (Condition::Absent, Some(meta)) => {
            (!is_live(&meta)).then(|| Condition::Etag(meta.etag.clone()))
        }
        (Condition::Etag(etag), Some(meta)) if is_live(&meta) && meta.etag == *etag => {
            Some(Condition::Etag(meta.etag))
        }
        _ => None,
    })
}

/// Writes what is in memory.
pub(crate) async fn whole<H: Host>(
    s3: &S3<H>,
    key: &str,
    bytes: Bytes,
    put: &Put,
    condition: &Condition,
) -> Result<Written, ObjectError> {
    let now = s3.host.now();
    let size = bytes.len() as u64;
    let mut ask = Ask::new(Method::PUT, key);
    ask.headers = facts::headers(put, now);
    ask.headers.extend(condition_header(condition));
    ask.body = bytes;
    if *condition != Condition::Always {
        ask.repeat = Repeat::IfRefused;
    }
    let response = s3.ask(ask).await?;
    let meta = |etag| facts::of_write(key, size, etag, put, now);
    written(s3, response).await.map(|etag| match etag {
        Some(etag) => Written::Stored(meta(etag)),
        None => Written::Refused,
    })
}

/// Writes a large body as it comes. It is sent once: what has been read of it is gone.
async fn streamed<H: Host>(
    s3: &S3<H>,
    key: &str,
    body: Body,
    length: u64,
    put: &Put,
) -> Result<Written, ObjectError> {
    let Some(condition) = over_expired(s3, key, put).await? else {
        return Ok(Written::Refused);
    };
    let now = s3.host.now();
    let mut headers = facts::headers(put, now);
    headers.extend(condition_header(&condition));
    let mut request = FetchRequest {
        method: Method::PUT,
        url: address::url(&s3.settings.bucket, Some(key), "")?,
        headers,
        body: Bytes::new(),
    };
    sign(&mut request, &s3.settings, UNSIGNED, now);
    let (body, verdict) = checked::outgoing(body, length, put.sha256);
    let answer = s3.host.upload(request, body).await;
    if let Some(error) = verdict.take() {
        return Err(error);
    }
    let response = answer.map_err(|error: FetchError| unavailable(error.to_string()))?;
    Ok(match written(s3, response).await? {
        Some(etag) => Written::Stored(facts::of_write(key, length, etag, put, now)),
        None => Written::Refused,
    })
}

/// The entity tag of what was written; `None` where the condition did not hold.
async fn written<H: Host>(
    s3: &S3<H>,
    response: FetchResponse,
) -> Result<Option<String>, ObjectError> {
    match response.status {
        StatusCode::PRECONDITION_FAILED => Ok(None),
        status if status.is_success() => {
            facts::etag(&response.headers).map(Some).ok_or_else(|| {
                unavailable("the bucket stored something and named no entity tag".to_owned())
            })
        }
        // To a condition on the entity tag of an object that is gone.
        StatusCode::NOT_FOUND => {
            let refusal = s3.refusal(response).await;
            match refusal.ends_with("NoSuchKey") {
                true => Ok(None),
                false => Err(unavailable(refusal)),
            }
        }
        _ => Err(unavailable(s3.refusal(response).await)),
    }
}

fn condition_header(condition: &Condition) -> Option<(HeaderName, HeaderValue)> {
    match condition {
        Condition::Always => None,
        Condition::Absent => Some((header::IF_NONE_MATCH, HeaderValue::from_static("*"))),
        Condition::Etag(etag) => {
            // Tags that conditions are made of come from the bucket's own headers.
            let value = HeaderValue::from_str(&format!("\"{etag}\"")).ok()?;
            Some((header::IF_MATCH, value))
        }
    }
}
