//! Rows of `objects` as the port's facts of an object.

use edge::{
    Timestamp,
    objects::{ObjectError, ObjectMeta},
};
use spin_sdk::sqlite::Value;

use crate::sqlite::{Row, SqlError};

/// The columns that [`meta`] reads, in its order.
macro_rules! columns {
    () => {
        "key, etag, size, modified, expires, sha256, content_type, cache_control"
    };
}
pub(crate) use columns;

/// How many columns those are.
pub const COLUMNS: usize = 8;

/// The facts in a row that begins with [`columns`].
///
/// # Errors
/// [`ObjectError::Unavailable`] where the row is not one that this crate wrote.
pub fn meta(row: Row) -> Result<ObjectMeta, ObjectError> {
    let mut values = row.into_iter();
    let mut next = || values.next().unwrap_or(Value::Null);
    let (Some(key), Some(etag)) = (text(next()), text(next())) else {
        return Err(malformed());
    };
    let (Some(size), Some(modified)) = (integer(next()), integer(next())) else {
        return Err(malformed());
    };
    Ok(ObjectMeta {
        key,
        etag,
        size: u64::try_from(size).map_err(|_| malformed())?,
        modified: Timestamp::from_milliseconds(modified),
        expires: integer(next()).map(Timestamp::from_milliseconds),
        sha256: blob(next()).and_then(|bytes| bytes.try_into().ok()),
        content_type: text(next()),
        cache_control: text(next()),
    })
}

/// A row of another form than this crate writes.
pub fn malformed() -> ObjectError {
    ObjectError::Unavailable("the database holds a row of another form".to_owned())
}

/// The text in `value`.
pub fn text(value: Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// The number in `value`.
pub fn integer(value: Value) -> Option<i64> {
    match value {
        Value::Integer(integer) => Some(integer),
        _ => None,
    }
}

/// The bytes in `value`.
pub fn blob(value: Value) -> Option<Vec<u8>> {
    match value {
        Value::Blob(bytes) => Some(bytes),
        _ => None,
    }
}

impl From<SqlError> for ObjectError {
    fn from(error: SqlError) -> Self {
        Self::Unavailable(error.to_string())
    }
}
