//! The website's files and headers, put in when the component is built.

use edge::{HeaderName, HeaderValue};

/// One file of the website.
pub struct File {
    /// The path it is served at.
    pub address: &'static str,
    /// Further paths, which lead to `address`.
    pub others: &'static [&'static str],
    /// Its `Content-Type`.
    pub content_type: &'static str,
    /// Its strong entity tag, with the quotes.
    pub etag: &'static str,
    /// Its bytes.
    pub content: &'static [u8],
}

/// Headers that the answers to some paths carry.
pub struct Rule {
    /// The path, where a final `*` stands for anything.
    pub pattern: &'static str,
    /// The headers in their order.
    pub headers: &'static [(HeaderName, HeaderValue)],
}

impl Rule {
    /// Whether the rule holds for `path`.
    pub fn holds_for(&self, path: &str) -> bool {
        match self.pattern.strip_suffix('*') {
            Some(start) => path.starts_with(start),
            None => path == self.pattern,
        }
    }
}

include!(concat!(env!("OUT_DIR"), "/tables.rs"));
