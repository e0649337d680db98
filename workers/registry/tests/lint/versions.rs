//! How versions are written and ordered.

use super::*;

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
        // Another release was quicker: the slower one is listed all the same.
        Case {
            overtaken: true,
            ..case(
                "1.0.0",
                "stable",
                &[("1.0.1", "stable")],
                &["warning version.overtaken version"],
                "installed by its own address only",
            )
        },
        Case {
            overtaken: true,
            ..case(
                "1.0.0",
                "stable",
                &[("1.0.0", "stable")],
                &["error version.exists version"],
                "1.0.1 would be",
            )
        },
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
fn a_version_that_no_number_is_newer_than_is_refused() -> Outcome {
    let case = |version: &'static str, expected: &'static [&'static str]| Case {
        fields: json!({"version": version}),
        tag: version,
        published: &[],
        expected,
        says: if expected.is_empty() { "" } else { "0.1.0-" },
        ..Case::default()
    };
    let refused: &[&str] = &["error version.no_number version"];
    let warned: &[&str] = &["warning version.no_number version"];
    let mut cases = vec![];
    for version in ["alpha", "release-3", "beta1", "a1", "r2.0.0", "Infinity"] {
        cases.push(case(version, refused));
    }
    for version in [
        "1.0.0",
        "0.1.0-alpha",
        "5.3.x",
        "0.0a",
        "9999.1",
        "20240101",
        "20240101.2",
        "20240101123456",
        "2024-04-08",
        "1e3",
        "0x1F.2",
    ] {
        cases.push(case(version, &[]));
    }
    // Who has come from there cannot go on in any other way, and has been told.
    cases.push(Case {
        published: &[("release-3", "stable")],
        ..case("release-4", warned)
    });
    // Who has 1.0.0 would be offered it, and no number ever after.
    cases.push(Case {
        published: &[("1.0.0", "stable")],
        ..case("release-4", refused)
    });
    check(cases)
}

/// An admin may replace what is published, which is judged as if it had never been.
#[test]
fn a_version_without_a_number_that_is_published_may_be_replaced() -> Outcome {
    for (all, replaced) in [
        (&[("alpha", "stable")][..], "alpha"),
        (&[("!alpha", "stable"), ("1.0.0", "stable")], "alpha"),
        (&[("1.0.0", "stable"), ("release-3", "beta")], "release-3"),
    ] {
        let case = Case {
            fields: json!({"version": replaced}),
            tag: replaced,
            published: all,
            ..Case::default()
        };
        let others = published(&case)?.without(&Version::parse(replaced)?);
        let findings = judge_with(&case, Some(&others))?;
        assert!(!findings.has_errors(), "{findings:?}");
        let mut warnings = findings.warnings();
        assert!(warnings.any(|warning| warning.code == "version.no_number"));
    }
    Ok(())
}
