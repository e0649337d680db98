//! Answers that browsers, caches and Foundry can use.

use edge::{Bytes, HeaderValue, Problem, Request, Response, StatusCode, conditional, header, open};
use registry::CachePolicy;
use sha2::{Digest, Sha256};

const EXPOSED: &str = "Content-Length, Content-Range, ETag, Repr-Digest, X-Request-Id";

/// The strong entity tag of `bytes`, with its quotes.
pub fn etag(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let hex: String = digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("\"{hex}\"")
}

/// Bytes with their entity tag.
#[derive(Debug, Clone)]
pub struct Document {
    bytes: Bytes,
    etag: String,
}

impl Document {
    /// `bytes`, which are digested.
    pub fn new(bytes: Bytes) -> Self {
        let etag = etag(&bytes);
        Self { bytes, etag }
    }

    /// How many bytes it takes in memory.
    pub fn size(&self) -> usize {
        self.bytes.len() + self.etag.len()
    }

    /// It as a document of the media type `kind`, or `304` where the caller has it.
    pub fn answer(&self, request: &Request, kind: &'static str, cache: CachePolicy) -> Response {
        let response = if conditional::unchanged(request, &self.etag) {
            Response::new(StatusCode::NOT_MODIFIED)
        } else {
            let length = self.bytes.len() as u64;
            Response::new(StatusCode::OK)
                .with(header::CONTENT_TYPE, HeaderValue::from_static(kind))
                .with(header::CONTENT_LENGTH, HeaderValue::from(length))
                .with_body(self.bytes.clone())
        };
        response.with_text(header::ETAG, &self.etag).with(
            header::CACHE_CONTROL,
            HeaderValue::from_static(cache.header()),
        )
    }
}

/// Lets every site's scripts read `response`.
pub fn open_to_all(response: Response) -> Response {
    open::to_all(response, EXPOSED)
}

/// The answer to `OPTIONS`. Nobody needs credentials here.
pub fn preflight() -> Response {
    open::preflight("*")
}

/// `410` for a release that was withdrawn.
pub fn gone(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::GONE, "yanked", "Withdrawn", detail)
}
