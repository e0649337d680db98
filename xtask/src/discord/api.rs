//! Calls of Discord's API, with the bot's token.

use std::{io::Write, process::Stdio, thread, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{repository::Repository, run};

/// How often a call is tried.
const ATTEMPTS: u32 = 5;

/// The longest that Discord may ask for patience.
const PATIENCE: Duration = Duration::from_secs(60);

/// Pauses after a failure of Discord's, doubled each time.
const PAUSE: Duration = Duration::from_millis(500);

/// Discord's API.
pub struct Api<'a> {
    repository: &'a Repository,
    base: String,
    token: String,
}

/// What came back.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    status: u16,
    #[serde(default)]
    text: String,
    failure: Option<String>,
}

/// What an answer means.
#[derive(Debug, PartialEq)]
enum Meaning {
    Good(Value),
    Later(Duration),
    Bad(String),
}

impl<'a> Api<'a> {
    /// The API at `base`, asked with the bot's token.
    ///
    /// # Errors
    /// Where the token would go over the network in clear, or is none.
    pub fn new(repository: &'a Repository, base: &str, token: String) -> Result<Self> {
        let base = base.trim().trim_end_matches('/').to_owned();
        let local = ["http://127.0.0.1:", "http://localhost:"];
        let is_local = local.iter().any(|start| base.starts_with(start));
        ensure!(
            is_local || base.starts_with("https://"),
            "DISCORD_API_URL is not https://…"
        );
        // Without it a header could be more than one.
        let plain = token.bytes().all(|byte| byte.is_ascii_graphic());
        ensure!(plain, "DISCORD_BOT_TOKEN is not a token");
        Ok(Self {
            repository,
            base,
            token,
        })
    }

    /// What is at `path`.
    pub fn get(&self, path: &str) -> Result<Value> {
        self.call("GET", path, None)
    }

    /// Puts `body` to `path`; what Discord has then.
    pub fn put(&self, path: &str, body: &Value) -> Result<Value> {
        self.call("PUT", path, Some(body))
    }

    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
        let mut pause = PAUSE;
        let mut said = String::new();
        for _ in 0..ATTEMPTS {
            match meaning(&self.send(method, path, body)?) {
                Meaning::Good(value) => return Ok(value),
                Meaning::Bad(words) => bail!("{words}"),
                Meaning::Later(wait) if wait > PATIENCE => {
                    bail!("Discord asks to be left alone for {} s", wait.as_secs())
                }
                Meaning::Later(wait) => {
                    said = "Discord is busy or failing".into();
                    thread::sleep(wait.max(pause));
                    pause *= 2;
                }
            }
        }
        bail!("{said}; it was asked {ATTEMPTS} times")
    }

    /// Sends one request. Node does it, which is among the tools already and
    /// speaks TLS.
    fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer> {
        let mut request = json!({
            "method": method,
            "url": format!("{}{path}", self.base),
            "headers": {
                "authorization": format!("Bot {}", self.token),
                "user-agent": "DiscordBot (vtta-edge, 1)",
            },
        });
        // Discord refuses a request that names the type of a body and has none.
        if let Some(body) = body {
            request["headers"]["content-type"] = "application/json".into();
            request["body"] = body.to_string().into();
        }
        let mut node = run::program(self.repository, "node");
        node.arg("xtask/src/discord/request.mjs");
        node.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = node.spawn().context("cannot start node")?;
        let mut input = child.stdin.take().context("node has no input")?;
        input.write_all(request.to_string().as_bytes())?;
        drop(input);
        let output = child.wait_with_output()?;
        ensure!(output.status.success(), "node ended with {}", output.status);
        serde_json::from_slice(&output.stdout).context("node printed no JSON")
    }
}

fn meaning(answer: &Answer) -> Meaning {
    if let Some(failure) = &answer.failure {
        return Meaning::Bad(format!("Discord cannot be asked: {failure}"));
    }
    let body: Value = serde_json::from_str(&answer.text).unwrap_or_default();
    let words = body["message"].as_str().unwrap_or("no reason given");
    match answer.status {
        200 => Meaning::Good(body),
        429 => {
            let seconds = body["retry_after"].as_f64().unwrap_or(1.0);
            let wait = Duration::try_from_secs_f64(seconds);
            Meaning::Later(wait.unwrap_or(PATIENCE))
        }
        401 => Meaning::Bad("Discord does not know this DISCORD_BOT_TOKEN".into()),
        403 | 404 => Meaning::Bad(format!(
            "Discord refuses: {words}. Is DISCORD_APPLICATION_ID the bot's application, and was it \
             added to the server with the scope applications.commands?"
        )),
        500..=599 => Meaning::Later(PAUSE),
        status => Meaning::Bad(format!(
            "Discord answered {status}: {words} {}",
            body.get("errors").unwrap_or(&Value::Null)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_understood() {
        let answer = |status, text: &str| Answer {
            status,
            text: text.into(),
            failure: None,
        };
        assert_eq!(meaning(&answer(200, "[]")), Meaning::Good(json!([])));
        let wait = Meaning::Later(Duration::from_millis(250));
        assert_eq!(meaning(&answer(429, r#"{"retry_after":0.25}"#)), wait);
        assert_eq!(meaning(&answer(502, "<html>")), Meaning::Later(PAUSE));
        for (status, word) in [(401, "BOT_TOKEN"), (403, "APPLICATION_ID"), (400, "why")] {
            let Meaning::Bad(words) = meaning(&answer(status, r#"{"message":"why"}"#)) else {
                panic!("{status} is bad");
            };
            assert!(words.contains(word), "{words}");
        }
    }
}
