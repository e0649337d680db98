//! A fake of Discord: webhooks, answers to interactions that come later, registration of commands.
//!
//! Limits and forms of errors are those of Discord's API reference, version 10. Paths may name the
//! version or not.

mod answers;
mod commands;
mod interactions;
mod limits;
mod webhooks;

use std::{
    io,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};

pub use answers::wrong_with;
pub use webhooks::Webhook;

use super::{
    Asked, Listener, Reply, Rule, Server,
    script::{Script, lock},
};
use crate::memory::MemoryHost;

/// The path of the webhook that the fake always knows, the operator's. Its last segment is the
/// secret.
const WEBHOOK: &str = "/api/webhooks/1309411229876543210/fake-discord-webhook-secret";

struct Inner {
    origin: String,
    webhooks: Mutex<Vec<webhooks::Known>>,
    interactions: Mutex<Vec<interactions::Interaction>>,
    applications: Mutex<Vec<commands::Application>>,
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
        let operators = Webhook {
            id: "1309411229876543210".to_owned(),
            token: "fake-discord-webhook-secret".to_owned(),
            channel: "1309411000000000000".to_owned(),
            guild: "1309410000000000000".to_owned(),
        };
        Self(Arc::new(Inner {
            origin,
            webhooks: Mutex::new(vec![webhooks::Known {
                webhook: operators,
                messages: Vec::new(),
            }]),
            interactions: Mutex::default(),
            applications: Mutex::default(),
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

    /// The operator's webhook, for `DISCORD_WEBHOOK_URL`.
    pub fn webhook_url(&self) -> String {
        format!("{}{WEBHOOK}", self.0.origin)
    }

    /// Its path, for rules.
    pub fn webhook_path(&self) -> &'static str {
        WEBHOOK
    }

    /// The API, for `DISCORD_API_URL`.
    pub fn api_url(&self) -> String {
        format!("{}/api/v10", self.0.origin)
    }

    /// The messages that were posted to the operator's webhook, as they were posted.
    pub fn messages(&self) -> Vec<Value> {
        let webhooks = lock(&self.0.webhooks);
        webhooks
            .first()
            .map(|known| known.messages.clone())
            .unwrap_or_default()
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
        let segments = asked.segments();
        let path = match segments.as_slice() {
            ["api", "v10", path @ ..] | ["api", path @ ..] => path,
            _ => return error(404, 0, "404: Not Found"),
        };
        let is_json = asked.header("content-type").unwrap_or_default();
        if is_json.starts_with("application/json") && asked.body.is_empty() {
            return error(400, 50_109, "The request body contains invalid JSON.");
        }
        match path {
            ["webhooks", id, token] => match self.follow_up(asked, id, token) {
                Some(reply) => reply,
                None => self.webhook(asked, id, token),
            },
            [
                "webhooks",
                id,
                token,
                "messages",
                "@original" | "%40original",
            ] => self.original(asked, id, token),
            ["applications", id, "commands"] => self.registration(asked, id, ""),
            ["applications", id, "guilds", guild, "commands"] => {
                self.registration(asked, id, guild)
            }
            _ => error(404, 0, "404: Not Found"),
        }
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

fn error(status: u16, code: u32, message: &str) -> Reply {
    Reply::json(status, &json!({ "message": message, "code": code }))
}
