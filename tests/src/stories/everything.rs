//! What must hold of everything that was sent, seen and logged.

mod rows;

use std::{
    collections::BTreeMap,
    fs, thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::{node, suite::Case, world::World};

/// How long a line may take to be in the log.
const PATIENCE: Duration = Duration::from_secs(10);

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![
        rows::case(),
        Case::new(
            "everything: one log line per request, which says all that it should",
            logged,
        ),
        Case::new(
            "everything: no secret, token or signature anywhere",
            no_leaks,
        ),
        Case::new(
            "everything: all that Discord gets is what its own description takes",
            as_described,
        ),
    ]
}

/// An error unless every request that was answered has exactly one line in the log, and that line
/// says what happened. A server whose log is not known has none to look at.
///
/// # Errors
/// The first request without.
pub fn logged(world: &World) -> Result<()> {
    let Some(log) = &world.target.log else {
        return Ok(());
    };
    let exchanges = world.transcript.exchanges();
    let started = Instant::now();
    let lines = loop {
        let text = fs::read_to_string(log).with_context(|| log.display().to_string())?;
        let lines = requests_in(&text);
        let all = exchanges
            .iter()
            .all(|exchange| lines.contains_key(&exchange.request_id));
        if all || started.elapsed() > PATIENCE {
            break lines;
        }
        thread::sleep(Duration::from_millis(100));
    };
    let mut expected: BTreeMap<&str, Vec<u16>> = BTreeMap::new();
    for exchange in &exchanges {
        expected
            .entry(&exchange.request_id)
            .or_default()
            .push(exchange.status);
    }
    for exchange in &exchanges {
        let name = format!(
            "{} {} ({})",
            exchange.method, exchange.target, exchange.request_id
        );
        let found = lines.get(&exchange.request_id);
        let found = found.with_context(|| format!("no line of {name}"))?;
        let statuses: Vec<u64> = found
            .iter()
            .filter_map(|line| line["status"].as_u64())
            .collect();
        let mut wanted = expected[exchange.request_id.as_str()].clone();
        let mut statuses: Vec<u16> = statuses
            .iter()
            .filter_map(|s| u16::try_from(*s).ok())
            .collect();
        wanted.sort_unstable();
        statuses.sort_unstable();
        ensure!(
            statuses == wanted,
            "{name}: lines with {statuses:?}, answers with {wanted:?}"
        );
        for line in found {
            says_all(line).with_context(|| format!("{name}: {line}"))?;
        }
    }
    println!("        {} requests, each with its line", exchanges.len());
    Ok(())
}

/// Log lines of requests, by the request's id.
fn requests_in(text: &str) -> BTreeMap<String, Vec<Value>> {
    let mut lines: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in text.lines() {
        let Ok(line) = serde_json::from_str::<Value>(line) else {
            continue;
        };
        if let (Some("request"), Some(id)) = (line["event"].as_str(), line["request_id"].as_str()) {
            lines.entry(id.to_owned()).or_default().push(line);
        }
    }
    lines
}

fn says_all(line: &Value) -> Result<()> {
    let function = line["function"].as_str().context("no function")?;
    ensure!(
        matches!(function, "manifest" | "webhook" | "discord" | "proxy"),
        "{function}"
    );
    let status = line["status"].as_u64().context("no status")?;
    let route = line["route"].as_str().context("no route")?;
    // Only what leads nowhere has no route.
    ensure!(
        !route.is_empty() || matches!(status, 404 | 405 | 204),
        "no route for {status}"
    );
    ensure!(!route.contains("%"), "the route is a path: {route}");
    let milliseconds = line["milliseconds"].as_i64().context("no milliseconds")?;
    ensure!((0..600_000).contains(&milliseconds), "{milliseconds} ms");
    Ok(())
}

/// An error unless nothing that the suite knows to be secret is in what anybody could read: log,
/// answers, journals, announcements, and the requests to others beside the headers that carry it.
///
/// # Errors
/// Every place where one is, by the secret's name.
pub fn no_leaks(world: &World) -> Result<()> {
    let mut texts = Vec::new();
    if let Some(log) = &world.target.log {
        let text = fs::read(log).with_context(|| log.display().to_string())?;
        for (index, line) in String::from_utf8_lossy(&text).lines().enumerate() {
            texts.push((format!("line {} of the log", index + 1), line.to_owned()));
        }
    }
    let fakes = &world.fakes;
    let announcements = [fakes.discord().requests(), fakes.foundry().requests()];
    for asked in announcements.into_iter().flatten() {
        let text = String::from_utf8_lossy(&asked.body).into_owned();
        texts.push((format!("an announcement to {}", asked.origin), text));
    }
    for asked in fakes.github().requests() {
        let query = format!("{}?{}", asked.path, String::from_utf8_lossy(&asked.body));
        texts.push(("a request to GitHub".to_owned(), query));
    }
    for asked in fakes.site().requests() {
        let text = format!("{}?{} {:?}", asked.path, asked.query, asked.headers);
        texts.push(("a request for an image".to_owned(), text));
    }
    // What GitHub signs its redirects with opens a private archive for a while.
    for asked in fakes.github().requests() {
        for name in ["sig", "token"] {
            if let Some(value) = asked.parameter(name) {
                world
                    .transcript
                    .keep_secret(format!("GitHub's {name}"), value);
            }
        }
    }
    let (leaks, seen, secrets) = world.transcript.leaks(&texts);
    ensure!(leaks.is_empty(), "{}", leaks.join("; "));
    ensure!(seen > 0 && secrets > 0, "nothing was compared");
    println!("        {secrets} secrets in none of {seen} texts");
    Ok(())
}

/// An error unless all that Discord was answered or sent is JSON as its own OpenAPI description has
/// it, by an independent validator.
fn as_described(world: &World) -> Result<()> {
    let mut told = world.transcript.all_told();
    for asked in world.fakes.discord().requests() {
        let kind = match (asked.method.as_str(), asked.path.contains("/commands")) {
            ("PUT", true) => "commands",
            ("PATCH", false) => "edit",
            ("POST", false) => "post",
            _ => continue,
        };
        let name = told.len().to_string();
        told.push(json!({ "kind": kind, "name": name, "value": asked.json() }));
    }
    ensure!(!told.is_empty(), "Discord was told nothing");
    let count = told.len();
    let wrong = node::run("discord/validate.mjs", &told.into())?;
    ensure!(wrong.is_empty(), "{wrong}");
    println!("        {count} answers, messages and registrations as described");
    Ok(())
}
