//! Whether the instance is ready: asked every two seconds, told to whoever asks.

use std::{
    net::{Ipv4Addr, TcpListener},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use crate::{arguments::Plan, http};

/// Where readiness is told; the server's own port is [`SERVER`].
pub const PORT: u16 = 3001;

/// Where the server listens.
pub const SERVER: u16 = 3000;

/// How often the server is asked.
const EVERY: Duration = Duration::from_secs(2);

/// How many may ask at a time; more are turned away, and ask again.
const ASKING: usize = 64;

/// How the instance is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// Not yet asked with success.
    Starting,
    /// It answered everything; the slowest check took so many milliseconds.
    Ready(u128),
    /// It did not, and why.
    Failing(String),
    /// It ends soon and takes no new requests.
    Draining,
}

/// How the instance is, shared with the threads that ask and tell.
#[derive(Clone)]
pub struct Readiness(Arc<Mutex<State>>);

impl Readiness {
    /// Starts to ask the server and to tell what it says.
    ///
    /// # Errors
    /// The port is taken.
    pub fn watch(plan: &Plan) -> Result<Self> {
        let readiness = Self(Arc::new(Mutex::new(State::Starting)));
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, PORT))
            .with_context(|| format!("port {PORT}"))?;
        let (asking, telling) = (readiness.clone(), readiness.clone());
        let checks = plan.checks.clone();
        thread::spawn(move || asking.ask(&checks));
        thread::spawn(move || telling.tell(&listener));
        Ok(readiness)
    }

    /// From now on no new requests are wanted.
    pub fn drain(&self) {
        *self.state() = State::Draining;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, checks: &[String]) {
        loop {
            let found = check_all(checks, http_status);
            let mut state = self.state();
            if *state == State::Draining {
                return;
            }
            // Not yet listening is no failure; what was ready once is.
            if !matches!((&*state, &found), (State::Starting, State::Failing(_))) {
                *state = found;
            } else if let State::Failing(why) = found {
                drop(state);
                eprintln!("attendant: not ready yet: {why}");
            }
            thread::sleep(EVERY);
        }
    }

    /// Each front is answered for itself: one that is far away takes its time to ask.
    fn tell(&self, listener: &TcpListener) {
        let asking = Arc::new(AtomicUsize::new(0));
        for stream in listener.incoming().flatten() {
            if asking.fetch_add(1, Ordering::Relaxed) >= ASKING {
                asking.fetch_sub(1, Ordering::Relaxed);
                continue;
            }
            let (readiness, asking) = (self.clone(), Arc::clone(&asking));
            thread::spawn(move || {
                // Whoever went away asks again.
                let _ = http::answer(stream, |path| respond(path, &readiness.state()));
                asking.fetch_sub(1, Ordering::Relaxed);
            });
        }
    }
}

fn http_status(path: &str) -> Result<u16> {
    Ok(http::get(SERVER, path)?.status)
}

/// The state that follows from asking every path.
fn check_all(checks: &[String], ask: impl Fn(&str) -> Result<u16>) -> State {
    let mut slowest = 0;
    for (index, path) in checks.iter().enumerate() {
        let started = Instant::now();
        match ask(path) {
            Ok(200) => {}
            // A function that has lost its routes answers 404, or leaves them to nobody.
            Ok(status) if index > 0 && status < 500 && status != 404 => {}
            Ok(status) => return State::Failing(format!("{path} answers {status}")),
            Err(error) => return State::Failing(format!("{path}: {error:#}")),
        }
        slowest = slowest.max(started.elapsed().as_millis());
    }
    State::Ready(slowest)
}

fn respond(path: &str, state: &State) -> (&'static str, String) {
    if path != "/ready" {
        return ("400 Bad Request", r#"{"ask":"/ready"}"#.into());
    }
    match state {
        State::Ready(milliseconds) => (
            "200 OK",
            format!(r#"{{"state":"ready","milliseconds":{milliseconds}}}"#),
        ),
        State::Starting => ("503 Service Unavailable", r#"{"state":"starting"}"#.into()),
        State::Failing(why) => (
            "503 Service Unavailable",
            format!(
                r#"{{"state":"failing","cause":"{}"}}"#,
                why.escape_default()
            ),
        ),
        // HAProxy's `disable-on-404`: out of rotation, not broken.
        State::Draining => ("404 Not Found", r#"{"state":"draining"}"#.into()),
    }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn ready_means_that_every_path_is_answered() {
        let checks = ["/health/x".to_owned(), "/canary".to_owned()];
        let with = |health: u16, canary: u16| {
            let answer = move |path: &str| Ok(if path == "/canary" { canary } else { health });
            respond("/ready", &check_all(&checks, answer)).0
        };
        assert_eq!(with(200, 200), "200 OK");
        assert_eq!(with(200, 401), "200 OK");
        assert_eq!(with(503, 200), "503 Service Unavailable");
        assert_eq!(with(404, 200), "503 Service Unavailable");
        // Its health check says yes, what it is there for fails.
        assert_eq!(with(200, 500), "503 Service Unavailable");
        assert_eq!(with(200, 404), "503 Service Unavailable");
        let nobody = check_all(&checks, |_| bail!("refused"));
        assert_eq!(nobody, State::Failing("/health/x: refused".into()));
    }

    #[test]
    fn draining_is_not_broken() {
        assert_eq!(respond("/ready", &State::Draining).0, "404 Not Found");
        assert_eq!(
            respond("/ready", &State::Starting).0,
            "503 Service Unavailable"
        );
        assert_eq!(respond("/other", &State::Ready(1)).0, "400 Bad Request");
    }
}
