//! The source's URL, in all the ways in which clients write it.

use edge::Url;

use super::AddressError;
use crate::percent;

/// What ddb-importer puts in place of `https://` (its setting `cors-path-prefix`).
const DDB: &str = "ddb/";

/// The source that stands in the path as it is; `query` is its own.
pub fn raw(path: &str, query: &str) -> Result<Url, AddressError> {
    let mut url = path.to_owned();
    if !query.is_empty() {
        url.push('?');
        url.push_str(query);
    }
    checked(&url)
}

/// The source that is one percent-encoded segment. One that was encoded twice, because a template
/// encoded what was encoded already, is decoded twice.
pub fn encoded(segment: &str) -> Result<Url, AddressError> {
    let undecodable = AddressError::Source("is not percent-encoded UTF-8");
    let once = percent::decode(segment).ok_or(undecodable.clone())?;
    let is_encoded = ["https%3A", "http%3A"]
        .iter()
        .any(|scheme| percent::strip_prefix(&once, scheme).is_some());
    let decoded = if is_encoded {
        percent::decode(&once).ok_or(undecodable)?
    } else {
        once
    };
    checked(&decoded)
}

/// `text` with scheme and both slashes: without `ddb/`, with what an intermediary collapsed or
/// encoded, with the `https` that a client left out.
fn complete(text: &str) -> String {
    let text = text.strip_prefix(DDB).unwrap_or(text);
    for scheme in ["https", "http"] {
        let Some(rest) = percent::strip_prefix(text, scheme) else {
            continue;
        };
        let colon = rest
            .strip_prefix(':')
            .or_else(|| percent::strip_prefix(rest, "%3a"));
        if let Some(rest) = colon {
            return format!("{scheme}://{}", rest.trim_start_matches('/'));
        }
    }
    match text.split(['/', '?']).next() {
        // Another scheme is not a host.
        Some(first) if has_scheme(first) => text.to_owned(),
        _ => format!("https://{}", text.trim_start_matches('/')),
    }
}

/// Whether the first part of a path is `scheme:`, and not `host:port`.
fn has_scheme(first: &str) -> bool {
    first
        .split_once(':')
        .is_some_and(|(_, port)| !port.bytes().all(|byte| byte.is_ascii_digit()) || port.is_empty())
}

/// A whole URL, checked: `http` or `https`, an ASCII host, no credentials. Its fragment is dropped.
pub fn checked(text: &str) -> Result<Url, AddressError> {
    let wrong = AddressError::Source;
    let text = complete(text.trim());
    if !host_is_plain(&text) {
        return Err(wrong(
            "must have an ASCII host, international names as `xn--…`",
        ));
    }
    let mut url = Url::parse(&text).map_err(|_| wrong("is not one"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("must begin with `https://` or `http://`"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("must not hold a user name or a password"));
    }
    url.set_fragment(None);
    Ok(url)
}

/// Whether host and port hold only what they may, so that no mapping of characters makes another
/// host of them than what a reader sees.
fn host_is_plain(text: &str) -> bool {
    let authority = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = authority
        .split(['/', '?', '#', '\\'])
        .next()
        .unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    !host.is_empty() && host.bytes().all(plain)
}
