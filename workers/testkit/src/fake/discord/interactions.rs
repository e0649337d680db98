//! Answers to interactions that were deferred: the first answer is edited or taken away afterwards, and
//! others follow it.

use serde_json::{Value, json};

use super::{Discord, error};
use crate::fake::{Asked, Reply, script::lock};

/// An interaction whose token is worth something for its 15 minutes.
#[derive(Debug)]
pub(super) struct Interaction {
    application: String,
    token: String,
    edits: Vec<Value>,
    /// Whether the first answer was taken away.
    is_gone: bool,
    follow_ups: Vec<Value>,
}

impl Discord {
    /// Lets `token` be that of an interaction with the application `application`, so that its first
    /// answer can be edited. No other token can.
    pub fn interaction(&self, application: &str, token: &str) {
        lock(&self.0.interactions).push(Interaction {
            application: application.to_owned(),
            token: token.to_owned(),
            edits: Vec::new(),
            is_gone: false,
            follow_ups: Vec::new(),
        });
    }

    /// What the first answer to an interaction was edited to, one after the other.
    pub fn edits(&self, token: &str) -> Vec<Value> {
        let interactions = lock(&self.0.interactions);
        let known = interactions.iter().find(|known| known.token == token);
        known.map(|known| known.edits.clone()).unwrap_or_default()
    }

    /// What followed the first answer to an interaction after that was taken away.
    pub fn follow_ups(&self, token: &str) -> Vec<Value> {
        let interactions = lock(&self.0.interactions);
        let known = interactions.iter().find(|known| known.token == token);
        known
            .map(|known| known.follow_ups.clone())
            .unwrap_or_default()
    }

    /// Answers `POST /webhooks/{application}/{token}` where the token is an interaction's. What follows an
    /// answer that is still to come takes its place, and who sees it is not changed:
    /// <https://docs.discord.com/developers/interactions/receiving-and-responding#create-followup-message>
    pub(super) fn follow_up(&self, asked: &Asked, application: &str, token: &str) -> Option<Reply> {
        let mut interactions = lock(&self.0.interactions);
        let known = interactions
            .iter_mut()
            .find(|known| known.application == application && known.token == token)?;
        if asked.method != "POST" {
            return Some(error(405, 0, "405: Method Not Allowed"));
        }
        Some(match self.message_of(asked) {
            Ok(message) => {
                let answer = original(application, &message);
                if known.is_gone || !known.edits.is_empty() {
                    known.follow_ups.push(message);
                } else {
                    known.edits.push(message);
                }
                Reply::json(200, &answer)
            }
            Err(refusal) => *refusal,
        })
    }

    /// Answers `/webhooks/{application}/{token}/messages/@original`.
    pub(super) fn original(&self, asked: &Asked, application: &str, token: &str) -> Reply {
        let mut interactions = lock(&self.0.interactions);
        let known = interactions
            .iter_mut()
            .find(|known| known.application == application && known.token == token);
        let Some(known) = known else {
            return error(404, 10_015, "Unknown Webhook");
        };
        if known.is_gone {
            return error(404, 10_008, "Unknown Message");
        }
        match asked.method.as_str() {
            "DELETE" => {
                known.is_gone = true;
                Reply::new(204)
            }
            "PATCH" => match self.message_of(asked) {
                Ok(message) => {
                    known.edits.push(message.clone());
                    Reply::json(200, &original(application, &message))
                }
                Err(refusal) => *refusal,
            },
            "GET" => {
                let loading = json!({});
                let message = known.edits.last().unwrap_or(&loading);
                Reply::json(200, &original(application, message))
            }
            _ => error(405, 0, "405: Method Not Allowed"),
        }
    }
}

fn original(application: &str, message: &Value) -> Value {
    let list = |name: &str| message.get(name).cloned().unwrap_or_else(|| json!([]));
    json!({
        "id": "1309600000000000000", "type": 20, "channel_id": "1309411000000000000",
        "content": message.get("content").cloned().unwrap_or_else(|| "".into()),
        "embeds": list("embeds"), "components": list("components"),
        "author": { "id": application, "username": "vtta-edge", "bot": true },
        "application_id": application, "webhook_id": application,
        "attachments": [], "mentions": [], "mention_roles": [], "mention_everyone": false,
        "pinned": false, "tts": false, "flags": 0,
        "timestamp": "2026-11-22T10:00:00.000000+00:00", "edited_timestamp": null,
    })
}
