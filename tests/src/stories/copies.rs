//! Update checks that are answered from copies: as quickly as the author hopes, and never older than
//! they say.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use testkit::package::Package;

use super::everything;
use crate::{
    http::{self, Content, Request, Response},
    runtime::Running,
    settings,
    suite::Case,
    target::{Runtime, Target},
    world::World,
};

/// For how many seconds an isolate answers from its copies here.
const FRESH: u64 = 2;

/// What a copy in the isolate, made of one in the data centre, can be behind while one reader asks,
/// and what was answered a moment ago.
const MOST: u64 = 2 * FRESH + 3 + 1;

/// For how many seconds more a copy stands in for a bucket that does not answer.
const STALE: u64 = 600;

/// What reading itself may take on a busy machine, in seconds. Together it is far from a minute.
const SLACK: u64 = 12;

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![Case::new(
        "copies: update checks come from memory, and a change is seen in time",
        copies,
    )]
}

fn copies(outer: &World) -> Result<()> {
    let runtime = outer.target.runtime;
    if runtime != Runtime::Workerd {
        // A Spin node has its own database, or copies of a bucket, which the fleet's stories are of.
        return Ok(());
    }
    let folder = settings::folder(runtime, &format!("copies-{}", outer.run));
    let mut variables = settings::shared()?;
    variables.insert("CACHE_SECONDS".into(), FRESH.to_string());
    let running = Running::start(runtime, &variables, &folder)?;
    let world = World::new(Target::around(running, variables))?;

    let path = format!("/packages/{}/module.json", world.id("copied"));
    // What is not there is not remembered.
    ensure!(ask(&world, &path, &[])?.status == 404);
    publish(&world, "1.0.0")?;
    like_any_other(&world, &path)?;

    publish(&world, "1.1.0")?;
    seen(&world, &path, "1.1.0")?;
    withdraw(&world, "1.1.0")?;
    seen(&world, &path, "1.0.0")?;
    withdraw(&world, "1.0.0")?;
    until(&world, &path, |answer| Ok(answer.status == 410))?;

    everything::no_leaks(&world)?;
    everything::logged(&world)?;
    counted(&world)?;
    drop(world);
    fs::remove_dir_all(&folder)?;
    Ok(())
}

/// However often it is asked for, and whoever asks.
fn like_any_other(world: &World, path: &str) -> Result<()> {
    let first = ask(world, path, &[])?.expect(200)?;
    let etag = first.header("etag")?.to_owned();
    let mut ids = Vec::new();
    for _ in 0..20 {
        let again = ask(world, path, &[])?.expect(200)?;
        ensure!(again.body == first.body, "another body");
        for name in [
            "etag",
            "content-type",
            "content-length",
            "cache-control",
            "access-control-allow-origin",
            "access-control-expose-headers",
        ] {
            ensure!(again.header(name)? == first.header(name)?, "another {name}");
        }
        let age: u64 = again.header("age")?.parse()?;
        // Where the machine is so busy that the bucket was stood in for, it says that, too.
        ensure!(
            age == MOST || (age == MOST + STALE && log_has(world, "\"cache-stale\"")?),
            "it may be {MOST} s old, and says {age}"
        );
        ids.push(again.header("x-request-id")?.to_owned());
    }
    ids.sort();
    ids.dedup();
    ensure!(ids.len() == 20, "answers share request ids: {ids:?}");

    let named = ask(world, path, &[("x-request-id", "mine")])?.expect(200)?;
    ensure!(named.header("x-request-id")? == "mine");
    let known = ask(world, path, &[("if-none-match", &etag)])?.expect(304)?;
    ensure!(known.body.is_empty() && known.header("etag")? == etag);
    ask(world, path, &[("if-none-match", "\"other\"")])?.expect(200)?;
    let head = world.ask("HEAD", path).send()?.expect(200)?;
    ensure!(head.body.is_empty());
    ensure!(head.header("content-length")? == first.header("content-length")?);
    world.ask("OPTIONS", path).send()?.expect(204)?;
    world.ask("POST", path).send()?.expect(405)?;
    Ok(())
}

/// Until the track serves `version`.
fn seen(world: &World, path: &str, version: &str) -> Result<()> {
    until(world, path, |answer| {
        Ok(answer.status == 200 && answer.json()?["version"] == version)
    })
}

/// Asks without a pause, since many do, until an answer is as expected.
fn until(world: &World, path: &str, is_expected: impl Fn(&Response) -> Result<bool>) -> Result<()> {
    let started = Instant::now();
    loop {
        let answer = ask(world, path, &[])?;
        if is_expected(&answer)? {
            return Ok(());
        }
        let waited = started.elapsed();
        ensure!(
            waited < Duration::from_secs(MOST + SLACK),
            "after {waited:?} still {}: {}",
            answer.status,
            answer.text()
        );
        thread::sleep(Duration::from_millis(20));
    }
}

fn log_has(world: &World, text: &str) -> Result<bool> {
    let log = world.target.log.as_ref().context("no log")?;
    Ok(fs::read_to_string(log)?.contains(text))
}

/// Requests that nobody has named are counted in the log.
fn counted(world: &World) -> Result<()> {
    let log = world.target.log.as_ref().context("no log")?;
    let started = Instant::now();
    loop {
        let text = fs::read_to_string(log)?;
        let lines = text
            .lines()
            .filter(|line| line.contains("\"event\":\"requests\""));
        let lines = lines.filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        let count: u64 = lines.filter_map(|line| line["count"].as_u64()).sum();
        if count > 20 {
            return Ok(());
        }
        ensure!(
            started.elapsed() < Duration::from_secs(10),
            "{count} are counted"
        );
        thread::sleep(Duration::from_millis(100));
    }
}

fn publish(world: &World, version: &str) -> Result<()> {
    let package = Package::module(&world.id("copied"), version);
    let release = world.release("acme/copied", &format!("v{version}"));
    release.asset("module.zip", package.zip()).publish()?;
    Ok(())
}

fn withdraw(world: &World, version: &str) -> Result<()> {
    let id = world.id("copied");
    let path = format!("/admin/v1/packages/{id}/releases/{version}/yank");
    world
        .admin("POST", &path, r#"{"reason":"broken"}"#)?
        .expect(200)?;
    Ok(())
}

/// As Foundry asks: with nothing but these headers.
fn ask(world: &World, target: &str, headers: &[(&str, &str)]) -> Result<Response> {
    let headers: Vec<(String, String)> = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let request = Request {
        method: "GET",
        target,
        headers: &headers,
        content: Content::Nothing,
    };
    http::send(&world.target.authority, request, None)
}
