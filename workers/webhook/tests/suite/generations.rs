//! Fixes for old generations of Foundry, and generations that are set by hand.

use edge::StatusCode;
use registry::{Generation, Journal, State, Track};
use serde_json::json;
use testkit::package::Package;

use crate::world::{World, admin, assert_done, assert_whole, channels, served};

fn publish(
    world: &World,
    delivery: &str,
    version: &str,
    compatibility: serde_json::Value,
) -> Journal {
    let tag = format!("v{version}");
    let package = Package::module("maps", version).field("compatibility", compatibility);
    world.release(&tag, &package);
    world.publish(delivery, &tag)
}

pub fn for_core(world: &World, generation: u16) -> Option<String> {
    let track = Track::Core(Generation::new(generation).unwrap());
    let channels = channels(&world.host, "maps")?;
    let served = channels.serving(&track)?;
    Some(served.version.to_string())
}

/// 3.9.1 for 11 and 12, 4.1.0 from 13.
fn world() -> World {
    let world = World::new();
    assert_done(&publish(
        &world,
        "d-1",
        "3.9.1",
        json!({ "minimum": "11", "maximum": "12" }),
    ));
    assert_done(&publish(&world, "d-2", "4.1.0", json!({ "minimum": "13" })));
    world
}

#[test]
fn a_fix_for_an_old_generation_is_offered_there_and_moves_nothing_else() {
    let world = world();
    let journal = publish(
        &world,
        "d-3",
        "3.9.2",
        json!({ "minimum": "11", "maximum": "12" }),
    );
    assert_done(&journal);
    assert_eq!(
        served(&world.host, "maps", "stable").as_deref(),
        Some("4.1.0")
    );
    for (generation, version) in [(11, "3.9.2"), (12, "3.9.2"), (13, "4.1.0")] {
        assert_eq!(
            for_core(&world, generation).as_deref(),
            Some(version),
            "{generation}"
        );
    }
    assert_whole(&world.host, "maps");
    let warnings = serde_json::to_string(&journal.package.unwrap().warnings).unwrap();
    assert!(
        warnings.contains("version.fixes_old") && warnings.contains("11 to 12"),
        "{warnings}"
    );
    // Who reads of it installs what it is about, not what stable serves.
    let message = world.discord.messages().pop().unwrap().to_string();
    assert!(
        message.contains("/packages/maps/core/12/module.json"),
        "{message}"
    );
}

#[test]
fn a_release_that_nobody_would_be_offered_is_still_refused() {
    for (version, compatibility) in [
        // For whom stable serves a newer one.
        ("4.0.9", json!({ "minimum": "13" })),
        // For an old generation, but older than what it has.
        ("3.9.0", json!({ "minimum": "11", "maximum": "12" })),
    ] {
        let world = world();
        world.host.advance(std::time::Duration::from_secs(1));
        let journal = publish(&world, "d-3", version, compatibility);
        assert_eq!(journal.state, State::Failed, "{version}");
        let message = journal.error.unwrap().message;
        assert!(message.contains("not newer"), "{message}");
        assert_eq!(for_core(&world, 12).as_deref(), Some("3.9.1"));
    }
}

#[test]
fn a_generation_is_set_by_hand_and_goes_on_from_there() {
    let world = World::new();
    let both = || json!({ "minimum": "11" });
    for (delivery, version) in [("d-1", "1.0.0"), ("d-2", "1.1.0")] {
        assert_done(&publish(&world, delivery, version, both()));
    }
    let path = "/admin/v1/packages/maps/channels/core-11";
    let put = |body: &str| admin(&world.host, "PUT", path, body);
    let (status, said) = put(r#"{"version":"1.0.0"}"#);
    assert_eq!(status, StatusCode::OK, "{said}");
    assert_eq!(for_core(&world, 11).as_deref(), Some("1.0.0"));
    assert_eq!(for_core(&world, 12).as_deref(), Some("1.1.0"));
    assert_done(&publish(&world, "d-3", "1.2.0", json!({ "minimum": "12" })));
    assert_eq!(for_core(&world, 11).as_deref(), Some("1.0.0"));
    let (status, said) = put(r#"{"version":"1.2.0"}"#);
    assert_eq!(status, StatusCode::CONFLICT, "{said}");
    assert_eq!(put(r#"{"version":"9.0.0"}"#).0, StatusCode::NOT_FOUND);
    assert_done(&publish(&world, "d-4", "1.3.0", both()));
    assert_eq!(for_core(&world, 11).as_deref(), Some("1.3.0"));
    put(r#"{"version":"1.0.0"}"#);
    assert_eq!(put(r#"{"version":null}"#).0, StatusCode::OK);
    assert_eq!(for_core(&world, 11).as_deref(), Some("1.3.0"));
}
