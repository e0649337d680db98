//! What comes late, or again: a slower release beside a newer one, and the same files once more.

use std::time::Duration;

use edge::{StatusCode, config::name};
use registry::{State, record::Status};
use serde_json::Value;
use testkit::{
    fake::{Mode, Rule},
    package::Package,
};

use crate::{
    afterwards::{same, told},
    world::{
        World, admin, assert_done, assert_whole, channels, deliver, journal, resume_until_finished,
        served,
    },
};

fn marked(release: &mut Value) {
    release["prerelease"] = true.into();
}

fn stable(world: &World) -> Option<String> {
    served(&world.host, "maps", "stable")
}

#[test]
fn a_slower_release_is_listed_beside_the_newer_one_that_overtook_it() {
    let world = World::new();
    for version in ["1.2.0", "1.2.1"] {
        world.release(&format!("v{version}"), &Package::module("maps", version));
    }
    world.deliver_to(&world.host, "d-1", "v1.2.0").unwrap();
    world.host.drop_deferred();
    world.host.advance(Duration::from_secs(60));
    assert_done(&world.publish("d-2", "v1.2.1"));
    let slower = resume_until_finished(&world.host.peer(), "d-1").unwrap();
    assert_done(&slower);
    let warnings = slower.package.unwrap().warnings;
    assert!(
        warnings.iter().any(|one| one.code == "version.overtaken"),
        "{warnings:?}"
    );
    assert_eq!(stable(&world).as_deref(), Some("1.2.1"));
    assert_eq!(channels(&world.host, "maps").unwrap().releases.len(), 2);
    assert_whole(&world.host, "maps");

    // A version that its author forgot to raise is another thing.
    world.host.advance(Duration::from_secs(60));
    world.release("v1.1.9", &Package::module("maps", "1.1.9"));
    assert_eq!(world.publish("d-3", "v1.1.9").state, State::Failed);
}

#[test]
fn the_same_files_without_the_mark_of_a_prerelease_are_that_release_finished() {
    for taken_back in [true, false] {
        let world = World::new();
        world.release("v1.0.0", &Package::module("maps", "1.0.0"));
        let mut event = world
            .github
            .event(crate::world::REPOSITORY, "v1.0.0", "published");
        marked(&mut event["release"]);
        deliver(&world.host, "release", "d-1", &event.to_string()).unwrap();
        world.host.run(world.host.run_deferred()).unwrap();
        assert_eq!(stable(&world), None);
        world.host.advance(Duration::from_secs(60));
        if taken_back {
            told(&world, "d-2", "v1.0.0", "unpublished", &same);
            assert_eq!(served(&world.host, "maps", "beta"), None);
        }
        world.host.advance(Duration::from_secs(60));
        let again = world.publish("d-3", "v1.0.0");
        assert_done(&again);
        assert_eq!(stable(&world).as_deref(), Some("1.0.0"), "{taken_back}");
        assert_eq!(again.announcements.foundry.status, Status::Confirmed);
        assert_eq!(world.foundry.releases().len(), 1);
        assert_whole(&world.host, "maps");

        // And with the mark again, it leaves `stable`.
        world.host.advance(Duration::from_secs(60));
        let journal = told(&world, "d-4", "v1.0.0", "published", &marked);
        assert_done(&journal);
        assert_eq!(stable(&world), None, "{taken_back}");
        assert_eq!(world.foundry.releases().len(), 1);
    }
}

#[test]
fn the_same_files_are_the_same_release_under_another_address_and_by_another_way() {
    let world = World::new();
    let package = Package::module("maps", "1.0.0");
    world.release("v1.0.0", &package);
    let mut event = world
        .github
        .event(crate::world::REPOSITORY, "v1.0.0", "published");
    marked(&mut event["release"]);
    deliver(&world.host, "release", "d-1", &event.to_string()).unwrap();
    world.host.run(world.host.run_deferred()).unwrap();
    let before = channels(&world.host, "maps").unwrap();
    world.host.set(name::PUBLIC_URL, "https://moved.example");
    let (status, said) = put(&world, &package);
    assert_eq!(status, StatusCode::CREATED, "{said}");
    assert_eq!(channels(&world.host, "maps").unwrap(), before);
    assert_done(&told(&world, "d-2", "v1.0.0", "published", &marked));
    assert_eq!(channels(&world.host, "maps").unwrap(), before);
    assert_eq!(world.discord.messages().len(), 1);
    let (status, said) = put(
        &world,
        &Package::module("maps", "1.0.0").field("title", "Else"),
    );
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
}

fn put(world: &World, package: &Package) -> (StatusCode, Value) {
    let path = "/admin/v1/packages/maps/releases/1.0.0";
    let request = testkit::memory::request("PUT", path)
        .header(
            "authorization",
            &format!("Bearer {}", crate::world::ADMIN_TOKEN),
        )
        .body(package.zip())
        .build();
    let answer = crate::world::answer(&world.host, request);
    world.host.run(world.host.run_deferred()).unwrap();
    answer
}

#[test]
fn an_upload_of_what_is_withdrawn_says_so() {
    let world = World::new();
    let package = Package::module("maps", "1.0.0");
    assert_eq!(put(&world, &package).0, StatusCode::CREATED);
    let yank = "/admin/v1/packages/maps/releases/1.0.0/yank";
    admin(&world.host, "POST", yank, r#"{"reason":"it eats worlds"}"#);
    let (status, said) = put(&world, &package);
    assert_eq!(status, StatusCode::CONFLICT, "{said}");
    let detail = said["detail"].as_str().unwrap();
    assert!(
        detail.contains("it eats worlds") && detail.contains("restore"),
        "{detail}"
    );
    assert_eq!(stable(&world), None);
}

#[test]
fn an_admin_has_sent_again_what_may_not_have_arrived_once_nothing_else_is_left() {
    let world = World::new();
    world.release("v1.0.0", &Package::module("maps", "1.0.0"));
    world
        .discord
        .script(Rule::on("POST", "*", Mode::Hangs).times(1));
    let journal_now = || journal(&world.host, "d-1").unwrap();
    assert_done(&world.publish("d-1", "v1.0.0"));
    assert_eq!(
        journal_now().announcements.discord.status,
        Status::Unconfirmed
    );
    let retry = "/webhooks/deliveries/d-1/retry";
    let (status, said) = admin(&world.host, "POST", retry, "");
    assert_eq!(status, StatusCode::ACCEPTED, "{said}");
    world.host.run(world.host.run_deferred()).unwrap();
    assert_eq!(
        journal_now().announcements.discord.status,
        Status::Confirmed
    );
    // It had arrived, which nobody could know: whoever insists has it twice.
    assert_eq!(world.discord.messages().len(), 2);
    assert_eq!(world.foundry.releases().len(), 1);
    let (status, said) = admin(&world.host, "POST", retry, "");
    assert_eq!(status, StatusCode::CONFLICT, "{said}");
}

#[test]
fn what_was_warned_of_is_told_to_the_operator_and_to_whoever_redelivers() {
    let world = World::new();
    let package = Package::module("maps", "2.0.0-beta.1");
    world.release("v2.0.0-beta.1", &package);
    assert_done(&world.publish("d-1", "v2.0.0-beta.1"));
    let messages = world.discord.messages();
    let fields = messages[0]["embeds"][0]["fields"].as_array().unwrap();
    let warned = |field: &Value| {
        field["name"] == "Warnings for its author"
            && field["value"].as_str().unwrap().contains("call it 2.0.1")
    };
    assert!(fields.iter().any(warned), "{fields:?}");
    let again = crate::afterwards::tell(&world, "d-1", "v2.0.0-beta.1", "published", &same);
    assert_eq!(again["status"], "duplicate");
    assert!(
        again["warnings"].to_string().contains("call it 2.0.1"),
        "{again}"
    );
}
