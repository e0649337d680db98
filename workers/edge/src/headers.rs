//! Headers of the platform's own message, read only where they are asked for.

use http::HeaderMap;

/// A platform's header list. Copying every header out of a Worker costs more than the work itself
/// on an update check, so headers are looked up one at a time.
pub trait HeaderSource {
    /// The value of the header `name` (lower case); several values joined by `, `; `None` where it
    /// is absent or not text.
    fn header(&self, name: &str) -> Option<String>;
}

/// The headers of a request or of a fetched response.
pub struct Headers(Box<dyn HeaderSource>);

impl Headers {
    /// Headers that are read from `source`.
    pub fn new(source: impl HeaderSource + 'static) -> Self {
        Self(Box::new(source))
    }

    /// The value of the header `name` (lower case).
    pub fn get(&self, name: impl AsRef<str>) -> Option<String> {
        self.0.header(name.as_ref())
    }
}

impl HeaderSource for HeaderMap {
    fn header(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect();
        (!values.is_empty()).then(|| values.join(", "))
    }
}

impl std::fmt::Debug for Headers {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Headers may hold tokens and signatures, so they are never printed.
        formatter.write_str("Headers(..)")
    }
}
