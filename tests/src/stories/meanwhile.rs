//! Many deliveries at once, and a reader who looks all the time.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use testkit::{package::Package, pattern, sign::sha256};

use crate::{base64::base64, package::manifest_in, publish::Delivery, suite::Case, world::World};

/// How many deliveries come at once.
const DELIVERIES: usize = 10;

/// How long they may take together: one that comes in the way of the others tries again later.
const PATIENCE: Duration = Duration::from_secs(120);

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "meanwhile: ten versions at once, and no reader sees half of one",
            versions,
        ),
        Case::new(
            "meanwhile: ten deliveries of one version are one release",
            same,
        ),
    ]
}

fn package(world: &World, name: &str, version: &str) -> Package {
    Package::module(&world.id(name), version).file("noise.bin", pattern::piece(11, 50_000))
}

fn delivery<'w>(world: &'w World, name: &str, version: &str) -> Delivery<'w> {
    let release = world.release(&format!("acme/{name}"), &format!("v{version}"));
    let zip = package(world, name, version).zip();
    release.asset("module.zip", zip).make()
}

/// Sends all at once, each on a connection of its own, and has them end well while `name` is read.
fn all_at_once(world: &World, name: &str, deliveries: &[Delivery<'_>]) -> Result<()> {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| read(world, name, &is_over));
        let senders: Vec<_> = deliveries
            .iter()
            .map(|delivery| scope.spawn(|| delivery.send("published")?.expect(202)))
            .collect();
        let sent = senders.into_iter().map(|sender| sender.join());
        let sent: Result<Vec<_>> = sent
            .map(|answer| answer.ok().context("a sender panicked")?)
            .collect();
        let ended = sent.and_then(|_| end(world, deliveries));
        is_over.store(true, Ordering::Relaxed);
        let looks = reader.join().ok().context("the reader panicked")??;
        ended?;
        ensure!(looks > 5, "the reader looked {looks} times");
        println!("        a reader looked {looks} times");
        Ok(())
    })
}

fn end(world: &World, deliveries: &[Delivery<'_>]) -> Result<()> {
    let started = Instant::now();
    for delivery in deliveries {
        loop {
            let journal = world.journal(&delivery.id)?;
            ensure!(journal.state() != "failed", "{}", journal.0);
            if journal.state() == "done" {
                break;
            }
            ensure!(started.elapsed() < PATIENCE, "unfinished: {}", journal.0);
            world.admin("POST", "/webhooks/resume", "")?.expect(200)?;
            thread::sleep(Duration::from_millis(200));
        }
    }
    Ok(())
}

/// Reads what is served of `name` until all is over, as a server does that looks for updates: what
/// the manifest names is there and right, and no version goes back. How often it looked.
fn read(world: &World, name: &str, is_over: &AtomicBool) -> Result<usize> {
    let id = world.id(name);
    let (mut looks, mut last) = (0, 0);
    while !is_over.load(Ordering::Relaxed) {
        looks += 1;
        let manifest = world.get(format!("/packages/{id}/module.json")).send()?;
        if manifest.status == 404 {
            ensure!(last == 0, "it was there already");
            continue;
        }
        let manifest = manifest.expect(200)?;
        let facts = manifest.json()?;
        let version = facts["version"].as_str().context("no version")?;
        let number = version.split('.').nth(1).and_then(|part| part.parse().ok());
        let number: usize = number.with_context(|| version.to_owned())?;
        ensure!(number >= last, "1.{last}.0 gave way to {version}");
        last = number;
        let download = facts["download"].as_str().context("no download")?;
        let archive = world.get(world.path_of(download)?).send()?.expect(200)?;
        let digest = format!("sha-256=:{}:", base64(&sha256(&archive.body)));
        ensure!(archive.header("repr-digest")? == digest, "{version}");
        let inside = manifest_in(&archive.body, "module.json")?;
        ensure!(
            inside == manifest.body,
            "{version}: another manifest inside"
        );
    }
    Ok(looks)
}

/// The versions of `name` that are listed, in order.
fn listed(world: &World, name: &str) -> Result<Vec<String>> {
    let path = format!("/api/v1/packages/{}/releases", world.id(name));
    let list = world.get(path).send()?.expect(200)?.json()?;
    let releases = list["releases"].as_array().context("no releases")?;
    let versions = releases.iter().filter_map(|one| one["version"].as_str());
    let mut versions: Vec<String> = versions.map(str::to_owned).collect();
    versions.sort();
    Ok(versions)
}

fn versions(world: &World) -> Result<()> {
    let name = "crowded";
    let versions: Vec<String> = (0..DELIVERIES).map(|n| format!("1.{n}.0")).collect();
    let made = versions
        .iter()
        .map(|version| delivery(world, name, version));
    let deliveries: Vec<_> = made.collect();
    all_at_once(world, name, &deliveries)?;
    ensure!(listed(world, name)? == versions);
    let id = world.id(name);
    let newest = format!("/packages/{id}/module.json");
    let newest = world.get(newest).send()?.expect(200)?.json()?;
    ensure!(newest["version"] == "1.9.0", "{}", newest["version"]);
    for version in &versions {
        let manifest = format!("/packages/{id}/releases/{version}/module.json");
        let manifest = world.get(manifest).send()?.expect(200)?;
        let archive = format!("/packages/{id}/releases/{version}/{id}.zip");
        let archive = world.get(archive).send()?.expect(200)?;
        let original = package(world, name, version).zip();
        crate::readers::is_repackaged(&original, "", &archive.body, "module.json", &manifest.body)?;
    }
    super::announced_times(world, &id, DELIVERIES)
}

fn same(world: &World) -> Result<()> {
    let name = "repeated";
    let first = delivery(world, name, "1.0.0");
    // The same release of the same tag, told ten times under ids of their own.
    let deliveries: Vec<_> = (0..DELIVERIES).map(|_| first.again()).collect();
    all_at_once(world, name, &deliveries)?;
    ensure!(listed(world, name)? == ["1.0.0"]);
    super::announced_times(world, &world.id(name), 1)
}
