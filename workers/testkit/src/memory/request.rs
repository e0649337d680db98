//! Requests to the function under test.

use edge::{Body, HeaderName, HeaderValue, Headers, Method, Request};
use http::HeaderMap;

/// A request to `target` (path, or path and query).
///
/// # Panics
/// Where `method` is none.
pub fn request(method: &str, target: &str) -> RequestBuilder {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    RequestBuilder {
        method: Method::from_bytes(method.as_bytes()).expect("a method"),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: HeaderMap::new(),
        body: Body::Empty,
    }
}

/// A request to the function under test, being made.
pub struct RequestBuilder {
    method: Method,
    path: String,
    query: String,
    headers: HeaderMap,
    body: Body,
}

impl RequestBuilder {
    /// The same with the header `name` (lower case).
    ///
    /// # Panics
    /// Where name or value cannot be a header's.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
        let value = HeaderValue::from_str(value).expect("a header's value");
        self.headers.append(name, value);
        self
    }

    /// The same with every one of `headers`.
    ///
    /// # Panics
    /// As [`RequestBuilder::header`].
    #[must_use]
    pub fn headers(self, headers: &[(String, String)]) -> Self {
        headers
            .iter()
            .fold(self, |request, (name, value)| request.header(name, value))
    }

    /// The same with `body`.
    #[must_use]
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    /// The request.
    pub fn build(self) -> Request {
        Request {
            head: false,
            method: self.method,
            path: self.path,
            query: self.query,
            headers: Headers::new(self.headers),
            body: self.body,
        }
    }
}
