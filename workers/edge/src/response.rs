//! A response as plain data; the adapter turns it into the platform's own in one crossing.

use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::Body;

/// A response.
#[derive(Debug)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// Headers in order; a name may stand more than once.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body.
    pub body: Body,
    /// The pattern of the route that answered, such as `/packages/{id}/module.json`, for the log;
    /// empty where no route matched. Never the path itself: paths may hold tokens.
    pub route: &'static str,
    /// Whether it is one of many like it, made before and answered again: platforms may keep what they
    /// make of it, and log such answers together.
    pub routine: bool,
}

impl Response {
    /// An answer with `status` and no body.
    pub fn new(status: StatusCode) -> Self {
        Self {
            status,
            headers: Vec::with_capacity(8),
            body: Body::Empty,
            route: "",
            routine: false,
        }
    }

    /// An answer with `value` as JSON.
    pub fn json(status: StatusCode, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(text) => Self::new(status)
                .with(
                    header::CONTENT_TYPE,
                    HeaderValue::from_static("application/json; charset=utf-8"),
                )
                .with_body(text),
            Err(_) => Self::new(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    /// The same with the header `name` set to `value`, beside any that it had already.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The same with the header `name` set to `value`; left out where `value` holds characters
    /// that a header must not have.
    #[must_use]
    pub fn with_text(self, name: HeaderName, value: &str) -> Self {
        match HeaderValue::from_str(value) {
            Ok(value) => self.with(name, value),
            Err(_) => self,
        }
    }

    /// The same with `body`.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    /// The same, logged under the route pattern `route`.
    #[must_use]
    pub fn on(mut self, route: &'static str) -> Self {
        self.route = route;
        self
    }

    /// The same, as one of many like it. Its headers and its body must be the same whenever its entity
    /// tag is.
    #[must_use]
    pub fn routine(mut self) -> Self {
        self.routine = true;
        self
    }

    /// The first value of the header `name`.
    pub fn header(&self, name: &HeaderName) -> Option<&HeaderValue> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }
}
