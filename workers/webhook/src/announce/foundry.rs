//! Foundry's Package Release API: the official package listing learns of a version.
//!
//! <https://foundryvtt.com/article/package-release-api/>

use std::{collections::BTreeMap, time::Duration};

use edge::{
    Clock, Config, Fetch, FetchRequest, HeaderValue, Method, StatusCode,
    config::{self, ConfigError, name},
    header,
    outbound::Answer,
};
use serde_json::{Map, Value, json};

use super::{Announcement, MAX_ANSWER, Outcome, Prepared, exchange, text::clip};

const DEFAULT_API: &str = "https://foundryvtt.com";
/// Longest part of Foundry's own words that the journal keeps, in UTF-16 code units.
const MAX_WORDS: usize = 500;

/// The registration of a stable release, where `FOUNDRY_RELEASE_TOKENS` has a token for the package.
///
/// Prereleases are not registered: the listing would offer them to everybody.
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
    Ok(Prepared::Send(Box::new(FetchRequest {
        method: Method::POST,
        url,
        headers: vec![
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/json"),
            ),
            (header::AUTHORIZATION, token),
            (header::USER_AGENT, HeaderValue::from_static("vtta-edge")),
        ],
        body: body(release).to_string().into(),
    })))
}

/// Sends the registration `request`.
pub async fn send<H>(host: &H, request: FetchRequest) -> Outcome
where
    H: Fetch + Clock + Clone + 'static,
{
    match exchange(host, request).await {
        Ok(answer) => outcome(answer).await,
        Err(outcome) => outcome,
    }
}

/// The body of the call.
pub fn body(release: &Announcement) -> Value {
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

async fn outcome(answer: Answer) -> Outcome {
    let status = answer.status;
    let said = format!("{} answered {}", answer.host, status.as_u16());
    let retry_after = answer
        .headers
        .get(header::RETRY_AFTER)
        .and_then(|seconds| seconds.trim().parse().ok())
        .map(Duration::from_secs);
    let body = answer.body.bytes(MAX_ANSWER).await.ok();
    let body: Option<Value> = body.and_then(|body| serde_json::from_slice(&body).ok());
    let word = |name: &str| body.as_ref()?.get(name);
    let succeeded = word("status").and_then(Value::as_str) == Some("success");
    match status {
        _ if status.is_success() && succeeded => Outcome::Sent,
        _ if status.is_success() && body.is_none() => {
            Outcome::Unconfirmed(format!("{said}, but the rest of the answer did not come"))
        }
        StatusCode::TOO_MANY_REQUESTS => Outcome::Later {
            message: said,
            retry_after,
        },
        // The gateway may have lost the answer, not the registration.
        StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => Outcome::Unconfirmed(said),
        _ if status.is_server_error() => Outcome::Later {
            message: said,
            retry_after,
        },
        _ => Outcome::Refused(match word("errors") {
            Some(errors) => format!("{said}: {}", clip(&errors.to_string(), MAX_WORDS)),
            None => said,
        }),
    }
}
