//! Interactions as Discord sends them, and what became of each.

use std::{
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Result, bail, ensure};
use serde_json::Value;
use testkit::{
    fake::discord::wrong_with,
    payload::interaction::{Interaction, InteractionKey},
};

use crate::{http::Response, world::World};

/// Where interactions go.
pub const PATH: &str = "/discord/interactions";

/// How long Discord waits for a first answer.
const FIRST: Duration = Duration::from_secs(3);

/// How long an answer that comes later may take.
const LATER: Duration = Duration::from_secs(30);

/// What Discord heard.
#[derive(Debug, Clone)]
pub struct Heard {
    /// The first answer.
    pub answer: Value,
    /// The message that people see in the end: that of the first answer, what it was edited to, or what
    /// followed in its stead.
    pub message: Value,
}

impl Heard {
    /// Whether only the person who asked sees it.
    pub fn is_private(&self) -> bool {
        let flags = [&self.answer["data"]["flags"], &self.message["flags"]];
        let mut flags = flags.into_iter().filter_map(Value::as_u64);
        flags.any(|flags| flags & 64 != 0)
    }

    /// The `custom_id` of the button whose label holds `word`.
    ///
    /// # Errors
    /// Where there is none.
    pub fn button(&self, word: &str) -> Result<String> {
        let rows = self.message["components"].as_array().into_iter().flatten();
        let buttons = rows.flat_map(|row| row["components"].as_array().into_iter().flatten());
        let mut named = buttons.filter(|button| {
            let label = button["label"].as_str().unwrap_or_default();
            label.contains(word) || button["emoji"].to_string().contains(word)
        });
        match named.next().and_then(|button| button["custom_id"].as_str()) {
            Some(id) => Ok(id.to_owned()),
            None => bail!("no button {word:?} in {}", self.message),
        }
    }

    /// The message's texts and addresses, as JSON.
    pub fn text(&self) -> String {
        self.message.to_string()
    }
}

impl World {
    /// Sends an interaction as Discord does; the HTTP answer.
    ///
    /// # Errors
    /// Where there is none.
    pub fn interaction(&self, interaction: &Interaction) -> Result<Response> {
        let body = interaction.bytes();
        let headers = InteractionKey::for_tests().headers(now(), &body);
        let answer = self.ask("POST", PATH).headers(headers).body(&body).send()?;
        if answer.status == 200 {
            self.transcript.told_discord("answer", &answer.json()?);
        }
        Ok(answer)
    }

    /// The same, and what people see of it. Everything that Discord would not take is an error, and
    /// so is a first answer that comes too late.
    ///
    /// # Errors
    /// Where not all is well.
    pub fn interact(&self, interaction: Interaction) -> Result<Heard> {
        let token = format!("fake-{}", self.unique("interaction-token"));
        let application = interaction.json()["application_id"].clone();
        let application = application.as_str().unwrap_or_default();
        self.fakes.discord().interaction(application, &token);
        self.transcript
            .keep_secret("an interaction's token", &token);
        let interaction = interaction.token(&token);
        let started = Instant::now();
        let answer = self.interaction(&interaction)?;
        let took = started.elapsed();
        let answer = answer.expect(200)?.json()?;
        ensure!(took < FIRST, "the first answer took {took:?}");
        let wrong = wrong_with(interaction.kind(), &answer);
        ensure!(wrong.is_empty(), "{wrong:?} in {answer}");
        let message = match answer["type"].as_u64() {
            Some(5 | 6) => self.edited(&token)?,
            _ => answer["data"].clone(),
        };
        Ok(Heard { answer, message })
    }

    /// What the first answer was edited to, or what followed in its stead.
    fn edited(&self, token: &str) -> Result<Value> {
        let (started, discord) = (Instant::now(), self.fakes.discord());
        loop {
            let follow_up = || discord.follow_ups(token).pop();
            if let Some(edit) = discord.edits(token).pop().or_else(follow_up) {
                self.transcript
                    .saw("an edited answer", edit.to_string().as_bytes());
                return Ok(edit);
            }
            ensure!(started.elapsed() < LATER, "no answer within {LATER:?}");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Seconds since 1970.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0))
}
