//! Manifests: what is read from them, and that serving them changes nothing but what it must.
//!
//! Each of `fixtures/manifests` is served as the file of the same name in `fixtures/served` says.
//! With `UPDATE_GOLDENS=1` in the environment those are written anew, to be looked at.

use std::{fs, path::PathBuf};

use registry::{
    Channel, Links, MAX_MANIFEST, Manifest, ManifestError, PackageId, PackageType, PublicUrl,
    Target, Track, Version, with_track,
};
use serde_json::Value;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn fixture(folder: &str, name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(folder)
        .join(name)
}

/// The manifest `bytes` as it is served on `track`, released as `version` on `stable`.
fn served(
    bytes: &[u8],
    kind: PackageType,
    version: &str,
    track: &str,
) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let origin = PublicUrl::parse("https://packages.example")?;
    let mut manifest = Manifest::parse(bytes)?;
    let id = PackageId::parse(manifest.id().unwrap_or("nameless"))?;
    manifest.rewrite(&Target {
        links: &Links::new(&origin, &id, kind),
        version: &Version::parse(version)?,
        channel: &Channel::stable(),
        track: &Track::parse(track)?,
        edition: None,
    });
    Ok(manifest.to_bytes())
}

#[test]
fn manifests_are_served_as_expected() -> Outcome {
    for (name, kind, version) in [
        ("modern.json", PackageType::Module, "3.2.0"),
        ("legacy.json", PackageType::Module, "1.10"),
        ("both.json", PackageType::Module, "0.0a"),
        ("legacy-system.json", PackageType::Module, "1.0"),
        ("template.json", PackageType::Module, "1.0.0"),
        ("system.json", PackageType::System, "2.0"),
        ("world.json", PackageType::World, "1.0.0"),
        ("legacy-world.json", PackageType::World, "0.9"),
    ] {
        let bytes = served(
            &fs::read(fixture("manifests", name))?,
            kind,
            version,
            "stable",
        )?;
        let golden = fixture("served", name);
        if std::env::var_os("UPDATE_GOLDENS").is_some() {
            fs::write(&golden, &bytes)?;
        }
        let expected = fs::read_to_string(&golden)?;
        assert_eq!(String::from_utf8(bytes)?, expected, "{name}");
    }
    Ok(())
}

/// An `id` that says nothing is replaced where it stands, wherever that is.
#[test]
fn an_old_name_fills_in_an_id_that_is_none() -> Outcome {
    for (given, expected) in [
        (r#"{"id": "", "name": "x"}"#, r#"{"id": "x", "name": "x""#),
        (r#"{"id": null, "name": "x"}"#, r#"{"id": "x", "name": "x""#),
        (r#"{"id": 5, "name": "x"}"#, r#"{"id": "x", "name": "x""#),
        (r#"{"name": "x", "id": " "}"#, r#"{"name": "x", "id": "x""#),
        (
            r#"{"name": "x", "title": "X", "id": {}}"#,
            r#"{"name": "x", "title": "X", "id": "x""#,
        ),
        (
            r#"{"title": "X", "name": "x"}"#,
            r#"{"title": "X", "name": "x", "id": "x""#,
        ),
    ] {
        let bytes = served(given.as_bytes(), PackageType::Module, "1", "stable")?;
        let lines: Vec<&str> = str::from_utf8(&bytes)?.lines().map(str::trim).collect();
        let text = lines.join(" ").replace("{ ", "{");
        assert!(text.starts_with(expected), "{given}: {text}");
    }
    Ok(())
}

#[test]
fn serving_twice_changes_nothing() -> Outcome {
    for name in ["modern.json", "legacy.json", "both.json", "world.json"] {
        let once = served(
            &fs::read(fixture("manifests", name))?,
            PackageType::Module,
            "1.0.0",
            "stable",
        )?;
        let twice = served(&once, PackageType::Module, "1.0.0", "stable")?;
        assert_eq!(once, twice, "{name}");
    }
    Ok(())
}

#[test]
fn a_track_changes_two_fields_only() -> Outcome {
    let origin = PublicUrl::parse("https://packages.example")?;
    let id = PackageId::parse("lantern-bearer")?;
    let bytes = fs::read(fixture("manifests", "modern.json"))?;
    let stored = served(&bytes, PackageType::Module, "3.2.0", "stable")?;
    for track in ["stable", "beta", "core-12"] {
        let target = Target {
            links: &Links::new(&origin, &id, PackageType::Module),
            version: &Version::parse("3.2.0")?,
            channel: &Channel::stable(),
            track: &Track::parse(track)?,
            edition: None,
        };
        let other = with_track(&stored, &target)?;
        let differing: Vec<(&str, &str)> = str::from_utf8(&stored)?
            .lines()
            .zip(str::from_utf8(&other)?.lines())
            .filter(|(a, b)| a != b)
            .collect();
        if track == "stable" {
            assert_eq!(other, stored);
            continue;
        }
        assert_eq!(differing.len(), 2, "{track}: {differing:?}");
        let text = str::from_utf8(&other)?;
        assert!(text.contains(&format!("\"{}\"", target.links.manifest(target.track))));
        let download = format!("/releases/3.2.0/{track}/lantern-bearer.zip\"");
        assert!(text.contains(&download), "{track}");
    }
    Ok(())
}

#[test]
fn unreadable_manifests_are_refused_in_words() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(200), "]".repeat(200));
    let large = vec![b' '; MAX_MANIFEST + 1];
    let cases: [(&[u8], &str); 10] = [
        (b"", "not valid JSON"),
        (b"{\"id\": \"x\",}", "line 1"),
        (b"{\"id\": }", "line 1"),
        (b"// a comment\n{}", "not valid JSON"),
        (b"[]", "must be a JSON object"),
        (b"\"text\"", "must be a JSON object"),
        (b"\xff\xfe{\0}\0", "not UTF-8 at byte 0"),
        (b"{\"title\": \"caf\xe9\"}", "not UTF-8 at byte 14"),
        (deep.as_bytes(), "recursion limit"),
        (&large, "at most 1048576"),
    ];
    for (bytes, expected) in cases {
        let error = Manifest::parse(bytes).err().map(|error| error.to_string());
        let error = error.unwrap_or_default();
        assert!(error.contains(expected), "{error:?} lacks {expected:?}");
    }
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_forgiven() -> Outcome {
    let plain = fs::read_to_string(fixture("manifests", "system.json"))?;
    let windows = format!("\u{feff}{}", plain.replace('\n', "\r\n"));
    let manifest = Manifest::parse(windows.as_bytes())?;
    assert_eq!(
        manifest.to_bytes(),
        Manifest::parse(plain.as_bytes())?.to_bytes()
    );
    Ok(())
}

#[test]
fn manifests_say_what_they_are() -> Outcome {
    #[rustfmt::skip]
    let cases = [
        ("modern.json", "lantern-bearer", "3.2.0", ["12", "13", "14"], vec!["Mira Holt"], 8),
        ("legacy.json", "old-spellbook", "1.10", ["0.7.9", "9", ""], vec!["Mira Holt <mira@example.com>"], 3),
        ("both.json", "torch-light", "0.0a", ["0.8.6", "12.331", ""], vec!["A. Nonymous"], 0),
        ("system.json", "small-rules", "2.0", ["11.315", "12.331", "12"], vec!["Mira Holt"], 2),
        ("world.json", "drowned-mine", "1.0.0", ["12", "12.331", ""], vec![], 2),
    ];
    for (name, id, version, compatibility, authors, files) in cases {
        let manifest = Manifest::parse(&fs::read(fixture("manifests", name))?)?;
        assert_eq!(manifest.id(), Some(id), "{name}");
        assert_eq!(manifest.version_text().as_deref(), Some(version), "{name}");
        let known = manifest.compatibility();
        let known = [known.minimum, known.verified, known.maximum].map(Option::unwrap_or_default);
        assert_eq!(known, compatibility, "{name}");
        assert_eq!(manifest.authors(), authors, "{name}");
        // `license` of modern.json names a licence, but is a path as far as the manifest goes.
        let named = manifest.files().len();
        assert_eq!(
            named,
            files + usize::from(name == "modern.json") * 2,
            "{name}"
        );
    }
    Ok(())
}

#[test]
fn fields_of_any_shape_are_no_danger() -> Outcome {
    let manifest = Manifest::parse(
        br#"{"id": 5, "name": [], "title": {}, "version": null, "compatibility": [1],
            "scripts": {"a": 1}, "esmodules": [null, 3, "a.js"], "languages": "en",
            "packs": [null, "x", {"path": 7}], "authors": {"name": "x"}, "dependencies": 7,
            "minimumCoreVersion": true, "system": 5}"#,
    )?;
    assert_eq!(manifest.id(), None);
    assert!(manifest.package_id().is_none());
    assert!(manifest.version().is_none());
    assert!(manifest.compatibility().is_empty());
    assert!(manifest.authors().is_empty());
    assert_eq!(manifest.files().len(), 1);
    served(&manifest.to_bytes(), PackageType::Module, "1", "stable")?;
    Ok(())
}

/// Random JSON objects: every field but the three that are set keeps its value, its way of
/// writing numbers, and its place.
#[test]
fn unknown_fields_survive_untouched_and_in_order() -> Outcome {
    let mut random = Random(0x5eed);
    for round in 0..500 {
        let text = random.object(4);
        let before = Manifest::parse(text.as_bytes())?;
        let bytes = served(text.as_bytes(), PackageType::Module, "1.2.3", "beta")?;
        let after = Manifest::parse(&bytes)?;
        let set = ["manifest", "download", "version"];
        let kept = |manifest: &Manifest| -> Vec<(String, Value)> {
            let fields = manifest.fields().iter();
            fields
                .filter(|(name, _)| !set.contains(&name.as_str()))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect()
        };
        assert_eq!(kept(&before), kept(&after), "round {round}: {text}");
        let places: Vec<&String> = before.fields().keys().collect();
        let same_places = after.fields().keys().zip(&places).all(|(a, b)| a == *b);
        assert!(same_places, "round {round}: {text}");
    }
    Ok(())
}

/// A generator of JSON texts (xorshift), the same ones at every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn object(&mut self, depth: u32) -> String {
        let count = self.below(7);
        let fields: Vec<String> = (0..count)
            .map(|index| {
                let name = match self.below(6) {
                    0 => "manifest".to_owned(),
                    1 => "version".to_owned(),
                    _ => format!("field\\u00e9 {index}-{}", self.below(100)),
                };
                format!("\"{name}\": {}", self.value(depth))
            })
            .collect();
        format!("{{{}}}", fields.join(" ,\n\t"))
    }

    fn value(&mut self, depth: u32) -> String {
        match self.below(if depth == 0 { 5 } else { 7 }) {
            0 => [
                "1.0",
                "-0",
                "1.50",
                "1e5",
                "12345678901234567890123",
                "0.1e-7",
                "7",
            ][usize::try_from(self.below(7)).unwrap_or(0)]
            .to_owned(),
            1 => "null".to_owned(),
            2 => "true".to_owned(),
            3 => "\"\"".to_owned(),
            4 => format!("\"\\\"\\\\\\n\\u2028 ü {}\"", self.below(1000)),
            5 => self.object(depth - 1),
            _ => {
                let items: Vec<String> =
                    (0..self.below(4)).map(|_| self.value(depth - 1)).collect();
                format!("[{}]", items.join(","))
            }
        }
    }
}

#[test]
fn errors_are_values() {
    assert_eq!(Manifest::parse(b"[]"), Err(ManifestError::NotAnObject));
}
