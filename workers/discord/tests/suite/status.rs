//! `/status` asks every function.

use edge::config::name;
use serde_json::json;
use testkit::{
    fake::{Asked, Reply},
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
    // Every one is asked once, without anything that is not its business.
    let health = world.host.requests();
    let health = health
        .iter()
        .filter(|asked| asked.path.starts_with("/health/"));
    assert_eq!(health.count(), 4 * 5);

    world
        .host
        .set(name::STATUS_ORIGINS, "https://fleet.example");
    let said = texts(&world.later(&called));
    assert!(said.contains("`STATUS_ORIGINS`"), "{said}");
}
