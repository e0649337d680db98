//! The reader of manifests: what it accepts is judged and served, whatever it holds.
#![no_main]

use std::sync::LazyLock;

use edge::Timestamp;
use libfuzzer_sys::fuzz_target;
use registry::{
    Announced, Channel, ChannelsRecord, EntryNames, Links, MAX_MANIFEST, Manifest, Ownership,
    PackageId, PackageType, PublicUrl, Submission, Target, Track, Version, lint, with_track,
};

/// What the archive holds, so that some of what a manifest names is there.
const ENTRIES: [&str; 6] = [
    "module.json",
    "scripts/main.js",
    "styles/Main.css",
    "lang/en.json",
    "packs/monsters/CURRENT",
    "a b",
];

static PUBLIC: LazyLock<PublicUrl> =
    LazyLock::new(|| PublicUrl::parse("https://edge.example").expect("an origin"));
static ENTRY_NAMES: LazyLock<EntryNames> = LazyLock::new(|| EntryNames::new(ENTRIES));

fuzz_target!(|data: &[u8]| {
    let Ok(mut manifest) = Manifest::parse(data) else {
        return;
    };
    let id = manifest.package_id().and_then(Result::ok);
    let id = id.unwrap_or_else(|| PackageId::parse("maps").expect("an id"));
    let version = manifest.version().and_then(Result::ok);
    let version = version.unwrap_or_else(|| Version::parse("1.0.0").expect("a version"));
    let channel = Channel::of(&version, false);
    for kind in [PackageType::Module, PackageType::System, PackageType::World] {
        let submission = Submission {
            manifest: &manifest,
            kind,
            entries: &ENTRY_NAMES,
            archive_warnings: &[],
            announced: Announced::Tag(version.as_str()),
            channel: &channel,
            heard: Timestamp::default(),
            ownership: &Ownership::Unclaimed,
            published: Some(&ChannelsRecord::new(id.clone(), kind)),
        };
        for finding in lint(&submission).iter() {
            assert!(!finding.to_string().is_empty());
        }
    }
    let links = Links::new(&PUBLIC, &id, PackageType::Module);
    let own = Track::Channel(channel.clone());
    let target = |track| Target {
        links: &links,
        version: &version,
        channel: &channel,
        track,
        edition: None,
    };
    manifest.rewrite(&target(&own));
    let served = manifest.to_bytes();
    if served.len() > MAX_MANIFEST {
        return;
    }
    let again = Manifest::parse(&served).expect("what is served is a manifest");
    assert_eq!(again.version_text().as_deref(), Some(version.as_str()));
    // Its own track serves the stored bytes, and another one the same but for two fields.
    let same = with_track(&served, &target(&own));
    assert_eq!(same.expect("the stored manifest"), served);
    let beta = Track::parse("core-12").expect("a track");
    let other = with_track(&served, &target(&beta)).expect("the stored manifest");
    let other = Manifest::parse(&other).expect("another track's manifest");
    for (name, value) in again.fields() {
        let differs = other.fields().get(name) != Some(value);
        assert!(
            !differs || matches!(name.as_str(), "manifest" | "download"),
            "{name}"
        );
    }
    assert_eq!(other.text("manifest"), Some(links.manifest(&beta).as_str()));
});
