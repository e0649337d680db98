//! Discord: one embed to one channel webhook.
//!
//! <https://docs.discord.com/developers/resources/webhook#execute-webhook>

use std::time::Duration;

use edge::{
    Clock, Config, Fetch, FetchRequest, HeaderValue, Method, StatusCode, Url,
    config::{self, ConfigError, name},
    header,
    outbound::Answer,
};
use serde_json::{Value, json};

use super::{Announcement, MAX_ANSWER, Outcome, Prepared, exchange, text::clip};

const TITLE: usize = 256;
/// Of 4,096 allowed; the rest of the 6,000 of an embed is for its other texts.
const DESCRIPTION: usize = 3_000;
const FIELD: usize = 1_024;
const STABLE: u32 = 0x0043_A047;
const BETA: u32 = 0x00FB_8C00;

/// The announcement of a release, where `DISCORD_WEBHOOK_URL` is set.
///
/// # Errors
/// [`ConfigError`] where the variable is malformed.
pub async fn prepare<C: Config>(
    config: &C,
    release: &Announcement,
) -> Result<Prepared, ConfigError> {
    let Some(url) = config::optional(config, name::DISCORD_WEBHOOK_URL).await? else {
        return Ok(Prepared::Skip("DISCORD_WEBHOOK_URL is not set".to_owned()));
    };
    let mut url = Url::parse(url.trim()).map_err(|_| ConfigError::Malformed {
        name: name::DISCORD_WEBHOOK_URL,
        expected: "the URL of a channel's webhook, as Discord shows it",
    })?;
    // Without it Discord answers before it knows whether the message could be posted.
    url.query_pairs_mut().append_pair("wait", "true");
    Ok(Prepared::Send(Box::new(FetchRequest {
        method: Method::POST,
        url,
        headers: vec![
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/json"),
            ),
            (header::USER_AGENT, HeaderValue::from_static("vtta-edge")),
        ],
        body: message(release).to_string().into(),
    })))
}

/// Sends the announcement `request`.
pub async fn send<H>(host: &H, request: FetchRequest) -> Outcome
where
    H: Fetch + Clock + Clone + 'static,
{
    match exchange(host, request).await {
        Ok(answer) => outcome(answer).await,
        Err(outcome) => outcome,
    }
}

async fn outcome(answer: Answer) -> Outcome {
    let status = answer.status;
    let said = format!("{} answered {}", answer.host, status.as_u16());
    match status {
        _ if status.is_success() => Outcome::Sent,
        StatusCode::TOO_MANY_REQUESTS => Outcome::Later {
            message: said,
            retry_after: retry_after(answer).await,
        },
        // The gateway may have lost the answer, not the message.
        StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => Outcome::Unconfirmed(said),
        _ if status.is_server_error() => Outcome::Later {
            message: said,
            retry_after: None,
        },
        _ => Outcome::Refused(format!("{said}; is DISCORD_WEBHOOK_URL still right?")),
    }
}

async fn retry_after(answer: Answer) -> Option<Duration> {
    let header = answer.headers.get(header::RETRY_AFTER);
    let body = answer.body.bytes(MAX_ANSWER).await.ok();
    let seconds = body
        .and_then(|body| serde_json::from_slice::<Value>(&body).ok())
        .and_then(|body| body.get("retry_after").and_then(Value::as_f64))
        .or_else(|| header.and_then(|header| header.trim().parse().ok()))?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// The message, within Discord's limits.
pub fn message(release: &Announcement) -> Value {
    let stable = release.channel.is_stable();
    let kind = if stable { "" } else { " (prerelease)" };
    let title = clip(&release.title, TITLE - 80);
    let mut embed = json!({
        "title": clip(&format!("{title} {}{kind}", release.version), TITLE),
        "color": if stable { STABLE } else { BETA },
        "fields": fields(release),
        "footer": { "text": clip(release.id.as_str(), FIELD) },
    });
    if let Some(notes) = release
        .notes
        .as_deref()
        .filter(|notes| !notes.trim().is_empty())
    {
        embed["description"] = clip(notes, DESCRIPTION).into();
    }
    if let Some(page) = release
        .page
        .as_deref()
        .filter(|page| page.starts_with("https://"))
    {
        embed["url"] = page.into();
    }
    json!({ "embeds": [embed], "allowed_mentions": { "parse": [] } })
}

fn fields(release: &Announcement) -> Value {
    let compatibility = &release.compatibility;
    let versions = [
        ("from", &compatibility.minimum),
        ("verified", &compatibility.verified),
        ("up to", &compatibility.maximum),
    ]
    .into_iter()
    .filter_map(|(label, version)| version.as_ref().map(|version| format!("{label} {version}")))
    .collect::<Vec<_>>()
    .join(", ");
    let mut fields = vec![json!({
        "name": "Install",
        "value": clip(&format!("`{}`", release.manifest), FIELD),
    })];
    if !versions.is_empty() {
        let value = clip(&versions, FIELD);
        fields.push(json!({ "name": "Foundry VTT", "value": value, "inline": true }));
    }
    let channel = release.channel.as_str();
    fields.push(json!({ "name": "Channel", "value": channel, "inline": true }));
    fields.into()
}
