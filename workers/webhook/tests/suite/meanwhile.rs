//! What happens to a release on GitHub while it is being published, and what is heard of it in
//! another order than it happened.

use std::time::Duration;

use edge::StatusCode;
use futures_util::future::join;
use registry::State;
use serde_json::{Value, json};
use testkit::{
    fake::{Mode, Rule},
    memory::{Fault, MemoryHost, Operation, Point},
    package::Package,
};

use crate::{
    afterwards::{same, tell, told, two_releases},
    world::{
        REPOSITORY, World, assert_done, assert_whole, channels, deliver, journal,
        resume_until_finished, served,
    },
};

pub fn stable(world: &World) -> Option<String> {
    served(&world.host, "maps", "stable")
}

/// A process that stops before it does what `is_it` says.
pub fn stopping(host: &MemoryHost, is_it: impl Fn(&Point) -> bool + 'static) -> MemoryHost {
    let stopping = host.peer();
    stopping.inject(move |point| is_it(point).then_some(Fault::CrashBefore));
    stopping
}

/// GitHub tells `host` of `action`; it does nothing about it yet.
pub fn heard(world: &World, host: &MemoryHost, delivery: &str, tag: &str, action: &str) {
    let event = world.github.event(REPOSITORY, tag, action).to_string();
    let response = deliver(host, "release", delivery, &event).unwrap();
    assert_eq!(response.status, StatusCode::ACCEPTED);
    host.drop_deferred();
}

/// What happens, what it changes of the release, and what `stable` serves then.
type Case<'c> = (&'c str, &'c dyn Fn(&mut Value), Option<&'c str>);

#[test]
fn what_happens_while_a_release_is_published_is_done_after_that() {
    let page = "https://github.com/author/maps/releases/tag/renamed";
    let marked = |release: &mut Value| release["prerelease"] = true.into();
    let renamed = |release: &mut Value| release["html_url"] = page.into();
    let cases: [Case; 4] = [
        ("deleted", &same, Some("1.0.0")),
        ("unpublished", &same, Some("1.0.0")),
        ("edited", &marked, Some("1.0.0")),
        ("edited", &renamed, Some("1.1.0")),
    ];
    for (action, change, expected) in cases {
        let world = World::new();
        world.release("v1.0.0", &Package::module("maps", "1.0.0"));
        assert_done(&world.publish("d-1", "v1.0.0"));
        world.release("v1.1.0", &Package::module("maps", "1.1.0"));
        // Its worker stops before it has anything; the release is edited before the next tick.
        heard(&world, &world.host, "d-2", "v1.1.0", "published");
        world.host.advance(Duration::from_secs(1));
        let said = tell(&world, "d-3", "v1.1.0", action, change);
        assert_eq!(said["status"], "accepted", "{action}: {said}");
        let waiting = journal(&world.host, "d-3").unwrap();
        assert_eq!(waiting.state, State::Received);
        let reason = waiting.waiting.unwrap().reason;
        assert!(reason.contains("d-2 is still publishing"), "{reason}");

        resume_until_finished(&world.host, "d-2");
        assert_done(&resume_until_finished(&world.host, "d-3").unwrap());
        assert_eq!(stable(&world).as_deref(), expected, "{action}");
        // What its author has taken back is not even published, and nobody is told of it.
        let taken_back = matches!(action, "deleted" | "unpublished");
        let releases = channels(&world.host, "maps").unwrap().releases;
        assert_eq!(releases.len() == 1, taken_back, "{action}");
        assert_eq!(world.discord.messages().len() == 1, taken_back, "{action}");
        let is_on_stable = expected == Some("1.1.0");
        assert_eq!(releases[0].notes_url.as_deref() == Some(page), is_on_stable);
        // Foundry lists what is finished only.
        assert_eq!(world.foundry.releases().len() == 2, is_on_stable);
        assert_whole(&world.host, "maps");
    }
}

#[test]
fn what_happens_to_a_release_that_cannot_be_published_waits_for_nothing() {
    let world = World::new();
    world.release("v1.0.0", &Package::module("maps", "2.0.0"));
    heard(&world, &world.host, "d-1", "v1.0.0", "published");
    assert_eq!(
        tell(&world, "d-2", "v1.0.0", "edited", &same)["status"],
        "accepted"
    );
    let failed = resume_until_finished(&world.host, "d-1").unwrap();
    assert_eq!(failed.state, State::Failed);
    let journal = resume_until_finished(&world.host, "d-2").unwrap();
    assert_done(&journal);
    let last = &journal.steps.last().unwrap().detail;
    assert_eq!(last, "the release is not published here");
}

#[test]
fn a_release_that_is_still_fetched_is_waited_for_within_one_run() {
    let world = World::new();
    world.release("v1.0.0", &Package::module("maps", "1.0.0"));
    let slow = Rule::on(
        "GET",
        "/repos/author/maps/*",
        Mode::Slow(Duration::from_secs(5)),
    );
    world.github.script(slow.times(1));
    let publishing = world.host.peer();
    world.deliver_to(&publishing, "d-1", "v1.0.0").unwrap();
    let event = world
        .github
        .event(REPOSITORY, "v1.0.0", "deleted")
        .to_string();
    deliver(&world.host, "release", "d-2", &event).unwrap();
    let both = join(publishing.run_deferred(), world.host.run_deferred());
    world.host.run(both).unwrap();
    assert_done(&journal(&world.host, "d-1").unwrap());
    assert_done(&journal(&world.host, "d-2").unwrap());
    assert_eq!(stable(&world), None);
}

#[test]
fn the_end_of_an_old_release_says_nothing_of_the_one_that_took_its_place() {
    let world = World::new();
    let package = Package::module("maps", "1.0.0");
    world.release("v1.0.0", &package);
    assert_done(&world.publish("d-1", "v1.0.0"));
    // The same files, under another tag of the same version.
    world.release("1.0.0", &package);
    assert_done(&world.publish("d-2", "1.0.0"));
    for (delivery, action) in [
        ("d-3", "deleted"),
        ("d-4", "unpublished"),
        ("d-5", "edited"),
    ] {
        let marked = |release: &mut Value| release["prerelease"] = true.into();
        let journal = told(&world, delivery, "v1.0.0", action, &marked);
        assert_done(&journal);
        assert_eq!(stable(&world).as_deref(), Some("1.0.0"), "{action}");
    }
    assert_done(&told(&world, "d-6", "1.0.0", "deleted", &same));
    assert_eq!(stable(&world), None);
    // Published once more, it is what counts.
    world.host.advance(Duration::from_secs(1));
    assert_done(&world.publish("d-7", "v1.0.0"));
    assert_eq!(stable(&world).as_deref(), Some("1.0.0"));
    assert_done(&told(&world, "d-8", "1.0.0", "deleted", &same));
    assert_eq!(stable(&world).as_deref(), Some("1.0.0"));
    assert_done(&told(&world, "d-9", "v1.0.0", "deleted", &same));
    assert_eq!(stable(&world), None);
}

#[test]
fn a_withdrawal_that_was_held_up_does_not_withdraw_what_was_published_since() {
    // Held up before it looks, and between its looks and its writes.
    for key in [
        "repositories/author/maps/",
        "packages/maps/releases/1.1.0/release.json",
    ] {
        let world = two_releases();
        let is_it = move |point: &Point| {
            let operation = match key.starts_with("packages/") {
                true => Operation::Put,
                false => Operation::Get,
            };
            point.operation == operation && point.name.starts_with(key)
        };
        heard(&world, &world.host, "d-3", "v1.1.0", "deleted");
        let stopped = stopping(&world.host, is_it);
        assert!(
            stopped
                .run(edge::tick::<webhook::Webhook, _>(&stopped))
                .is_err()
        );
        world.host.advance(Duration::from_secs(10));
        assert_done(&world.publish("d-4", "v1.1.0"));
        world.host.advance(Duration::from_secs(600));
        assert_done(&resume_until_finished(&world.host, "d-3").unwrap());
        assert_eq!(stable(&world).as_deref(), Some("1.1.0"), "{key}");
        assert_whole(&world.host, "maps");
    }
}

#[test]
fn the_last_word_of_an_author_counts_whatever_is_done_last() {
    let world = two_releases();
    let marked = |release: &mut Value| release["prerelease"] = true.into();
    let mut event = world.github.event(REPOSITORY, "v1.1.0", "edited");
    marked(&mut event["release"]);
    deliver(&world.host, "release", "d-3", &event.to_string()).unwrap();
    world.host.drop_deferred();
    world.host.advance(Duration::from_secs(10));
    assert_done(&told(&world, "d-4", "v1.1.0", "edited", &same));
    assert_done(&resume_until_finished(&world.host, "d-3").unwrap());
    assert_eq!(stable(&world).as_deref(), Some("1.1.0"));
    assert_eq!(served(&world.host, "maps", "beta"), None);
}

#[test]
fn a_finished_fix_for_an_old_generation_is_offered_there_and_announced() {
    let world = World::new();
    let release = |version: &str, compatibility: Value| {
        let package = Package::module("maps", version).field("compatibility", compatibility);
        world.release(&format!("v{version}"), &package);
    };
    let old = || json!({ "minimum": "11", "maximum": "12" });
    release("3.9.1", old());
    release("4.1.0", json!({ "minimum": "13" }));
    release("3.9.2", old());
    assert_done(&world.publish("d-1", "v3.9.1"));
    assert_done(&world.publish("d-2", "v4.1.0"));
    let marked = |release: &mut Value| release["prerelease"] = true.into();
    assert_done(&told(&world, "d-3", "v3.9.2", "published", &marked));
    assert_eq!(for_core(&world, 12).as_deref(), Some("3.9.1"));
    let before = world.discord.messages().len();
    let journal = told(&world, "d-4", "v3.9.2", "released", &same);
    assert_done(&journal);
    assert_eq!(for_core(&world, 12).as_deref(), Some("3.9.2"));
    assert_eq!(stable(&world).as_deref(), Some("4.1.0"));
    assert_eq!(world.discord.messages().len(), before + 1);
    let message = world.discord.messages().pop().unwrap().to_string();
    assert!(
        message.contains("/packages/maps/core/12/module.json"),
        "{message}"
    );
}

#[test]
fn a_generation_that_was_set_goes_on_to_a_release_that_is_finished() {
    let world = World::new();
    for (delivery, version) in [("d-1", "1.0.0"), ("d-2", "1.1.0")] {
        let package =
            Package::module("maps", version).field("compatibility", json!({ "minimum": "11" }));
        world.release(&format!("v{version}"), &package);
        let marked = |release: &mut Value| release["prerelease"] = (version == "1.1.0").into();
        assert_done(&told(
            &world,
            delivery,
            &format!("v{version}"),
            "published",
            &marked,
        ));
    }
    let path = "/admin/v1/packages/maps/channels/core-11";
    crate::world::admin(&world.host, "PUT", path, r#"{"version":"1.0.0"}"#);
    assert_done(&told(&world, "d-3", "v1.1.0", "released", &same));
    assert_eq!(for_core(&world, 11).as_deref(), Some("1.1.0"));
}

fn for_core(world: &World, generation: u16) -> Option<String> {
    crate::generations::for_core(world, generation)
}
