//! Which names are safe to unpack, and which will trouble somebody.

use crate::error::{Error, NameProblem, shown};
use std::fmt;

/// Longest name of a file: in bytes on Linux, in UTF-16 units on Windows.
const LONGEST: usize = 255;

/// Refuses a name that leaves its folder, means different things to different readers, or cannot
/// be a file's name.
pub(crate) fn check(name: &str) -> Result<(), Error> {
    match problem(name) {
        None => Ok(()),
        Some(problem) => Err(Error::Name {
            entry: shown(name),
            problem,
        }),
    }
}

fn problem(name: &str) -> Option<NameProblem> {
    if name.is_empty() {
        return Some(NameProblem::Empty);
    }
    if name.chars().any(char::is_control) {
        return Some(NameProblem::Control);
    }
    if name.contains('\\') {
        return Some(NameProblem::Backslash);
    }
    if name.starts_with('/') {
        return Some(NameProblem::Absolute);
    }
    let path = name.strip_suffix('/').unwrap_or(name);
    path.split('/').find_map(|part| match part.as_bytes() {
        b".." => Some(NameProblem::Parent),
        b"" | b"." => Some(NameProblem::NotNormal),
        long if long.len() > LONGEST && part.encode_utf16().count() > LONGEST => {
            Some(NameProblem::TooLong)
        }
        // In any part: a stripped top folder makes the second part the first.
        [letter, b':', ..] if letter.is_ascii_alphabetic() => Some(NameProblem::DriveLetter),
        _ => None,
    })
}

/// Something that installs on some systems only. Not a reason to refuse the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// Two names differ only in upper and lower case: on Windows and macOS one replaces the other.
    SameIgnoringCase {
        /// The first name.
        first: String,
        /// The second name.
        second: String,
    },
    /// Windows cannot have a file of this name.
    NotOnWindows {
        /// The name.
        name: String,
    },
    /// Linux cannot have a file of this name: it has more than 255 bytes.
    NotOnLinux {
        /// The name.
        name: String,
    },
    /// Symbolic links, which are left out.
    SymbolicLinks {
        /// How many.
        count: usize,
        /// The first one's name.
        first: String,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::SameIgnoringCase { first, second } => write!(
                f,
                "`{}` and `{}` differ only in case: on Windows and macOS one replaces the other",
                shown(first),
                shown(second)
            ),
            Warning::NotOnWindows { name } => {
                write!(f, "`{}` cannot be a file's name on Windows", shown(name))
            }
            Warning::NotOnLinux { name } => write!(
                f,
                "`{}` has more than {LONGEST} bytes and cannot be a file's name on Linux",
                shown(name)
            ),
            Warning::SymbolicLinks { count: 1, first } => write!(
                f,
                "`{}` is a symbolic link and left out; put the file itself there if the package \
                 needs it",
                shown(first)
            ),
            Warning::SymbolicLinks { count, first } => write!(
                f,
                "{count} symbolic links are left out, such as `{}`; put the files themselves there \
                 if the package needs them",
                shown(first)
            ),
        }
    }
}

/// The warnings that a set of names deserves, in their order.
pub(crate) fn warnings<'n>(names: impl Iterator<Item = &'n str>) -> Vec<Warning> {
    let mut folded: Vec<(String, &str)> = Vec::new();
    let mut warnings = Vec::new();
    for name in names {
        let path = name.strip_suffix('/').unwrap_or(name);
        if path.split('/').any(troubles_windows) {
            let name = name.to_owned();
            warnings.push(Warning::NotOnWindows { name });
        }
        if path.split('/').any(|part| part.len() > LONGEST) {
            let name = name.to_owned();
            warnings.push(Warning::NotOnLinux { name });
        }
        folded.push((path.to_lowercase(), name));
    }
    folded.sort_unstable();
    for pair in folded.windows(2) {
        if let [(one, first), (other, second)] = pair
            && one == other
        {
            let (first, second) = (first.to_string(), second.to_string());
            warnings.push(Warning::SameIgnoringCase { first, second });
        }
    }
    warnings
}

/// Reserved characters, device names, and endings that Windows cuts off.
fn troubles_windows(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).to_ascii_uppercase();
    let numbered = |device: &str| {
        stem.strip_prefix(device)
            .is_some_and(|rest| matches!(rest.as_bytes(), [b'1'..=b'9']))
    };
    part.contains(['<', '>', ':', '"', '|', '?', '*'])
        || part.ends_with(['.', ' '])
        || matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || numbered("COM")
        || numbered("LPT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_names_that_cannot_be_unpacked_safely() {
        use NameProblem::*;
        for (name, expected) in [
            ("module.json", None),
            ("a/b c/ü…日本.txt", None),
            ("folder/", None),
            ("..a/b..", None),
            ("a:b", Some(DriveLetter)),
            ("long:b", None),
            ("", Some(Empty)),
            ("a\0b", Some(Control)),
            ("a\u{85}b", Some(Control)),
            ("a\\b", Some(Backslash)),
            ("/etc/passwd", Some(Absolute)),
            ("/", Some(Absolute)),
            ("C:/x", Some(DriveLetter)),
            ("top/C:/x", Some(DriveLetter)),
            ("..", Some(Parent)),
            ("../x", Some(Parent)),
            ("a/../../x", Some(Parent)),
            ("./x", Some(NotNormal)),
            ("a//b", Some(NotNormal)),
            ("a//", Some(NotNormal)),
        ] {
            assert_eq!(problem(name), expected, "{name:?}");
        }
        for (length, expected) in [(255, None), (256, Some(TooLong))] {
            let long = format!("{}/{}", "a".repeat(length), "b".repeat(255));
            assert_eq!(problem(&long), expected, "{length}");
        }
    }

    #[test]
    fn warns_of_names_that_trouble_some_systems() {
        for (names, expected) in [
            (&["a", "b", "a/c"][..], 0),
            (&["Icons/A.webp", "icons/a.webp"], 1),
            (&["Größe", "GRÖSSE", "GRÖßE"], 1),
            (&["lib/con.js", "lib/console.js", "com1.txt", "com0"], 2),
            (&["what?.txt", "dot.", "space ", "fine.txt"], 3),
        ] {
            assert_eq!(warnings(names.iter().copied()).len(), expected, "{names:?}");
        }
        let long = "日".repeat(100);
        assert_eq!(problem(&long), None);
        assert_eq!(
            warnings([long.as_str()].into_iter()),
            [Warning::NotOnLinux { name: long.clone() }]
        );
    }
}
