//! What a publisher does to a release on GitHub after it was published here.

use std::{cell::Cell, time::Duration};

use edge::StatusCode;
use registry::{Journal, State, record::Status};
use serde_json::Value;
use testkit::{
    memory::{Fault, Operation},
    package::Package,
};

use crate::world::{
    REPOSITORY, World, admin, assert_done, assert_whole, channels, deliver, journal,
    resume_until_finished, served,
};

/// GitHub tells of `action`, and everything is done about it.
pub fn tell(
    world: &World,
    delivery: &str,
    tag: &str,
    action: &str,
    change: &dyn Fn(&mut Value),
) -> Value {
    let mut event = world.github.event(REPOSITORY, tag, action);
    change(&mut event["release"]);
    let response = deliver(&world.host, "release", delivery, &event.to_string()).unwrap();
    let body = world.host.run(response.body.bytes(4096)).unwrap().unwrap();
    world.host.run(world.host.run_deferred()).unwrap();
    serde_json::from_slice(&body).unwrap()
}

pub fn told(
    world: &World,
    delivery: &str,
    tag: &str,
    action: &str,
    change: &dyn Fn(&mut Value),
) -> Journal {
    let said = tell(world, delivery, tag, action, change);
    assert_eq!(said["status"], "accepted", "{said}");
    journal(&world.host, delivery).unwrap()
}

pub fn same(_: &mut Value) {}

pub fn two_releases() -> World {
    let world = World::new();
    for (delivery, version) in [("d-1", "1.0.0"), ("d-2", "1.1.0")] {
        let tag = format!("v{version}");
        world.release(&tag, &Package::module("maps", version));
        assert_done(&world.publish(delivery, &tag));
    }
    world
}

#[test]
fn what_its_author_takes_back_is_withdrawn_and_comes_back_when_it_is_published_again() {
    for action in ["deleted", "unpublished"] {
        let world = two_releases();
        let journal = told(&world, "d-3", "v1.1.0", action, &same);
        assert_done(&journal);
        assert_eq!(
            served(&world.host, "maps", "stable").as_deref(),
            Some("1.0.0")
        );
        let released = &channels(&world.host, "maps").unwrap().releases[0];
        assert!(released.yanked, "{action}");
        // Told twice, it is the same.
        assert_done(&told(&world, "d-4", "v1.1.0", action, &same));
        assert_done(&world.publish("d-5", "v1.1.0"));
        assert_eq!(
            served(&world.host, "maps", "stable").as_deref(),
            Some("1.1.0")
        );
        assert_whole(&world.host, "maps");
        assert_eq!(world.discord.messages().len(), 2, "{action}");
    }
}

#[test]
fn what_an_admin_withdrew_stays_withdrawn() {
    let world = two_releases();
    let yank = "/admin/v1/packages/maps/releases/1.1.0/yank";
    admin(&world.host, "POST", yank, r#"{"reason":"breaks"}"#);
    told(&world, "d-3", "v1.1.0", "unpublished", &same);
    world.publish("d-4", "v1.1.0");
    assert_eq!(
        served(&world.host, "maps", "stable").as_deref(),
        Some("1.0.0")
    );
}

#[test]
fn an_admin_restores_what_an_author_took_back() {
    let world = two_releases();
    told(&world, "d-3", "v1.1.0", "deleted", &same);
    let restore = "/admin/v1/packages/maps/releases/1.1.0/restore";
    assert_eq!(admin(&world.host, "POST", restore, "").0, StatusCode::OK);
    assert_eq!(
        served(&world.host, "maps", "stable").as_deref(),
        Some("1.1.0")
    );
}

#[test]
fn a_prerelease_that_is_finished_goes_to_stable_and_is_announced_there() {
    for action in ["released", "edited"] {
        let world = World::new();
        world.release("v1.0.0", &Package::module("maps", "1.0.0"));
        let marked = |release: &mut Value| release["prerelease"] = true.into();
        assert_eq!(
            tell(&world, "d-1", "v1.0.0", "published", &marked)["status"],
            "accepted"
        );
        assert_eq!(served(&world.host, "maps", "stable"), None);
        assert_eq!(world.foundry.releases().len(), 0);
        let journal = told(&world, "d-2", "v1.0.0", action, &same);
        assert_done(&journal);
        assert_eq!(
            served(&world.host, "maps", "stable").as_deref(),
            Some("1.0.0"),
            "{action}"
        );
        assert_eq!(journal.announcements.foundry.status, Status::Confirmed);
        assert_eq!(world.foundry.releases().len(), 1);
        assert_eq!(world.discord.messages().len(), 2);
        // Told again, nobody is.
        assert_done(&told(&world, "d-3", "v1.0.0", "edited", &same));
        assert_eq!(world.discord.messages().len(), 2, "{action}");
        assert_whole(&world.host, "maps");
    }
}

#[test]
fn a_release_that_becomes_a_prerelease_leaves_stable_until_it_is_finished() {
    let world = two_releases();
    let marked = |release: &mut Value| release["prerelease"] = true.into();
    for (delivery, action) in [("d-3", "prereleased"), ("d-3b", "edited")] {
        assert_done(&told(&world, delivery, "v1.1.0", action, &marked));
        assert_eq!(
            served(&world.host, "maps", "stable").as_deref(),
            Some("1.0.0")
        );
        assert_eq!(
            served(&world.host, "maps", "beta").as_deref(),
            Some("1.1.0")
        );
    }
    let core = "/admin/v1/packages/maps/channels/stable";
    assert_done(&told(&world, "d-4", "v1.1.0", "released", &same));
    assert_eq!(
        served(&world.host, "maps", "stable").as_deref(),
        Some("1.1.0")
    );
    let (status, _) = admin(&world.host, "PUT", core, r#"{"version":"1.0.0"}"#);
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        served(&world.host, "maps", "stable").as_deref(),
        Some("1.0.0")
    );
}

#[test]
fn a_name_that_says_prerelease_never_goes_to_stable() {
    let world = World::new();
    world.release("v1.3.0-beta.1", &Package::module("maps", "1.3.0-beta.1"));
    assert_done(&world.publish("d-1", "v1.3.0-beta.1"));
    assert_done(&told(&world, "d-2", "v1.3.0-beta.1", "released", &same));
    assert_eq!(served(&world.host, "maps", "stable"), None);
    assert_eq!(world.discord.messages().len(), 1);
}

#[test]
fn edited_facts_are_taken_over() {
    let world = two_releases();
    let page = "https://github.com/author/maps/releases/tag/renamed";
    let renamed = |release: &mut Value| release["html_url"] = page.into();
    assert_done(&told(&world, "d-3", "v1.1.0", "edited", &renamed));
    let channels = channels(&world.host, "maps").unwrap();
    assert_eq!(channels.releases[0].notes_url.as_deref(), Some(page));
    assert_eq!(world.discord.messages().len(), 2);
    assert_whole(&world.host, "maps");
}

#[test]
fn what_is_not_published_here_is_ignored_with_a_reason() {
    let world = two_releases();
    world.release("v2.0.0", &Package::module("maps", "2.0.0"));
    for (tag, action) in [
        ("v2.0.0", "edited"),
        ("v2.0.0", "deleted"),
        ("v2.0.0", "unpublished"),
        ("v2.0.0", "released"),
        ("v2.0.0", "prereleased"),
        // `published` comes with it.
        ("v1.1.0", "created"),
    ] {
        let said = tell(&world, "d-9", tag, action, &same);
        assert_eq!(said["status"], "ignored", "{action}: {said}");
        assert!(said["reason"].as_str().unwrap().contains(action), "{said}");
        assert!(journal(&world.host, "d-9").is_none());
    }
    assert_eq!(
        served(&world.host, "maps", "stable").as_deref(),
        Some("1.1.0")
    );
    assert_eq!(journal(&world.host, "d-2").unwrap().state, State::Done);
}

#[test]
fn an_admins_withdrawal_counts_after_the_authors() {
    let world = two_releases();
    told(&world, "d-3", "v1.1.0", "unpublished", &same);
    let yank = "/admin/v1/packages/maps/releases/1.1.0/yank";
    let (status, said) = admin(&world.host, "POST", yank, r#"{"reason":"breaks"}"#);
    assert_eq!(
        (status, said["yanked"]["reason"].as_str()),
        (StatusCode::OK, Some("breaks"))
    );
    let actions = world.host.bytes("packages/maps/actions.json").unwrap();
    let actions: Value = serde_json::from_slice(&actions).unwrap();
    let last = actions["actions"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["by"]["kind"], &last["deed"]["reason"]),
        (&"admin".into(), &"breaks".into())
    );
    // The author's word, before or after, changes nothing of it.
    told(&world, "d-4", "v1.1.0", "deleted", &same);
    world.publish("d-5", "v1.1.0");
    assert_eq!(
        served(&world.host, "maps", "stable").as_deref(),
        Some("1.0.0")
    );
}

#[test]
fn an_admins_withdrawal_after_the_authors_is_noted_even_if_not_at_once() {
    let world = two_releases();
    told(&world, "d-3", "v1.1.0", "unpublished", &same);
    let failing = world.host.peer();
    failing.inject(|point| {
        let is_it = point.operation == Operation::Put && point.name.ends_with("actions.json");
        is_it.then_some(Fault::Before)
    });
    let yank = "/admin/v1/packages/maps/releases/1.1.0/yank";
    let (status, _) = admin(&failing, "POST", yank, r#"{"reason":"breaks"}"#);
    assert!(status.is_server_error(), "{status}");
    let by_admins = || {
        let actions = world.host.bytes("packages/maps/actions.json").unwrap();
        let actions: Value = serde_json::from_slice(&actions).unwrap();
        let actions = actions["actions"].as_array().unwrap().iter();
        let by_admin = actions.filter(|action| action["by"]["kind"] == "admin");
        by_admin.count()
    };
    assert_eq!(by_admins(), 0);
    for _ in 0..2 {
        admin(&world.host, "POST", yank, r#"{"reason":"breaks"}"#);
        assert_eq!(by_admins(), 1);
    }
}

#[test]
fn what_an_admin_promoted_stays_on_stable_when_its_author_edits_it() {
    let marked = |release: &mut Value| release["prerelease"] = true.into();
    for (version, tag, published, edits) in [
        ("1.2.0", "v1.2.0", true, [true, true]),
        ("1.2.0-beta.1", "v1.2.0-beta.1", false, [false, true]),
        ("1.2.0-beta.1", "v1.2.0-beta.1", true, [false, true]),
    ] {
        let world = two_releases();
        world.release(tag, &Package::module("maps", version));
        let change =
            |prerelease| -> &dyn Fn(&mut Value) { if prerelease { &marked } else { &same } };
        tell(&world, "d-3", tag, "published", change(published));
        let path = "/admin/v1/packages/maps/channels/stable";
        let body = format!(r#"{{"version":"{version}"}}"#);
        assert_eq!(admin(&world.host, "PUT", path, &body).0, StatusCode::OK);
        for (delivery, edit) in ["d-4", "d-5"].into_iter().zip(edits) {
            assert_done(&told(&world, delivery, tag, "edited", change(edit)));
            assert_eq!(
                served(&world.host, "maps", "stable").as_deref(),
                Some(version),
                "{version}, published as prerelease: {published}, {delivery}"
            );
        }
    }
}

#[test]
fn leaving_stable_survives_a_failing_store() {
    let world = two_releases();
    let failing = world.host.peer();
    failing.inject(|point| {
        let is_it = point.operation == Operation::Put && point.name.ends_with("channels.json");
        is_it.then_some(Fault::Before)
    });
    let mut event = world.github.event(REPOSITORY, "v1.1.0", "edited");
    event["release"]["prerelease"] = true.into();
    deliver(&failing, "release", "d-3", &event.to_string()).unwrap();
    failing.run(failing.run_deferred()).unwrap();
    let stable = || served(&world.host, "maps", "stable");
    assert_eq!(stable().as_deref(), Some("1.1.0"));
    assert_done(&resume_until_finished(&world.host, "d-3").unwrap());
    assert_eq!(stable().as_deref(), Some("1.0.0"));
}

#[test]
fn an_older_delivery_brings_nothing_back() {
    let world = World::new();
    for version in ["1.0.0", "1.1.0"] {
        world.release(&format!("v{version}"), &Package::module("maps", version));
    }
    assert_done(&world.publish("d-1", "v1.0.0"));
    // It stops when the release is published, before its journal says so.
    let dying = world.host.peer();
    let is_published = Cell::new(false);
    dying.inject(move |point| {
        let is_put = point.operation == Operation::Put;
        let was = is_published.get();
        is_published.set(was || (is_put && point.name == "packages/maps/channels.json"));
        let is_it = was && is_put && point.name == "deliveries/d-2.json";
        is_it.then_some(Fault::CrashBefore)
    });
    world.deliver_to(&dying, "d-2", "v1.1.0").unwrap();
    assert!(dying.run(dying.run_deferred()).is_err(), "it did not stop");
    let stable = || served(&world.host, "maps", "stable");
    assert_eq!(stable().as_deref(), Some("1.1.0"));
    world.host.advance(Duration::from_secs(60));
    assert_done(&told(&world, "d-3", "v1.1.0", "deleted", &same));
    assert_eq!(stable().as_deref(), Some("1.0.0"));
    world.host.advance(Duration::from_secs(600));
    let journal = resume_until_finished(&world.host, "d-2").unwrap();
    assert_done(&journal);
    assert_eq!(stable().as_deref(), Some("1.0.0"));
    assert_eq!(world.discord.messages().len(), 1);
    let skipped = &journal.announcements.discord;
    assert_eq!(skipped.status, Status::Skipped);
    assert!(skipped.detail.contains("withdrawn"), "{}", skipped.detail);
    // Published again after that, it is back.
    assert_done(&world.publish("d-4", "v1.1.0"));
    assert_eq!(stable().as_deref(), Some("1.1.0"));
}
