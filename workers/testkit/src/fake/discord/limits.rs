//! What Discord checks of a message.

use edge::{Timestamp, Url};
use serde_json::{Map, Value, json};

use crate::fake::Reply;

/// Texts, by their places in a message, and the most characters that they may have. `#` stands
/// for every member of a list.
const TEXTS: &[(&str, usize)] = &[
    ("content", 2_000),
    ("username", 80),
    ("embeds/#/title", 256),
    ("embeds/#/description", 4_096),
    ("embeds/#/fields/#/name", 256),
    ("embeds/#/fields/#/value", 1_024),
    ("embeds/#/footer/text", 2_048),
    ("embeds/#/author/name", 256),
];

/// Texts that must be there if what they stand in is there.
const NEEDED: &[(&str, &str)] = &[
    ("embeds/#/fields/#", "name"),
    ("embeds/#/fields/#", "value"),
    ("embeds/#/footer", "text"),
    ("embeds/#/author", "name"),
    ("embeds/#/image", "url"),
    ("embeds/#/thumbnail", "url"),
];

/// Lists and the most members that they may have.
const LISTS: &[(&str, usize)] = &[("embeds", 10), ("embeds/#/fields", 25)];

/// Addresses.
const URLS: &[&str] = &[
    "avatar_url",
    "embeds/#/url",
    "embeds/#/author/url",
    "embeds/#/author/icon_url",
    "embeds/#/footer/icon_url",
    "embeds/#/image/url",
    "embeds/#/thumbnail/url",
];

/// Most characters in all embeds of a message together.
const TOTAL: usize = 6_000;

/// Discord's refusal of `message`, if it refuses it.
pub(super) fn check(message: &Value) -> Option<Reply> {
    let is_empty = |name: &str| match &message[name] {
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => true,
    };
    if is_empty("content") && is_empty("embeds") {
        let body = json!({ "message": "Cannot send an empty message", "code": 50_006 });
        return Some(Reply::json(400, &body));
    }
    let errors = errors(message);
    if errors.is_empty() {
        return None;
    }
    let mut tree = Value::Object(Map::new());
    for (path, code, text) in errors {
        let mut place = &mut tree;
        for segment in path.split('/') {
            place = &mut place[segment];
        }
        place["_errors"] = json!([{ "code": code, "message": text }]);
    }
    let body = json!({ "message": "Invalid Form Body", "code": 50_035, "errors": tree });
    Some(Reply::json(400, &body))
}

/// Where, with which code, with which words.
type Error = (String, &'static str, String);

fn errors(message: &Value) -> Vec<Error> {
    let mut errors = Vec::new();
    let mut wrong = |path: String, code, text: String| errors.push((path, code, text));
    for (pattern, most) in TEXTS {
        for (path, value) in places(message, pattern) {
            match value.as_str().map(|text| text.chars().count()) {
                Some(count) if count > *most => {
                    let text = format!("Must be {most} or fewer in length.");
                    wrong(path, "BASE_TYPE_MAX_LENGTH", text);
                }
                Some(_) => {}
                None => wrong(
                    path,
                    "STRING_TYPE_CONVERT",
                    "Could not interpret as string.".into(),
                ),
            }
        }
    }
    for (pattern, name) in NEEDED {
        for (path, value) in places(message, pattern) {
            if value[name]
                .as_str()
                .is_none_or(|text| text.trim().is_empty())
            {
                let path = format!("{path}/{name}");
                wrong(path, "BASE_TYPE_REQUIRED", "This field is required".into());
            }
        }
    }
    for (pattern, most) in LISTS {
        for (path, value) in places(message, pattern) {
            if value.as_array().is_none_or(|list| list.len() > *most) {
                let text = format!("Must be {most} or fewer in length.");
                wrong(path, "BASE_TYPE_MAX_LENGTH", text);
            }
        }
    }
    for pattern in URLS {
        for (path, value) in places(message, pattern) {
            if !value.as_str().is_some_and(is_url) {
                wrong(
                    path,
                    "URL_TYPE_INVALID_URL",
                    "Not a well formed URL.".into(),
                );
            }
        }
    }
    for (path, value) in places(message, "embeds/#/timestamp") {
        if value.as_str().and_then(Timestamp::parse).is_none() {
            wrong(
                path,
                "DATE_TIME_TYPE_PARSE",
                "Could not parse as a date.".into(),
            );
        }
    }
    for (path, value) in places(message, "embeds/#/color") {
        if value.as_u64().is_none_or(|color| color > 0x00ff_ffff) {
            wrong(
                path,
                "NUMBER_TYPE_MAX",
                "int value should be at most 16777215.".into(),
            );
        }
    }
    if total(message) > TOTAL {
        let text = format!("Embed size exceeds maximum size of {TOTAL}");
        wrong("embeds".into(), "MAX_EMBED_SIZE_EXCEEDED", text);
    }
    errors
}

fn is_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.has_host() && text.len() <= 2_048
    })
}

/// Characters in all embeds together.
fn total(message: &Value) -> usize {
    let counted = TEXTS.iter().filter(|(path, _)| path.starts_with("embeds/"));
    counted
        .flat_map(|(path, _)| places(message, path))
        .filter_map(|(_, value)| value.as_str())
        .map(|text| text.chars().count())
        .sum()
}

/// What stands at the places of `message` that `pattern` describes, absent and null left out.
fn places<'a>(message: &'a Value, pattern: &str) -> Vec<(String, &'a Value)> {
    let mut found = vec![(String::new(), message)];
    for segment in pattern.split('/') {
        found = found
            .into_iter()
            .flat_map(|(path, value)| match segment {
                "#" => {
                    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
                    let member = |(index, value)| (format!("{path}/{index}"), value);
                    list.iter().enumerate().map(member).collect::<Vec<_>>()
                }
                name => {
                    let member = value.get(name).filter(|value| !value.is_null());
                    member
                        .map(|value| (format!("{path}/{name}"), value))
                        .into_iter()
                        .collect()
                }
            })
            .collect();
    }
    let trimmed = |(path, value): (String, _)| (path.trim_start_matches('/').to_owned(), value);
    found.into_iter().map(trimmed).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::check;

    #[test]
    fn messages_within_the_limits_pass() {
        for message in [
            json!({ "content": "x".repeat(2_000) }),
            json!({ "embeds": [{ "title": "ä".repeat(256), "description": "x".repeat(4_096) }] }),
            json!({ "embeds": [{
                "title": "a", "url": "https://a.example/", "color": 1, "timestamp": "2026-11-22T10:00:00.000Z",
                "fields": [{ "name": "a", "value": "b", "inline": true }],
                "footer": { "text": "c" }, "author": { "name": "d" },
            }] }),
        ] {
            assert!(check(&message).is_none(), "{message}");
        }
    }

    #[test]
    fn messages_beyond_them_do_not() {
        let field = json!({ "name": "a", "value": "b" });
        for (message, code) in [
            (json!({}), 50_006),
            (json!({ "content": "", "embeds": [] }), 50_006),
            (json!({ "content": "x".repeat(2_001) }), 50_035),
            (json!({ "embeds": [{ "title": "x".repeat(257) }] }), 50_035),
            (
                json!({ "embeds": [{ "description": "x".repeat(4_097) }] }),
                50_035,
            ),
            (json!({ "embeds": [{ "title": 1 }] }), 50_035),
            (
                json!({ "embeds": [{ "title": "a", "url": "no url" }] }),
                50_035,
            ),
            (
                json!({ "embeds": [{ "title": "a", "timestamp": "now" }] }),
                50_035,
            ),
            (
                json!({ "embeds": [{ "fields": [{ "name": "a", "value": "" }] }] }),
                50_035,
            ),
            (json!({ "embeds": [{ "fields": vec![field; 26] }] }), 50_035),
            (
                json!({ "embeds": vec![json!({ "title": "a" }); 11] }),
                50_035,
            ),
            (
                json!({ "embeds": vec![json!({ "description": "x".repeat(3_001) }); 2] }),
                50_035,
            ),
        ] {
            let reply = check(&message).expect("a refusal");
            let body: serde_json::Value = serde_json::from_slice(&reply.body).expect("JSON");
            assert_eq!(
                (reply.status, &body["code"]),
                (400, &json!(code)),
                "{message}"
            );
        }
    }
}
