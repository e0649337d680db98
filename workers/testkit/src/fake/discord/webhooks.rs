//! Channels' webhooks: messages are posted to them, and whoever knows their URL may look at them.

use serde_json::{Value, json};

use super::{Discord, error, limits};
use crate::fake::{Asked, Reply, script::lock};

/// A channel's webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: String,
    /// Its token, the secret in its URL.
    pub token: String,
    /// The channel.
    pub channel: String,
    /// The server that the channel is on.
    pub guild: String,
}

impl Webhook {
    /// Its path without the API's version.
    pub fn path(&self) -> String {
        format!("/api/webhooks/{}/{}", self.id, self.token)
    }

    fn json(&self) -> Value {
        json!({
            "id": self.id, "type": 1, "name": "Releases", "avatar": null,
            "channel_id": self.channel, "guild_id": self.guild,
            "application_id": null, "token": self.token,
        })
    }
}

/// A webhook and what was posted to it.
#[derive(Debug)]
pub(super) struct Known {
    pub webhook: Webhook,
    pub messages: Vec<Value>,
}

impl Discord {
    /// Makes a webhook for a channel of a server; a channel may have several.
    pub fn add_webhook(&self, channel: &str, guild: &str) -> Webhook {
        let mut known = lock(&self.0.webhooks);
        let number = known.len();
        let webhook = Webhook {
            id: format!("{}", 1_309_412_000_000_000_000 + number),
            token: format!("fake-channel-webhook-secret-{number}"),
            channel: channel.to_owned(),
            guild: guild.to_owned(),
        };
        known.push(Known {
            webhook: webhook.clone(),
            messages: Vec::new(),
        });
        webhook
    }

    /// Deletes the webhooks of a channel, as its moderators may.
    pub fn remove_webhooks(&self, channel: &str) {
        let mut known = lock(&self.0.webhooks);
        for known in known.iter_mut() {
            if known.webhook.channel == channel {
                // What was posted stays to be seen; the token is worth nothing any more.
                known.webhook.token = String::new();
            }
        }
    }

    /// A webhook's URL as Discord shows it.
    pub fn url_of(&self, webhook: &Webhook) -> String {
        format!("{}{}", self.0.origin, webhook.path())
    }

    /// The messages that were posted to a channel, as they were posted.
    pub fn messages_in(&self, channel: &str) -> Vec<Value> {
        let known = lock(&self.0.webhooks);
        let of_channel = known
            .iter()
            .filter(|known| known.webhook.channel == channel);
        of_channel
            .flat_map(|known| known.messages.clone())
            .collect()
    }

    /// Answers `/webhooks/{id}/{token}`.
    pub(super) fn webhook(&self, asked: &Asked, id: &str, token: &str) -> Reply {
        let mut webhooks = lock(&self.0.webhooks);
        let mut known = webhooks.iter_mut().filter(|known| known.webhook.id == id);
        let known = known.find(|known| !token.is_empty() && known.webhook.token == token);
        let Some(known) = known else {
            return error(404, 10_015, "Unknown Webhook");
        };
        match asked.method.as_str() {
            "POST" => self.post(asked, known),
            "GET" => Reply::json(200, &known.webhook.json()),
            _ => error(405, 0, "405: Method Not Allowed"),
        }
    }

    fn post(&self, asked: &Asked, known: &mut Known) -> Reply {
        let message = match self.message_of(asked) {
            Ok(message) => message,
            Err(refusal) => return *refusal,
        };
        known.messages.push(message.clone());
        let reply = match asked.parameter("wait") {
            Some("true" | "1") => {
                let number = known.messages.len();
                Reply::json(200, &posted(&known.webhook, &message, number))
            }
            _ => Reply::new(204),
        };
        reply
            .with("x-ratelimit-limit", "5")
            .with("x-ratelimit-remaining", "4")
            .with("x-ratelimit-reset-after", "2")
            .with("x-ratelimit-bucket", "fake")
    }

    /// The message in a request's body, or Discord's refusal of it. Notes what Discord would take
    /// and nobody wants.
    pub(super) fn message_of(&self, asked: &Asked) -> Result<Value, Box<Reply>> {
        let kind = asked.header("content-type").unwrap_or_default();
        let message = asked.json();
        if !kind.starts_with("application/json") || !message.is_object() {
            let text = "The request body contains invalid JSON.";
            return Err(Box::new(error(400, 50_109, text)));
        }
        if let Some(refusal) = limits::check(&message) {
            return Err(Box::new(refusal));
        }
        if message["allowed_mentions"]["parse"] != json!([]) {
            let text = "a message whose allowed_mentions.parse is not empty";
            self.0.script.violation(text);
        }
        Ok(message)
    }
}

/// The message as Discord answers it.
fn posted(webhook: &Webhook, message: &Value, number: usize) -> Value {
    json!({
        "id": format!("{}", 1_309_500_000_000_000_000 + number),
        "type": 0,
        "content": message.get("content").cloned().unwrap_or_else(|| "".into()),
        "channel_id": webhook.channel,
        "author": { "id": webhook.id, "username": "Releases", "bot": true },
        "attachments": [],
        "embeds": message.get("embeds").cloned().unwrap_or_else(|| json!([])),
        "mentions": [],
        "mention_roles": message["allowed_mentions"].get("roles").cloned().unwrap_or_else(|| json!([])),
        "mention_everyone": false,
        "pinned": false,
        "tts": false,
        "timestamp": "2026-11-22T10:00:00.000000+00:00",
        "edited_timestamp": null,
        "flags": 0,
        "components": message.get("components").cloned().unwrap_or_else(|| json!([])),
        "webhook_id": webhook.id,
    })
}
