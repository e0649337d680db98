//! A server that is killed in the middle of its work, and goes on after a restart.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use testkit::{
    fake::{Mode, Rule},
    package::Package,
};

use super::everything;
use crate::{
    runtime::Running,
    settings,
    suite::Case,
    target::{Runtime, Target},
    world::World,
};

/// How long what was interrupted may take to be taken up: whoever worked on it is believed to be
/// alive for 90 seconds.
const PATIENCE: Duration = Duration::from_secs(180);

/// Bytes of an archive that is not packed in a moment.
const LARGE: usize = 24_000_000;

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![Case::new(
        "restart: what SIGKILL interrupted is resumed to the same end",
        killed,
    )]
}

/// A delivery that is interrupted.
pub struct Interrupted {
    name: &'static str,
    /// `X-GitHub-Delivery`.
    delivery: String,
}

fn killed(outer: &World) -> Result<()> {
    let runtime = outer.target.runtime;
    if runtime == Runtime::Other {
        // It is not ours to kill.
        return Ok(());
    }
    let folder = settings::folder(runtime, &format!("restart-{}", outer.run));
    let variables = settings::shared()?;
    let mut running = Running::start(runtime, &variables, &folder)?;
    let authority = running.authority().to_owned();
    let mut target = Target::around(running, variables.clone());
    running = target.take_running().context("it was just started")?;
    let world = World::new(target)?;

    let interrupted = begin(&world)?;
    running.kill()?;

    let running = Running::start_at(runtime, &variables, &folder, &authority)?;
    finish(&world, &interrupted)?;
    everything::no_leaks(&world)?;
    everything::logged(&world)?;
    drop(running);
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Publishes one package, and begins to publish two more that come to no end.
///
/// # Errors
/// Where the server is done with them, or with nothing.
pub fn begin(world: &World) -> Result<Vec<Interrupted>> {
    let mut interrupted = vec![fetching(world)?, announcing(world)?];
    let done = Package::module(&world.id("done"), "1.0.0");
    world
        .release("acme/done", "v1.0.0")
        .asset("module.zip", done.zip())
        .publish()?;
    wait_until_busy(world, &interrupted)?;
    interrupted.push(packing(world)?);
    Ok(interrupted)
}

/// After the kill: what was published is there at once, and the rest is finished, nothing lost and
/// nothing doubled.
///
/// # Errors
/// Where it is not so.
pub fn finish(world: &World, interrupted: &[Interrupted]) -> Result<()> {
    world.fakes.github().behave();
    world.fakes.discord().behave();
    let manifest = format!("/packages/{}/module.json", world.id("done"));
    world.get(manifest).send()?.expect(200)?;
    resume(world, interrupted)?;
    converged(world, interrupted)
}

/// A delivery whose archive comes slowly from GitHub.
fn fetching(world: &World) -> Result<Interrupted> {
    let name = "fetching";
    let package = Package::module(&world.id(name), "1.0.0");
    let package = package.file("noise.bin", testkit::pattern::piece(7, 400_000));
    let release = world
        .release("acme/fetching", "v1.0.0")
        .asset("module.zip", package.zip());
    let trickle = Mode::Trickles(1_000, Duration::from_millis(200));
    let path = "/github-production-release-asset/*";
    world
        .fakes
        .github()
        .script(Rule::on("GET", path, trickle).times(1));
    let delivery = release.make();
    delivery.send("published")?.expect(202)?;
    let started = Instant::now();
    let fetched = |world: &World| {
        let requests = world.fakes.github().requests();
        requests
            .iter()
            .any(|asked| asked.path.starts_with("/github-production-release-asset/"))
    };
    while !fetched(world) {
        ensure!(started.elapsed() < PATIENCE, "the asset is not asked for");
        thread::sleep(Duration::from_millis(20));
    }
    let delivery = delivery.id;
    Ok(Interrupted { name, delivery })
}

/// A delivery whose message Discord has got, but not confirmed.
fn announcing(world: &World) -> Result<Interrupted> {
    let name = "announcing";
    let package = Package::module(&world.id(name), "1.0.0");
    let release = world
        .release("acme/announcing", "v1.0.0")
        .asset("module.zip", package.zip());
    let discord = world.fakes.discord();
    discord.script(Rule::on("POST", discord.webhook_path(), Mode::Hangs).times(1));
    let delivery = release.make();
    delivery.send("published")?.expect(202)?;
    let started = Instant::now();
    while super::messages_about(world, &world.id(name)).is_empty() {
        ensure!(started.elapsed() < PATIENCE, "nothing is announced");
        thread::sleep(Duration::from_millis(20));
    }
    let delivery = delivery.id;
    Ok(Interrupted { name, delivery })
}

/// A delivery whose archive has just been fetched, and is so large that packing it takes a while.
fn packing(world: &World) -> Result<Interrupted> {
    let name = "packing";
    let package = Package::module(&world.id(name), "1.0.0");
    let package = package.file("noise.bin", testkit::pattern::piece(9, LARGE));
    let release = world.release("acme/packing", "v1.0.0");
    let delivery = release.asset("module.zip", package.zip()).make();
    delivery.send("published")?.expect(202)?;
    let journal = world.wait_for(&delivery.id, |journal| journal.state() != "received")?;
    println!("        killed at {}", journal.state());
    let delivery = delivery.id;
    Ok(Interrupted { name, delivery })
}

fn wait_until_busy(world: &World, interrupted: &[Interrupted]) -> Result<()> {
    for (one, state) in interrupted.iter().zip(["received", "published"]) {
        let journal = world.journal(&one.delivery)?;
        ensure!(
            journal.state() == state,
            "{} is {}",
            one.name,
            journal.state()
        );
    }
    Ok(())
}

/// Resumes until nothing is left.
fn resume(world: &World, interrupted: &[Interrupted]) -> Result<()> {
    let started = Instant::now();
    loop {
        let answer = world
            .admin("POST", "/webhooks/resume", "")?
            .expect(200)?
            .json()?;
        let mut unfinished = 0;
        for one in interrupted {
            let state = world.journal(&one.delivery)?.state().to_owned();
            unfinished += usize::from(!matches!(state.as_str(), "done" | "failed"));
        }
        if unfinished == 0 {
            println!(
                "        resumed after {:.0} s",
                started.elapsed().as_secs_f32()
            );
            return Ok(());
        }
        ensure!(
            started.elapsed() < PATIENCE,
            "{unfinished} unfinished: {answer}"
        );
        thread::sleep(Duration::from_secs(2));
    }
}

fn converged(world: &World, interrupted: &[Interrupted]) -> Result<()> {
    for one in interrupted {
        let id = world.id(one.name);
        let journal = world.finished(&one.delivery)?;
        ensure!(journal.state() == "done", "{}", journal.0);
        let manifest = world
            .get(format!("/packages/{id}/module.json"))
            .send()?
            .expect(200)?;
        let archive = world.get(format!("/get/{id}/stable")).send()?.expect(200)?;
        let inside = crate::package::manifest_in(&archive.body, "module.json")?;
        ensure!(inside == manifest.body, "the manifest inside is another");
        // Whether Discord got what it has not confirmed nobody can know.
        let is_in_doubt = journal.announcement("discord") == "unconfirmed";
        let told = super::messages_about(world, &id).len();
        ensure!(
            told == 1 || (is_in_doubt && told == 0),
            "{id} was announced {told} times: {}",
            journal.0
        );
    }
    let left = world
        .admin("POST", "/webhooks/resume", "")?
        .expect(200)?
        .json()?;
    ensure!(left["deliveries"] == serde_json::json!([]), "{left}");
    Ok(())
}
