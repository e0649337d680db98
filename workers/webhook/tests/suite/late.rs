//! Assets that are uploaded after the event.

use std::time::Duration;

use registry::{Journal, State, record::StagedFrom};
use testkit::{
    fake::github::Upload,
    package::{Layout, Package},
    payload,
};

use crate::world::{REPOSITORY, World, assert_done, assert_whole, journal};

const TAG: &str = "v1.0.0";

/// A release whose source is a package too.
fn release(world: &World) {
    let source = Package::module("maps", "1.0.0").layout(Layout::codeload(REPOSITORY));
    let release = payload::Release::new(REPOSITORY, TAG);
    world.github.publish(release, source.zip());
}

fn upload() -> Upload {
    Upload::zip("maps.zip", Package::module("maps", "1.0.0").zip())
}

/// The delivery, with a tick a minute until it is finished.
fn delivered(world: &World) -> Journal {
    world.deliver_to(&world.host, "d-1", TAG).unwrap();
    world.host.run(world.host.run_deferred()).unwrap();
    for _ in 0..30 {
        let journal = journal(&world.host, "d-1").unwrap();
        if journal.state.is_finished() {
            return journal;
        }
        world.host.advance(Duration::from_secs(60));
        let tick = edge::tick::<webhook::Webhook, _>(&world.host);
        world.host.run(tick).unwrap();
    }
    journal(&world.host, "d-1").unwrap()
}

fn taken_from(journal: &Journal) -> &StagedFrom {
    &journal.staged.as_ref().unwrap().from
}

/// Seconds from the event to the archive.
fn waited(journal: &Journal) -> i64 {
    let fetched = journal
        .steps
        .iter()
        .find(|step| step.state == State::Fetched);
    (fetched.unwrap().at.milliseconds() - journal.received_at.milliseconds()) / 1000
}

#[test]
fn assets_are_waited_for_as_long_as_something_says_that_they_come() {
    let begun = |looks| {
        let mut upload = upload().after_looks(looks);
        upload.announced = true;
        Some(upload)
    };
    let later = |looks| Some(upload().after_looks(looks));
    let cases = [
        ("there at once", later(0), false, true, 0..=0),
        (
            "by the script that made the release",
            later(1),
            false,
            true,
            1..=1,
        ),
        ("by a workflow", later(6), true, true, 60..=600),
        (
            "an upload that takes its time",
            begun(6),
            false,
            true,
            60..=600,
        ),
        ("nothing, and no sign of it", None, false, false, 6..=6),
        (
            "workflows that attach nothing",
            None,
            true,
            false,
            600..=720,
        ),
        (
            "an upload that never ends",
            begun(1_000),
            false,
            false,
            600..=720,
        ),
    ];
    for (what, upload, workflows, asset, seconds) in cases {
        let world = World::new();
        release(&world);
        if let Some(upload) = upload {
            world.github.upload(REPOSITORY, TAG, upload);
        }
        if workflows {
            world.github.workflows(REPOSITORY);
        }
        let journal = delivered(&world);
        assert_done(&journal);
        let is_asset = matches!(taken_from(&journal), StagedFrom::Asset { .. });
        assert_eq!(is_asset, asset, "{what}");
        let waited = waited(&journal);
        assert!(seconds.contains(&waited), "{what}: {waited} s");
        assert_eq!(journal.attempts, 0, "{what}");
        assert_whole(&world.host, "maps");
        assert_eq!(world.discord.messages().len(), 1, "{what}");
    }
}

#[test]
fn the_journal_says_that_it_waits_and_for_how_long() {
    let world = World::new();
    release(&world);
    world.github.workflows(REPOSITORY);
    world.deliver_to(&world.host, "d-1", TAG).unwrap();
    world.host.run(world.host.run_deferred()).unwrap();
    let journal = journal(&world.host, "d-1").unwrap();
    assert_eq!((journal.state, journal.attempts), (State::Received, 0));
    assert_eq!(journal.error, None);
    let waiting = journal.waiting.unwrap();
    assert!(waiting.reason.contains("workflows"), "{}", waiting.reason);
    let patience = waiting.until.milliseconds() - waiting.since.milliseconds();
    assert_eq!(patience, 600_000);
    assert!(journal.next_attempt_at.unwrap() > waiting.since);
}

#[test]
fn a_refused_package_is_not_replaced_by_the_source_when_another_upload_never_ends() {
    let world = World::new();
    release(&world);
    let broken = Upload::zip("maps.zip", b"<html>no archive</html>".to_vec());
    world.github.upload(REPOSITORY, TAG, broken);
    let mut coming = Upload::zip("manual.zip", b"-".to_vec()).after_looks(1_000);
    coming.announced = true;
    world.github.upload(REPOSITORY, TAG, coming);
    let journal = delivered(&world);
    assert_eq!(journal.state, State::Failed, "{:#?}", journal.steps);
    let error = journal.error.unwrap();
    assert!(error.message.contains("`maps.zip`"), "{}", error.message);
    assert_eq!(world.host.bytes("packages/maps/channels.json"), None);
    let steps = journal.steps.iter();
    let waited = steps.filter(|step| step.detail.contains("still being uploaded"));
    assert!(waited.count() > 1, "it was not waited for");
}
