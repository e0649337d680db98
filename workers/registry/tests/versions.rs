//! Versions: what Foundry calls newer, what a tag means, what is a prerelease, what comes last.

use std::cmp::Ordering;

use registry::{Channel, Version, is_newer};

fn version(text: &str) -> Version {
    Version::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

/// Candidate, installed, whether Foundry calls the first newer; seen by running a public copy of
/// Foundry's function.
const NEWER: &[(&str, &str, bool)] = &[
    ("1.0.10", "1.0.9", true),
    ("1.0.9", "1.0.10", false),
    ("1.0.10-test", "1.0.9-test", false),
    ("2.0.0-beta", "2.0.0", true),
    ("2.0.0", "2.0.0-beta", false),
    ("2.0.0-beta.1", "2.0.0", true),
    ("2.0.0", "2.0.0-beta.1", false),
    ("2.0.1", "2.0.0-beta.1", true),
    ("2.0.0-beta.2", "2.0.0-beta.1", true),
    ("2.0.0-beta.10", "2.0.0-beta.9", true),
    ("4.0.0-beta10", "4.0.0-beta9", false),
    ("4.0.0-beta3", "4.0.0-beta2", true),
    ("v2.0.3", "2.0.2", true),
    ("2.0.3", "v2.0.2", false),
    ("v10.0.0", "v9.0.0", false),
    ("1.10", "1.9", true),
    ("1.0", "1", true),
    ("1", "1.0", false),
    ("1.0.0", "1.0.0", false),
    ("1.12.7.1", "1.12.7", true),
    ("0.0a", "0.0", true),
    ("12", "12.331", false),
    ("13", "12.331", true),
    ("1.04", "1.4", false),
    ("1.4", "1.04", true),
    ("1.0x10", "1.9", true),
    ("1.1e2", "1.9", true),
    ("1. 5", "1.4", true),
    ("1.-1", "1.0", false),
    ("1.+2", "1.1", true),
    ("10000e-24", "1e-20", false),
    ("1e-20", "10000e-24", true),
    ("Infinity", "9999", true),
    ("inf", "9999", true),
    ("nan", "1", true),
    ("", "1", false),
    ("1", "", true),
    ("1.", "1", true),
    ("1..2", "1.0.1", false),
    ("2023-04-08", "2023-04-07", true),
    ("2023-10-08", "2023-9-08", false),
    ("\u{85}", "10", true),
    ("\u{feff}9", "10", false),
    ("0x10", "15", true),
    ("\u{10000}", "\u{ffff}", false),
];

#[test]
fn newer_is_what_foundry_calls_newer() {
    for (candidate, installed, expected) in NEWER {
        assert_eq!(
            is_newer(candidate, installed),
            *expected,
            "is {candidate:?} newer than {installed:?}?"
        );
    }
}

#[test]
fn nothing_is_newer_than_itself() {
    for (candidate, installed, _) in NEWER {
        for version in [candidate, installed] {
            assert!(!is_newer(version, version), "{version:?}");
        }
    }
}

#[test]
fn versions_are_fit_for_paths_and_have_no_prefix() {
    for good in [
        "1.0.0",
        "0.0a",
        "1.12.7.1",
        "4.0.0-beta3",
        "2.0",
        "2023-04-08",
        "1.0.0+build.5",
        "0",
        "alpha-3",
        "version-2",
        "5.3.x",
    ] {
        assert_eq!(version(good).as_str(), good);
    }
    let long = "1".repeat(65);
    for bad in [
        "",
        "v1.2.3",
        "V1",
        "v.1.2",
        "1/2",
        "..",
        "1..2",
        ".1",
        "1.",
        "-1",
        "1 0",
        "1\\2",
        "1%2f",
        "ü",
        "#{VERSION}#",
        "1\n",
        &long,
    ] {
        assert!(Version::parse(bad).is_err(), "{bad:?} was taken");
    }
}

#[test]
fn a_tag_names_a_version_or_none() {
    for (tag, expected) in [
        ("v1.2.3", Some("1.2.3")),
        ("V1.2.3", Some("1.2.3")),
        ("v.1.2.3", Some("1.2.3")),
        ("1.2.3", Some("1.2.3")),
        ("refs/tags/v1.3.0-beta.1", Some("1.3.0-beta.1")),
        ("latest", None),
        ("release-1.2.3", None),
        ("module/v1.2.3", None),
        ("vv1", None),
        ("version1", None),
        ("1.2.3/evil", None),
        ("", None),
    ] {
        let version = Version::from_tag(tag);
        assert_eq!(version.as_ref().map(Version::as_str), expected, "{tag}");
    }
}

#[test]
fn prereleases_are_known_by_name() {
    for (text, expected) in [
        ("1.3.0-beta.1", true),
        ("4.0.0-beta3", true),
        ("4.0.0beta3", true),
        ("2.0.0-rc1", true),
        ("2.0.0-RC.1", true),
        ("1.0.0-alpha", true),
        ("1.0.0-pre-2", true),
        ("1.0.0-dev.20240101", true),
        ("1.0.0.beta1", true),
        ("1.0.0-something", true),
        ("nightly-3", true),
        ("1.0.0+beta", false),
        ("1.0.0", false),
        ("1.12.7.1", false),
        ("0.0a", false),
        ("2023-04-08", false),
        ("1.2.3-1", false),
        ("1.2.3-hotfix1", false),
        ("5.2.3-v12", false),
        ("5.2.3-fvtt11", false),
        ("2.0", false),
    ] {
        assert_eq!(version(text).is_prerelease(), expected, "{text}");
    }
}

#[test]
fn prereleases_never_go_to_stable() {
    for (text, marked, channel) in [
        ("1.3.0-beta.1", false, "beta"),
        ("1.3.0", true, "beta"),
        ("1.3.0", false, "stable"),
    ] {
        assert_eq!(
            Channel::of(&version(text), marked).as_str(),
            channel,
            "{text}"
        );
    }
}

#[test]
fn the_newest_is_what_people_call_the_newest() {
    // Ascending; every pair is checked both ways.
    let ascending = [
        "alpha-3",
        "0.0",
        "0.0a",
        "1.0-beta",
        "1",
        "1.0",
        "1.0.0",
        "1.2.3-beta.2",
        "1.2.3-beta.10",
        "1.2.3-rc.1",
        "1.2.3",
        "1.2.3-hotfix1",
        "1.2.3-hotfix2",
        "1.2.3.1",
        "1.9.0",
        "1.10.0",
        "2.0.0-beta3",
        "2.0.0-beta10",
        "2.0.0",
        "20220312",
        "99999999999999999999999999",
    ];
    for (left, a) in ascending.iter().enumerate() {
        for (right, b) in ascending.iter().enumerate() {
            let order = version(a).precedence(&version(b));
            assert_eq!(order, left.cmp(&right), "{a} and {b}");
            assert_eq!(order == Ordering::Equal, a == b);
        }
    }
}

#[test]
fn a_name_is_found_that_foundry_calls_newer() {
    for (wanted, served, expected) in [
        ("2.0.0", "2.0.0-beta.1", Some("2.0.1")),
        ("2.0.9", "2.0.9-beta.1", Some("2.1.0")),
        ("1.0.10-test", "1.0.9-test", Some("1.1.0-test")),
        ("4.0.0-beta10", "4.0.0-beta9", Some("4.0.1-beta10")),
        ("1.1", "1.9.0", Some("1.9.1")),
        ("1.2.3", "1.2.3", Some("1.2.4")),
        ("1.2.4", "1.2.3", Some("1.2.4")),
        ("9.9", "nightly", None),
    ] {
        let name = version(wanted).renamed_after(&version(served));
        assert_eq!(
            name.as_ref().map(Version::as_str),
            expected,
            "{wanted} after {served}"
        );
    }
}
