//! A release that outlives every server.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use testkit::package::Package;

use crate::world::World;

/// How long it may take to be published.
const PATIENCE: Duration = Duration::from_secs(60);

/// A published release: where it is read, and what is read there.
pub struct Published {
    manifest: String,
    archive: String,
    zip: Vec<u8>,
}

/// Publishes a package. Whether it is published is seen where users see it: the fleet may have
/// another admin token by now.
pub fn publish(world: &World) -> Result<Published> {
    let id = world.id("kept");
    let package =
        Package::module(&id, "1.0.0").file("noise.bin", testkit::pattern::piece(3, 90_000));
    let release = world
        .release("acme/kept", "v1.0.0")
        .asset("module.zip", package.zip());
    release.make().send("published")?.expect(202)?;
    let manifest = format!("/packages/{id}/module.json");
    let archive = format!("/packages/{id}/releases/1.0.0/{id}.zip");
    let started = Instant::now();
    while world.get(manifest.as_str()).send()?.status != 200 {
        ensure!(started.elapsed() < PATIENCE, "{id} is not published");
        thread::sleep(Duration::from_millis(200));
    }
    let zip = world.get(archive.as_str()).send()?.expect(200)?.body;
    Ok(Published {
        manifest,
        archive,
        zip,
    })
}

/// Whether it is served as it was.
pub fn still(world: &World, published: Option<&Published>) -> Result<()> {
    let published = published.context("nothing was published")?;
    let manifest = world.get(published.manifest.as_str()).send()?.expect(200)?;
    let version = manifest.json()?["version"].clone();
    ensure!(version == "1.0.0", "the manifest is of version {version}");
    let zip = world
        .get(published.archive.as_str())
        .send()?
        .expect(200)?
        .body;
    ensure!(zip == published.zip, "other bytes are served");
    Ok(())
}
