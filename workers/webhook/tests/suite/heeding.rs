//! What an author said of a release counts although whoever publishes it fails, stops or comes late.

use std::time::Duration;

use edge::StatusCode;
use registry::{State, record::Status};
use serde_json::Value;
use testkit::{
    fake::{Mode, Reply, Rule},
    memory::{Fault, Operation, Point},
    package::Package,
};

use crate::{
    afterwards::{same, tell, told, two_releases},
    meanwhile::{heard, stable, stopping},
    world::{
        World, admin, assert_done, assert_whole, channels, deliver, journal, resume_until_finished,
        served,
    },
};

const PAGE: &str = "https://github.com/author/maps/releases/tag/renamed";

fn marked(release: &mut Value) {
    release["prerelease"] = true.into();
}

fn renamed(release: &mut Value) {
    release["html_url"] = PAGE.into();
}

/// What is said of a release, what that changes of it, and what `stable` serves then.
type Case = (&'static str, fn(&mut Value), &'static str);

const CASES: [Case; 5] = [
    ("deleted", same, "1.0.0"),
    ("unpublished", same, "1.0.0"),
    ("edited", marked, "1.0.0"),
    ("prereleased", marked, "1.0.0"),
    ("edited", renamed, "1.1.0"),
];

/// One release is published, and another one is there on GitHub.
fn one_and_another() -> World {
    let world = World::new();
    world.release("v1.0.0", &Package::module("maps", "1.0.0"));
    assert_done(&world.publish("d-1", "v1.0.0"));
    world.release("v1.1.0", &Package::module("maps", "1.1.0"));
    world
}

/// GitHub has none of the bytes of assets.
fn without_assets(world: &World) {
    let assets = "/repos/author/maps/releases/assets/*";
    let gone = Mode::Answer(Reply::new(404));
    world.github.script(Rule::on("GET", assets, gone));
}

fn retry(world: &World, delivery: &str) {
    let path = format!("/webhooks/deliveries/{delivery}/retry");
    let (status, said) = admin(&world.host, "POST", &path, "");
    assert_eq!(status, StatusCode::ACCEPTED, "{said}");
    world.host.run(world.host.run_deferred()).unwrap();
}

/// `stable` serves what it should, and nobody was told otherwise.
fn check(world: &World, case: &Case, what: &str) {
    let (action, _, expected) = *case;
    let what = format!("{what}: {action}");
    assert_eq!(stable(world).as_deref(), Some(expected), "{what}");
    let is_on_stable = expected == "1.1.0";
    assert_eq!(world.foundry.releases().len() == 2, is_on_stable, "{what}");
    let releases = channels(&world.host, "maps").unwrap().releases;
    let renamed = releases[0].notes_url.as_deref() == Some(PAGE);
    assert_eq!(renamed, is_on_stable, "{what}");
    let beta = served(&world.host, "maps", "beta");
    let is_marked = !is_on_stable && !matches!(action, "deleted" | "unpublished");
    assert_eq!(beta.as_deref() == Some("1.1.0"), is_marked, "{what}");
    assert_whole(&world.host, "maps");
}

#[test]
fn it_counts_for_a_release_that_had_failed_and_is_taken_up_again() {
    // It fails before anything is fetched, or with everything packed.
    for fails_late in [false, true] {
        for case in &CASES {
            let (action, change, _) = *case;
            let world = one_and_another();
            let host = world.host.peer();
            if fails_late {
                host.inject(|point| {
                    let is_it = point.operation == Operation::Put
                        && point.name == "packages/maps/releases/1.1.0/release.json";
                    is_it.then_some(Fault::Before)
                });
            } else {
                without_assets(&world);
            }
            world.deliver_to(&host, "d-2", "v1.1.0").unwrap();
            host.run(host.run_deferred()).unwrap();
            let failed = resume_until_finished(&host, "d-2").unwrap();
            assert_eq!(failed.state, State::Failed, "{action}");
            let failed_in = failed.failed_in.unwrap();
            assert_eq!(failed_in == State::Packaged, fails_late, "{failed_in}");
            world.github.behave();

            world.host.advance(Duration::from_secs(1));
            let waits_for_nothing = told(&world, "d-3", "v1.1.0", action, &change);
            assert_done(&waits_for_nothing);
            retry(&world, "d-2");
            let last = resume_until_finished(&world.host, "d-2").unwrap();
            check(&world, case, &format!("late: {fails_late}"));
            if matches!(action, "deleted" | "unpublished") {
                let error = last.error.unwrap();
                assert_eq!(
                    (last.state, error.code.as_str()),
                    (State::Failed, "withdrawn")
                );
                assert!(error.message.contains("before it was published"));
                // Published there again, it is published here.
                world.host.advance(Duration::from_secs(1));
                assert_done(&world.publish("d-4", "v1.1.0"));
                assert_eq!(stable(&world).as_deref(), Some("1.1.0"));
            } else {
                assert_done(&last);
            }
        }
    }
}

#[test]
fn it_counts_for_a_release_that_is_half_published() {
    for case in &CASES {
        let (action, change, expected) = *case;
        let world = one_and_another();
        let is_it = |point: &Point| {
            point.operation == Operation::Put && point.name == "packages/maps/channels.json"
        };
        let stopped = stopping(&world.host, is_it);
        world.deliver_to(&stopped, "d-2", "v1.1.0").unwrap();
        assert!(stopped.run(stopped.run_deferred()).is_err());
        world.host.advance(Duration::from_secs(1));
        assert_eq!(
            tell(&world, "d-3", "v1.1.0", action, &change)["status"],
            "accepted"
        );
        world.host.advance(Duration::from_secs(600));
        assert_done(&resume_until_finished(&world.host, "d-2").unwrap());
        assert_done(&resume_until_finished(&world.host, "d-3").unwrap());
        check(&world, case, "half published");
        let told = world.discord.messages().len();
        assert_eq!(told == 2, expected == "1.1.0", "{action}");
    }
}

#[test]
fn nobody_else_is_told_of_what_was_withdrawn() {
    let world = one_and_another();
    // It stops when the release is published and nobody is told yet.
    let is_it = |point: &Point| {
        point.operation == Operation::Get && point.name == "subscriptions/maps.json"
    };
    let stopped = stopping(&world.host, is_it);
    world.deliver_to(&stopped, "d-2", "v1.1.0").unwrap();
    assert!(stopped.run(stopped.run_deferred()).is_err());
    assert_eq!(stable(&world).as_deref(), Some("1.1.0"));
    assert_done(&told(&world, "d-3", "v1.1.0", "deleted", &same));
    world.host.advance(Duration::from_secs(600));
    let journal = resume_until_finished(&world.host, "d-2").unwrap();
    assert_done(&journal);
    let discord = &journal.announcements.discord;
    assert_eq!(discord.status, Status::Skipped);
    assert!(discord.detail.contains("withdrawn"), "{}", discord.detail);
    assert_eq!(world.discord.messages().len(), 1);
    assert_eq!(world.foundry.releases().len(), 1);
}

#[test]
fn a_publication_that_fails_takes_no_withdrawal_back() {
    // Held up before it looks, and between its looks and its writes.
    for is_late in [false, true] {
        // The publication fails, or is only heard of.
        for only_heard in [false, true] {
            let world = two_releases();
            heard(&world, &world.host, "d-3", "v1.1.0", "unpublished");
            if is_late {
                let is_it = |point: &Point| {
                    point.operation == Operation::Put
                        && point.name == "packages/maps/releases/1.1.0/release.json"
                };
                let stopped = stopping(&world.host, is_it);
                let tick = edge::tick::<webhook::Webhook, _>(&stopped);
                assert!(stopped.run(tick).is_err());
            }
            world.host.advance(Duration::from_secs(1));
            without_assets(&world);
            if only_heard {
                let failing = world.host.peer();
                failing.inject(|point| {
                    let is_it = point.operation == Operation::Put && point.name == "open/d-4";
                    is_it.then_some(Fault::Before)
                });
                let response = world.deliver_to(&failing, "d-4", "v1.1.0").unwrap();
                assert!(response.status.is_server_error(), "{}", response.status);
            } else {
                assert_eq!(world.publish("d-4", "v1.1.0").state, State::Failed);
            }
            world.host.advance(Duration::from_secs(600));
            assert_done(&resume_until_finished(&world.host, "d-3").unwrap());
            let what = format!("late: {is_late}, only heard: {only_heard}");
            assert_eq!(stable(&world).as_deref(), Some("1.0.0"), "{what}");

            // Once it succeeds, it does.
            world.github.behave();
            match only_heard {
                true => drop(world.deliver_to(&world.host, "d-4", "v1.1.0")),
                false => retry(&world, "d-4"),
            }
            world.host.run(world.host.run_deferred()).unwrap();
            assert_done(&journal(&world.host, "d-4").unwrap());
            assert_eq!(stable(&world).as_deref(), Some("1.1.0"), "{what}");
            assert_whole(&world.host, "maps");
        }
    }
}

#[test]
fn a_withdrawal_waits_for_a_publication_that_came_later() {
    let world = two_releases();
    heard(&world, &world.host, "d-3", "v1.1.0", "unpublished");
    world.host.advance(Duration::from_secs(1));
    heard(&world, &world.host, "d-4", "v1.1.0", "published");
    // Redelivered, it is taken up.
    let event = world
        .github
        .event(crate::world::REPOSITORY, "v1.1.0", "unpublished");
    deliver(&world.host, "release", "d-3", &event.to_string()).unwrap();
    world.host.run(world.host.run_deferred()).unwrap();
    let waiting = journal(&world.host, "d-3").unwrap().waiting.unwrap();
    assert!(waiting.reason.contains("d-4 is still publishing"));
    assert_eq!(stable(&world).as_deref(), Some("1.1.0"));
    assert_done(&resume_until_finished(&world.host, "d-4").unwrap());
    assert_done(&resume_until_finished(&world.host, "d-3").unwrap());
    assert_eq!(stable(&world).as_deref(), Some("1.1.0"));
}
