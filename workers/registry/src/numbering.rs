//! How people read version numbers: which part is the number, what marks a prerelease, what
//! comes after what. Foundry's own comparison is in [`crate::newer`].

use std::cmp::Ordering;

/// Words that mark an unfinished release wherever they stand in a version.
const PRERELEASE_WORDS: [&str; 18] = [
    "alpha",
    "beta",
    "rc",
    "pre",
    "preview",
    "prerelease",
    "dev",
    "develop",
    "development",
    "test",
    "testing",
    "nightly",
    "canary",
    "snapshot",
    "next",
    "unstable",
    "experimental",
    "wip",
];

/// Words after a hyphen that mark a finished release. Any other word there is a prerelease, as
/// Semantic Versioning has it: what is doubtful must not reach `stable` by itself.
const RELEASE_WORDS: [&str; 14] = [
    "hotfix", "fix", "patch", "p", "r", "rev", "build", "post", "final", "release", "stable",
    "lts", "v", "fvtt",
];

/// The leading number of a version: `2.0.0` of `2.0.0-beta.1`, nothing of `nightly`.
pub(crate) fn core(version: &str) -> &str {
    let end = version
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(version.len());
    version[..end].trim_end_matches('.')
}

/// What follows the leading number, without build metadata (`+…`).
fn suffix(version: &str) -> &str {
    let rest = &version[core(version).len()..];
    rest.split_once('+').map_or(rest, |(suffix, _)| suffix)
}

/// Whether the name says that the release is unfinished.
pub(crate) fn is_prerelease(version: &str) -> bool {
    let suffix = suffix(version).to_ascii_lowercase();
    let mut words = suffix
        .split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| !word.is_empty());
    if words.clone().any(|word| PRERELEASE_WORDS.contains(&word)) {
        return true;
    }
    let first = words.next();
    suffix.starts_with('-') && first.is_some_and(|word| !RELEASE_WORDS.contains(&word))
}

/// See [`crate::Version::precedence`].
pub(crate) fn precedence(a: &str, b: &str) -> Ordering {
    cores(core(a), core(b))
        .then_with(|| rank(a).cmp(&rank(b)))
        .then_with(|| natural(suffix(a), suffix(b)))
        .then_with(|| a.cmp(b))
}

/// Compares two leading numbers; missing parts count as zero.
fn cores(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let (left, right) = (a.next(), b.next());
        if left.is_none() && right.is_none() {
            return Ordering::Equal;
        }
        match numbers(left.unwrap_or(""), right.unwrap_or("")) {
            Ordering::Equal => {}
            other => return other,
        }
    }
}

/// Prereleases come before the release of the same number, additions to it after.
fn rank(version: &str) -> u8 {
    if is_prerelease(version) {
        0
    } else if suffix(version).is_empty() {
        1
    } else {
        2
    }
}

/// Compares runs of digits of any length as numbers.
fn numbers(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// Compares texts with their runs of digits as numbers: `beta2` before `beta10`.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        match (a.is_empty(), b.is_empty()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (false, false) => {}
        }
        let (left, rest_a) = run(a);
        let (right, rest_b) = run(b);
        let is_number = |run: &str| run.starts_with(|c: char| c.is_ascii_digit());
        let order = match (is_number(left), is_number(right)) {
            (true, true) => numbers(left, right),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => left.cmp(right),
        };
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (rest_a, rest_b);
    }
}

/// Splits off the first run of digits, or of anything else.
fn run(text: &str) -> (&str, &str) {
    let digits = text.starts_with(|c: char| c.is_ascii_digit());
    let end = text
        .find(|c: char| c.is_ascii_digit() != digits)
        .unwrap_or(text.len());
    text.split_at(end)
}

/// Names near `wanted` that stand higher than both, the nearest first: the greater of the two
/// numbers with its last part raised, then the one before it, each with the suffix of `wanted`.
pub(crate) fn bumped(wanted: &str, served: &str) -> Vec<String> {
    let greater = match cores(core(wanted), core(served)) {
        Ordering::Less => core(served),
        Ordering::Equal | Ordering::Greater => core(wanted),
    };
    let parts: Option<Vec<u64>> = greater.split('.').map(|part| part.parse().ok()).collect();
    let Some(parts) = parts else {
        return Vec::new();
    };
    (0..parts.len())
        .rev()
        .map(|raised| {
            let number: Vec<String> = parts
                .iter()
                .enumerate()
                .map(|(index, part)| match index.cmp(&raised) {
                    Ordering::Less => part.to_string(),
                    Ordering::Equal => part.saturating_add(1).to_string(),
                    Ordering::Greater => "0".to_owned(),
                })
                .collect();
            format!("{}{}", number.join("."), suffix(wanted))
        })
        .collect()
}
