//! Servers that are not configured as they should be: closed, and telling what is missing.

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
    vec![Case::new(
        "configuration: without secrets everything that needs them is closed",
        closed,
    )]
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
    let running = Running::start(runtime, &variables, &folder)?;
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
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
