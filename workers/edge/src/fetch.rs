//! The port to other servers: one exchange, nothing clever.
//!
//! Functions do not use it directly but through [`crate::outbound`], which decides what may be
//! reached, follows redirects and bounds time and bytes.

use http::{HeaderName, HeaderValue, Method, StatusCode};
use url::Url;

use crate::{Body, Bytes, Headers};

/// A request to another server.
#[derive(Debug, Clone)]
pub struct FetchRequest {
    /// The method.
    pub method: Method,
    /// Where to; `http` or `https`.
    pub url: Url,
    /// Headers in order.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body; empty means none.
    pub body: Bytes,
}

/// Another server's answer, its body not yet read.
#[derive(Debug)]
pub struct FetchResponse {
    /// The status; a redirect is handed on as it is.
    pub status: StatusCode,
    /// The headers, looked up on demand.
    pub headers: Headers,
    /// The body. A connection that breaks off is an error, not an end, where the platform can tell.
    pub body: Body,
}

/// Why an exchange failed. Texts are for the log and never hold a header or a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The platform refuses the address (for instance Spin's `allowed_outbound_hosts`).
    #[error("the platform does not allow requests to {host}")]
    Forbidden {
        /// Host of the address.
        host: String,
    },
    /// No connection, no answer, or a broken one.
    #[error("no answer from {host}: {cause}")]
    Failed {
        /// Host of the address.
        host: String,
        /// The platform's words.
        cause: String,
    },
}

/// Sends requests to other servers. Redirects are never followed; the platform's own cookies,
/// credentials and caches stay out of it. Dropping the future or the body ends the exchange.
pub trait Fetch {
    /// Sends `request` and waits for the head of the answer.
    ///
    /// # Errors
    /// [`FetchError`].
    async fn fetch(&self, request: FetchRequest) -> Result<FetchResponse, FetchError>;
}

/// Sends requests whose bodies are too large for memory. Needed where the object store is another
/// server; functions do not use it.
pub trait Upload {
    /// Sends `request` with `body`, whose length must be known, in place of its own, and waits for
    /// the head of the answer. Where the body fails, the exchange is broken off, so that the other
    /// server sees that it is not whole.
    ///
    /// # Errors
    /// [`FetchError`], also where the body failed.
    async fn upload(&self, request: FetchRequest, body: Body) -> Result<FetchResponse, FetchError>;
}
