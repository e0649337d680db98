//! Cases as data: one request and what has to come back, in `tests/cases/<function>/*.toml`.
//!
//! `${name}` in a value stands for a value of the run (see [`crate::shelf`]), the text `${null}` in
//! JSON for null. A case with `interaction` is one that Discord sends; its `json` is the first answer,
//! its `message` what people see in the end.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::Value;
use testkit::sign;

use crate::{
    http::Response,
    settings,
    suite::Case,
    values::Values,
    wanted::{Signing, Wanted},
    world::World,
};

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
    #[serde(default)]
    ask: String,
    /// What somebody does on Discord, instead of `ask`.
    interaction: Option<Wanted>,
    /// How the body is signed in Discord's name.
    discord: Option<Signing>,
    /// Headers that are sent, names in lower case.
    #[serde(default)]
    send: BTreeMap<String, String>,
    /// The body that is sent.
    body: Option<String>,
    /// Whether it is signed as GitHub does.
    #[serde(default)]
    signed: bool,
    /// The status.
    #[serde(default = "fine")]
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
    /// JSON that is in the message which people see on Discord in the end.
    message: Option<Value>,
    /// Whether only the person who asked sees it.
    private: Option<bool>,
    /// Text that is not in the body, or the message.
    #[serde(default)]
    lacks: Vec<String>,
}

fn fine() -> u16 {
    200
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

fn check(world: &World, row: &Row, values: &Values) -> Result<()> {
    if let Some(wanted) = &row.interaction {
        return heard(world, row, wanted, values);
    }
    let answer = ask(world, row, values)?.expect(row.status)?;
    for (name, expected) in &row.headers {
        let expected = values.fill(expected)?;
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
    has_texts(row, values, &answer.text()).with_context(|| answer.describe())?;
    if row.discord.is_some() && row.status == 200 {
        world.transcript.told_discord("answer", &answer.json()?);
    }
    if let Some(text) = &row.text {
        let (text, found) = (values.fill(text)?, answer.text());
        ensure!(found == text, "the body is {found:?}, not {text:?}");
    }
    if let Some(expected) = &row.json {
        includes("", &answer.json()?, &values.fill_json(expected)?)?;
    }
    Ok(())
}

/// A case that Discord sends.
fn heard(world: &World, row: &Row, wanted: &Wanted, values: &Values) -> Result<()> {
    let heard = world.interact(wanted.interaction(values)?)?;
    has_texts(row, values, &heard.text()).with_context(|| heard.text())?;
    if let Some(private) = row.private {
        ensure!(heard.is_private() == private, "{}", heard.answer);
    }
    if let Some(expected) = &row.json {
        includes("answer", &heard.answer, &values.fill_json(expected)?)?;
    }
    if let Some(expected) = &row.message {
        includes("message", &heard.message, &values.fill_json(expected)?)?;
    }
    Ok(())
}

fn has_texts(row: &Row, values: &Values, text: &str) -> Result<()> {
    for part in &row.contains {
        let part = values.fill(part)?;
        ensure!(text.contains(&part), "{part:?} is not there");
    }
    for part in &row.lacks {
        let part = values.fill(part)?;
        ensure!(!text.contains(&part), "{part:?} is there");
    }
    Ok(())
}

fn ask(world: &World, row: &Row, values: &Values) -> Result<Response> {
    let (method, path) = row.ask.split_once(' ').context("`ask` is METHOD /path")?;
    let mut ask = world.ask(method, values.fill(path)?);
    for (name, value) in &row.send {
        ask = ask.header(name, values.fill(value)?);
    }
    let body = values.fill(row.body.as_deref().unwrap_or_default())?;
    if row.signed {
        let secret = world.target.variable("GITHUB_WEBHOOK_SECRET");
        let signature = sign::github(secret.as_bytes(), body.as_bytes());
        ask = ask.header("x-hub-signature-256", signature);
    }
    if let Some(signing) = row.discord {
        ask = ask.headers(signing.headers(body.as_bytes()));
    }
    match row.body {
        Some(_) => ask.body(body.as_bytes()).send(),
        None => ask.send(),
    }
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
    use serde_json::json;

    use super::includes;

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
