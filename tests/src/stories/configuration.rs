//! Servers that are not configured as they should be, or whose store is broken: closed, and telling
//! what is missing.

use std::{fs, path::Path};

use anyhow::{Result, ensure};
use testkit::{package::Package, payload};

use super::everything;
use crate::{
    runtime::Running,
    settings,
    suite::Case,
    target::{Runtime, Target},
    world::World,
};

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "configuration: without secrets everything that needs them is closed",
            closed,
        ),
        Case::new(
            "configuration: a store that does not answer is named",
            broken,
        ),
    ]
}

fn closed(outer: &World) -> Result<()> {
    let runtime = outer.target.runtime;
    if runtime == Runtime::Other {
        // It is not ours to configure.
        return Ok(());
    }
    let folder = settings::folder(runtime, &format!("closed-{}", outer.run));
    let mut variables = settings::shared()?;
    for name in ["ADMIN_TOKEN", "GITHUB_WEBHOOK_SECRET"] {
        variables.insert(name.into(), String::new());
    }
    let running = Running::start_unhealthy(runtime, &variables, &folder)?;
    let world = World::new(Target::around(running, variables))?;

    let health = world.get("/health/webhook").send()?.expect(503)?.json()?;
    ensure!(health["dependency"] == "GITHUB_WEBHOOK_SECRET", "{health}");
    ensure!(health["function"] == "webhook", "{health}");
    world.get("/health/manifest").send()?.expect(200)?;

    for token in ["", "Bearer ", "Bearer x"] {
        for (method, path) in [
            ("GET", "/webhooks/deliveries/x"),
            ("POST", "/webhooks/resume"),
            ("PUT", "/admin/v1/packages/a/releases/1.0.0"),
            ("PUT", "/admin/v1/packages/a/channels/stable"),
            ("POST", "/admin/v1/packages/a/releases/1.0.0/yank"),
            ("POST", "/admin/v1/packages/a/releases/1.0.0/restore"),
        ] {
            let ask = world.ask(method, path).header("authorization", token);
            let answer = ask.send()?.expect(403)?;
            ensure!(answer.text().contains("ADMIN_TOKEN"), "{}", answer.text());
        }
    }
    // Signed with nothing, which is what is configured.
    let release = world.release("acme/closed", "v1.0.0");
    let delivery = release
        .source(Package::module("closed", "1.0.0").zip())
        .make();
    let body = delivery.payload("published");
    for key in [None, Some(""), Some("guess")] {
        let headers = payload::headers("release", &delivery.id, &body, key);
        let ask = world.ask("POST", "/webhooks/github").headers(headers);
        let answer = ask.body(&body).send()?.expect(503)?;
        ensure!(
            answer.text().contains("GITHUB_WEBHOOK_SECRET"),
            "{}",
            answer.text()
        );
    }
    world
        .get("/packages/closed/module.json")
        .send()?
        .expect(404)?;
    everything::no_leaks(&world)?;
    everything::logged(&world)?;
    drop(world);
    fs::remove_dir_all(&folder)?;
    Ok(())
}

fn broken(outer: &World) -> Result<()> {
    let runtime = outer.target.runtime;
    if runtime == Runtime::Other {
        // It is not ours to break.
        return Ok(());
    }
    let folder = settings::folder(runtime, &format!("broken-{}", outer.run));
    let variables = settings::shared()?;
    // A first run, and its first requests, make the databases.
    drop(Running::start_unhealthy(runtime, &variables, &folder)?);
    let mut databases = 0;
    spoil_databases(&folder, &mut databases)?;
    ensure!(
        databases > 0,
        "there is no database in {}",
        folder.display()
    );
    let running = Running::start_unhealthy(runtime, &variables, &folder)?;
    let world = World::new(Target::around(running, variables))?;

    for function in ["manifest", "webhook"] {
        let health = world
            .get(format!("/health/{function}"))
            .send()?
            .expect(503)?;
        ensure!(health.header("content-type")? == "application/problem+json");
        let health = health.json()?;
        ensure!(
            health["dependency"] == "objects" && health["function"] == function,
            "{health}"
        );
    }
    let delivery = world.release("acme/broken", "v1.0.0").make();
    let answers = [
        world.get("/packages/anything/module.json").send()?,
        world.get("/api/v1/packages").send()?,
        world.get("/download/anything").send()?,
        world.admin("GET", "/webhooks/deliveries/anything", "")?,
        world.admin("POST", "/webhooks/resume", "")?,
        delivery.send("published")?,
    ];
    for answer in answers {
        let answer = answer.expect(503)?;
        ensure!(answer.header("content-type")? == "application/problem+json");
        let text = answer.text().to_lowercase();
        // The cause is for the log only.
        for word in ["sqlite", "database", "malformed", "r2", ".rs"] {
            ensure!(!text.contains(word), "{word} is in {text}");
        }
    }
    everything::no_leaks(&world)?;
    everything::logged(&world)?;
    drop(world);
    fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Overwrites the beginning of every SQLite database below `folder`, and takes the log away that
/// could mend it. Without `metadata.sqlite`, which is no store of ours, workerd would not even
/// start.
fn spoil_databases(folder: &Path, found: &mut usize) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            spoil_databases(&path, found)?;
            continue;
        }
        if path.to_string_lossy().contains("metadata.sqlite") {
            continue;
        }
        let mut bytes = fs::read(&path)?;
        if bytes.starts_with(b"SQLite format 3\0") {
            let length = bytes.len().min(100);
            bytes[..length].fill(b'x');
            fs::write(&path, bytes)?;
            *found += 1;
        } else if path.to_string_lossy().ends_with("-wal") {
            fs::write(&path, [])?;
        }
    }
    Ok(())
}
