//! A request as a function sees it.

use http::Method;

use crate::{Body, Headers};

/// A view of the platform's own request.
#[derive(Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
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

    /// The path's segments between slashes, as they came (percent-encoded).
    pub fn segments(&self) -> Vec<&str> {
        self.path.trim_start_matches('/').split('/').collect()
    }

    /// The first value of the query parameter `name`, percent-decoded.
    pub fn query_value(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
}
