//! Cases as data: one request and what has to come back, in `tests/cases/<function>/*.toml`.
//!
//! `${name}` in a value stands for a value of the run (see [`crate::shelf`]), the text `${null}` in
//! JSON for null.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::Value;
use testkit::sign;

use crate::{http::Response, settings, suite::Case, world::World};

/// A file of cases.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Row>,
}

/// One case.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// What is right.
    name: String,
    /// Method and path, such as `GET /api/v1/packages`.
    ask: String,
    /// Headers that are sent, names in lower case.
    #[serde(default)]
    send: BTreeMap<String, String>,
    /// The body that is sent.
    body: Option<String>,
    /// Whether it is signed as GitHub does.
    #[serde(default)]
    signed: bool,
    /// The status.
    status: u16,
    /// Headers that come back. A value that begins with `~` has to be in the header's value,
    /// `*` stands for any value, and everything else is the value.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// Headers that must not come back.
    #[serde(default)]
    without: Vec<String>,
    /// Text that is in the body.
    #[serde(default)]
    contains: Vec<String>,
    /// JSON that is in the body: objects may have more members than these.
    json: Option<Value>,
    /// The whole body.
    text: Option<String>,
}

/// The cases of every file below `tests/cases`, by the files' names.
///
/// # Errors
/// Where a file is malformed.
pub fn cases() -> Result<Vec<Case>> {
    let folder = settings::root().join("tests/cases");
    let mut cases = Vec::new();
    for file in files(&folder)? {
        let text = fs::read_to_string(&file)?;
        let rows: File = toml::from_str(&text).with_context(|| file.display().to_string())?;
        let group = file.strip_prefix(&folder)?.with_extension("");
        for row in rows.case {
            let name = format!("{}: {}", group.display(), row.name);
            cases.push(Case::new(name, move |world| {
                check(world, &row, world.values()?)
            }));
        }
    }
    ensure!(!cases.is_empty(), "{} has no cases", folder.display());
    Ok(cases)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for function in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        for file in fs::read_dir(function?.path())? {
            files.push(file?.path());
        }
    }
    files.sort();
    Ok(files)
}

fn check(world: &World, row: &Row, values: &BTreeMap<String, String>) -> Result<()> {
    let answer = ask(world, row, values)?.expect(row.status)?;
    for (name, expected) in &row.headers {
        let expected = fill(expected, values)?;
        let value = answer.header(name)?;
        let matches = match expected.strip_prefix('~') {
            Some(part) => value.contains(part),
            None => expected == "*" || value == expected,
        };
        ensure!(matches, "{name} is {value:?}, not {expected:?}");
    }
    for name in &row.without {
        ensure!(!answer.has(name), "there is {name}: {}", answer.describe());
    }
    for part in &row.contains {
        let part = fill(part, values)?;
        ensure!(
            answer.text().contains(&part),
            "{part:?} is not in {}",
            answer.describe()
        );
    }
    if let Some(text) = &row.text {
        let (text, found) = (fill(text, values)?, answer.text());
        ensure!(found == text, "the body is {found:?}, not {text:?}");
    }
    if let Some(expected) = &row.json {
        // TOML has no null.
        let expected = expected.to_string().replace("\"${null}\"", "null");
        let expected: Value = serde_json::from_str(&fill(&expected, values)?)?;
        includes("", &answer.json()?, &expected)?;
    }
    Ok(())
}

fn ask(world: &World, row: &Row, values: &BTreeMap<String, String>) -> Result<Response> {
    let (method, path) = row.ask.split_once(' ').context("`ask` is METHOD /path")?;
    let mut ask = world.ask(method, fill(path, values)?);
    for (name, value) in &row.send {
        ask = ask.header(name, fill(value, values)?);
    }
    let body = fill(row.body.as_deref().unwrap_or_default(), values)?;
    if row.signed {
        let secret = world.target.variable("GITHUB_WEBHOOK_SECRET");
        let signature = sign::github(secret.as_bytes(), body.as_bytes());
        ask = ask.header("x-hub-signature-256", signature);
    }
    match row.body {
        Some(_) => ask.body(body.as_bytes()).send(),
        None => ask.send(),
    }
}

/// `text` with every `${name}` replaced.
fn fill(text: &str, values: &BTreeMap<String, String>) -> Result<String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').context("`${` without `}`")?;
        let value = values.get(name);
        filled.push_str(before);
        filled.push_str(value.with_context(|| format!("no value {name}"))?);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// An error that names the first place where `found` is not what `expected` says.
fn includes(place: &str, found: &Value, expected: &Value) -> Result<()> {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            for (name, expected) in expected {
                let found = found.get(name).unwrap_or(&Value::Null);
                includes(&format!("{place}/{name}"), found, expected)?;
            }
            Ok(())
        }
        (Value::Array(found), Value::Array(expected)) if found.len() == expected.len() => {
            for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
                includes(&format!("{place}/{index}"), found, expected)?;
            }
            Ok(())
        }
        (found, expected) if found == expected => Ok(()),
        (found, expected) => bail!("{place} is {found}, not {expected}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::{fill, includes};

    #[test]
    fn values_are_filled_in() {
        let values = BTreeMap::from([("a".to_owned(), "1".to_owned())]);
        for (text, expected) in [
            ("", Some("")),
            ("x${a}y${a}", Some("x1y1")),
            ("${b}", None),
            ("${a", None),
            ("{a}$", Some("{a}$")),
        ] {
            assert_eq!(fill(text, &values).ok().as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn json_may_have_more_members_but_no_other_values() {
        for (found, expected, is_right) in [
            (json!({ "a": 1, "b": 2 }), json!({ "a": 1 }), true),
            (json!({ "a": 1 }), json!({ "a": 2 }), false),
            (json!({ "a": 1 }), json!({ "b": 1 }), false),
            (json!([1, 2]), json!([1]), false),
            (json!([{ "a": 1, "b": 2 }]), json!([{ "b": 2 }]), true),
            (json!({}), json!({ "absent": null }), true),
        ] {
            let result = includes("", &found, &expected);
            assert_eq!(result.is_ok(), is_right, "{found} {expected}");
        }
    }
}
