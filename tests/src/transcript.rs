//! Everything that the suite has sent and seen, for the checks that look at all of it.

use std::sync::Mutex;

use serde_json::{Value, json};

/// Bodies longer than this are archives; nobody writes a secret into the middle of one.
const LONGEST_BODY: usize = 1 << 20;

/// A request that was answered.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Its method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The answer's status.
    pub status: u16,
    /// The answer's `X-Request-Id`.
    pub request_id: String,
}

/// What was sent and seen.
#[derive(Debug, Default)]
pub struct Transcript(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    exchanges: Vec<Exchange>,
    texts: Vec<(String, String)>,
    secrets: Vec<(String, String)>,
    told: Vec<Value>,
}

impl Transcript {
    /// Notes an answered request.
    pub fn exchanged(&self, exchange: Exchange) {
        self.lock().exchanges.push(exchange);
    }

    /// Notes text that others can read; `source` says where it was.
    pub fn saw(&self, source: impl Into<String>, text: &[u8]) {
        if text.len() <= LONGEST_BODY {
            let text = String::from_utf8_lossy(text).into_owned();
            self.lock().texts.push((source.into(), text));
        }
    }

    /// Notes text that nobody may ever read; `name` may be printed.
    pub fn keep_secret(&self, name: impl Into<String>, text: impl Into<String>) {
        let (name, text) = (name.into(), text.into());
        let inner = &mut *self.lock();
        if !inner.secrets.iter().any(|(_, known)| *known == text) {
            inner.secrets.push((name, text));
        }
    }

    /// Notes JSON that Discord got: `kind` is one of those of `tests/discord/validate.mjs`.
    pub fn told_discord(&self, kind: &str, value: &Value) {
        let told = &mut self.lock().told;
        let name = told.len().to_string();
        told.push(json!({ "kind": kind, "name": name, "value": value }));
    }

    /// All that Discord got.
    pub fn all_told(&self) -> Vec<Value> {
        self.lock().told.clone()
    }

    /// Every answered request so far.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.lock().exchanges.clone()
    }

    /// Where a secret stands in what was seen, or in `more`; and how many texts and secrets were
    /// compared.
    pub fn leaks(&self, more: &[(String, String)]) -> (Vec<String>, usize, usize) {
        let inner = self.lock();
        let mut leaks = Vec::new();
        for (source, text) in inner.texts.iter().chain(more) {
            for (name, secret) in &inner.secrets {
                if text.contains(secret.as_str()) {
                    leaks.push(format!("{name} is in {source}"));
                }
            }
        }
        (leaks, inner.texts.len() + more.len(), inner.secrets.len())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        // A case that panicked has not left half an entry behind.
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
