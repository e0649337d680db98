//! What a fleet goes through.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use testkit::{package::Package, pattern};

use super::{
    setting::{FRESH, Fleet, ask},
    within,
};
use crate::{http::Response, world::World};

/// How long a change may take to be seen everywhere.
const SEEN: Duration = Duration::from_secs(FRESH + 5);

/// How long a warm node may take to answer while the bucket is gone.
const PROMPT: Duration = Duration::from_secs(4);

/// How long a node may try to reach the bucket for what it has no copy of.
const GIVEN_UP: Duration = Duration::from_secs(25);

/// The bytes of a package whose archive is larger than what is kept in one piece.
fn package(id: &str, version: &str) -> Package {
    Package::module(id, version).file("noise.bin", pattern::piece(7, 3_000_000))
}

fn publish(world: &World, id: &str, version: &str) -> Result<()> {
    let release = world.release(&format!("acme/{id}"), &format!("v{version}"));
    let zip = package(id, version).zip();
    release.asset("module.zip", zip).publish().map(drop)
}

fn manifest(id: &str) -> String {
    format!("/packages/{id}/module.json")
}

fn archive(id: &str, version: &str) -> String {
    format!("/packages/{id}/releases/{version}/{id}.zip")
}

fn version_of(response: &Response) -> Result<String> {
    let json = response.json()?;
    let version = json["version"].as_str().context("no version")?;
    Ok(version.to_owned())
}

/// Every member of the fleet serves the same manifest and the same archive of `version`.
fn same_everywhere(fleet: &Fleet, id: &str, version: &str) -> Result<()> {
    for path in [
        manifest(id),
        archive(id, version),
        format!("/get/{id}/stable"),
    ] {
        let expected = fleet.workers.get(path.as_str()).send()?.expect(200)?;
        let check = |answer: Response| {
            let answer = answer.expect(200)?;
            ensure!(answer.body == expected.body, "other bytes at {path}");
            ensure!(answer.header("etag")? == expected.header("etag")?, "{path}");
            Ok(())
        };
        within(SEEN, || check(fleet.node.get(path.as_str()).send()?))
            .with_context(|| format!("the node at {path}"))?;
        within(SEEN, || check(fleet.ask_other(&path)?))
            .with_context(|| format!("the other node at {path}"))?;
    }
    let answer = fleet.node.get(manifest(id)).send()?.expect(200)?;
    ensure!(version_of(&answer)? == version, "{}", answer.text());
    Ok(())
}

pub fn worker_to_nodes(fleet: &mut Fleet) -> Result<()> {
    publish(&fleet.workers, "from-worker", "1.0.0")?;
    same_everywhere(fleet, "from-worker", "1.0.0")?;
    // And what replaces it.
    publish(&fleet.workers, "from-worker", "1.1.0")?;
    same_everywhere(fleet, "from-worker", "1.1.0")
}

pub fn node_to_all(fleet: &mut Fleet) -> Result<()> {
    publish(&fleet.node, "from-node", "1.0.0")?;
    same_everywhere(fleet, "from-node", "1.0.0")?;
    publish(&fleet.node, "from-node", "1.1.0")?;
    // The node itself serves it at once.
    let answer = fleet.node.get(manifest("from-node")).send()?.expect(200)?;
    ensure!(version_of(&answer)? == "1.1.0", "{}", answer.text());
    same_everywhere(fleet, "from-node", "1.1.0")
}

/// Six releases of one package, delivered to both sides at once, and the same release to both.
pub fn both_at_once(fleet: &mut Fleet) -> Result<()> {
    let id = "from-both";
    let mut sent = Vec::new();
    let versions = ["1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0", "1.5.0"];
    for (index, version) in versions.iter().enumerate() {
        let zip = package(id, version).zip();
        let both = [&fleet.workers, &fleet.node];
        let receivers = match index {
            0 => &both[..],
            odd if odd % 2 == 1 => &both[..1],
            _ => &both[1..],
        };
        for world in receivers {
            let release = world.release("acme/from-both", &format!("v{version}"));
            let delivery = release.asset("module.zip", zip.clone()).make();
            delivery.send("published")?.expect(202)?;
            sent.push((*world, delivery.id));
        }
    }
    for (world, delivery) in sent {
        let journal = world.finished(&delivery)?;
        ensure!(journal.state() == "done", "it failed: {}", journal.0);
    }
    let listed = |answer: Response| {
        let list = answer.expect(200)?.json()?;
        let releases = list["releases"].as_array().context("no releases")?;
        let mut found: Vec<_> = releases
            .iter()
            .map(|release| release["version"].as_str().unwrap_or_default().to_owned())
            .collect();
        found.sort_unstable();
        ensure!(found == versions, "listed are {found:?}");
        Ok(())
    };
    let path = format!("/api/v1/packages/{id}/releases");
    listed(fleet.workers.get(path.as_str()).send()?)?;
    within(SEEN, || listed(fleet.node.get(path.as_str()).send()?))?;
    within(SEEN, || listed(fleet.ask_other(&path)?))?;
    same_everywhere(fleet, id, "1.5.0")?;
    for version in versions {
        let path = archive(id, version);
        let expected = fleet.workers.get(path.as_str()).send()?.expect(200)?;
        let found = fleet.ask_other(&path)?.expect(200)?;
        ensure!(found.body == expected.body, "other bytes at {path}");
    }
    Ok(())
}

pub fn withdrawn_everywhere(fleet: &mut Fleet) -> Result<()> {
    let path = "/admin/v1/packages/from-both/releases/1.5.0/yank";
    fleet
        .node
        .admin("POST", path, r#"{"reason":"broken"}"#)?
        .expect(200)?;
    let gone = archive("from-both", "1.5.0");
    fleet.workers.get(gone.as_str()).send()?.expect(410)?;
    fleet.node.get(gone.as_str()).send()?.expect(410)?;
    within(SEEN, || fleet.ask_other(&gone)?.expect(410))?;
    same_everywhere(fleet, "from-both", "1.4.0")
}

pub fn bucket_gone(fleet: &mut Fleet) -> Result<()> {
    publish(&fleet.workers, "cold", "1.0.0")?;
    let id = "from-both";
    let warm: Vec<String> = vec![
        manifest(id),
        archive(id, "1.4.0"),
        format!("/get/{id}/stable"),
        format!("/manifest/{id}/stable"),
        format!("/api/v1/packages/{id}"),
        // So that the node is not taken for a dead one.
        "/health/manifest".to_owned(),
        manifest("from-worker"),
        archive("from-worker", "1.1.0"),
    ];
    let before = warm
        .iter()
        .map(|path| fleet.node.get(path.as_str()).send()?.expect(200))
        .collect::<Result<Vec<_>>>()?;
    fleet.stop_bucket()?;
    // Nothing is fresh any more.
    thread::sleep(Duration::from_secs(FRESH + 1));
    for round in 0..2 {
        for (path, before) in warm.iter().zip(&before) {
            let started = Instant::now();
            let answer = fleet.node.get(path.as_str()).send()?.expect(200)?;
            let took = started.elapsed();
            ensure!(answer.body == before.body, "other bytes at {path}");
            ensure!(took < PROMPT, "{path} took {took:?} in round {round}");
        }
        thread::sleep(Duration::from_secs(FRESH + 4));
    }
    let part = fleet.node.get(archive(id, "1.4.0"));
    let part = part
        .header("range", "bytes=1000000-1000099")
        .send()?
        .expect(206)?;
    ensure!(part.body == before[1].body[1_000_000..1_000_100]);
    fleet.node.get("/health/webhook").send()?.expect(503)?;
    let started = Instant::now();
    fleet.node.get(manifest("cold")).send()?.expect(503)?;
    let took = started.elapsed();
    ensure!(took < GIVEN_UP, "a cold package took {took:?}");
    Ok(())
}

pub fn bucket_back(fleet: &mut Fleet) -> Result<()> {
    fleet.start_bucket()?;
    publish(&fleet.workers, "from-worker", "1.2.0")?;
    same_everywhere(fleet, "from-worker", "1.2.0")?;
    same_everywhere(fleet, "cold", "1.0.0")?;
    publish(&fleet.node, "from-node", "1.2.0")?;
    same_everywhere(fleet, "from-node", "1.2.0")
}

pub fn half_configured(fleet: &mut Fleet) -> Result<()> {
    let node = fleet.half_configured()?;
    ask(node.authority(), "/health/manifest")?.expect(503)?;
    ask(node.authority(), &manifest("from-node"))?.expect(503)?;
    let log = fs::read_to_string(node.log())?;
    ensure!(
        log.contains("STORE_BUCKET is not set"),
        "the log does not name what is missing"
    );
    Ok(())
}

pub fn no_secret_logged(fleet: &mut Fleet) -> Result<()> {
    for log in fleet.logs() {
        let text = fs::read_to_string(&log).with_context(|| log.display().to_string())?;
        ensure!(text.contains("\"event\":\"request\""), "nothing is logged");
        for secret in fleet.secrets() {
            ensure!(!text.contains(secret), "{} has {secret}", log.display());
        }
        ensure!(!text.contains("Signature="), "a signature is logged");
    }
    Ok(())
}
