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
    /// Whether that came after the release was heard of.
    overtaken: bool,
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
            overtaken: false,
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
            off: Vec::new(),
            edition: None,
            prerelease: false,
            published_at: Timestamp::default().plus(i64::from(case.overtaken)),
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
    judge_with(case, (!case.published.is_empty()).then_some(&published))
}

fn judge_with(
    case: &Case,
    published: Option<&ChannelsRecord>,
) -> Result<Findings, Box<dyn std::error::Error>> {
    let warnings = case.archive_warnings.iter().map(ToString::to_string);
    Ok(lint(&Submission {
        manifest: &faultless(&case.fields)?,
        kind: PackageType::Module,
        entries: &EntryNames::new(ENTRIES),
        archive_warnings: &warnings.collect::<Vec<_>>(),
        announced: Announced::Tag(case.tag),
        channel: &Channel::parse(case.channel)?,
        heard: Timestamp::default().plus(1),
        ownership: &case.ownership,
        published,
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

mod files;
mod identity;
mod texts;
mod versions;
