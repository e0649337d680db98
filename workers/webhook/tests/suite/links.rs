//! What repositories have that archives for Foundry must not, and names that not every system takes.

use registry::{Journal, State};
use testkit::{fake::github::Upload, package, payload};

use crate::world::{REPOSITORY, World, assert_done, assert_whole, journal};

/// Offset of the external attributes in a record of the central directory (APPNOTE 4.3.12).
const ATTRIBUTES: usize = 38;

/// The archive of a module with an entry of that name, of that Unix mode.
fn with_entry(name: &str, mode: u32) -> Vec<u8> {
    let module = package::Package::module("maps", "1.0.0").file(name, b"../../etc/passwd".to_vec());
    let mut zip = module.zip();
    let record = zip
        .windows(4)
        .enumerate()
        .filter(|(_, bytes)| *bytes == b"PK\x01\x02");
    let starts: Vec<usize> = record.map(|(at, _)| at).collect();
    for at in starts {
        let length = usize::from(u16::from_le_bytes([zip[at + 28], zip[at + 29]]));
        if zip[at + 46..at + 46 + length].ends_with(name.as_bytes()) {
            zip[at + ATTRIBUTES..at + ATTRIBUTES + 4].copy_from_slice(&(mode << 16).to_le_bytes());
        }
    }
    zip
}

fn published(zip: Vec<u8>) -> (World, Journal) {
    let world = World::new();
    world
        .github
        .publish(payload::Release::new(REPOSITORY, "v1.0.0"), Vec::new());
    let upload = Upload::zip("maps.zip", zip);
    world.github.upload(REPOSITORY, "v1.0.0", upload);
    let journal = world.publish("d-1", "v1.0.0");
    (world, journal)
}

fn warnings(journal: &Journal) -> String {
    serde_json::to_string(&journal.package.as_ref().unwrap().warnings).unwrap()
}

#[test]
fn a_symbolic_link_is_left_out_and_told_of() {
    let (world, journal) = published(with_entry("CLAUDE.md", 0o120_777));
    assert_done(&journal);
    assert!(warnings(&journal).contains("`CLAUDE.md` is a symbolic link and left out"));
    assert_whole(&world.host, "maps");
    let archive = world
        .host
        .keys()
        .into_iter()
        .find(|key| key.ends_with("/package.zip"))
        .unwrap();
    let files = package::unzip(&world.host.bytes(&archive).unwrap());
    assert!(
        files.iter().all(|(name, _)| name != "CLAUDE.md"),
        "{files:?}"
    );
    assert!(files.len() > 1);
}

#[test]
fn what_the_manifest_names_is_no_link() {
    let module = package::Package::module("maps", "1.0.0");
    let manifest: serde_json::Value = serde_json::from_slice(&module.manifest_text()).unwrap();
    let script = manifest["esmodules"][0].as_str().unwrap();
    let (_, journal) = published(with_entry(script, 0o120_777));
    assert_eq!(journal.state, State::Failed);
    let message = journal.error.unwrap().message;
    assert!(message.contains(script), "{message}");
}

#[test]
fn names_that_no_system_takes_are_refused_and_others_told_of() {
    let (_, journal) = published(with_entry(&"ü".repeat(200), 0o100_644));
    assert_done(&journal);
    assert!(warnings(&journal).contains("cannot be a file's name on Linux"));
    let (world, journal) = published(with_entry(&"a".repeat(256), 0o100_644));
    assert_eq!(journal.state, State::Failed);
    assert!(
        journal
            .error
            .unwrap()
            .message
            .contains("more than 255 characters")
    );
    assert!(world.host.bytes("packages/maps/channels.json").is_none());
}

#[test]
fn a_version_without_a_number_is_refused() {
    let world = World::new();
    world.release("alpha", &package::Package::module("maps", "alpha"));
    let refused = world.publish("d-1", "alpha");
    assert_eq!(refused.state, State::Failed);
    let message = refused.error.unwrap().message;
    assert!(
        message.contains("does not begin with a number"),
        "{message}"
    );
    assert!(journal(&world.host, "d-1").unwrap().package.is_none());
}
