//! Releases whose story is longer: late assets, second attempts, replaced files, publish tokens,
//! second thoughts on GitHub, fixes of old versions.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use testkit::{
    fake::{Mode, Reply, Rule, github::Upload},
    package::{Layout, Package},
};

use crate::{
    http::Response,
    publish::{Delivery, Journal},
    suite::Case,
    world::World,
};

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "releases: an asset that is uploaded after the event is waited for",
            late,
        ),
        Case::new(
            "releases: what has failed is taken up again by an admin, once",
            retried,
        ),
        Case::new(
            "releases: an admin replaces a version, and caches are told",
            replaced,
        ),
        Case::new(
            "releases: a publish token publishes its package and nothing else",
            token,
        ),
        Case::new(
            "releases: what is deleted or withdrawn on GitHub is gone here, until it is back there",
            taken_back,
        ),
        Case::new(
            "releases: a prerelease that is finished on GitHub goes to stable, and back",
            finished,
        ),
        Case::new(
            "releases: a fix for an old generation of Foundry leaves stable alone",
            fix,
        ),
    ]
}

fn stable(world: &World, id: &str) -> Result<Value> {
    let path = format!("/packages/{id}/module.json");
    world.get(path).send()?.expect(200)?.json()
}

fn late(world: &World) -> Result<()> {
    let id = world.id("late");
    let package = Package::module(&id, "1.0.0");
    let source = Package::module(&id, "1.0.0").layout(Layout::codeload("acme/late"));
    let upload = Upload::zip("module.zip", package.zip()).after_looks(1);
    let release = world.release("acme/late", "v1.0.0").source(source.zip());
    let journal = release.upload(upload).publish()?;
    let steps = journal.0["steps"].to_string();
    ensure!(steps.contains("asset `module.zip`"), "{steps}");
    ensure!(steps.contains("looked for again"), "{steps}");
    ensure!(journal.0["attempts"] == 0, "{}", journal.0);
    super::announced_times(world, &id, 1)
}

fn retried(world: &World) -> Result<()> {
    let id = world.id("retried");
    let package = Package::module(&id, "1.0.0");
    let gone = Mode::Answer(Reply::json(404, &json!({ "message": "Not Found" })));
    let path = "/repos/acme/retried/releases/assets/*";
    let github = world.fakes.github();
    github.script(Rule::on("GET", path, gone).times(1));
    let release = world.release("acme/retried", "v1.0.0");
    let delivery = release.asset("module.zip", package.zip()).make();
    delivery.send("published")?.expect(202)?;
    ensure!(world.finished(&delivery.id)?.state() == "failed");
    let retry = format!("/webhooks/deliveries/{}/retry", delivery.id);
    world.ask("POST", retry.as_str()).send()?.expect(401)?;
    let said = world.admin("POST", &retry, "")?.expect(202)?.json()?;
    ensure!(said["status"] == "accepted", "{said}");
    let journal = world.finished(&delivery.id)?;
    ensure!(journal.state() == "done", "{}", journal.0);
    world.admin("POST", &retry, "")?.expect(409)?;
    world
        .admin("POST", "/webhooks/deliveries/nobody-sent-this/retry", "")?
        .expect(404)?;
    super::announced_times(world, &id, 1)
}

fn put(world: &World, path: &str, bearer: &str, zip: &[u8]) -> Result<Response> {
    let call = world.ask("PUT", path);
    let call = call.header("authorization", format!("Bearer {bearer}"));
    call.body(zip).send()
}

fn replaced(world: &World) -> Result<()> {
    let id = world.id("replaced");
    let admin = world.target.variable("ADMIN_TOKEN").to_owned();
    let path = format!("/admin/v1/packages/{id}/releases/1.0.0");
    let first = Package::module(&id, "1.0.0");
    let second = Package::module(&id, "1.0.0").file("more.txt", "more");
    put(world, &path, &admin, &first.zip())?.expect(201)?;
    let pinned = format!("/packages/{id}/releases/1.0.0/module.json");
    let before = world.get(pinned.as_str()).send()?.expect(200)?;
    ensure!(before.header("cache-control")?.contains("immutable"));
    // What is not that edition is not kept under its URL.
    let archive = format!("/packages/{id}/releases/1.0.0/{id}.zip");
    for (query, kept) in [("", true), ("?edition=0123456789abcdef", false)] {
        let answer = world.get(format!("{archive}{query}")).send()?.expect(200)?;
        let policy = answer.header("cache-control")?;
        ensure!(policy.contains("immutable") == kept, "{query}: {policy}");
        ensure!(kept || policy == "no-store", "{query}: {policy}");
    }
    put(world, &path, &admin, &second.zip())?.expect(422)?;
    let replace = format!("{path}?replace=true");
    let said = put(world, &replace, &admin, &second.zip())?
        .expect(201)?
        .json()?;
    let edition = said["edition"].as_str().context("no edition")?;
    let after = world.get(pinned.as_str()).send()?.expect(200)?;
    ensure!(after.header("etag")? != before.header("etag")?);
    ensure!(!after.header("cache-control")?.contains("immutable"));
    for track in ["module.json", "core/12/module.json"] {
        let manifest = world.get(format!("/packages/{id}/{track}")).send()?;
        let manifest = manifest.expect(200)?.json()?;
        let download = manifest["download"].as_str().context("no download")?;
        ensure!(
            download.ends_with(&format!("?edition={edition}")),
            "{download}"
        );
        let archive = world.get(world.path_of(download)?).send()?.expect(200)?;
        let files = testkit::package::unzip(&archive.body);
        ensure!(files.iter().any(|(name, _)| name == "more.txt"), "{track}");
    }
    super::announced_times(world, &id, 1)
}

fn token(world: &World) -> Result<()> {
    let (id, other) = (world.id("tokened"), world.id("untokened"));
    let tokens = format!("/admin/v1/packages/{id}/tokens");
    world.ask("POST", tokens.as_str()).send()?.expect(401)?;
    let made = world
        .admin("POST", &tokens, r#"{"name":"release workflow"}"#)?
        .expect(201)?
        .json()?;
    let token = made["token"].as_str().context("no token")?;
    let path = format!("/admin/v1/packages/{id}/releases/1.0.0");
    let zip = Package::module(&id, "1.0.0").zip();
    let facts = put(world, &path, token, &zip)?.expect(201)?.json()?;
    let delivery = facts["delivery"].as_str().context("no delivery")?;
    let journal = world.finished(delivery)?;
    ensure!(
        journal.0.to_string().contains("release workflow"),
        "{}",
        journal.0
    );
    ensure!(
        !journal.0.to_string().contains(token),
        "the journal has the token"
    );
    let listed = world.admin("GET", &tokens, "")?.expect(200)?.json()?;
    ensure!(listed["tokens"][0]["id"] == made["id"], "{listed}");
    ensure!(
        !listed.to_string().contains(token),
        "the list has the token"
    );

    put(world, &format!("{path}?replace=true"), token, &zip)?.expect(403)?;
    let elsewhere = format!("/admin/v1/packages/{other}/releases/1.0.0");
    let foreign = Package::module(&other, "1.0.0").zip();
    let answer = put(world, &elsewhere, token, &foreign)?.expect(401)?;
    ensure!(answer.header("www-authenticate")?.starts_with("Bearer"));
    put(world, &format!("{tokens}/x"), token, &zip)?.expect(405)?;

    let one = made["id"].as_str().context("no id")?;
    let one = format!("{tokens}/{one}");
    world
        .ask("DELETE", one.as_str())
        .admin()
        .send()?
        .expect(204)?;
    world
        .ask("DELETE", one.as_str())
        .admin()
        .send()?
        .expect(404)?;
    put(world, &path, token, &zip)?.expect(401)?;
    Ok(())
}

/// GitHub tells of `action` of the release that `delivery` was of; the end of it.
fn tell(world: &World, delivery: &Delivery<'_>, action: &str, prerelease: bool) -> Result<Journal> {
    let mut event: Value = serde_json::from_slice(&delivery.payload(action))?;
    event["release"]["prerelease"] = prerelease.into();
    let id = world.unique("delivery");
    let body = event.to_string();
    world
        .deliver("release", &id, body.as_bytes())?
        .expect(202)?;
    let journal = world.finished(&id)?;
    ensure!(journal.state() == "done", "{}", journal.0);
    Ok(journal)
}

/// The release `version` of the package `name`, which GitHub has and nobody was told of.
fn made<'w>(world: &'w World, name: &str, version: &str, compatibility: &Value) -> Delivery<'w> {
    let package = Package::module(&world.id(name), version);
    let package = package.field("compatibility", compatibility.clone());
    let release = world.release(&format!("acme/{name}"), &format!("v{version}"));
    release.asset("module.zip", package.zip()).make()
}

fn taken_back(world: &World) -> Result<()> {
    let id = world.id("taken-back");
    let any = json!({ "minimum": "11" });
    let first = made(world, "taken-back", "1.0.0", &any);
    let second = made(world, "taken-back", "1.1.0", &any);
    tell(world, &first, "published", false)?;
    tell(world, &second, "published", false)?;
    for action in ["unpublished", "deleted"] {
        tell(world, &second, action, false)?;
        ensure!(stable(world, &id)?["version"] == "1.0.0", "{action}");
        let pinned = format!("/packages/{id}/releases/1.1.0/module.json");
        let gone = world.get(pinned).send()?.expect(410)?.json()?;
        ensure!(gone["reason"].to_string().contains("GitHub"), "{gone}");
        tell(world, &second, "published", false)?;
        ensure!(stable(world, &id)?["version"] == "1.1.0", "{action}");
    }
    super::announced_times(world, &id, 2)
}

fn finished(world: &World) -> Result<()> {
    let id = world.id("finished");
    let release = made(world, "finished", "1.0.0", &json!({ "minimum": "11" }));
    tell(world, &release, "published", true)?;
    let path = format!("/packages/{id}/module.json");
    world.get(path.as_str()).send()?.expect(404)?;
    tell(world, &release, "released", false)?;
    let served = stable(world, &id)?;
    ensure!(served["version"] == "1.0.0" && served["manifest"].to_string().contains(&path));
    // Once as a prerelease, once on stable; and no more, however often GitHub says it.
    tell(world, &release, "edited", false)?;
    super::announced_times(world, &id, 2)?;
    tell(world, &release, "edited", true)?;
    world.get(path.as_str()).send()?.expect(410)?;
    Ok(())
}

fn fix(world: &World) -> Result<()> {
    let id = world.id("fixed");
    let old = json!({ "minimum": "11", "maximum": "12" });
    for (version, compatibility) in [
        ("3.9.1", &old),
        ("4.1.0", &json!({ "minimum": "13" })),
        ("3.9.2", &old),
    ] {
        let release = made(world, "fixed", version, compatibility);
        tell(world, &release, "published", false)?;
    }
    ensure!(stable(world, &id)?["version"] == "4.1.0");
    for (generation, version) in [(11, "3.9.2"), (12, "3.9.2"), (13, "4.1.0")] {
        let path = format!("/packages/{id}/core/{generation}/module.json");
        let manifest = world.get(path).send()?.expect(200)?.json()?;
        ensure!(manifest["version"] == version, "{generation}: {manifest}");
    }
    let pin = format!("/admin/v1/packages/{id}/channels/core-12");
    world
        .admin("PUT", &pin, r#"{"version":"3.9.1"}"#)?
        .expect(200)?;
    let path = format!("/packages/{id}/core/12/module.json");
    let manifest = world.get(path.as_str()).send()?.expect(200)?.json()?;
    ensure!(manifest["version"] == "3.9.1", "{manifest}");
    world
        .admin("PUT", &pin, r#"{"version":"4.1.0"}"#)?
        .expect(409)?;
    world
        .admin("PUT", &pin, r#"{"version":null}"#)?
        .expect(200)?;
    let manifest = world.get(path).send()?.expect(200)?.json()?;
    ensure!(manifest["version"] == "3.9.2", "{manifest}");
    Ok(())
}
