//! R2's options as JSON, the form in which they cross.

use edge::{
    objects::{Condition, Get, Put},
    range::ByteRange,
};
use serde_json::{Map, Value, json};

use super::facts::hex;

/// Largest integer that JavaScript's numbers hold exactly.
const MAX_EXACT: u64 = (1 << 53) - 1;

/// How to read; `None` where no object can have the range.
pub(super) fn reading(get: &Get) -> Option<String> {
    let mut options = Map::new();
    match get.range {
        None => {}
        Some(
            ByteRange::Suffix(0)
            | ByteRange::From {
                length: Some(0), ..
            },
        ) => return None,
        Some(ByteRange::From { start, .. }) if start > MAX_EXACT => return None,
        Some(ByteRange::From { start, length }) => {
            let mut range = json!({ "offset": start });
            if let Some(length) = length {
                range["length"] = length.min(MAX_EXACT).into();
            }
            options.insert("range".into(), range);
        }
        Some(ByteRange::Suffix(length)) => {
            let range = json!({ "suffix": length.min(MAX_EXACT) });
            options.insert("range".into(), range);
        }
    }
    if let Some(etag) = get.unless_etag.as_deref().filter(|etag| is_etag(etag)) {
        let condition = json!({ "etagDoesNotMatch": etag });
        options.insert("onlyIf".into(), condition);
    }
    Some(Value::Object(options).to_string())
}

/// How to write, under `condition` instead of the one of `put`; for a write in one piece, R2 checks
/// the checksum.
pub(super) fn writing(put: &Put, condition: &Condition) -> String {
    let mut options = travelling(put);
    match condition {
        Condition::Always => {}
        Condition::Absent => {
            options.insert("onlyIf".into(), json!({ "etagDoesNotMatch": "*" }));
        }
        Condition::Etag(etag) => {
            options.insert("onlyIf".into(), json!({ "etagMatches": etag }));
        }
    }
    if let Some(sha256) = &put.sha256 {
        options.insert("sha256".into(), hex(sha256).into());
    }
    Value::Object(options).to_string()
}

/// How to write in parts, whose checksum R2 does not check.
pub(super) fn writing_parts(put: &Put) -> String {
    Value::Object(travelling(put)).to_string()
}

/// What travels with the object. The checksum does so by its own metadata, because R2 keeps none of a
/// write in parts, and tells none to those who read over its S3 API.
fn travelling(put: &Put) -> Map<String, Value> {
    let mut options = Map::new();
    let mut http = Map::new();
    if let Some(content_type) = put.content_type {
        http.insert("contentType".into(), content_type.into());
    }
    if let Some(cache_control) = put.cache_control {
        http.insert("cacheControl".into(), cache_control.into());
    }
    options.insert("httpMetadata".into(), http.into());
    let mut custom = Map::new();
    if let Some(expires) = put.expires {
        custom.insert("expires".into(), expires.milliseconds().to_string().into());
    }
    if let Some(sha256) = &put.sha256 {
        custom.insert("sha256".into(), hex(sha256).into());
    }
    if !custom.is_empty() {
        options.insert("customMetadata".into(), custom.into());
    }
    options
}

/// Which part of a list.
pub(super) fn listing(prefix: &str, cursor: Option<&str>, limit: usize) -> String {
    let mut options = json!({ "prefix": prefix, "limit": limit });
    if let Some(cursor) = cursor {
        options["cursor"] = cursor.into();
    }
    options.to_string()
}

/// Whether `etag` has the form of R2's: anything else matches no object, while R2 itself would take
/// `*` for any and throw at quotes.
pub(super) fn is_etag(etag: &str) -> bool {
    !etag.is_empty()
        && etag
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use edge::{
        Timestamp,
        objects::{Condition, Get, Put},
        range::ByteRange,
    };

    use super::{is_etag, reading, writing, writing_parts};

    #[test]
    fn reads_ask_for_what_an_object_can_have() {
        let from = |start, length| Some(ByteRange::From { start, length });
        for (range, expected) in [
            (None, Some("{}")),
            (from(5, None), Some(r#"{"range":{"offset":5}}"#)),
            (
                from(0, Some(7)),
                Some(r#"{"range":{"offset":0,"length":7}}"#),
            ),
            (
                from(0, Some(u64::MAX)),
                Some(r#"{"range":{"offset":0,"length":9007199254740991}}"#),
            ),
            (
                Some(ByteRange::Suffix(3)),
                Some(r#"{"range":{"suffix":3}}"#),
            ),
            (from(5, Some(0)), None),
            (Some(ByteRange::Suffix(0)), None),
            (from(u64::MAX, None), None),
        ] {
            let get = Get {
                range,
                unless_etag: None,
            };
            assert_eq!(reading(&get).as_deref(), expected, "{range:?}");
        }
    }

    #[test]
    fn only_etags_of_r2_are_conditions() {
        for (etag, expected) in [
            ("d41d8cd98f00b204e9800998ecf8427e", true),
            ("d41d8cd98f00b204e9800998ecf8427e-3", true),
            ("*", false),
            ("\"d41d\"", false),
            ("", false),
        ] {
            assert_eq!(is_etag(etag), expected, "{etag}");
        }
    }

    #[test]
    fn writes_carry_what_travels_with_the_object() {
        let put = Put {
            content_type: Some("text/plain"),
            sha256: Some([1; 32]),
            expires: Some(Timestamp::from_milliseconds(7)),
            ..Put::default()
        };
        let sha256 = "01".repeat(32);
        assert_eq!(
            writing(&put, &Condition::Absent),
            format!(
                r#"{{"httpMetadata":{{"contentType":"text/plain"}},"customMetadata":{{"expires":"7","sha256":"{sha256}"}},"onlyIf":{{"etagDoesNotMatch":"*"}},"sha256":"{sha256}"}}"#
            )
        );
        assert_eq!(
            writing_parts(&put),
            format!(
                r#"{{"httpMetadata":{{"contentType":"text/plain"}},"customMetadata":{{"expires":"7","sha256":"{sha256}"}}}}"#
            )
        );
    }
}
