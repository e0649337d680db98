//! Whether every file that the manifest names is in the archive.

use super::{EntryNames, Lookup, Report, Submission};
use crate::manifest::{FileReference, Importance};

pub(super) fn check(submission: &Submission<'_>, report: &mut Report) {
    for reference in submission.manifest.files() {
        match reference.importance {
            Importance::Optional if !looks_like_a_file(&reference.path) => {}
            _ => check_one(&reference, submission.entries, report),
        }
    }
    check_pack_names(submission, report);
}

/// A licence may be named (`MIT`) instead of enclosed.
fn looks_like_a_file(path: &str) -> bool {
    path.contains('/') || path.rsplit_once('.').is_some_and(|(_, end)| end.len() <= 4)
}

fn check_one(reference: &FileReference, entries: &EntryNames, report: &mut Report) {
    let FileReference {
        field,
        path,
        importance,
    } = reference;
    if is_url(path) {
        return;
    }
    if path.contains('\\') {
        let message = format!("`{path}` has backslashes, which work on Windows only; use `/`");
        report.error("file.backslash", field, message);
        return;
    }
    let Some(candidates) = candidates(path) else {
        let message = format!("`{path}` leads out of the package's folder");
        report.error("file.outside", field, message);
        return;
    };
    let found = candidates
        .iter()
        .map(|candidate| look_up(candidate, *importance, entries));
    match best(found) {
        Lookup::Found => {}
        Lookup::OtherCase(name) => {
            let message = format!(
                "`{path}` is not in the archive, but `{name}` is; on Linux these are different \
                 files, so write it in the same case"
            );
            missing(*importance, "file.case", field, message, report);
        }
        Lookup::Missing => {
            let message = format!(
                "`{path}` is not in the archive; add the file, remove the entry, or attach a zip of \
                 the built package to the release"
            );
            missing(*importance, "file.missing", field, message, report);
        }
    }
}

fn missing(
    importance: Importance,
    code: &'static str,
    field: &str,
    message: String,
    report: &mut Report,
) {
    match importance {
        Importance::Required | Importance::Pack => report.error(code, field, message),
        Importance::Optional => report.warning(code, field, message),
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
            let message = format!(
                "the pack's name `{name}` must be letters, digits, `-` and `_`; Foundry 14 does not \
                 load it otherwise"
            );
            report.warning("pack.name", format!("packs[{index}].name"), message);
        }
    }
}
