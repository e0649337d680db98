//! Discord: one embed to one channel's webhook.
//!
//! <https://docs.discord.com/developers/resources/webhook#execute-webhook>

use edge::{
    Config, Url,
    config::{self, ConfigError, name},
};
use registry::{
    DISCORD_API,
    discord_text::{clip, escape},
    record::Subscription,
};
use serde_json::{Value, json};

use super::{Announcement, Call, Outcome, Prepared, markdown, post::Said, words::Words};

const TITLE: usize = 256;
/// Of 4,096 allowed; the rest of the 6,000 of an embed is for its other texts.
const DESCRIPTION: usize = 3_000;
const FIELD: usize = 1_024;
const STABLE: u32 = 0x0043_A047;
const BETA: u32 = 0x00FB_8C00;

/// Discord's codes for a webhook that is not there, or not with this token.
///
/// <https://docs.discord.com/developers/topics/opcodes-and-status-codes#json>
const UNKNOWN: [u64; 2] = [10_015, 50_027];

/// The announcement of a release to the operator's channel, where `DISCORD_WEBHOOK_URL` is set.
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
    let url = Url::parse(&url).map_err(|_| ConfigError::Malformed {
        name: name::DISCORD_WEBHOOK_URL,
        expected: "the URL of a channel's webhook, as Discord shows it",
    })?;
    let words = Words::of(None);
    let mut message = message(release, words);
    // Only those who publish can mend what was warned of; who subscribed is not told.
    if let Some(warnings) = warnings(release, words)
        && let Some(fields) = message["embeds"][0]["fields"].as_array_mut()
    {
        fields.push(warnings);
    }
    Ok(call(url, &message))
}

/// The announcement of a release to a channel that subscribed; it skips one that did until a moment
/// ago.
///
/// # Errors
/// [`ConfigError`] where `DISCORD_API_URL` is malformed.
pub async fn prepare_for<C: Config>(
    config: &C,
    release: &Announcement,
    subscription: Option<&Subscription>,
) -> Result<Prepared, ConfigError> {
    let Some(subscription) = subscription else {
        return Ok(Prepared::Skip("it is not subscribed any more".to_owned()));
    };
    let api = config::base_url(config, name::DISCORD_API_URL, Some(DISCORD_API)).await?;
    let mut message = message(release, Words::of(subscription.locale.as_deref()));
    // The role that has the server's own id is @everyone.
    let role = subscription.role.as_ref();
    if let Some(role) = role.filter(|role| **role != subscription.guild) {
        message["content"] = format!("<@&{role}>").into();
        message["allowed_mentions"]["roles"] = json!([role]);
    }
    Ok(call(subscription.webhook.url(&api), &message))
}

fn call(mut url: Url, message: &Value) -> Prepared {
    // Without it Discord answers before it knows whether the message could be posted.
    url.query_pairs_mut().append_pair("wait", "true");
    Prepared::Send(Box::new(Call::new(url, message, judge)))
}

fn judge(said: &Said) -> Outcome {
    let code = said.word("code").and_then(Value::as_u64);
    match said.status {
        status if status.is_success() => Outcome::Sent,
        _ if code.is_some_and(|code| UNKNOWN.contains(&code)) => {
            Outcome::Gone(format!("{}: there is no such webhook any more", said.words))
        }
        _ => Outcome::Refused(said.words.clone()),
    }
}

/// The message, within Discord's limits. It mentions nobody.
fn message(release: &Announcement, words: &Words) -> Value {
    let stable = release.channel.is_stable();
    let kind = if stable {
        String::new()
    } else {
        format!(" ({})", words.prerelease)
    };
    // What is cut off afterwards may leave half an escape, which shows as a backslash.
    let title = clip(&escape(&release.title), TITLE - 80);
    let mut embed = json!({
        "title": clip(&format!("{title} {}{kind}", release.version), TITLE),
        "color": if stable { STABLE } else { BETA },
        "fields": fields(release, words),
        "footer": { "text": clip(release.id.as_str(), FIELD) },
    });
    if let Some(notes) = release
        .notes
        .as_deref()
        .filter(|notes| !notes.trim().is_empty())
    {
        let notes = markdown::to_discord(notes, release.page.as_deref(), DESCRIPTION);
        embed["description"] = clip(&notes, DESCRIPTION).into();
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

/// The field with what the lint warned of; as many as there is room for.
fn warnings(release: &Announcement, words: &Words) -> Option<Value> {
    let warnings = release.warnings.iter();
    let lines: Vec<String> = warnings
        .map(|finding| format!("• {}", escape(&finding.message)))
        .collect();
    let text = clip(&lines.join("\n"), FIELD);
    (!lines.is_empty()).then(|| json!({ "name": words.warnings, "value": text }))
}

fn fields(release: &Announcement, words: &Words) -> Value {
    let compatibility = &release.compatibility;
    let versions = [
        (words.minimum, &compatibility.minimum),
        (words.verified, &compatibility.verified),
        (words.maximum, &compatibility.maximum),
    ]
    .into_iter()
    .filter_map(|(label, version)| {
        version
            .as_ref()
            .map(|version| format!("{label} {}", escape(version)))
    })
    .collect::<Vec<_>>()
    .join(", ");
    let mut fields = vec![json!({
        "name": words.install,
        "value": clip(&format!("`{}`", release.manifest), FIELD),
    })];
    if !versions.is_empty() {
        let value = clip(&versions, FIELD);
        fields.push(json!({ "name": "Foundry VTT", "value": value, "inline": true }));
    }
    let channel = release.channel.as_str();
    fields.push(json!({ "name": words.channel, "value": channel, "inline": true }));
    fields.into()
}
