//! Scripted misbehaviour of the fakes.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{Asked, Reply, Silence};

/// What a fake does to some of its requests.
#[derive(Debug, Clone)]
pub struct Rule {
    method: &'static str,
    path: String,
    skip: usize,
    times: usize,
    mode: Mode,
}

/// What happens instead of the proper answer, or to it.
#[derive(Debug, Clone)]
pub enum Mode {
    /// This is the answer; the request has no effect.
    Answer(Reply),
    /// The connection is closed without an answer; the request has no effect.
    Dropped,
    /// The request has its effect, and then the connection is closed without an answer.
    AnswerLost,
    /// The request has its effect, but no answer ever comes.
    Hangs,
    /// The proper answer, after this time.
    Slow(Duration),
    /// The proper answer, its body in pieces of that many bytes with pauses between.
    Trickles(usize, Duration),
    /// The proper answer, its length announced, its body cut after that many bytes.
    Cut(u64),
    /// The proper answer in chunks, the connection closed after that many bytes of its body.
    Broken(u64),
    /// The proper answer in chunks, no length announced.
    Chunked,
    /// The proper answer, this length announced instead of its own.
    Announces(u64),
    /// The proper answer, its body repeated without end.
    Endless,
    /// A redirect to there.
    RedirectTo(String),
    /// A redirect to itself.
    RedirectLoop,
    /// A page of HTML with status 200.
    Html,
}

impl Rule {
    /// A rule for requests with `method` to `path`; a `*` at the end stands for any rest. It holds
    /// until it is taken away.
    pub fn on(method: &'static str, path: impl Into<String>, mode: Mode) -> Self {
        Self {
            method,
            path: path.into(),
            skip: 0,
            times: usize::MAX,
            mode,
        }
    }

    /// The same, for the first `times` requests only.
    #[must_use]
    pub fn times(mut self, times: usize) -> Self {
        self.times = times;
        self
    }

    /// The same, letting the first `skip` requests pass.
    #[must_use]
    pub fn after(mut self, skip: usize) -> Self {
        self.skip = skip;
        self
    }

    fn matches(&self, asked: &Asked) -> bool {
        let path = match self.path.strip_suffix('*') {
            Some(prefix) => asked.path.starts_with(prefix),
            None => asked.path == self.path,
        };
        path && asked.method == self.method
    }
}

/// What a fake was asked, and what it was told to do wrong.
#[derive(Debug, Default)]
pub(super) struct Script {
    rules: Mutex<Vec<Rule>>,
    requests: Mutex<Vec<Asked>>,
    violations: Mutex<Vec<String>>,
}

impl Script {
    pub fn add(&self, rule: Rule) {
        lock(&self.rules).push(rule);
    }

    pub fn clear(&self) {
        lock(&self.rules).clear();
    }

    pub fn requests(&self) -> Vec<Asked> {
        lock(&self.requests).clone()
    }

    /// Notes that a caller did what the real server would not forgive.
    pub fn violation(&self, text: impl Into<String>) {
        lock(&self.violations).push(text.into());
    }

    pub fn violations(&self) -> Vec<String> {
        lock(&self.violations).clone()
    }

    /// Records the request and answers it: properly by `proper`, or as a rule says.
    pub fn answer(&self, asked: &Asked, proper: impl FnOnce() -> Reply) -> Reply {
        lock(&self.requests).push(asked.clone());
        match self.mode(asked) {
            Some(mode) => misbehave(mode, asked, proper),
            None => proper(),
        }
    }

    fn mode(&self, asked: &Asked) -> Option<Mode> {
        let mut rules = lock(&self.rules);
        for rule in rules.iter_mut().filter(|rule| rule.matches(asked)) {
            if rule.skip > 0 {
                rule.skip -= 1;
            } else if rule.times > 0 {
                rule.times -= 1;
                return Some(rule.mode.clone());
            }
        }
        None
    }
}

fn misbehave(mode: Mode, asked: &Asked, proper: impl FnOnce() -> Reply) -> Reply {
    let silent =
        |reply: Reply, silence| reply.delivered(|delivery| delivery.silence = Some(silence));
    match mode {
        Mode::Answer(reply) => reply,
        Mode::Dropped => silent(Reply::new(500), Silence::Closed),
        Mode::AnswerLost => silent(proper(), Silence::Closed),
        Mode::Hangs => silent(proper(), Silence::Open),
        Mode::Slow(time) => proper().delivered(|delivery| delivery.before = time),
        Mode::Trickles(piece, pause) => proper().delivered(|delivery| {
            delivery.piece = piece;
            delivery.pause = pause;
        }),
        Mode::Cut(bytes) => proper().delivered(|delivery| delivery.cut_after = Some(bytes)),
        Mode::Broken(bytes) => proper().delivered(|delivery| {
            delivery.chunked = true;
            delivery.cut_after = Some(bytes);
        }),
        Mode::Chunked => proper().delivered(|delivery| delivery.chunked = true),
        Mode::Announces(bytes) => proper().delivered(|delivery| delivery.announce = Some(bytes)),
        Mode::Endless => proper().delivered(|delivery| delivery.endless = true),
        Mode::RedirectTo(url) => Reply::redirect(302, url),
        Mode::RedirectLoop => {
            let query = match asked.query.as_str() {
                "" => String::new(),
                query => format!("?{query}"),
            };
            Reply::redirect(302, format!("{}{}{query}", asked.origin, asked.path))
        }
        Mode::Html => Reply::new(200)
            .with("content-type", "text/html; charset=utf-8")
            .body("<!DOCTYPE html><title>Sign in</title><p>Please sign in.</p>"),
    }
}

/// The lock's content. A thread that panicked while it held the lock has failed its test already.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{Mode, Rule, Script};
    use crate::fake::{Asked, Reply};

    fn ask(script: &Script, method: &str, path: &str) -> u16 {
        let asked = Asked {
            method: method.into(),
            origin: "http://a.test".into(),
            path: path.into(),
            query: String::new(),
            headers: Vec::new(),
            body: edge::Bytes::new(),
        };
        script.answer(&asked, || Reply::new(200)).status
    }

    #[test]
    fn rules_hold_where_and_as_often_as_they_say() {
        let script = Script::default();
        let mode = |status| Mode::Answer(Reply::new(status));
        script.add(Rule::on("GET", "/a", mode(500)).after(1).times(2));
        script.add(Rule::on("GET", "/b/*", mode(404)));
        for (method, path, expected) in [
            ("GET", "/a", 200),
            ("GET", "/a", 500),
            ("POST", "/a", 200),
            ("GET", "/a/b", 200),
            ("GET", "/a", 500),
            ("GET", "/a", 200),
            ("GET", "/b/c/d", 404),
            ("GET", "/b", 200),
        ] {
            assert_eq!(ask(&script, method, path), expected, "{method} {path}");
        }
        assert_eq!(script.requests().len(), 8);
        script.clear();
        assert_eq!(ask(&script, "GET", "/b/c"), 200);
    }
}
