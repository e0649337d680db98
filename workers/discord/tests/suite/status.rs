//! `/status` asks every function.

use std::time::Duration;

use edge::{Clock, config::name};
use serde_json::json;
use testkit::{
    fake::{Asked, Reply, Silence},
    payload::interaction::Interaction,
};

use crate::world::{World, texts};

fn health(asked: &Asked, runtime: &str) -> Reply {
    let function = asked
        .segments()
        .last()
        .copied()
        .unwrap_or_default()
        .to_owned();
    let facts =
        json!({ "status": "ok", "function": function, "version": "1.2.3", "runtime": runtime });
    match function.as_str() {
        "webhook" if runtime == "spin" => Reply::json(503, &json!({ "dependency": "objects" })),
        "proxy" => Reply::new(404).body("<html>"),
        "site" if runtime == "cloudflare" => Reply::new(200).body("<html>"),
        _ => Reply::json(200, &facts),
    }
}

#[test]
fn no_function_is_forgotten() {
    let workers = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders = std::fs::read_dir(workers)
        .unwrap()
        .map(|folder| folder.unwrap());
    let functions = folders.filter(|folder| folder.path().join("wasm/Cargo.toml").is_file());
    let functions: Vec<String> = functions
        .map(|folder| folder.file_name().to_string_lossy().into_owned())
        .collect();
    assert!(functions.len() >= 4, "{functions:?}");
    for function in functions {
        assert!(
            discord::FUNCTIONS.contains(&function.as_str()),
            "{function}"
        );
    }
}

#[test]
fn every_function_of_every_deployment_is_shown() {
    let world = World::empty();
    world.host.serve("https://edge.example", |asked: &Asked| {
        health(asked, "cloudflare")
    });
    let called = Interaction::command("status");
    assert_eq!(world.answer(&called), json!({ "type": 5 }));
    world.host.drop_deferred();
    let said = texts(&world.later(&called));
    for expected in [
        "Everything is up",
        "cloudflare · edge.example",
        "🟢 `manifest` 1.2.3 · 0 ms",
        "🟢 `discord`",
    ] {
        assert!(said.contains(expected), "no {expected:?} in\n{said}");
    }
    assert!(
        !said.contains("proxy") && !said.contains("`site`"),
        "{said}"
    );

    world.host.serve("https://fleet.example", |asked: &Asked| {
        health(asked, "spin")
    });
    let origins = "fleet=https://fleet.example/, dark=https://dark.example";
    world.host.set(name::STATUS_ORIGINS, origins);
    let said = texts(&world.later(&called.clone().locale("de")));
    for expected in [
        "Etwas läuft nicht",
        "cloudflare · edge.example",
        "fleet · spin · fleet.example",
        "🟠 `webhook` · `objects` antwortet nicht",
        "🟢 `site`",
        "dark · dark.example",
        "🔴 `manifest` · keine Antwort",
    ] {
        assert!(said.contains(expected), "no {expected:?} in\n{said}");
    }
    // Every one is asked once a moment, without anything that is not its business.
    let health = world.host.requests();
    let health = health
        .iter()
        .filter(|asked| asked.path.starts_with("/health/"));
    assert_eq!(
        health.count(),
        4 * 5,
        "once for its own deployment, and once for three"
    );

    // What cannot be done is said to the person who asked only.
    world
        .host
        .set(name::STATUS_ORIGINS, "https://fleet.example");
    let refused = world.message(&called);
    assert_eq!(refused["flags"], 64);
    assert!(texts(&refused).contains("`STATUS_ORIGINS`"), "{refused}");
}

#[test]
fn what_was_heard_is_told_again_for_a_moment() {
    let world = World::empty();
    world.host.set(name::PUBLIC_URL, "https://asked.example");
    world.host.serve("https://asked.example", |asked: &Asked| {
        health(asked, "spin")
    });
    let asked = |world: &World| {
        let requests = world.host.requests();
        let health = requests
            .iter()
            .filter(|asked| asked.path.starts_with("/health/"));
        health.count()
    };
    let called = Interaction::command("status");
    for (locale, seconds, total) in [("en-US", 0, 5), ("de", 10, 5), ("en-US", 6, 10)] {
        world.host.advance(Duration::from_secs(seconds));
        let said = texts(&world.later(&called.clone().locale(locale)));
        assert!(said.contains("`webhook` · `objects`"), "{said}");
        assert_eq!(asked(&world), total, "{seconds} s later");
    }
}

#[test]
fn an_address_where_nothing_is_deployed_is_not_well() {
    let world = World::empty();
    let elsewhere = "https://elsewhere.example";
    world.host.set(name::PUBLIC_URL, "https://well.example");
    world
        .host
        .set(name::STATUS_ORIGINS, format!("typo={elsewhere}").as_str());
    let fine = |asked: &Asked| health(asked, "cloudflare");
    world.host.serve("https://well.example", fine);
    world
        .host
        .serve(elsewhere, |_: &Asked| Reply::new(404).body("<html>"));
    let said = texts(&world.later(&Interaction::command("status")));
    for expected in [
        "Something is down",
        "typo · elsewhere.example",
        "Nothing is deployed here.",
    ] {
        assert!(said.contains(expected), "no {expected:?} in\n{said}");
    }
}

fn hang(_: &Asked) -> Reply {
    Reply::new(200).delivered(|delivery| delivery.silence = Some(Silence::Open))
}

#[test]
fn few_are_asked_at_once_and_all_within_the_time_there_is() {
    let world = World::empty();
    world.host.set(name::PUBLIC_URL, "https://dark.example");
    let silent = |name: u8| {
        let origin = format!("https://silent-{name}.example");
        world.host.serve(&origin, hang);
        format!("{name}={origin}")
    };
    let origins: Vec<String> = (1..=8).map(silent).collect();
    world.host.serve("https://dark.example", hang);
    world.host.set(name::STATUS_ORIGINS, origins.join(","));
    world.answer(&Interaction::command("status"));
    let started = world.host.now().milliseconds();
    world.host.block_on(world.host.run_deferred());
    let took = world.host.now().milliseconds() - started;
    // Eight deployments of five functions, five at a time, two seconds each.
    assert_eq!(took, 16_000);
    let said = texts(&json!(world.discord.edits(crate::world::TOKEN)));
    assert_eq!(said.matches("no answer").count(), 40, "{said}");
}
