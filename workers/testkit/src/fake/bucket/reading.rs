//! Reads and lists.

use super::{Contents, Reply, contents::Object, decoded, encoded, error, xml};
use crate::fake::Asked;

/// Most objects of a page.
const PAGE: usize = 1000;

pub(super) fn get(contents: &Contents, asked: &Asked, key: &str) -> Reply {
    let Some(object) = contents.objects.get(key) else {
        return error(asked, 404, "NoSuchKey");
    };
    let size = object.bytes.len();
    if asked.method == "HEAD" {
        // A length without a body is the business of whoever answers.
        return described(Reply::new(200), object).with("content-length", size.to_string());
    }
    let Some(header) = asked.header("range") else {
        return described(Reply::new(200), object).body(object.bytes.clone());
    };
    match part(header, size) {
        Ok((start, end)) => {
            let range = format!("bytes {start}-{}/{size}", end - 1);
            described(Reply::new(206), object)
                .with("content-range", range)
                .body(object.bytes.slice(start..end))
        }
        // No `Content-Range` tells the size.
        Err(status @ 416) => error(asked, status, "InvalidRange"),
        Err(status) => error(asked, status, "InvalidArgument"),
    }
}

fn described(reply: Reply, object: &Object) -> Reply {
    let mut reply = reply
        .with("etag", format!("\"{}\"", object.etag))
        .with("last-modified", "Sun, 22 Nov 2026 10:00:00 GMT")
        .with("accept-ranges", "bytes");
    for (name, value) in &object.headers {
        reply = reply.with(name, value);
    }
    if !object
        .headers
        .iter()
        .any(|(name, _)| name == "content-type")
    {
        reply = reply.with("content-type", "application/octet-stream");
    }
    reply
}

/// The first byte and the one after the last; the status where there are none.
fn part(header: &str, size: usize) -> Result<(usize, usize), u16> {
    let (first, last) = header
        .strip_prefix("bytes=")
        .and_then(|range| range.split_once('-'))
        .ok_or(400_u16)?;
    let number = |text: &str| text.parse::<u64>().map_err(|_| 400_u16);
    let within = |number: u64| usize::try_from(number).unwrap_or(usize::MAX).min(size);
    let (start, end) = match (first, last) {
        ("", suffix) => (size - within(number(suffix)?), size),
        (first, "") => (within(number(first)?), size),
        (first, last) => (
            within(number(first)?),
            within(number(last)?.saturating_add(1)),
        ),
    };
    if start < end {
        Ok((start, end))
    } else {
        Err(416)
    }
}

pub(super) fn list(contents: &Contents, asked: &Asked) -> Reply {
    let parameter = |name| asked.parameter(name).map(decoded).unwrap_or_default();
    if parameter("list-type") != "2" || parameter("encoding-type") != "url" {
        return error(asked, 501, "NotImplemented");
    }
    let (prefix, after) = (parameter("prefix"), parameter("start-after"));
    let limit = parameter("max-keys").parse().unwrap_or(PAGE).min(PAGE);
    let mut matching = contents
        .objects
        .iter()
        .filter(|(key, _)| key.starts_with(&prefix) && **key > after);
    let page: Vec<_> = matching.by_ref().take(limit).collect();
    let more = matching.next().is_some();
    let mut text = format!(
        "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bucket</Name>\
         <Prefix>{}</Prefix><IsTruncated>{more}</IsTruncated>",
        encoded(&prefix)
    );
    for (key, object) in page {
        text.push_str(&format!(
            "<Contents><Key>{}</Key><Size>{}</Size><ETag>&quot;{}&quot;</ETag>\
             <LastModified>2026-11-22T10:00:00.123Z</LastModified></Contents>",
            encoded(key),
            object.bytes.len(),
            object.etag
        ));
    }
    text.push_str("</ListBucketResult>");
    xml(Reply::new(200), &text)
}
