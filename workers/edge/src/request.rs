//! A request as a function sees it.

use std::borrow::Cow;

use http::Method;
use percent_encoding::percent_decode_str;

use crate::{Body, Headers};

/// A view of the platform's own request.
#[derive(Debug)]
pub struct Request {
    /// The method. [`crate::serve`] turns `HEAD` into `GET` and sets `head`.
    pub method: Method,
    /// Whether only the head of the answer is wanted: the body is not sent, and a `Range` means
    /// nothing (RFC 9110, section 14.2).
    pub head: bool,
    /// The path, as it came: percent-encoded, beginning with `/`.
    pub path: String,
    /// The query without its `?`, as it came; empty where there is none.
    pub query: String,
    /// The headers, looked up on demand.
    pub headers: Headers,
    /// The body, not yet read.
    pub body: Body,
}

impl Request {
    /// The value of the header `name` (lower case).
    pub fn header(&self, name: impl AsRef<str>) -> Option<String> {
        self.headers.get(name)
    }

    /// The path's segments between slashes, percent-decoded. A slash that was encoded stays within
    /// its segment, where no name allows it.
    pub fn segments(&self) -> Vec<Cow<'_, str>> {
        self.path
            .trim_start_matches('/')
            .split('/')
            .map(|segment| percent_decode_str(segment).decode_utf8_lossy())
            .collect()
    }

    /// The first value of the query parameter `name`, percent-decoded.
    pub fn query_value(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
}
