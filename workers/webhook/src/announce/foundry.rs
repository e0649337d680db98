//! Foundry's Package Release API: the official package listing learns of a version.
//!
//! <https://foundryvtt.com/article/package-release-api/>

use std::collections::BTreeMap;

use edge::{
    Config, HeaderValue,
    config::{self, ConfigError, name},
    header,
};
use registry::discord_text::clip;
use serde_json::{Map, Value, json};

use super::{Announcement, Call, Outcome, Prepared, post::Said};

const DEFAULT_API: &str = "https://foundryvtt.com";
/// Longest part of Foundry's own words that the journal keeps, in UTF-16 code units.
const MAX_WORDS: usize = 500;

/// The registration of a stable release, where `FOUNDRY_RELEASE_TOKENS` has a token for the package.
///
/// Prereleases are not registered: the listing would offer them to everybody. With
/// `FOUNDRY_DRY_RUN` Foundry is only asked whether it would take the release.
///
/// # Errors
/// [`ConfigError`] where a variable is malformed.
pub async fn prepare<C: Config>(
    config: &C,
    release: &Announcement,
) -> Result<Prepared, ConfigError> {
    let Some(token) = token(config, release).await? else {
        let reason = "FOUNDRY_RELEASE_TOKENS has no token for this package";
        return Ok(Prepared::Skip(reason.to_owned()));
    };
    if !release.channel.is_stable() {
        let reason = "the official listing would offer a prerelease to everybody";
        return Ok(Prepared::Skip(reason.to_owned()));
    }
    let mut url = config::base_url(config, name::FOUNDRY_API_URL, Some(DEFAULT_API)).await?;
    let path = format!(
        "{}/_api/packages/release_version/",
        url.path().trim_end_matches('/')
    );
    url.set_path(&path);
    let call = if config::flag(config, name::FOUNDRY_DRY_RUN).await? {
        let mut body = body(release);
        body["dry-run"] = true.into();
        Call::new(url, &body, judge_dry_run)
    } else {
        Call::new(url, &body(release), judge)
    };
    let call = call.with(header::AUTHORIZATION, token);
    Ok(Prepared::Send(Box::new(call)))
}

/// The body of the call.
fn body(release: &Announcement) -> Value {
    let compatibility = &release.compatibility;
    let mut versions = Map::new();
    for (field, version) in [
        ("minimum", &compatibility.minimum),
        ("verified", &compatibility.verified),
        ("maximum", &compatibility.maximum),
    ] {
        // The API wants all three; an empty text stands for a bound that is not there.
        versions.insert(field.to_owned(), version.clone().unwrap_or_default().into());
    }
    let mut facts = json!({
        "version": release.version,
        "manifest": release.pinned_manifest,
        "compatibility": versions,
    });
    if let Some(page) = &release.page {
        facts["notes"] = page.as_str().into();
    }
    json!({ "id": release.id, "release": facts })
}

async fn token<C: Config>(
    config: &C,
    release: &Announcement,
) -> Result<Option<HeaderValue>, ConfigError> {
    let name = name::FOUNDRY_RELEASE_TOKENS;
    let expected = "a JSON object from package id to token";
    let Some(text) = config::optional(config, name).await? else {
        return Ok(None);
    };
    let tokens: BTreeMap<String, String> =
        serde_json::from_str(&text).map_err(|_| ConfigError::Malformed { name, expected })?;
    tokens
        .get(release.id.as_str())
        .map(|token| {
            let mut value = HeaderValue::from_str(token.trim())
                .map_err(|_| ConfigError::Malformed { name, expected })?;
            value.set_sensitive(true);
            Ok(value)
        })
        .transpose()
}

fn judge(said: &Said) -> Outcome {
    let succeeded = said.word("status").and_then(Value::as_str) == Some("success");
    match said.status {
        status if status.is_success() && succeeded => Outcome::Sent,
        status if status.is_success() && said.body.is_none() => {
            let words = &said.words;
            Outcome::Unconfirmed(format!("{words}, but the rest of the answer did not come"))
        }
        _ => Outcome::Refused(match said.word("errors") {
            Some(errors) => format!("{}: {}", said.words, clip(&in_words(errors), MAX_WORDS)),
            None => said.words.clone(),
        }),
    }
}

/// Nothing is registered by a dry run, whatever is answered.
fn judge_dry_run(said: &Said) -> Outcome {
    match judge(said) {
        Outcome::Sent => Outcome::Skipped(format!(
            "a dry run, as FOUNDRY_DRY_RUN says: {} and would take the release",
            said.words
        )),
        Outcome::Unconfirmed(words) => Outcome::Skipped(format!("a dry run: {words}")),
        refused => refused,
    }
}

/// Foundry's errors, field by field; `__all__` is about no field.
fn in_words(errors: &Value) -> String {
    let Some(fields) = errors.as_object() else {
        return errors.to_string();
    };
    let words = fields.iter().map(|(field, errors)| {
        let errors = errors.as_array().map_or(&[][..], Vec::as_slice);
        let messages: Vec<String> = errors
            .iter()
            .map(|error| match error["message"].as_str().or(error.as_str()) {
                Some(message) => message.to_owned(),
                None => error.to_string(),
            })
            .collect();
        match field.as_str() {
            "__all__" => messages.join(", "),
            field => format!("{field}: {}", messages.join(", ")),
        }
    });
    words.collect::<Vec<_>>().join("; ")
}
