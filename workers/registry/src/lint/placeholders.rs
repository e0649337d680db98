//! Placeholders of templates that a build was to fill in and did not.

use serde_json::Value;

use super::{Report, place::Place};
use crate::{Manifest, text};

/// Fields of authors' own data and prose, where braces may mean anything, and those that
/// publishing sets itself.
const SKIPPED: [&str; 4] = ["flags", "description", "manifest", "download"];

/// Words that stand for a version where a template uses no marks at all.
const BARE: [&str; 6] = ["version", "tag", "release", "x.y.z", "x.x.x", "#.#.#"];

/// Marks that enclose a placeholder, as templates and the tools that fill them in write them.
const MARKS: [(&str, &str); 9] = [
    ("#{", "}#"),
    ("{{", "}}"),
    ("${", "}"),
    ("<%", "%>"),
    ("%%", "%%"),
    ("__", "__"),
    ("@", "@"),
    ("%", "%"),
    ("[[", "]]"),
];

pub(super) fn check(manifest: &Manifest, report: &mut Report) {
    for (field, value) in manifest.fields() {
        if !SKIPPED.contains(&field.as_str()) {
            walk(Place::of(field), value, report);
        }
    }
}

/// Looks at every text below a field, leaving out authors' own data.
fn walk(place: Place<'_>, value: &Value, report: &mut Report) {
    match value {
        Value::String(text) => look(&place, text, report),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(place.item(index), item, report);
            }
        }
        Value::Object(fields) => {
            for (name, item) in fields.iter().filter(|(name, _)| *name != "flags") {
                walk(place.member(name), item, report);
            }
        }
        _ => {}
    }
}

fn look(place: &Place<'_>, text: &str, report: &mut Report) {
    let bare = place.name().is_some_and(holds_version) && is_bare(text);
    let found = if bare { Some(text) } else { enclosed(text) };
    if let Some(placeholder) = found {
        let placeholder = text::excerpt(placeholder, 80);
        let message = format!(
            "the placeholder `{placeholder}` was not filled in; let the build write the real value \
             before the release is made, or write it by hand"
        );
        report.error("placeholder", place.to_string(), message);
    }
}

/// Whether a field of this name holds a version and nothing else.
fn holds_version(name: &str) -> bool {
    matches!(name, "version" | "minimum" | "verified" | "maximum") || name.ends_with("CoreVersion")
}

/// Whether a whole text is a placeholder for a version.
pub(super) fn is_bare(text: &str) -> bool {
    let text = text.trim();
    let word = text.strip_prefix('$').unwrap_or(text);
    let is_word = BARE.iter().any(|bare| word.eq_ignore_ascii_case(bare));
    is_word || text.starts_with('$') || enclosed(text).is_some()
}

/// The first placeholder that is enclosed in marks.
fn enclosed(text: &str) -> Option<&str> {
    MARKS.iter().find_map(|(open, close)| {
        let start = text.find(open)?;
        let inner = &text[start + open.len()..];
        let end = inner.find(close)?;
        let found = &text[start..start + open.len() + end + close.len()];
        is_name(&inner[..end], open.starts_with(['#', '{', '$', '<', '['])).then_some(found)
    })
}

/// Whether what is enclosed can be the name of a value. Between marks that also occur in
/// ordinary text only the customary upper-case names count.
fn is_name(inner: &str, unmistakable: bool) -> bool {
    let inner = inner.trim();
    let shouts = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-. $()=".contains(c);
    !inner.is_empty()
        && if unmistakable {
            inner.chars().all(plain)
        } else {
            inner.len() >= 3
                && inner.starts_with(|c: char| c.is_ascii_uppercase())
                && inner.chars().all(shouts)
        }
}
