//! Who may publish what.

use super::*;

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
            heard: Timestamp::default(),
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
