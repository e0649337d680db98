//! What Discord checks of a message.

use std::collections::BTreeSet;

use edge::{Timestamp, Url};
use serde_json::{Map, Value, json};

use crate::fake::Reply;

/// What a kind of JSON must keep to. Places are written with `#` for every member of a list.
pub(super) struct Form {
    /// Texts, by their places, and the most characters that they may have.
    pub texts: &'static [(&'static str, usize)],
    /// Texts that must be there if what they stand in is there.
    pub needed: &'static [(&'static str, &'static str)],
    /// Lists and the most members that they may have.
    pub lists: &'static [(&'static str, usize)],
    /// Addresses.
    pub urls: &'static [&'static str],
}

/// A message.
const MESSAGE: Form = Form {
    texts: &[
        ("content", 2_000),
        ("username", 80),
        ("embeds/#/title", 256),
        ("embeds/#/description", 4_096),
        ("embeds/#/fields/#/name", 256),
        ("embeds/#/fields/#/value", 1_024),
        ("embeds/#/footer/text", 2_048),
        ("embeds/#/author/name", 256),
        ("components/#/components/#/label", 80),
        ("components/#/components/#/custom_id", 100),
        ("components/#/components/#/url", 512),
        ("components/#/components/#/placeholder", 150),
        ("components/#/components/#/options/#/label", 100),
        ("components/#/components/#/options/#/value", 100),
        ("components/#/components/#/options/#/description", 100),
    ],
    needed: &[
        ("embeds/#/fields/#", "name"),
        ("embeds/#/fields/#", "value"),
        ("embeds/#/footer", "text"),
        ("embeds/#/author", "name"),
        ("embeds/#/image", "url"),
        ("embeds/#/thumbnail", "url"),
        ("components/#/components/#/options/#", "label"),
        ("components/#/components/#/options/#", "value"),
    ],
    lists: &[
        ("embeds", 10),
        ("embeds/#/fields", 25),
        ("components", 5),
        ("components/#/components", 5),
        ("components/#/components/#/options", 25),
    ],
    urls: &[
        "avatar_url",
        "embeds/#/url",
        "embeds/#/author/url",
        "embeds/#/author/icon_url",
        "embeds/#/footer/icon_url",
        "embeds/#/image/url",
        "embeds/#/thumbnail/url",
        "components/#/components/#/url",
    ],
};

/// Most characters in all embeds of a message together.
const TOTAL: usize = 6_000;

/// The style of a button that is a link.
const LINK: u64 = 5;

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
    refusal(message_errors(message))
}

/// Discord's refusal for these errors, if there are any.
pub(super) fn refusal(errors: Vec<Error>) -> Option<Reply> {
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
pub(super) type Error = (String, &'static str, String);

/// What is wrong with a message that is not empty.
pub(super) fn message_errors(message: &Value) -> Vec<Error> {
    let mut errors = errors(&MESSAGE, message);
    let mut wrong = |path: String, code, text: &str| errors.push((path, code, text.to_owned()));
    for (path, value) in places(message, "embeds/#/timestamp") {
        if value.as_str().and_then(Timestamp::parse).is_none() {
            wrong(path, "DATE_TIME_TYPE_PARSE", "Could not parse as a date.");
        }
    }
    for (path, value) in places(message, "embeds/#/color") {
        if value.as_u64().is_none_or(|color| color > 0x00ff_ffff) {
            let text = "int value should be at most 16777215.";
            wrong(path, "NUMBER_TYPE_MAX", text);
        }
    }
    let mut known = BTreeSet::new();
    for (path, component) in places(message, "components/#/components/#") {
        let is_link = component["style"].as_u64() == Some(LINK);
        let name = component["custom_id"].as_str();
        if is_link != component["url"].is_string() || is_link == name.is_some() {
            let text = "A link has a url and no custom_id, everything else the reverse.";
            wrong(path, "BASE_TYPE_BAD", text);
        } else if name.is_some_and(|name| name.is_empty() || !known.insert(name)) {
            let text = "Component custom id cannot be duplicated";
            wrong(path, "COMPONENT_CUSTOM_ID_DUPLICATED", text);
        }
    }
    if total(message) > TOTAL {
        let text = format!("Embed size exceeds maximum size of {TOTAL}");
        wrong("embeds".into(), "MAX_EMBED_SIZE_EXCEEDED", &text);
    }
    errors
}

/// Where `message`, or whatever it is, does not keep to `form`.
pub(super) fn errors(form: &Form, message: &Value) -> Vec<Error> {
    let mut errors = Vec::new();
    let mut wrong = |path: String, code, text: String| errors.push((path, code, text));
    for (pattern, most) in form.texts {
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
    for (pattern, name) in form.needed {
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
    for (pattern, most) in form.lists {
        for (path, value) in places(message, pattern) {
            if value.as_array().is_none_or(|list| list.len() > *most) {
                let text = format!("Must be {most} or fewer in length.");
                wrong(path, "BASE_TYPE_MAX_LENGTH", text);
            }
        }
    }
    for pattern in form.urls {
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
    errors
}

fn is_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.has_host() && text.len() <= 2_048
    })
}

/// Characters in all embeds together.
fn total(message: &Value) -> usize {
    let counted = MESSAGE
        .texts
        .iter()
        .filter(|(path, _)| path.starts_with("embeds/"));
    counted
        .flat_map(|(path, _)| places(message, path))
        .filter_map(|(_, value)| value.as_str())
        .map(|text| text.chars().count())
        .sum()
}

/// What stands at the places of `message` that `pattern` describes, absent and null left out.
pub(super) fn places<'a>(message: &'a Value, pattern: &str) -> Vec<(String, &'a Value)> {
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
mod tests;
