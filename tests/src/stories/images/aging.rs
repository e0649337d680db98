//! Images that are not fresh any more. The shortest time for which one is fresh is a minute, so the
//! first case fetches them, and the last one comes back to them when the others are done.

use std::{
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail, ensure};
use testkit::fake::{Mode, Reply, Rule};

use super::{address, open, picture};
use crate::{http::Response, suite::Case, world::World};

/// For how long an image is fresh whose site says "no time at all", and a little more.
const FRESH: Duration = Duration::from_secs(61);

/// When they were fetched.
static BEGAN: OnceLock<Instant> = OnceLock::new();

/// What is done before all others.
pub fn beginning() -> Vec<Case> {
    vec![Case::new("images: some are fetched, to grow old", begin)]
}

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![Case::new(
        "images: old ones are served while their site is asked, or is down",
        old,
    )]
}

/// Paths that only these two cases have, each with what is asked for.
fn paths(world: &World) -> [(String, &'static str); 4] {
    ["down", "down-made", "changed", "same"].map(|name| {
        let options = if name == "down-made" { "w=8" } else { "" };
        (format!("/{}/{name}.png", world.id("aging")), options)
    })
}

fn put(world: &World, path: &str, seed: u8) {
    let reply = Reply::new(200)
        .with("cache-control", "max-age=0")
        .with("etag", format!("\"{seed}\""))
        .body(picture(seed));
    world.fakes.site().reply(path, reply);
}

fn begin(world: &World) -> Result<()> {
    for (path, options) in paths(world) {
        put(world, &path, 11);
        let target = address(world, options, &path);
        until(world, &target, "is kept", |answer| {
            cache(answer) == "vtta-edge; hit"
        })?;
    }
    BEGAN.get_or_init(Instant::now);
    Ok(())
}

fn old(world: &World) -> Result<()> {
    if BEGAN.get().is_none() {
        begin(world)?;
    }
    let began = BEGAN.get().map(Instant::elapsed).unwrap_or_default();
    thread::sleep(FRESH.saturating_sub(began));
    let site = world.fakes.site();
    let [down, made, changed, same] = paths(world);
    for (path, options) in [&down, &made] {
        let target = address(world, options, path);
        site.script(Rule::on("GET", path, Mode::Dropped));
        let first = open(world.get(&target).send()?.expect(200)?)?;
        let status = cache(&first);
        ensure!(
            status.ends_with("detail=stale-while-revalidate"),
            "{status}"
        );
        let marked = until(world, &target, "is marked", |answer| {
            cache(answer).ends_with("detail=stale-if-error")
        })?;
        ensure!(marked.body == first.body, "other bytes");
        let warning = marked.header("warning")?;
        ensure!(warning.starts_with("111 "), "{warning}");
        let control = marked.header("cache-control")?;
        ensure!(
            control.starts_with("public, max-age=20, ")
                || control.starts_with("private, max-age=20, "),
            "{control}"
        );
        // It is left alone for a moment, and whoever has the image is told so without it.
        let asked = site.asked_for(path).len();
        let same = world
            .get(&target)
            .header("if-none-match", marked.header("etag")?);
        same.send()?.expect(304)?;
        ensure!(
            site.asked_for(path).len() == asked,
            "the site was asked again"
        );
    }
    site.behave();

    put(world, &changed.0, 12);
    let target = address(world, "", &changed.0);
    let first = world.get(&target).send()?.expect(200)?;
    ensure!(
        first.body == picture(11),
        "the old one is not served at once"
    );
    until(world, &target, "changes", |answer| {
        answer.body == picture(12)
    })?;

    let target = address(world, "", &same.0);
    let hit = until(world, &target, "is fresh again", |answer| {
        cache(answer).starts_with("vtta-edge; hit") && !cache(answer).contains("stale")
    })?;
    ensure!(hit.body == picture(11), "other bytes");
    let asked = site.asked_for(&same.0);
    ensure!(asked.len() == 2, "the site was asked {} times", asked.len());
    let condition = asked[1].header("if-none-match");
    ensure!(condition == Some("\"11\""), "asked with {condition:?}");
    Ok(())
}

fn cache(answer: &Response) -> &str {
    answer.header("cache-status").unwrap_or_default()
}

/// The answer, once it is as it should be.
fn until(
    world: &World,
    target: &str,
    what: &str,
    is_so: impl Fn(&Response) -> bool,
) -> Result<Response> {
    let mut last = String::new();
    for _ in 0..100 {
        let answer = world.get(target).send()?.expect(200)?;
        if is_so(&answer) {
            return Ok(answer);
        }
        last = cache(&answer).to_owned();
        thread::sleep(Duration::from_millis(50));
    }
    bail!("{target} never {what}: {last}")
}
