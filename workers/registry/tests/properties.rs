//! What holds of any manifest and of any version, whatever people write.

use std::cmp::Ordering;

use edge::Timestamp;
use proptest::prelude::*;
use registry::{
    Announced, Channel, ChannelsRecord, EntryNames, Links, Manifest, Ownership, PackageId,
    PackageType, PublicUrl, Submission, Target, Track, Version, is_newer, lint, with_track,
};
use serde_json::{Map, Value, json};

/// Fields that something here reads.
const FIELDS: [&str; 30] = [
    "id",
    "name",
    "title",
    "version",
    "compatibility",
    "minimumCoreVersion",
    "compatibleCoreVersion",
    "manifest",
    "download",
    "authors",
    "author",
    "media",
    "esmodules",
    "scripts",
    "styles",
    "languages",
    "packs",
    "relationships",
    "dependencies",
    "system",
    "background",
    "readme",
    "license",
    "changelog",
    "url",
    "bugs",
    "protected",
    "library",
    "type",
    "something",
];

/// Members of what those hold.
const MEMBERS: [&str; 12] = [
    "id", "name", "type", "path", "src", "url", "minimum", "verified", "maximum", "requires",
    "systems", "manifest",
];

/// JSON of any shape, much of it words that mean something in a manifest.
fn anything() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("maps"),
        Just("1.2.0-beta.1"),
        Just("v1.0"),
        Just("12.331"),
        Just("scripts/main.js"),
        Just("../up.js"),
        Just("https://example.com/x.png"),
        Just("icon"),
        Just("system"),
        Just("#{VERSION}#"),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        let member = (proptest::sample::select(&MEMBERS[..]), inner.clone());
        prop_oneof![
            proptest::collection::vec(inner, 0..5).prop_map(Value::from),
            proptest::collection::vec(member, 0..5).prop_map(object),
        ]
    })
}

fn object<N: Into<String>>(members: Vec<(N, Value)>) -> Value {
    let members = members.into_iter();
    let members = members.map(|(name, value)| (name.into(), value));
    Value::Object(members.collect::<Map<_, _>>())
}

/// A manifest with anything in any of its fields.
fn manifest() -> impl Strategy<Value = Value> {
    let field = (proptest::sample::select(&FIELDS[..]), anything());
    let fields = proptest::collection::vec(field, 0..12).prop_map(object);
    (fields, any::<bool>()).prop_map(|(mut fields, is_proper)| {
        if is_proper {
            fields["id"] = json!("maps");
            fields["version"] = json!("1.0.0");
        }
        fields
    })
}

/// Versions as people write them, and nearly so.
fn version() -> impl Strategy<Value = Version> {
    let part = prop_oneof![
        3 => "[0-9]{1,3}",
        1 => "[0-9a-z]{0,3}(-(alpha|beta|rc|dev|[a-z]{1,3}))?[0-9]{0,2}",
        1 => "[0-9A-Za-z+_~-]{1,6}",
    ];
    let text = proptest::collection::vec(part, 1..5).prop_map(|parts| parts.join("."));
    text.prop_filter_map("no version", |text| Version::parse(&text).ok())
}

/// What is served for `track` of the release 1.2.3 on stable.
fn on_track<T>(track: &str, serve: impl FnOnce(&Target<'_>) -> T) -> T {
    let origin = PublicUrl::parse("https://packages.example").expect("an origin");
    let id = PackageId::parse("maps").expect("an id");
    serve(&Target {
        links: &Links::new(&origin, &id, PackageType::Module),
        version: &Version::parse("1.2.3").expect("a version"),
        channel: &Channel::stable(),
        track: &Track::parse(track).expect("a track"),
        edition: None,
    })
}

/// Everything that is done with a manifest which came in an archive; nothing of it may panic.
fn use_it(bytes: &[u8]) {
    let Ok(mut manifest) = Manifest::parse(bytes) else {
        return;
    };
    let id = PackageId::parse("maps").expect("an id");
    for kind in [PackageType::Module, PackageType::System, PackageType::World] {
        let findings = lint(&Submission {
            manifest: &manifest,
            kind,
            entries: &EntryNames::new(["module.json", "scripts/main.js"]),
            archive_warnings: &[],
            announced: Announced::Tag("v1.2.3"),
            channel: &Channel::stable(),
            heard: Timestamp::default(),
            ownership: &Ownership::Unclaimed,
            published: Some(&ChannelsRecord::new(id.clone(), kind)),
        });
        for finding in findings.iter() {
            assert!(!finding.to_string().is_empty());
        }
    }
    let before = manifest.clone();
    on_track("stable", |target| manifest.rewrite(target));
    let served = manifest.to_bytes();
    let again = Manifest::parse(&served).expect("what is served is a manifest");
    assert_eq!(again, manifest);
    assert_eq!(again.version_text().as_deref(), Some("1.2.3"));
    for (name, value) in before.fields() {
        // An `id` that is none gives way to the old name.
        let is_set = ["id", "version", "manifest", "download"].contains(&name.as_str());
        assert!(is_set || again.fields().get(name) == Some(value), "{name}");
    }
    let same = on_track("stable", |target| with_track(&served, target));
    assert_eq!(same.as_ref(), Ok(&served), "serving again changes nothing");
    let other = on_track("core-12", |target| with_track(&served, target));
    let other = Manifest::parse(&other.expect("a manifest")).expect("another track's");
    let differs = |name: &&String| other.fields().get(*name) != again.fields().get(*name);
    let differing: Vec<_> = again.fields().keys().filter(differs).collect();
    assert_eq!(differing.len(), 2, "{differing:?}");
    assert_eq!(other.fields().len(), again.fields().len());
}

/// A manifest of every kind of field, as it is written in a file.
const WHOLE: &[u8] = include_bytes!("fixtures/manifests/modern.json");

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn manifests_with_anything_in_them_are_judged_and_served(manifest in manifest()) {
        use_it(manifest.to_string().as_bytes());
    }

    #[test]
    fn damaged_manifests_are_refused_or_are_others(
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
        length in any::<proptest::sample::Index>(),
    ) {
        let mut bytes = WHOLE.to_vec();
        for (index, value) in changes {
            let index = index.index(bytes.len());
            bytes[index] = value;
        }
        use_it(&bytes);
        prop_assert!(Manifest::parse(&WHOLE[..length.index(WHOLE.len() - 2)]).is_err());
    }

    #[test]
    fn any_bytes_are_no_danger(bytes in any::<Vec<u8>>()) {
        use_it(&bytes);
    }

    #[test]
    fn of_two_versions_at_most_one_is_newer(one in "[ -~]{0,12}", other in "[ -~]{0,12}") {
        prop_assert!(!(is_newer(&one, &other) && is_newer(&other, &one)));
        prop_assert!(!is_newer(&one, &one));
        let longer = format!("{one}.0");
        prop_assert!(is_newer(&longer, &one) && !is_newer(&one, &longer));
    }

    #[test]
    fn versions_are_in_one_order(a in version(), b in version(), c in version()) {
        prop_assert_eq!(a.precedence(&b), b.precedence(&a).reverse());
        prop_assert_eq!(a.precedence(&a), Ordering::Equal);
        if a.precedence(&b).is_le() && b.precedence(&c).is_le() {
            prop_assert!(a.precedence(&c).is_le(), "{a} {b} {c}");
        }
    }

    #[test]
    fn versions_are_what_their_tags_say(version in version()) {
        let text = version.as_str();
        if text.starts_with(|first: char| first.is_ascii_digit()) {
            for tag in [text.to_owned(), format!("v{text}"), format!("refs/tags/V.{text}")] {
                prop_assert_eq!(Version::from_tag(&tag), Some(version.clone()));
            }
        }
        if let Some(finished) = version.finished() {
            prop_assert!(!finished.is_prerelease(), "{finished}");
            prop_assert_eq!(finished.precedence(&version), Ordering::Greater);
        }
    }

    #[test]
    fn what_is_named_instead_is_newer(wanted in version(), served in version()) {
        if let Some(renamed) = wanted.renamed_after(&served) {
            prop_assert!(renamed.is_newer_than(&served), "{renamed}");
            prop_assert!(renamed == wanted || !wanted.is_newer_than(&served));
        }
    }
}
