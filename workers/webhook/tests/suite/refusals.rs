//! Releases that are refused: nothing that is served changes, and the journal says why.

use edge::StatusCode;
use registry::State;
use testkit::{
    fake::{Mode, Rule, github::Upload},
    memory::{Fault, Operation, request},
    package::Package,
    payload,
};

use crate::world::{ADMIN_TOKEN, REPOSITORY, World, answer, assert_whole, journal, served};

#[test]
fn a_refused_release_changes_nothing_and_says_why() {
    let cases: [(&str, &str, Vec<u8>, &str); 7] = [
        (
            "older",
            "v0.9.0",
            Package::module("maps", "0.9.0").zip(),
            "not newer",
        ),
        (
            "prefixed",
            "v1.1.0",
            Package::module("maps", "v1.1.0").zip(),
            "begins with `v`",
        ),
        (
            "tag",
            "v1.2.0",
            Package::module("maps", "1.1.0").zip(),
            "give both the same version",
        ),
        (
            "missing file",
            "v1.1.0",
            Package::module("maps", "1.1.0")
                .field("esmodules", serde_json::json!(["gone.js"]))
                .zip(),
            "gone.js",
        ),
        (
            "placeholder",
            "v1.1.0",
            Package::module("maps", "#{VERSION}#").zip(),
            "placeholder",
        ),
        (
            "no archive",
            "v1.1.0",
            b"<html>not a zip</html>".to_vec(),
            "zip",
        ),
        (
            "other content",
            "1.0.0",
            Package::module("maps", "1.0.0")
                .file("b.js", b"2".to_vec())
                .zip(),
            "published already",
        ),
    ];
    for (what, tag, zip, reason) in cases {
        let world = World::new();
        world.release("v1.0.0", &Package::module("maps", "1.0.0"));
        world.publish("d-1", "v1.0.0");
        world.host.advance(std::time::Duration::from_secs(1));
        let before = world.host.bytes("packages/maps/channels.json");
        world
            .github
            .publish(payload::Release::new(REPOSITORY, tag), zip.clone());
        world
            .github
            .upload(REPOSITORY, tag, Upload::zip("maps.zip", zip));
        let journal = world.publish("d-2", tag);
        assert_eq!(journal.state, State::Failed, "{what}");
        let message = journal.error.map(|error| error.message).unwrap_or_default();
        assert!(message.contains(reason), "{what}: {message}");
        assert_eq!(
            world.host.bytes("packages/maps/channels.json"),
            before,
            "{what}"
        );
        assert_whole(&world.host, "maps");
        assert_eq!(world.discord.messages().len(), 1, "{what}");
    }
}

#[test]
fn another_repository_cannot_publish_an_owned_id() {
    let world = World::new();
    world.release("v1.0.0", &Package::module("maps", "1.0.0"));
    world.publish("d-1", "v1.0.0");
    for id in ["maps", "MAPS"] {
        let other = "author/other";
        let zip = Package::module(id, "2.0.0").zip();
        world
            .github
            .publish(payload::Release::new(other, "v2.0.0"), zip.clone());
        world
            .github
            .upload(other, "v2.0.0", Upload::zip("x.zip", zip));
        let body = world.github.event(other, "v2.0.0", "published").to_string();
        crate::world::deliver(&world.host, "release", id, &body).unwrap();
        world.host.run(world.host.run_deferred()).unwrap();
        let journal = journal(&world.host, id).unwrap();
        assert_eq!(journal.state, State::Failed, "{id}");
    }
    assert_eq!(
        served(&world.host, "maps", "stable").as_deref(),
        Some("1.0.0")
    );
    assert_eq!(served(&world.host, "MAPS", "stable"), None);
}

/// Everything that is asked of the release; the first is the list of its assets.
const RELEASE: &str = "/repos/author/maps/releases/*";

#[test]
fn a_refused_archive_beside_the_package_does_not_stop_it() {
    let world = World::new();
    let package = Package::module("maps", "1.0.0");
    world
        .github
        .publish(payload::Release::new(REPOSITORY, "v1.0.0"), package.zip());
    for (name, bytes) in [
        ("docs.zip", b"no archive at all".to_vec()),
        ("maps.zip", package.zip()),
    ] {
        world
            .github
            .upload(REPOSITORY, "v1.0.0", Upload::zip(name, bytes));
    }
    let journal = world.publish("d-1", "v1.0.0");
    assert_eq!(journal.state, State::Done, "{:?}", journal.error);
    assert_whole(&world.host, "maps");
}

/// An archive whose directory is sound but whose first local header says something else.
#[test]
fn an_archive_that_contradicts_itself_is_refused_at_once() {
    let world = World::new();
    let mut zip = Package::module("maps", "1.0.0")
        .file("a.js", b"1".to_vec())
        .zip();
    let name = zip.windows(4).position(|window| window == b"a.js").unwrap();
    zip[name] = b'b';
    world
        .github
        .publish(payload::Release::new(REPOSITORY, "v1.0.0"), zip.clone());
    world
        .github
        .upload(REPOSITORY, "v1.0.0", Upload::zip("maps.zip", zip));
    let journal = world.publish("d-1", "v1.0.0");
    assert_eq!(journal.state, State::Failed, "{:#?}", journal.steps);
    assert_eq!(journal.error.unwrap().code, "archive");
}

#[test]
fn a_damaged_upload_is_refused_in_words() {
    let world = World::new();
    let package = Package::module("maps", "1.0.0");
    let mut zip = package
        .file("b.txt", b"a content of its own".to_vec())
        .zip();
    let at = zip.windows(12).position(|window| window == b"a content of");
    zip[at.unwrap()] = b'A';
    let put = request("PUT", "/admin/v1/packages/maps/releases/1.0.0")
        .header("authorization", &format!("Bearer {ADMIN_TOKEN}"))
        .body(zip)
        .build();
    let (status, said) = answer(&world.host, put);
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
    let words = "`b.txt` is damaged: its checksum (CRC-32) does not match";
    assert_eq!(said["detail"], words);
    assert_eq!(world.host.bytes("packages/maps/channels.json"), None);
}

#[test]
fn an_enormous_manifest_is_refused_before_it_is_read() {
    let world = World::new();
    let package = Package::module("maps", "1.0.0")
        .field("flags", serde_json::json!({ "x": "y".repeat(3 << 20) }));
    world.release("v1.0.0", &package);
    let journal = world.publish("d-1", "v1.0.0");
    assert_eq!(journal.state, State::Failed);
    let error = journal.error.unwrap();
    assert_eq!(error.code, "manifest");
    assert!(error.message.contains("1048576"), "{}", error.message);
}

#[test]
fn a_delivery_that_stops_its_workers_is_given_up() {
    let world = World::new();
    world.release("v1.0.0", &Package::module("maps", "1.0.0"));
    world.github.script(Rule::on("GET", RELEASE, Mode::Hangs));
    world.deliver_to(&world.host, "d-1", "v1.0.0").unwrap();
    world.host.drop_deferred();
    for _ in 0..40 {
        // Every process is stopped in the middle of the first request to GitHub.
        let process = world.host.peer();
        process.inject(|point| (point.operation == Operation::Fetch).then_some(Fault::CrashBefore));
        let _ = process.run(edge::tick::<webhook::Webhook, _>(&process));
        process.heal();
        process.advance(std::time::Duration::from_secs(600));
    }
    let journal = journal(&world.host.peer(), "d-1").unwrap();
    assert_eq!(journal.state, State::Failed);
    assert_eq!(journal.error.unwrap().code, "stopped");
}
