//! The URLs of objects.

use edge::{Url, objects::ObjectError};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What AWS's rules encode in a query: all but the unreserved characters of RFC 3986.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The same in a path, where slashes stand as they are.
const PATH: &AsciiSet = &QUERY.remove(b'/');

/// `value` as it stands in a query.
pub(crate) fn in_query(value: &str) -> String {
    utf8_percent_encode(value, QUERY).to_string()
}

/// The URL of the object `key` in `bucket`, or of the bucket itself, with a `query` that is encoded
/// and in order, as signing needs it.
///
/// # Errors
/// [`ObjectError::Unavailable`] for a key with a segment `.` or `..`, which no URL can have.
pub(crate) fn url(bucket: &Url, key: Option<&str>, query: &str) -> Result<Url, ObjectError> {
    let mut url = bucket.clone();
    if let Some(key) = key {
        let path = format!("{}/{}", bucket.path(), utf8_percent_encode(key, PATH));
        url.set_path(&path);
        if url.path() != path {
            let cause = "S3 has no address for a key with a segment `.` or `..`";
            return Err(ObjectError::Unavailable(cause.to_owned()));
        }
    }
    url.set_query((!query.is_empty()).then_some(query));
    Ok(url)
}

#[cfg(test)]
mod tests {
    use edge::Url;

    use super::url;

    #[test]
    fn keys_stand_in_urls_byte_by_byte() {
        let bucket = Url::parse("https://a.example/x/bucket").expect("a URL");
        for (key, expected) in [
            ("a/b.json", Some("/x/bucket/a/b.json")),
            ("two//slashes/", Some("/x/bucket/two//slashes/")),
            ("100% +?#&=", Some("/x/bucket/100%25%20%2B%3F%23%26%3D")),
            ("a\\b'(c)*!", Some("/x/bucket/a%5Cb%27%28c%29%2A%21")),
            ("größe", Some("/x/bucket/gr%C3%B6%C3%9Fe")),
            ("dots..and.more~", Some("/x/bucket/dots..and.more~")),
            ("a/../b", None),
            ("./a", None),
            ("a/.", None),
        ] {
            let found = url(&bucket, Some(key), "").ok();
            assert_eq!(found.as_ref().map(Url::path), expected, "{key}");
        }
        let list = url(&bucket, None, "prefix=a%2Fb").expect("a list");
        assert_eq!(list.as_str(), "https://a.example/x/bucket?prefix=a%2Fb");
    }
}
