//! The facts of stored objects, which cross as JSON.

use edge::{
    FromJson, Timestamp,
    objects::{ObjectError, ObjectMeta, Page},
};
use wasm_bindgen::JsValue;

use crate::glue;

/// An object's facts as `factsOf` in `glue.js` writes them.
#[derive(FromJson)]
struct Facts {
    key: String,
    size: u64,
    etag: String,
    modified: i64,
    sha256: Option<String>,
    content_type: Option<String>,
    cache_control: Option<String>,
    expires: Option<String>,
}

#[derive(FromJson)]
struct PageFacts {
    objects: Vec<Facts>,
    cursor: Option<String>,
}

impl From<Facts> for ObjectMeta {
    fn from(facts: Facts) -> Self {
        Self {
            key: facts.key,
            size: facts.size,
            etag: facts.etag,
            modified: Timestamp::from_milliseconds(facts.modified),
            sha256: facts.sha256.as_deref().and_then(unhex),
            content_type: facts.content_type,
            cache_control: facts.cache_control,
            expires: facts
                .expires
                .and_then(|text| text.parse().ok())
                .map(Timestamp::from_milliseconds),
        }
    }
}

/// The facts of `object`.
pub(super) fn read(object: &JsValue) -> Result<ObjectMeta, ObjectError> {
    let text = glue::facts(object).map_err(|thrown| super::unavailable(&thrown))?;
    parse::<Facts>(&text).map(ObjectMeta::from)
}

/// The facts of a page of objects.
pub(super) fn page(page: &JsValue) -> Result<Page, ObjectError> {
    let text = page.as_string().unwrap_or_default();
    let page: PageFacts = parse(&text)?;
    Ok(Page {
        objects: page.objects.into_iter().map(ObjectMeta::from).collect(),
        cursor: page.cursor,
    })
}

fn parse<T: FromJson>(text: &str) -> Result<T, ObjectError> {
    edge::json::from_slice(text.as_bytes())
        .map_err(|error| ObjectError::Unavailable(error.to_string()))
}

/// Whether the object is no more at `now`.
pub(super) fn expired(meta: &ObjectMeta, now: Timestamp) -> bool {
    meta.expires.is_some_and(|expires| expires <= now)
}

/// `bytes` in lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        let digits = std::str::from_utf8(digits).ok()?;
        *byte = u8::from_str_radix(digits, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use edge::objects::ObjectMeta;

    use super::{Facts, hex, parse, unhex};

    #[test]
    fn facts_may_be_few() {
        let facts = r#"{"key":"a","size":9007199254740991,"etag":"e","modified":5,"expires":"7"}"#;
        let meta: ObjectMeta = parse::<Facts>(facts).expect("facts").into();
        assert_eq!(
            (meta.size, meta.modified.milliseconds()),
            (9_007_199_254_740_991, 5)
        );
        assert_eq!(meta.expires.map(edge::Timestamp::milliseconds), Some(7));
        assert_eq!((meta.sha256, meta.content_type), (None, None));
    }

    #[test]
    fn checksums_cross_both_ways() {
        let bytes = std::array::from_fn(|index| (index * 8) as u8);
        assert_eq!(unhex(&hex(&bytes)), Some(bytes));
        for text in ["", "0", &"g".repeat(64), &"é".repeat(32)] {
            assert_eq!(unhex(text), None, "{text}");
        }
    }
}
