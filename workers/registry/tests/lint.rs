//! What stops a release, what is warned of, and in which words.

use edge::Timestamp;
use registry::{
    Announced, Channel, ChannelsRecord, Digest, EntryNames, Finding, Findings, Manifest, Ownership,
    PackageId, PackageType, ReleaseSummary, Repository, Severity, Submission, Version, lint,
    lint::Lookup,
};
use serde_json::{Map, Value, json};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// A release to be judged; the default one is faultless.
struct Case {
    /// Fields that differ from the faultless manifest; `null` takes one away.
    fields: Value,
    tag: &'static str,
    channel: &'static str,
    ownership: Ownership,
    /// What is published already: version and channel; a `!` before the version withdraws it.
    published: &'static [(&'static str, &'static str)],
    /// What the package was published as.
    published_as: PackageType,
    archive_warnings: &'static [&'static str],
    /// Severity, code and field of each finding, in any order.
    expected: &'static [&'static str],
    /// A text that one of the messages must hold.
    says: &'static str,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            fields: json!({}),
            tag: "v1.1.0",
            channel: "stable",
            ownership: Ownership::Ours,
            published: &[("1.0.0", "stable")],
            published_as: PackageType::Module,
            archive_warnings: &[],
            expected: &[],
            says: "",
        }
    }
}

const ENTRIES: [&str; 12] = [
    "module.json",
    "scripts/main.js",
    "scripts/my file.js",
    "styles/main.css",
    "lang/en.json",
    "README.md",
    "packs/level/CURRENT",
    "packs/level/000005.ldb",
    "packs/flat.db",
    "packs/empty/",
    "Case/File.js",
    "?odd.js",
];

fn faultless(changes: &Value) -> Result<Manifest, Box<dyn std::error::Error>> {
    let mut fields: Map<String, Value> = serde_json::from_value(json!({
        "id": "my-module",
        "title": "My Module",
        "version": "1.1.0",
        "compatibility": {"minimum": "12", "verified": "13"},
        "esmodules": ["scripts/main.js"],
    }))?;
    for (name, value) in changes.as_object().into_iter().flatten() {
        if value.is_null() {
            fields.shift_remove(name);
        } else {
            fields.insert(name.clone(), value.clone());
        }
    }
    Ok(Manifest::parse(&serde_json::to_vec(&fields)?)?)
}

fn published(case: &Case) -> Result<ChannelsRecord, Box<dyn std::error::Error>> {
    let mut channels = ChannelsRecord::new(PackageId::parse("my-module")?, case.published_as);
    for (version, channel) in case.published {
        let name = version.trim_start_matches('!');
        let release = ReleaseSummary {
            version: Version::parse(name)?,
            channel: Channel::parse(channel)?,
            also: Vec::new(),
            prerelease: false,
            published_at: Timestamp::default(),
            artifact: Digest::new([0; 32]),
            size: 0,
            notes_url: None,
            compatibility: Default::default(),
            yanked: false,
        };
        channels.publish(release, Timestamp::default());
        channels.set_yanked(&Version::parse(name)?, version.starts_with('!'));
    }
    Ok(channels)
}

fn judge(case: &Case) -> Result<Findings, Box<dyn std::error::Error>> {
    let published = published(case)?;
    let warnings = case.archive_warnings.iter().map(ToString::to_string);
    Ok(lint(&Submission {
        manifest: &faultless(&case.fields)?,
        kind: PackageType::Module,
        entries: &EntryNames::new(ENTRIES),
        archive_warnings: &warnings.collect::<Vec<_>>(),
        announced: Announced::Tag(case.tag),
        channel: &Channel::parse(case.channel)?,
        ownership: &case.ownership,
        published: (!case.published.is_empty()).then_some(&published),
    }))
}

fn check(cases: Vec<Case>) -> Outcome {
    for case in cases {
        let findings = judge(&case)?;
        let mut found: Vec<String> = findings
            .iter()
            .map(|finding| {
                let severity = serde_json::to_value(finding.severity).unwrap_or_default();
                let severity = severity.as_str().unwrap_or_default().to_owned();
                let is_named = finding.code.starts_with("archive.");
                let file = if is_named { "archive" } else { "module.json" };
                assert_eq!(finding.file, file);
                format!("{severity} {} {}", finding.code, finding.field)
            })
            .collect();
        found.sort();
        let mut expected = case.expected.to_vec();
        expected.sort_unstable();
        let context = format!("{} {} {findings:#?}", case.tag, case.fields);
        assert_eq!(found, expected, "{context}");
        let said = findings.iter().any(|f| f.message.contains(case.says));
        assert!(said || case.says.is_empty(), "{:?}: {context}", case.says);
        let is_refused = expected.iter().any(|finding| finding.starts_with("error"));
        assert_eq!(findings.has_errors(), is_refused);
    }
    Ok(())
}

/// Cases that differ from the faultless release in fields of the manifest only.
fn with_fields(cases: &[(Value, &'static [&'static str], &'static str)]) -> Outcome {
    check(
        cases
            .iter()
            .map(|(fields, expected, says)| Case {
                fields: fields.clone(),
                expected,
                says,
                ..Case::default()
            })
            .collect(),
    )
}

#[test]
fn a_faultless_release_has_no_findings() -> Outcome {
    check(vec![
        Case::default(),
        Case {
            published: &[],
            ownership: Ownership::Unclaimed,
            ..Case::default()
        },
    ])
}

#[test]
fn the_id_must_be_the_owners() -> Outcome {
    let repository = Repository::parse("someone/else")?;
    let id = PackageId::parse("My-Module")?;
    check(vec![
        Case {
            ownership: Ownership::Other {
                repository: repository.clone(),
            },
            expected: &["error id.taken id"],
            says: "belongs to someone/else",
            ..Case::default()
        },
        Case {
            ownership: Ownership::Lookalike { id, repository },
            expected: &["error id.case id"],
            says: "`My-Module`",
            ..Case::default()
        },
    ])?;
    with_fields(&[
        (
            json!({"id": null}),
            &["error id.missing id"],
            "add the package's id",
        ),
        (
            json!({"id": "my module"}),
            &["error id.invalid id"],
            "letters, digits",
        ),
        (
            json!({"id": null, "name": "a/b"}),
            &["error id.invalid name"],
            "`a/b`",
        ),
        (json!({"id": "nul"}), &["error id.invalid id"], "Windows"),
        (json!({"name": "my-module"}), &[], ""),
        (json!({"name": "My nice module"}), &[], ""),
        (
            json!({"name": "other"}),
            &["warning id.name name"],
            "`other`",
        ),
        (json!({"title": " "}), &["error title.missing title"], ""),
        (
            json!({"title": "<b></b>"}),
            &["error title.missing title"],
            "",
        ),
        (
            json!({"protected": true}),
            &["warning protected protected"],
            "",
        ),
    ])
}

#[test]
fn a_package_stays_what_it_is() -> Outcome {
    check(vec![Case {
        published_as: PackageType::System,
        expected: &["error type.changed "],
        says: "published as a system, with a `system.json`",
        ..Case::default()
    }])
}

#[test]
fn what_the_archives_reader_warns_of_is_passed_on() -> Outcome {
    check(vec![Case {
        archive_warnings: &["`A` and `a` differ only in case", "`nul` is a device"],
        expected: &["warning archive.name ", "warning archive.name "],
        says: "`A` and `a` differ",
        ..Case::default()
    }])
}

#[test]
fn the_version_is_plain_and_the_tags() -> Outcome {
    with_fields(&[
        (
            json!({"version": null}),
            &["error version.missing version"],
            "as text",
        ),
        (
            json!({"version": ""}),
            &["error version.missing version"],
            "",
        ),
        (
            json!({"version": "v1.1.0"}),
            &["error version.prefixed version"],
            "\"1.1.0\"",
        ),
        (
            json!({"version": "1.1 beta"}),
            &["error version.invalid version"],
            "`1.1 beta`",
        ),
        (
            json!({"version": "1.1.1"}),
            &["error version.tag version"],
            "`v1.1.0`",
        ),
    ])?;
    check(vec![
        Case {
            fields: json!({"version": 1.5}),
            tag: "1.5",
            expected: &["warning version.number version"],
            says: "\"1.5\"",
            ..Case::default()
        },
        Case {
            tag: "latest",
            expected: &["warning version.tag_unread version"],
            says: "`v1.1.0`",
            ..Case::default()
        },
        Case {
            tag: "my-module-1.1.0",
            ..Case::default()
        },
        Case {
            tag: "V1.1.0",
            ..Case::default()
        },
    ])
}

#[test]
fn the_version_must_be_newer_by_foundrys_rule() -> Outcome {
    let case = |version: &'static str,
                channel: &'static str,
                published: &'static [(&'static str, &'static str)],
                expected: &'static [&'static str],
                says: &'static str| Case {
        fields: json!({"version": version}),
        tag: version,
        channel,
        published,
        expected,
        says,
        ..Case::default()
    };
    check(vec![
        case("1.0.10", "stable", &[("1.0.9", "stable")], &[], ""),
        case(
            "1.0.0",
            "stable",
            &[("1.0.0", "stable")],
            &["error version.exists version"],
            "1.0.1 would be",
        ),
        case(
            "0.9.0",
            "stable",
            &[("1.0.0", "stable")],
            &["error version.not_newer version"],
            "1.0.1 would be",
        ),
        // A beta that an admin promoted, and its final release.
        case(
            "2.0.0",
            "stable",
            &[("2.0.0-beta.1", "stable")],
            &["error version.not_newer version"],
            "2.0.1 would be",
        ),
        // The same, with the beta on its own channel: published, but somebody is stranded.
        case(
            "2.0.0",
            "stable",
            &[("1.0.0", "stable"), ("2.0.0-beta.1", "beta")],
            &["warning version.strands version"],
            "whoever has 2.0.0-beta.1 installed will not be offered 2.0.0",
        ),
        case(
            "2.0.1",
            "stable",
            &[("1.0.0", "stable"), ("2.0.0-beta.1", "beta")],
            &[],
            "",
        ),
        // A fix for stable while a greater beta is out strands nobody.
        case(
            "1.0.1",
            "stable",
            &[("1.0.0", "stable"), ("2.0.0-beta.1", "beta")],
            &[],
            "",
        ),
        // The beta itself foretells it.
        case(
            "2.0.0-beta.1",
            "beta",
            &[("1.0.0", "stable")],
            &["warning version.strands version"],
            "when it is finished, call it 2.0.1",
        ),
        case(
            "4.0.0-beta10",
            "beta",
            &[("4.0.0-beta9", "beta")],
            &[
                "error version.not_newer version",
                "warning version.strands version",
            ],
            "4.0.1-beta10 would be",
        ),
        // Another channel's versions do not matter.
        case("1.5.0", "beta", &[("2.0.0", "stable")], &[], ""),
        // After a withdrawn release a lower one may be published, but its users stay behind.
        case(
            "1.2.9",
            "stable",
            &[("1.2.0", "stable"), ("!1.3.0", "stable")],
            &["warning version.strands version"],
            "whoever has 1.3.0",
        ),
        case(
            "1.3.1",
            "stable",
            &[("1.2.0", "stable"), ("!1.3.0", "stable")],
            &[],
            "",
        ),
    ])
}

#[test]
fn placeholders_must_be_filled_in() -> Outcome {
    let version = &["error placeholder version"];
    let url = &["error placeholder url"];
    with_fields(&[
        (json!({"version": "#{VERSION}#"}), version, "`#{VERSION}#`"),
        (json!({"version": "VERSION"}), version, ""),
        (json!({"version": "$VERSION"}), version, ""),
        (json!({"version": "{{version}}"}), version, ""),
        (json!({"version": "${{ github.ref_name }}"}), version, ""),
        (json!({"version": "__VERSION__"}), version, ""),
        (json!({"version": "@VERSION@"}), version, ""),
        (json!({"version": "%VERSION%"}), version, ""),
        (json!({"version": "v#{VERSION}#"}), version, ""),
        (json!({"url": "#{URL}#"}), url, ""),
        (json!({"url": "https://x.example/__URL__"}), url, ""),
        (json!({"url": "https://x.example/a%20b%20c@d@e"}), &[], ""),
        (json!({"url": "https://x.example/__init__.py"}), &[], ""),
        (
            json!({"title": "{{title}}"}),
            &["error placeholder title"],
            "",
        ),
        (json!({"title": "50% OFF @ 5% VAT"}), &[], ""),
        (json!({"title": "Version"}), &[], ""),
        (
            json!({"compatibility": {"minimum": "12", "verified": "VERIFIED_VERSION", "maximum": "#{MAX}#"}}),
            &[
                "error placeholder compatibility.maximum",
                "warning compatibility.form compatibility.maximum",
                "warning compatibility.form compatibility.verified",
            ],
            "",
        ),
        (
            json!({"media": [{"caption": "x"}, {"caption": ["#{A}#"]}], "a": {"b.c": {"version": "TAG"}}}),
            &[
                "error placeholder media[1].caption[0]",
                "error placeholder a.b.c.version",
            ],
            "",
        ),
        // These are set by publishing, or are the author's own.
        (
            json!({"manifest": "#{MANIFEST}#", "download": "#{DOWNLOAD}#"}),
            &[],
            "",
        ),
        (
            json!({"flags": {"x": "{{y}}"}, "description": "{{y}} ${z}"}),
            &[],
            "",
        ),
    ])
}

#[test]
fn every_named_file_is_in_the_archive() -> Outcome {
    with_fields(&[
        (
            json!({"esmodules": ["./scripts/main.js", "/scripts/main.js", "scripts//main.js",
                "scripts/main.js?v=3", "scripts/my%20file.js", "scripts/my file.js", "?odd.js",
                "lang/../scripts/main.js", "https://cdn.example/x.js", "//cdn.example/x.js"]}),
            &[],
            "",
        ),
        (json!({"scripts": "scripts/main.js"}), &[], ""),
        (
            json!({"scripts": "scripts/gone.js"}),
            &["error file.missing scripts"],
            "attach a zip",
        ),
        (
            json!({"styles": ["styles/main.css", "styles/gone.css"]}),
            &["error file.missing styles[1]"],
            "`styles/gone.css`",
        ),
        (
            json!({"languages": [{"lang": "en", "path": "lang/en.json"}, {"lang": "de", "path": "lang/de.json"}]}),
            &["error file.missing languages[1].path"],
            "",
        ),
        (
            json!({"esmodules": ["case/file.js"]}),
            &["error file.case esmodules[0]"],
            "`Case/File.js`",
        ),
        (
            json!({"esmodules": ["SCRIPTS/Main.js"]}),
            &["error file.case esmodules[0]"],
            "`scripts/main.js`",
        ),
        (
            json!({"styles": [{"src": "styles/main.css", "layer": "x"}, {"src": "styles/gone.css"}]}),
            &["error file.missing styles[1].src"],
            "`styles/gone.css`",
        ),
        (
            json!({"esmodules": ["scripts\\main.js"]}),
            &["error file.backslash esmodules[0]"],
            "use `/`",
        ),
        (
            json!({"esmodules": ["../other/x.js"]}),
            &["error file.outside esmodules[0]"],
            "",
        ),
        (
            json!({"esmodules": ["scripts"]}),
            &["error file.missing esmodules[0]"],
            "",
        ),
        (
            json!({"packs": [
                {"name": "a", "path": "packs/level"}, {"name": "b", "path": "packs/level.db"},
                {"name": "c", "path": "./packs/flat.db"}, {"name": "d", "path": "packs/flat"},
                {"name": "e", "path": "packs/empty"}, {"name": "f", "path": "packs/level/"},
                {"name": "g"}]}),
            &[],
            "",
        ),
        (
            json!({"packs": [{"name": "a", "path": "packs/gone"}, {"name": "b.c", "path": "packs/Level"}]}),
            &[
                "error file.missing packs[0].path",
                "error file.case packs[1].path",
                "warning pack.name packs[1].name",
            ],
            "but `packs/level` is",
        ),
        (
            json!({"readme": "README.md", "license": "MIT", "changelog": "https://x.example/c"}),
            &[],
            "",
        ),
        (
            json!({"readme": "docs/README.md", "license": "LICENSE.md"}),
            &[
                "warning file.missing readme",
                "warning file.missing license",
            ],
            "",
        ),
        (json!({"license": "Apache-2.0"}), &[], ""),
        (json!({"license": "GPL-3.0"}), &[], ""),
        (
            json!({"readme": "docs\\README.md"}),
            &["warning file.backslash readme"],
            "",
        ),
    ])
}

#[test]
fn pictures_are_looked_for_where_foundry_looks() -> Outcome {
    with_fields(&[
        (
            json!({
                "media": [{"url": "https://x.example/a.webp", "thumbnail": "modules/my-module/README.md"},
                    {"link": "gone.webp"}, {"url": "/modules/my-module/README.md"}, {"url": "./README.md"},
                    {"url": "icons/svg/mystery-man.svg"}, {"url": "modules/other/a.webp"}, {"url": ""}],
                "packs": [{"name": "a", "banner": "modules/my-module/styles/main.css"}],
                "background": "worlds/elsewhere/a.webp",
            }),
            &[],
            "",
        ),
        (
            json!({
                "media": [{"url": "a/gone.webp"}, {"thumbnail": "modules/my-module/gone.webp"}],
                "packs": [{"name": "a", "banner": "modules/my-module/readme.md"}],
                "background": "../gone.webp",
            }),
            &[
                "warning file.missing media[0].url",
                "warning file.missing media[1].thumbnail",
                "warning file.case packs[0].banner",
                "warning file.outside background",
            ],
            "`modules/my-module/gone.webp` is not",
        ),
    ])
}

#[test]
fn compatibility_should_make_sense() -> Outcome {
    let order: &[&str] = &["warning compatibility.order compatibility.verified"];
    with_fields(&[
        (
            json!({"compatibility": null}),
            &["warning compatibility.missing compatibility"],
            "",
        ),
        (
            json!({"compatibility": {"minimum": 12, "verified": "12.331", "maximum": 12}}),
            &[],
            "",
        ),
        (
            json!({"compatibility": {"minimum": "12.331", "verified": "12"}}),
            &[],
            "",
        ),
        (
            json!({"compatibility": {"minimum": "13", "verified": "12"}}),
            order,
            "`13` is above",
        ),
        (
            json!({"compatibility": {"minimum": "12.331", "verified": "12.300"}}),
            order,
            "",
        ),
        (
            json!({"compatibility": {"verified": "13.350", "maximum": "12"}}),
            &["warning compatibility.order compatibility.maximum"],
            "",
        ),
        (
            json!({"compatibility": null, "minimumCoreVersion": "9", "compatibleCoreVersion": "0.8.6"}),
            &["warning compatibility.order compatibleCoreVersion"],
            "",
        ),
        (
            json!({"compatibility": {"minimum": "any"}}),
            &["warning compatibility.form compatibility.minimum"],
            "`any`",
        ),
        (
            json!({"compatibility": {"minimum": format!("{:032}", 12), "maximum": format!("{:033}", 12)}}),
            &["error compatibility.too_long compatibility.maximum"],
            "more than 32 characters",
        ),
    ])
}

#[test]
fn a_direct_publish_must_match_its_url() -> Outcome {
    let submission_of = |id: &str, version: &str| -> Result<Findings, Box<dyn std::error::Error>> {
        Ok(lint(&Submission {
            manifest: &faultless(&json!({}))?,
            kind: PackageType::Module,
            entries: &EntryNames::new(ENTRIES),
            archive_warnings: &[],
            announced: Announced::Path {
                id: &PackageId::parse(id)?,
                version: &Version::parse(version)?,
            },
            channel: &Channel::stable(),
            ownership: &Ownership::Unclaimed,
            published: None,
        }))
    };
    assert!(submission_of("my-module", "1.1.0")?.is_empty());
    for (id, version, code) in [
        ("other", "1.1.0", "id.unexpected"),
        ("my-module", "1.2.0", "version.unexpected"),
    ] {
        let findings = submission_of(id, version)?;
        assert!(
            findings.errors().any(|finding| finding.code == code),
            "{findings:?}"
        );
    }
    Ok(())
}

#[test]
fn findings_are_bounded_but_never_lose_that_there_is_an_error() -> Outcome {
    let names: Vec<String> = (0..5000).map(|i| format!("gone/{i}.md")).collect();
    let findings = judge(&Case {
        fields: json!({"esmodules": names}),
        ..Case::default()
    })?;
    assert_eq!(findings.iter().count(), 100);
    let of = |severity| Finding::new(severity, "x", "module.json", "", "");
    let late_error: Findings = std::iter::repeat_n(of(Severity::Warning), 500)
        .chain([of(Severity::Error)])
        .collect();
    assert!(late_error.has_errors());
    Ok(())
}

/// The largest names that an archive may hold: every folder of every one of them would be 4 GB.
#[test]
fn deep_archives_cost_no_more_than_their_names() {
    let deep = "a/".repeat(500);
    let names: Vec<String> = (0..7_800).map(|i| format!("{deep}File-{i}.js")).collect();
    let entries = EntryNames::new(names.iter().map(String::as_str));
    let folder = deep.trim_end_matches('/');
    let other = |name: &str| Lookup::OtherCase(name.to_owned());
    for path in ["a", "a/a", folder] {
        assert_eq!(entries.folder(path), Lookup::Found);
        assert_eq!(entries.file(path), Lookup::Missing);
        assert_eq!(entries.folder(&path.to_uppercase()), other(path));
        assert_eq!(entries.folder(&format!("{path}b")), Lookup::Missing);
    }
    let file = &names[7_000];
    assert_eq!(entries.file(file), Lookup::Found);
    assert_eq!(entries.folder(file), Lookup::Missing);
    assert_eq!(entries.file(&file.to_uppercase()), other(file));
}

#[test]
fn names_are_compared_whole_and_in_every_script() {
    let names = ["ab/c", "a b/c", "a-b", "a/b", "İx/Ü/z", "", "top/", "Ärger"];
    let entries = EntryNames::new(names);
    let other = |name: &str| Lookup::OtherCase(name.to_owned());
    assert_eq!(entries.folder("a"), Lookup::Found);
    assert_eq!(entries.folder("top"), Lookup::Found);
    assert_eq!(entries.file("top"), Lookup::Missing);
    assert_eq!(entries.folder("TOP"), other("top"));
    assert_eq!(entries.folder("İX/ü"), other("İx/Ü"));
    assert_eq!(entries.file("ärger"), other("Ärger"));
    for nothing in ["", "/", "a/", "b", "to"] {
        assert_eq!(entries.file(nothing), Lookup::Missing, "{nothing:?}");
    }
    for nothing in ["", "b", "to", "a-b", "ab/c"] {
        assert_eq!(entries.folder(nothing), Lookup::Missing, "{nothing:?}");
    }
}

/// Whatever an author writes, what is kept of it is bounded.
#[test]
fn findings_keep_only_the_beginning_of_long_texts() -> Outcome {
    let long = "x".repeat(300_000);
    let placeholders = vec!["#{A}#"; 20_000];
    for fields in [
        json!({ "title": format!("#{{{long}}}#") }),
        json!({ "extra": {long.clone(): placeholders} }),
        json!({ "version": format!("v1{long}") }),
        json!({ "id": long, "name": "ok" }),
        json!({"esmodules": [long, format!("../{long}"), format!("\\{long}")]}),
        json!({"packs": [{"name": format!("{long}.")}]}),
        json!({"compatibility": {"minimum": long}}),
    ] {
        let findings = judge(&Case {
            fields,
            ..Case::default()
        })?;
        assert!(findings.has_errors() || !findings.is_empty());
        for finding in &findings {
            let size = finding.field.chars().count();
            assert!(size <= 200, "{size}: {}", finding.code);
            let size = finding.message.chars().count();
            assert!(size <= 600, "{size}: {}", finding.code);
        }
    }
    // The advice at the end of a message is not what is cut off.
    let findings = judge(&Case {
        fields: json!({ "esmodules": ["x".repeat(5000)] }),
        ..Case::default()
    })?;
    assert!(findings.iter().all(|f| f.message.contains("attach a zip")));
    Ok(())
}
