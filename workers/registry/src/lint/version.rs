//! How the version is written, and whether the tag says the same.

use serde_json::Value;

use super::{Announced, Report, Submission, placeholders};
use crate::{Version, newer::is_newer, text::excerpt};

pub(super) fn check(submission: &Submission<'_>, report: &mut Report) {
    let manifest = submission.manifest;
    let Some(text) = manifest.version_text() else {
        let message = "there is no `version`; write it as text, such as \"1.0.0\"";
        report.error("version.missing", "version", message);
        return;
    };
    if placeholders::is_bare(&text) {
        // Reported as a placeholder; whatever else is wrong follows from that.
        return;
    }
    if let Some(plain) = Version::without_prefix(&text) {
        let (text, plain) = (excerpt(&text, 80), excerpt(plain, 80));
        let message = format!(
            "`{text}` begins with `v`, and to Foundry `2.0.3` is not newer than `v2.0.2`; write \
             \"{plain}\" (the tag may keep its `v`)"
        );
        report.error("version.prefixed", "version", message);
        return;
    }
    match Version::parse(&text) {
        Err(error) => report.error("version.invalid", "version", error.to_string()),
        Ok(version) => {
            check_begins_with_number(&version, submission, report);
            check_number(manifest.fields().get("version"), &text, report);
            check_announced(&version, &submission.announced, report);
        }
    }
}

/// To Foundry `1.0.0` is not newer than `alpha` or `release-3`, and neither is any other version that
/// is a number: nobody who has installed it would ever be offered one. What is published already may
/// be replaced, and what is served followed by more of its kind.
fn check_begins_with_number(version: &Version, submission: &Submission<'_>, report: &mut Report) {
    if !outdoes_numbers(version) {
        return;
    }
    let message = format!(
        "`{version}` does not begin with a number, and to Foundry `1.0.0` is not newer than it, nor \
         is any other number; begin with one, as in \"0.1.0-{version}\""
    );
    let is_known = submission.published.is_some_and(|published| {
        let served = published.served(submission.channel);
        // What is replaced is not among the releases that it is judged by.
        let mut heads = published.channels.values().map(|head| &head.version);
        let mut moves = published.moves.iter().map(|moved| &moved.to);
        served.is_some_and(|served| outdoes_numbers(&served.version))
            || heads.any(|head| head == version)
            || moves.any(|moved| moved == version)
    });
    match is_known {
        true => report.warning("version.no_number", "version", message),
        false => report.error("version.no_number", "version", message),
    }
}

/// Whether no number is newer to Foundry.
fn outdoes_numbers(version: &Version) -> bool {
    // Greater than any date, and as text than whatever begins with a lower digit.
    !["1.0.0", "99999999999999999999"]
        .iter()
        .any(|number| is_newer(number, version.as_str()))
}

fn check_number(value: Option<&Value>, text: &str, report: &mut Report) {
    if value.is_some_and(Value::is_number) {
        let message = format!(
            "the version is a number; it is served as \"{text}\", because Foundry reads 1.10 as 1.1 \
             and calls it older than 1.9; write it as text"
        );
        report.warning("version.number", "version", message);
    }
}

fn check_announced(version: &Version, announced: &Announced<'_>, report: &mut Report) {
    match announced {
        Announced::Path {
            version: expected, ..
        } if *expected != version => {
            let message =
                format!("the package is published as `{expected}`, its manifest says `{version}`");
            report.error("version.unexpected", "version", message);
        }
        Announced::Path { .. } => {}
        Announced::Tag(tag) => check_tag(version, tag, report),
    }
}

fn check_tag(version: &Version, tag: &str, report: &mut Report) {
    match Version::from_tag(tag) {
        Some(tagged) if tagged == *version => {}
        Some(tagged) => {
            let message = format!(
                "the manifest says `{version}` but the release is tagged `{tag}`, which means \
                 `{tagged}`; give both the same version"
            );
            report.error("version.tag", "version", message);
        }
        None if tag.ends_with(version.as_str()) => {}
        None => {
            let message = format!(
                "the tag `{tag}` names no version, so the manifest's `{version}` is used; a tag \
                 `v{version}` would let this be checked"
            );
            report.warning("version.tag_unread", "version", message);
        }
    }
}
