//! The manifest of a package, as its author wrote it.

mod files;
mod legacy;
mod read;
mod rewrite;

pub use files::{FileReference, Importance};
pub use rewrite::{Target, with_track};

use serde_json::{Map, Value};

/// Largest manifest that is read, in bytes.
pub const MAX_MANIFEST: usize = 1024 * 1024;

/// Why some bytes are not a manifest. Caller's fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// More than [`MAX_MANIFEST`] bytes.
    #[error("the manifest has {0} bytes; at most {MAX_MANIFEST} are read")]
    TooLarge(usize),
    /// Not UTF-8.
    #[error("the manifest is not UTF-8 at byte {0}; save it as UTF-8")]
    Encoding(usize),
    /// Not JSON, or nested deeper than 128 levels.
    #[error("the manifest is not valid JSON: {message}")]
    Json {
        /// What is wrong, with line and column.
        message: String,
    },
    /// JSON, but not an object.
    #[error("the manifest must be a JSON object, {{ … }}")]
    NotAnObject,
}

/// A manifest: a JSON object whose fields keep their order, their unknown members and their
/// numbers as written (only an exponent gets its sign: `1e9` becomes `1e+9`).
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    fields: Map<String, Value>,
}

impl Manifest {
    /// Reads a manifest. A byte order mark is forgiven.
    ///
    /// # Errors
    /// [`ManifestError`], each saying what would be right.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        if bytes.len() > MAX_MANIFEST {
            return Err(ManifestError::TooLarge(bytes.len()));
        }
        let text = std::str::from_utf8(bytes)
            .map_err(|error| ManifestError::Encoding(error.valid_up_to()))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        match serde_json::from_str(text) {
            Ok(Value::Object(fields)) => Ok(Self { fields }),
            Ok(_) => Err(ManifestError::NotAnObject),
            Err(error) => Err(ManifestError::Json {
                message: error.to_string(),
            }),
        }
    }

    /// The manifest as it is served and packed: JSON indented by two spaces, with a final
    /// newline. The same fields always give the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        // A map of JSON values with text keys always has a JSON form.
        let mut bytes = serde_json::to_vec_pretty(&self.fields).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// All fields, in order.
    pub fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }
}
