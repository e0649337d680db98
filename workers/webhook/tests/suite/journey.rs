//! Releases that go well.

use edge::StatusCode;
use serde_json::{Value, json};
use testkit::{
    memory::request,
    package::{Layout, Package},
    payload,
};

use crate::{
    subscriptions::subscribe,
    world::{REPOSITORY, World, admin, assert_done, assert_whole, deliver, journal, served},
};

#[test]
fn a_release_with_an_asset_is_published_and_announced_once() {
    let world = World::new();
    world.release(
        "v1.0.0",
        &Package::module("maps", "1.0.0").file("scripts/a.js", b"1".to_vec()),
    );
    let journal = world.publish("d-1", "v1.0.0");
    assert_done(&journal);
    assert_eq!(
        served(&world.host, "maps", "stable").as_deref(),
        Some("1.0.0")
    );
    assert_whole(&world.host, "maps");
    assert_eq!(world.discord.messages().len(), 1);
    assert!(
        world.discord.violations().is_empty(),
        "{:?}",
        world.discord.violations()
    );
    assert_eq!(world.foundry.releases().len(), 1);
    assert!(
        world.github.violations().is_empty(),
        "{:?}",
        world.github.violations()
    );
    let left: Vec<String> = world
        .host
        .keys()
        .into_iter()
        .filter(|key| key.starts_with("open/") || key.starts_with("staged/"))
        .collect();
    assert!(left.is_empty(), "left lying: {left:?}");
}

#[test]
fn the_source_archive_is_taken_where_no_asset_is_a_package() {
    let world = World::new();
    let package = Package::module("maps", "1.0.0").layout(Layout::codeload(REPOSITORY));
    let release = payload::Release::new(REPOSITORY, "v1.0.0");
    world.github.publish(release, package.zip());
    let manual = Package::module("maps", "1.0.0").without_file("module.json");
    world.github.upload(
        REPOSITORY,
        "v1.0.0",
        testkit::fake::github::Upload::zip("manual.zip", manual.zip()),
    );
    assert_done(&world.publish("d-1", "v1.0.0"));
    assert_whole(&world.host, "maps");
}

#[test]
fn prereleases_go_to_beta_and_never_to_stable() {
    for (tag, version, marked) in [
        ("v1.3.0-beta.1", "1.3.0-beta.1", false),
        ("v1.3.0", "1.3.0", true),
    ] {
        let world = World::new();
        let package = Package::module("maps", version);
        let mut release = payload::Release::new(REPOSITORY, tag);
        release.prerelease = marked;
        world.github.publish(release, package.zip());
        world.github.upload(
            REPOSITORY,
            tag,
            testkit::fake::github::Upload::zip("maps.zip", package.zip()),
        );
        assert_done(&world.publish("d-1", tag));
        assert_eq!(served(&world.host, "maps", "stable"), None);
        assert_eq!(
            served(&world.host, "maps", "beta").as_deref(),
            Some(version)
        );
        assert!(
            world.foundry.releases().is_empty(),
            "the listing offered a prerelease"
        );
    }
}

#[test]
fn a_redelivery_is_a_duplicate_that_says_how_the_first_one_went() {
    let world = World::new();
    world.release("v1.0.0", &Package::module("maps", "1.0.0"));
    world.publish("d-1", "v1.0.0");
    let again = world.deliver_to(&world.host, "d-1", "v1.0.0").unwrap();
    assert_eq!(again.status, StatusCode::OK);
    let body = world.host.run(again.body.bytes(4096)).unwrap().unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["status"], "duplicate");
    assert_eq!(body["state"], "done");
    assert_eq!(world.discord.messages().len(), 1);
}

#[test]
fn the_same_release_delivered_under_another_id_changes_nothing() {
    let world = World::new();
    world.release("v1.0.0", &Package::module("maps", "1.0.0"));
    subscribe(&world, 1, |_| {});
    world.publish("d-1", "v1.0.0");
    // Nor is who subscribed since told of it.
    subscribe(&world, 2, |_| {});
    assert_done(&world.publish("d-2", "v1.0.0"));
    assert_whole(&world.host, "maps");
    for (channel, messages) in [("1", 1), ("2", 0)] {
        let told = world.discord.messages_in(channel).len();
        assert_eq!(told, messages, "{channel}");
    }
    assert_eq!(world.discord.messages().len(), 1, "announced twice");
    assert_eq!(world.foundry.releases().len(), 1);
}

#[test]
fn what_a_dead_process_left_is_resumed() {
    let world = World::new();
    world.release("v1.0.0", &Package::module("maps", "1.0.0"));
    let response = world.deliver_to(&world.host, "d-1", "v1.0.0").unwrap();
    assert_eq!(response.status, StatusCode::ACCEPTED);
    world.host.drop_deferred();
    assert_eq!(served(&world.host, "maps", "stable"), None);
    let (status, answer) = admin(&world.host.peer(), "POST", "/webhooks/resume", "");
    assert_eq!(status, StatusCode::OK);
    assert_eq!(answer["deliveries"][0]["state"], "done", "{answer}");
    assert_eq!(
        served(&world.host, "maps", "stable").as_deref(),
        Some("1.0.0")
    );
}

#[test]
fn an_admin_publishes_promotes_yanks_and_restores() {
    let world = World::new();
    for version in ["1.0.0", "1.1.0"] {
        let path = format!("/admin/v1/packages/maps/releases/{version}");
        let request = request("PUT", &path)
            .header(
                "authorization",
                &format!("Bearer {}", crate::world::ADMIN_TOKEN),
            )
            .body(Package::module("maps", version).zip())
            .build();
        let (status, answer) = crate::world::answer(&world.host, request);
        assert_eq!(status, StatusCode::CREATED, "{answer}");
    }
    let host = &world.host;
    let path = "/admin/v1/packages/maps/channels/stable";
    let (status, _) = admin(host, "PUT", path, r#"{"version":"1.0.0"}"#);
    assert_eq!(status, StatusCode::OK);
    assert_eq!(served(host, "maps", "stable").as_deref(), Some("1.0.0"));
    admin(host, "PUT", path, r#"{"version":"1.1.0"}"#);
    let release = "/admin/v1/packages/maps/releases/1.1.0";
    let (status, answer) = admin(
        host,
        "POST",
        &format!("{release}/yank"),
        r#"{"reason":"breaks"}"#,
    );
    assert_eq!(
        (status, &answer["yanked"]["reason"]),
        (StatusCode::OK, &json!("breaks"))
    );
    assert_eq!(served(host, "maps", "stable").as_deref(), Some("1.0.0"));
    let (status, _) = admin(host, "PUT", path, r#"{"version":"1.1.0"}"#);
    assert_eq!(status, StatusCode::CONFLICT);
    for _ in 0..2 {
        admin(host, "POST", &format!("{release}/restore"), "");
    }
    assert_eq!(served(host, "maps", "stable").as_deref(), Some("1.1.0"));
    // Who did what is kept, what changed nothing is not.
    let actions = host.bytes("packages/maps/actions.json").unwrap();
    let actions: Value = serde_json::from_slice(&actions).unwrap();
    let actions = actions["actions"].as_array().unwrap();
    let kinds: Vec<&Value> = actions.iter().map(|one| &one["deed"]["kind"]).collect();
    assert_eq!(kinds, ["promote", "promote", "yank", "restore"]);
    assert_eq!(actions[0]["deed"]["from"], "1.1.0");
    assert!(actions.iter().all(|one| one["by"]["kind"] == "admin"));
}

#[test]
fn a_ping_is_answered_and_other_events_are_ignored() {
    let world = World::new();
    let ping = payload::ping(REPOSITORY).to_string();
    let cases = [
        ("ping", ping, "pong"),
        (
            "release",
            {
                world.release("v1.0.0", &Package::module("maps", "1.0.0"));
                world
                    .github
                    .event(REPOSITORY, "v1.0.0", "edited")
                    .to_string()
            },
            "ignored",
        ),
    ];
    for (event, body, expected) in cases {
        let response = deliver(&world.host, event, "d-1", &body).unwrap();
        assert_eq!(response.status, StatusCode::OK);
        let text = world.host.run(response.body.bytes(4096)).unwrap().unwrap();
        let answer: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(answer["status"], expected);
    }
    assert!(journal(&world.host, "d-1").is_none());
}
