//! Steady load through the front doors, by users who are near one of them.
//!
//! A user whose own front does not answer, or has no instance to ask (its own `503`), goes to the
//! next, as a balancer in front of the fleet that asks `/health/{function}` would send them
//! (deploy/README.md); that is a request that *moved*. One that nobody answers
//! well has *failed*.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

/// How often each user asks.
const EVERY: Duration = Duration::from_millis(400);

/// How long one front may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// An answer of a front.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// `X-Served-By`: the front, then the backend and the instance.
    pub served_by: String,
    /// `X-Request-Id`.
    pub request_id: String,
    /// The body's beginning.
    pub body: String,
}

impl Answer {
    /// Whether the front had nobody to ask.
    fn is_of_an_idle_front(&self) -> bool {
        self.status == 503 && self.served_by.is_empty()
    }
}

/// What became of one user's request.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The front that is the user's own.
    pub near: String,
    /// The path.
    pub path: &'static str,
    /// How long it took, over all fronts that were tried.
    pub took: Duration,
    /// How many fronts were tried.
    pub tries: usize,
    /// The last front's answer, or why there was none.
    pub answer: Result<Answer, String>,
}

impl Outcome {
    /// Whether the user was served.
    pub fn is_good(&self) -> bool {
        self.answer
            .as_ref()
            .is_ok_and(|answer| answer.status == 200)
    }
}

/// A front: its site and its address.
pub type Front = (String, String);

/// `GET`s a path of a front, or of what listens at `ADDRESS:PORT`.
///
/// # Errors
/// No connection, or no whole answer in time.
pub fn get(address: &str, path: &str) -> Result<Answer> {
    get_with(address, path, "")
}

/// The same with further header lines, each with its end.
///
/// # Errors
/// As [`get`].
pub fn get_with(address: &str, path: &str, lines: &str) -> Result<Answer> {
    let address: SocketAddr = match address.contains(':') {
        true => address.parse()?,
        false => format!("{address}:80").parse()?,
    };
    let started = Instant::now();
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(3))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: fleet.test\r\n{lines}connection: close\r\n\r\n"
    )?;
    let mut bytes = Vec::new();
    let mut piece = [0; 16 * 1024];
    loop {
        anyhow::ensure!(started.elapsed() < PATIENCE, "no end within {PATIENCE:?}");
        match stream.read(&mut piece)? {
            0 => break,
            length => bytes.extend(piece.get(..length).unwrap_or_default()),
        }
    }
    parse(&String::from_utf8_lossy(&bytes))
}

fn parse(text: &str) -> Result<Answer> {
    let (head, body) = text
        .split_once("\r\n\r\n")
        .context("the answer was cut off")?;
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    let header = |name: &str| {
        let lines = head.lines().filter_map(|line| line.split_once(':'));
        let mut found = lines.filter(|(key, _)| key.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.trim().to_owned())
    };
    if let Some(length) = header("content-length").and_then(|length| length.parse().ok()) {
        // A lossy character is longer than what it stands for, never shorter.
        let whole: usize = length;
        anyhow::ensure!(body.len() >= whole, "the body was cut off");
    }
    Ok(Answer {
        status: status.context("no status")?,
        served_by: header("x-served-by").unwrap_or_default(),
        request_id: header("x-request-id").unwrap_or_default(),
        body: body.chars().take(2000).collect(),
    })
}

/// Users that go on asking until this is dropped.
pub struct Load {
    stop: Arc<AtomicBool>,
    outcomes: Arc<Mutex<Vec<Outcome>>>,
    users: Vec<JoinHandle<()>>,
}

impl Load {
    /// One user per front and path.
    pub fn start(fronts: &[Front], paths: &[&'static str]) -> Self {
        let mut load = Self {
            stop: Arc::default(),
            outcomes: Arc::default(),
            users: Vec::new(),
        };
        for own in 0..fronts.len() {
            let mut order = fronts.to_vec();
            order.rotate_left(own);
            for &path in paths {
                let (order, stop) = (order.clone(), Arc::clone(&load.stop));
                let outcomes = Arc::clone(&load.outcomes);
                load.users.push(thread::spawn(move || {
                    while !stop.load(Ordering::Relaxed) {
                        let outcome = ask(&order, path);
                        let rest = EVERY.saturating_sub(outcome.took);
                        let mut all = outcomes.lock().unwrap_or_else(PoisonError::into_inner);
                        all.push(outcome);
                        drop(all);
                        thread::sleep(rest);
                    }
                }));
            }
        }
        load
    }

    /// What became of the requests that were asked since the last call.
    pub fn take(&self) -> Vec<Outcome> {
        std::mem::take(&mut *self.outcomes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for user in self.users.drain(..) {
            let _ = user.join();
        }
    }
}

fn ask(fronts: &[Front], path: &'static str) -> Outcome {
    let at = Instant::now();
    let mut answer = Err("no front".to_owned());
    let mut tries = 0;
    for (_, address) in fronts {
        tries += 1;
        answer = get(address, path).map_err(|error| format!("{error:#}"));
        if answer
            .as_ref()
            .is_ok_and(|answer| !answer.is_of_an_idle_front())
        {
            break;
        }
    }
    Outcome {
        near: fronts
            .first()
            .map(|front| front.0.clone())
            .unwrap_or_default(),
        path,
        took: at.elapsed(),
        tries,
        answer,
    }
}

/// The figures of a stretch of load.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// How many requests there were.
    pub requests: usize,
    /// Those that nobody answered well.
    pub failed: usize,
    /// Those that another front than the nearest answered.
    pub moved: usize,
    /// Half were answered faster than this, in milliseconds.
    pub median: u128,
    /// All but one of a hundred were answered faster than this, in milliseconds.
    pub slow: u128,
    /// Answers by site of the instance that gave them.
    pub served: BTreeMap<String, usize>,
    /// What the first failures were.
    pub failures: Vec<String>,
}

impl Figures {
    /// Of these outcomes.
    pub fn of(outcomes: &[Outcome]) -> Self {
        let mut figures = Self {
            requests: outcomes.len(),
            ..Self::default()
        };
        let mut times: Vec<_> = outcomes.iter().map(|one| one.took.as_millis()).collect();
        times.sort_unstable();
        let at = |hundredths: usize| times.get(times.len() * hundredths / 100).copied();
        figures.median = at(50).unwrap_or_default();
        figures.slow = at(99).unwrap_or_default();
        for outcome in outcomes {
            figures.moved += usize::from(outcome.tries > 1);
            if outcome.is_good() {
                let served = outcome
                    .answer
                    .as_ref()
                    .map(|answer| site(&answer.served_by));
                *figures
                    .served
                    .entry(served.unwrap_or_default())
                    .or_default() += 1;
                continue;
            }
            figures.failed += 1;
            if figures.failures.len() < 5 {
                let why = match &outcome.answer {
                    Ok(answer) => format!("{} {}", answer.status, answer.served_by),
                    Err(error) => error.clone(),
                };
                figures
                    .failures
                    .push(format!("{} near {}: {why}", outcome.path, outcome.near));
            }
        }
        figures
    }
}

/// The instance's site in `fra manifest/ams`.
pub fn site(served_by: &str) -> String {
    served_by.rsplit('/').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_whole_or_none() -> Result<()> {
        let good = parse("HTTP/1.1 200 OK\r\nX-Served-By: fra site/ams\r\n\r\nhi")?;
        assert_eq!((good.status, site(&good.served_by)), (200, "ams".into()));
        assert!(parse("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhi").is_err());
        assert!(parse("HTTP/1.1 200 OK\r\n").is_err());
        Ok(())
    }

    #[test]
    fn figures_count_what_users_saw() {
        let outcome = |tries, answer| Outcome {
            near: "fra".into(),
            path: "/",
            took: Duration::from_millis(5),
            tries,
            answer,
        };
        let answer = |status| Answer {
            status,
            served_by: "fra site/fra".into(),
            request_id: String::new(),
            body: String::new(),
        };
        let figures = Figures::of(&[
            outcome(1, Ok(answer(200))),
            outcome(2, Ok(answer(200))),
            outcome(1, Ok(answer(503))),
            outcome(4, Err("refused".into())),
        ]);
        assert_eq!((figures.requests, figures.failed, figures.moved), (4, 2, 2));
        assert_eq!(figures.served, BTreeMap::from([("fra".into(), 2)]));
        assert_eq!(figures.failures[0], "/ near fra: 503 fra site/fra");
    }
}
