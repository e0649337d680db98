//! The facts of objects as they travel: in HTTP metadata, and in the object's own, under the names
//! that `edge-cloudflare` uses.

use edge::{
    HeaderName, HeaderValue, Headers, Timestamp, header,
    objects::{ObjectMeta, Put},
};

use crate::sign::hex;

/// When the object ceases to exist, in milliseconds since 1970. A bucket knows no expiry of single
/// objects.
const EXPIRES: HeaderName = HeaderName::from_static("x-amz-meta-expires");

/// SHA-256 of the bytes in hexadecimal. R2 keeps one only of what its own binding has written.
const SHA256: HeaderName = HeaderName::from_static("x-amz-meta-sha256");

/// When the object was written, in milliseconds since 1970, by the writer's clock: the answer to a
/// write does not tell, and `Last-Modified` only in seconds.
const WRITTEN: HeaderName = HeaderName::from_static("x-amz-meta-written");

/// What buckets call objects whose writer has given no media type. It says no more than none.
const UNKNOWN: &str = "application/octet-stream";

/// The headers of a write at `now`.
pub(crate) fn headers(put: &Put, now: Timestamp) -> Vec<(HeaderName, HeaderValue)> {
    let mut headers = vec![(WRITTEN, HeaderValue::from(now.milliseconds()))];
    if let Some(value) = put.content_type {
        headers.push((header::CONTENT_TYPE, HeaderValue::from_static(value)));
    }
    if let Some(value) = put.cache_control {
        headers.push((header::CACHE_CONTROL, HeaderValue::from_static(value)));
    }
    if let Some(expires) = put.expires {
        headers.push((EXPIRES, HeaderValue::from(expires.milliseconds())));
    }
    if let Some(sha256) = put.sha256 {
        // Hexadecimal digits can stand in a header.
        if let Ok(value) = HeaderValue::from_str(&hex(&sha256)) {
            headers.push((SHA256, value));
        }
    }
    headers
}

/// What is known of an object of `size` bytes that was written so at `now`.
pub(crate) fn of_write(
    key: &str,
    size: u64,
    etag: String,
    put: &Put,
    now: Timestamp,
) -> ObjectMeta {
    ObjectMeta {
        key: key.to_owned(),
        size,
        etag,
        modified: now,
        sha256: put.sha256,
        content_type: put.content_type.map(str::to_owned),
        cache_control: put.cache_control.map(str::to_owned),
        expires: put.expires,
    }
}

/// What the headers of a read say of an object of `size` bytes; `None` where they lack what every
/// bucket says.
pub(crate) fn of_read(key: &str, size: u64, headers: &Headers) -> Option<ObjectMeta> {
    let number = |name| headers.get(name)?.trim().parse().ok();
    let written = number(WRITTEN).map(Timestamp::from_milliseconds);
    let modified = written.or_else(|| http_date(&headers.get(header::LAST_MODIFIED)?))?;
    Some(ObjectMeta {
        key: key.to_owned(),
        size,
        etag: etag(headers)?,
        modified,
        sha256: headers.get(SHA256).as_deref().and_then(unhex),
        content_type: headers
            .get(header::CONTENT_TYPE)
            .filter(|kind| kind != UNKNOWN),
        cache_control: headers.get(header::CACHE_CONTROL),
        expires: number(EXPIRES).map(Timestamp::from_milliseconds),
    })
}

/// The entity tag in `headers`, without its quotes.
pub(crate) fn etag(headers: &Headers) -> Option<String> {
    let etag = headers.get(header::ETAG)?;
    let etag = etag.trim_start_matches("W/").trim_matches('"');
    (!etag.is_empty()).then(|| etag.to_owned())
}

/// Whether the object is no more at `now`.
pub(crate) fn expired(meta: &ObjectMeta, now: Timestamp) -> bool {
    meta.expires.is_some_and(|expires| expires <= now)
}

/// `Sun, 22 Nov 2026 10:00:00 GMT`, the form of RFC 9110, section 5.6.7.
fn http_date(text: &str) -> Option<Timestamp> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (_, text) = text.split_once(", ")?;
    let mut parts = text.split(' ');
    let (day, month, year, time) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    Timestamp::parse(&format!("{year}-{month:02}-{day}T{time}Z"))
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use edge::Timestamp;

    use super::{hex, http_date, unhex};

    #[test]
    fn dates_are_read() {
        let expected = Timestamp::parse("2026-11-02T10:05:09Z");
        assert!(expected.is_some());
        assert_eq!(http_date("Mon, 02 Nov 2026 10:05:09 GMT"), expected);
        for text in ["", "Mon, 02 Foo 2026 10:05:09 GMT", "2026-11-02T10:05:09Z"] {
            assert_eq!(http_date(text), None, "{text}");
        }
    }

    #[test]
    fn digests_cross_both_ways() {
        let bytes = std::array::from_fn(|index| (index * 8) as u8);
        assert_eq!(unhex(&hex(&bytes)), Some(bytes));
        for text in ["", "0", &"g".repeat(64), &"é".repeat(32), &"+1".repeat(32)] {
            assert_eq!(unhex(text), None, "{text}");
        }
    }
}
