//! Reading: whole objects, parts of them, facts.

use std::ops::Range;

use edge::{
    FetchResponse, HeaderValue, Method, StatusCode, header,
    objects::{Get, Got, Object, ObjectError, ObjectMeta},
    range::ByteRange,
};

use crate::{
    Host, S3, checked,
    exchange::{Ask, unavailable},
    facts, xml,
};

/// Largest integer that JavaScript's numbers hold exactly; some endpoints are written in it.
const MAX_EXACT: u64 = (1 << 53) - 1;

/// See [`edge::Objects::object_get`].
pub(crate) async fn get<H: Host>(s3: &S3<H>, key: &str, get: Get) -> Result<Got, ObjectError> {
    if let Some(etag) = &get.unless_etag {
        // An answer `304` tells no size, so the facts are asked for first; mostly they suffice.
        match live(s3, key).await? {
            None => return Ok(Got::Missing),
            Some(meta) if meta.etag == *etag => return Ok(Got::Unchanged(meta)),
            Some(_) => {}
        }
    }
    let mut ask = Ask::new(Method::GET, key);
    if let Some(range) = get.range {
        let Some(value) = range_header(range) else {
            return out_of_range(s3, key, range).await;
        };
        ask.headers.push((header::RANGE, value));
    }
    let response = s3.ask(ask).await?;
    match response.status {
        StatusCode::OK | StatusCode::PARTIAL_CONTENT => found(s3, key, &get, response),
        StatusCode::NOT_FOUND => missing(s3, response).await,
        StatusCode::RANGE_NOT_SATISFIABLE => match get.range {
            Some(range) => out_of_range(s3, key, range).await,
            None => Err(unavailable(s3.refusal(response).await)),
        },
        _ => Err(unavailable(s3.refusal(response).await)),
    }
}

/// The facts of an object, expired or not.
pub(crate) async fn head<H: Host>(
    s3: &S3<H>,
    key: &str,
) -> Result<Option<ObjectMeta>, ObjectError> {
    let response = s3.ask(Ask::new(Method::HEAD, key)).await?;
    match response.status {
        StatusCode::OK => {
            let meta =
                length(&response).and_then(|size| facts::of_read(key, size, &response.headers));
            meta.map(Some).ok_or_else(malformed)
        }
        StatusCode::NOT_FOUND => s3.check_bucket().await.map(|()| None),
        _ => Err(unavailable(s3.refusal(response).await)),
    }
}

/// The facts of an object that has not expired.
async fn live<H: Host>(s3: &S3<H>, key: &str) -> Result<Option<ObjectMeta>, ObjectError> {
    let meta = head(s3, key).await?;
    Ok(meta.filter(|meta| !facts::expired(meta, s3.host.now())))
}

/// The object in an answer to a read.
fn found<H: Host>(
    s3: &S3<H>,
    key: &str,
    get: &Get,
    response: FetchResponse,
) -> Result<Got, ObjectError> {
    let (range, size) = match response.status {
        StatusCode::PARTIAL_CONTENT => content_range(&response),
        _ => length(&response).map(|size| (0..size, size)),
    }
    .ok_or_else(malformed)?;
    let meta = facts::of_read(key, size, &response.headers).ok_or_else(malformed)?;
    if facts::expired(&meta, s3.host.now()) {
        return Ok(Got::Missing);
    }
    let wanted = match get.range {
        Some(range) => range.resolve(size),
        None => Some(0..size),
    };
    match wanted {
        Some(wanted) if wanted == range => {}
        None => return Err(ObjectError::RangeNotSatisfiable { size }),
        Some(_) => return Err(unavailable("the bucket answered another range".to_owned())),
    }
    let body = checked::incoming(response.body, range.end - range.start);
    Ok(Got::Found(Object { meta, range, body }))
}

/// What a read found whose answer is `404`: nothing, unless it is the bucket that is not there.
async fn missing<H: Host>(s3: &S3<H>, response: FetchResponse) -> Result<Got, ObjectError> {
    let text = s3.text(response).await.unwrap_or_default();
    match xml::text(&text, "Code").as_deref() {
        Some("NoSuchKey") => Ok(Got::Missing),
        Some("NoSuchBucket") => Err(no_bucket()),
        _ => s3.check_bucket().await.map(|()| Got::Missing),
    }
}

/// What a read found whose range no object of its size can have.
async fn out_of_range<H: Host>(
    s3: &S3<H>,
    key: &str,
    range: ByteRange,
) -> Result<Got, ObjectError> {
    match live(s3, key).await? {
        None => Ok(Got::Missing),
        Some(meta) if range.resolve(meta.size).is_none() => {
            Err(ObjectError::RangeNotSatisfiable { size: meta.size })
        }
        Some(_) => Err(unavailable(
            "the bucket refuses a range that the object has".to_owned(),
        )),
    }
}

impl<H: Host> S3<H> {
    /// Asks once whether there is a bucket: to a request for the facts of an object, one that is
    /// not there and one that is not in it are the same.
    async fn check_bucket(&self) -> Result<(), ObjectError> {
        if self.is_there.get() {
            return Ok(());
        }
        let ask = Ask {
            key: None,
            ..Ask::new(Method::HEAD, "")
        };
        if self.ask(ask).await?.status == StatusCode::NOT_FOUND {
            return Err(no_bucket());
        }
        self.is_there.set(true);
        Ok(())
    }
}

/// `range` as a header; `None` where no object can have it.
fn range_header(range: ByteRange) -> Option<HeaderValue> {
    let text = match range {
        ByteRange::Suffix(0)
        | ByteRange::From {
            length: Some(0), ..
        } => return None,
        ByteRange::From { start, .. } if start > MAX_EXACT => return None,
        ByteRange::Suffix(length) => format!("bytes=-{}", length.min(MAX_EXACT)),
        ByteRange::From {
            start,
            length: None,
        } => format!("bytes={start}-"),
        ByteRange::From {
            start,
            length: Some(length),
        } => {
            let last = start.saturating_add(length - 1).min(MAX_EXACT);
            format!("bytes={start}-{last}")
        }
    };
    HeaderValue::from_str(&text).ok()
}

/// The range and the whole size in `Content-Range`.
fn content_range(response: &FetchResponse) -> Option<(Range<u64>, u64)> {
    let text = response.headers.get(header::CONTENT_RANGE)?;
    let (range, size) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
    Some((first..last.checked_add(1)?, size.parse().ok()?))
}

fn length(response: &FetchResponse) -> Option<u64> {
    let text = response.headers.get(header::CONTENT_LENGTH)?;
    text.trim().parse().ok()
}

fn no_bucket() -> ObjectError {
    unavailable("there is no bucket of the name in STORE_BUCKET".to_owned())
}

fn malformed() -> ObjectError {
    unavailable("the bucket's answer lacks a length, an entity tag or a date".to_owned())
}

#[cfg(test)]
mod tests {
    use edge::range::ByteRange;

    use super::range_header;

    #[test]
    fn ranges_are_asked_for_as_objects_can_have_them() {
        let from = |start, length| ByteRange::From { start, length };
        for (range, expected) in [
            (from(5, None), Some("bytes=5-")),
            (from(0, Some(7)), Some("bytes=0-6")),
            (from(5, Some(u64::MAX)), Some("bytes=5-9007199254740991")),
            (ByteRange::Suffix(3), Some("bytes=-3")),
            (from(5, Some(0)), None),
            (ByteRange::Suffix(0), None),
            (from(u64::MAX, Some(1)), None),
        ] {
            let found = range_header(range);
            let found = found.as_ref().and_then(|value| value.to_str().ok());
            assert_eq!(found, expected, "{range:?}");
        }
    }
}
