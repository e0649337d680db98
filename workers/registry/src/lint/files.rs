//! Whether every file that the manifest names is in the archive.

use super::{EntryNames, Lookup, Report, Submission};
use crate::{
    manifest::{FileReference, Importance},
    text,
};

/// Longest path that a message repeats, in characters.
const SHOWN: usize = 200;

/// Folders of Foundry's own and of other packages, where pictures may well come from.
const ELSEWHERE: [&str; 7] = [
    "modules/", "systems/", "worlds/", "icons/", "ui/", "sounds/", "cards/",
];

pub(super) fn check(submission: &Submission<'_>, report: &mut Report) {
    for reference in submission.manifest.files() {
        match reference.importance {
            Importance::Optional if !looks_like_a_file(&reference.path) => {}
            Importance::Picture => {
                if let Some(path) = own_picture(&reference.path, submission) {
                    check_one(&reference, path, submission.entries, report);
                }
            }
            _ => check_one(&reference, &reference.path, submission.entries, report),
        }
    }
    check_pack_names(submission, report);
}

/// A licence may be named (`MIT`, `Apache-2.0`) instead of enclosed.
fn looks_like_a_file(path: &str) -> bool {
    let is_ending = |end: &str| end.len() <= 4 && end.contains(|c: char| c.is_ascii_alphabetic());
    path.contains('/') || path.rsplit_once('.').is_some_and(|(_, end)| is_ending(end))
}

/// The path from the package's folder, where the picture comes with the package at all.
fn own_picture<'a>(path: &'a str, submission: &Submission<'_>) -> Option<&'a str> {
    let path = path.trim();
    let from_root = path.strip_prefix("./").unwrap_or(path);
    let from_root = from_root.trim_start_matches('/');
    let id = submission.manifest.id().unwrap_or_default();
    let own = from_root
        .strip_prefix(submission.kind.folder())
        .and_then(|rest| rest.strip_prefix('/')?.strip_prefix(id)?.strip_prefix('/'));
    let elsewhere = || ELSEWHERE.iter().any(|start| from_root.starts_with(start));
    own.or_else(|| (!elsewhere()).then_some(path))
}

/// Looks for the file of a reference at `path`, from the package's folder.
fn check_one(reference: &FileReference, path: &str, entries: &EntryNames, report: &mut Report) {
    let (field, importance) = (&reference.field, reference.importance);
    if is_url(path) {
        return;
    }
    let shown = text::excerpt(&reference.path, SHOWN);
    if path.contains('\\') {
        let message = format!("`{shown}` has backslashes, which work on Windows only; use `/`");
        tell(importance, "file.backslash", field, message, report);
        return;
    }
    let Some(candidates) = candidates(path) else {
        let message = format!("`{shown}` leads out of the package's folder");
        tell(importance, "file.outside", field, message, report);
        return;
    };
    let found = candidates
        .iter()
        .map(|candidate| look_up(candidate, importance, entries));
    match best(found) {
        Lookup::Found => {}
        Lookup::OtherCase(name) => {
            let name = text::excerpt(&name, SHOWN);
            let message = format!(
                "`{shown}` is not in the archive, but `{name}` is; on Linux these are different \
                 files, so write it in the same case"
            );
            tell(importance, "file.case", field, message, report);
        }
        Lookup::Missing => {
            let message = format!(
                "`{shown}` is not in the archive; add the file, remove the entry, or attach a zip of \
                 the built package to the release"
            );
            tell(importance, "file.missing", field, message, report);
        }
    }
}

/// Only what the package cannot work without stops a release.
fn tell(
    importance: Importance,
    code: &'static str,
    field: &str,
    message: String,
    report: &mut Report,
) {
    match importance {
        Importance::Required | Importance::Pack => report.error(code, field, message),
        Importance::Optional | Importance::Picture => report.warning(code, field, message),
    }
}

/// A pack may be a `.db` file (before version 11), or a folder whose `path` still says `.db`.
fn look_up(path: &str, importance: Importance, entries: &EntryNames) -> Lookup {
    if importance != Importance::Pack {
        return entries.file(path);
    }
    let folder = path.strip_suffix(".db").unwrap_or(path);
    best([
        entries.file(path),
        entries.folder(folder),
        entries.file(&format!("{folder}.db")),
    ])
}

/// The best of several results.
fn best(results: impl IntoIterator<Item = Lookup>) -> Lookup {
    results
        .into_iter()
        .reduce(|best, next| match (&best, &next) {
            (Lookup::Found, _) | (Lookup::OtherCase(_), Lookup::Missing) => best,
            _ if best == Lookup::Missing || next == Lookup::Found => next,
            _ => best,
        })
        .unwrap_or(Lookup::Missing)
}

/// Whether a path leads to another server.
fn is_url(path: &str) -> bool {
    let path = path.trim().to_ascii_lowercase();
    ["http:", "https:", "data:", "//"]
        .iter()
        .any(|start| path.starts_with(start))
}

/// The names that a path may mean: as written, without query and fragment, and with its `%20`s
/// read. `None` where it leads out of the package.
fn candidates(path: &str) -> Option<Vec<String>> {
    let path = path.trim();
    let bare = path.split(['?', '#']).next().unwrap_or_default();
    let mut names = Vec::new();
    for text in [path.to_owned(), bare.to_owned(), percent_decoded(bare)] {
        let name = normal(&text)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Some(names)
}

/// A path without leading `/`, `.` segments and trailing slash; `None` where `..` leads out.
fn normal(path: &str) -> Option<String> {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop()?;
            }
            _ => segments.push(segment),
        }
    }
    Some(segments.join("/"))
}

/// The path with its percent escapes read; as it is where they are none.
fn percent_decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digit = |index: usize| after.get(index).and_then(|b| char::from(*b).to_digit(16));
        let escaped = match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => u8::try_from(high * 16 + low).ok(),
            _ => None,
        };
        bytes.push(escaped.unwrap_or(first));
        rest = if escaped.is_some() {
            &after[2..]
        } else {
            after
        };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| path.to_owned())
}

/// Foundry 14 stops loading packs whose names hold anything but letters, digits, `-` and `_`.
fn check_pack_names(submission: &Submission<'_>, report: &mut Report) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    for (index, pack) in submission.manifest.items("packs") {
        let name = pack["name"].as_str().unwrap_or_default();
        if name.is_empty() || !name.chars().all(allowed) {
            let name = text::excerpt(name, SHOWN);
            let message = format!(
                "the pack's name `{name}` must be letters, digits, `-` and `_`; Foundry 14 does not \
                 load it otherwise"
            );
            report.warning("pack.name", format!("packs[{index}].name"), message);
        }
    }
}
