//! What a publisher does to a release on GitHub after it was published here.

use edge::StatusCode;
use registry::{Journal, State, record::Status};
use serde_json::Value;
use testkit::package::Package;

use crate::world::{
    REPOSITORY, World, admin, assert_done, assert_whole, channels, deliver, journal, served,
};

/// GitHub tells of `action`, and everything is done about it.
fn tell(
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

fn told(
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

fn same(_: &mut Value) {}

fn two_releases() -> World {
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
    assert_done(&told(&world, "d-3", "v1.1.0", "edited", &marked));
    assert_eq!(
        served(&world.host, "maps", "stable").as_deref(),
        Some("1.0.0")
    );
    assert_eq!(
        served(&world.host, "maps", "beta").as_deref(),
        Some("1.1.0")
    );
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
        // `published` comes with these.
        ("v1.1.0", "created"),
        ("v1.1.0", "prereleased"),
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
