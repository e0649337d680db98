//! What stops a release, what is warned of, and in which words.

use edge::Timestamp;
use registry::{
    Announced, Channel, ChannelsRecord, Digest, EntryNames, Finding, Findings, Manifest, Ownership,
    PackageId, PackageType, ReleaseSummary, Repository, Severity, Submission, Version, lint,
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

fn published(releases: &[(&str, &str)]) -> Result<ChannelsRecord, Box<dyn std::error::Error>> {
    let mut channels = ChannelsRecord::new(PackageId::parse("my-module")?, PackageType::Module);
    for (version, channel) in releases {
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
    let published = published(case.published)?;
    Ok(lint(&Submission {
        manifest: &faultless(&case.fields)?,
        kind: PackageType::Module,
        entries: &EntryNames::new(ENTRIES),
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
                assert_eq!(finding.file, "module.json");
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
            json!({"protected": true}),
            &["warning protected protected"],
            "",
        ),
    ])
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
            "",
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
    ])
}

#[test]
fn a_direct_publish_must_match_its_url() -> Outcome {
    let submission_of = |id: &str, version: &str| -> Result<Findings, Box<dyn std::error::Error>> {
        Ok(lint(&Submission {
            manifest: &faultless(&json!({}))?,
            kind: PackageType::Module,
            entries: &EntryNames::new(ENTRIES),
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
