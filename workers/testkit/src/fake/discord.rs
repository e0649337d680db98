//! A fake of Discord's webhooks.
//!
//! Limits and forms of errors are those of Discord's API reference, version 10.

mod limits;

use std::{
    io,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};

use super::{
    Asked, Listener, Reply, Rule, Server,
    script::{Script, lock},
};
use crate::memory::MemoryHost;

/// The path of the webhook that the fake knows. Its last segment is the secret.
const WEBHOOK: &str = "/api/webhooks/1309411229876543210/fake-discord-webhook-secret";

struct Inner {
    origin: String,
    messages: Mutex<Vec<Value>>,
    script: Script,
}

/// The fake; clones are the same one.
#[derive(Clone)]
pub struct Discord(Arc<Inner>);

/// The fake on loopback; it stops when this is dropped.
pub struct DiscordServer {
    /// The fake.
    pub discord: Discord,
    _server: Server,
}

impl Discord {
    fn new(origin: String) -> Self {
        Self(Arc::new(Inner {
            origin,
            messages: Mutex::default(),
            script: Script::default(),
        }))
    }

    /// A fake that answers `host` and its peers as `https://discord.com`.
    pub fn in_memory(host: &MemoryHost) -> Self {
        let discord = Self::new("https://discord.com".into());
        host.serve("https://discord.com", discord.service());
        discord
    }

    /// A fake on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// Where none can be had.
    pub fn start() -> io::Result<DiscordServer> {
        Self::start_at(0)
    }

    /// A fake on this port of 127.0.0.1.
    ///
    /// # Errors
    /// Where it cannot be had.
    pub fn start_at(port: u16) -> io::Result<DiscordServer> {
        let listener = Listener::bind(port)?;
        let discord = Self::new(listener.url());
        let server = listener.serve(discord.service());
        Ok(DiscordServer {
            discord,
            _server: server,
        })
    }

    fn service(&self) -> impl Fn(&Asked) -> Reply + Send + Sync + 'static {
        let discord = self.clone();
        move |asked: &Asked| {
            let script = &discord.0.script;
            script.answer(asked, || discord.answer(asked))
        }
    }

    /// The webhook's URL, for `DISCORD_WEBHOOK_URL`.
    pub fn webhook_url(&self) -> String {
        format!("{}{WEBHOOK}", self.0.origin)
    }

    /// Its path, for rules.
    pub fn webhook_path(&self) -> &'static str {
        WEBHOOK
    }

    /// The messages that were posted, as they were posted.
    pub fn messages(&self) -> Vec<Value> {
        lock(&self.0.messages).clone()
    }

    /// Adds a rule; earlier ones go first.
    pub fn script(&self, rule: Rule) {
        self.0.script.add(rule);
    }

    /// Takes all rules away.
    pub fn behave(&self) {
        self.0.script.clear();
    }

    /// Every request.
    pub fn requests(&self) -> Vec<Asked> {
        self.0.script.requests()
    }

    /// What was posted that Discord takes but nobody wants: messages that could mention people.
    pub fn violations(&self) -> Vec<String> {
        self.0.script.violations()
    }

    fn answer(&self, asked: &Asked) -> Reply {
        if asked.path != WEBHOOK {
            return error(404, 10_015, "Unknown Webhook");
        }
        match asked.method.as_str() {
            "POST" => self.post(asked),
            "GET" => Reply::json(200, &webhook()),
            _ => error(405, 0, "405: Method Not Allowed"),
        }
    }

    fn post(&self, asked: &Asked) -> Reply {
        let kind = asked.header("content-type").unwrap_or_default();
        let message = asked.json();
        if !kind.starts_with("application/json") || !message.is_object() {
            return error(400, 50_109, "The request body contains invalid JSON.");
        }
        if let Some(refusal) = limits::check(&message) {
            return refusal;
        }
        if message["allowed_mentions"]["parse"] != json!([]) {
            let text = "a message whose allowed_mentions.parse is not empty";
            self.0.script.violation(text);
        }
        let mut messages = lock(&self.0.messages);
        messages.push(message.clone());
        let reply = match asked.parameter("wait") {
            Some("true" | "1") => Reply::json(200, &posted(&message, messages.len())),
            _ => Reply::new(204),
        };
        reply
            .with("x-ratelimit-limit", "5")
            .with("x-ratelimit-remaining", "4")
            .with("x-ratelimit-reset-after", "2")
            .with("x-ratelimit-bucket", "fake")
    }
}

/// Discord's answer to somebody who posts too fast.
pub fn limited(retry_after: f64, global: bool) -> Reply {
    let body = json!({
        "message": "You are being rate limited.",
        "retry_after": retry_after,
        "global": global,
    });
    // The header has whole seconds, rounded up; the body is exact.
    Reply::json(429, &body)
        .with("retry-after", format!("{:.0}", retry_after.ceil()))
        .with("x-ratelimit-scope", if global { "global" } else { "user" })
        .with("x-ratelimit-reset-after", retry_after.to_string())
}

fn webhook() -> Value {
    json!({
        "id": "1309411229876543210", "type": 1, "name": "Releases", "avatar": null,
        "channel_id": "1309411000000000000", "guild_id": "1309410000000000000",
        "application_id": null,
    })
}

/// The message as Discord answers it.
fn posted(message: &Value, number: usize) -> Value {
    json!({
        "id": format!("{}", 1_309_500_000_000_000_000 + number),
        "type": 0,
        "content": message.get("content").cloned().unwrap_or_else(|| "".into()),
        "channel_id": "1309411000000000000",
        "author": { "id": "1309411229876543210", "username": "Releases", "bot": true },
        "attachments": [],
        "embeds": message.get("embeds").cloned().unwrap_or_else(|| json!([])),
        "mentions": [],
        "mention_roles": [],
        "mention_everyone": false,
        "pinned": false,
        "tts": false,
        "timestamp": "2026-11-22T10:00:00.000000+00:00",
        "edited_timestamp": null,
        "flags": 0,
        "components": [],
        "webhook_id": "1309411229876543210",
    })
}

fn error(status: u16, code: u32, message: &str) -> Reply {
    Reply::json(status, &json!({ "message": message, "code": code }))
}
