//! What can be wrong with an archive, in words its author can act on.

use crate::method;
use thiserror::Error;

/// Why an archive was refused. Every variant about one entry names it; names are shown with
/// control characters escaped and cut to a readable length.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    /// No end record closes the file: it is no zip archive, its end is missing, or something was
    /// put behind it.
    #[error(
        "not a zip archive, cut short, or followed by other bytes: no end record closes the {total} bytes"
    )]
    NoEnd {
        /// Bytes of the whole file.
        total: u64,
    },
    /// Two end records fit the file's end; readers would disagree on which one counts.
    #[error(
        "two end records fit the end of the archive; zip readers would disagree about its contents"
    )]
    AmbiguousEnd,
    /// The caller handed over fewer bytes than it was asked for.
    #[error("{what}: {needed} bytes are needed, {found} are there; the archive is cut short")]
    Truncated {
        /// What was being read.
        what: &'static str,
        /// Bytes needed.
        needed: u64,
        /// Bytes there.
        found: u64,
    },
    /// The archive is split over several files.
    #[error("the archive is one part of a multi-disk set; publish it as a single file")]
    MultiDisk,
    /// The structure contradicts itself: a lying or damaged header.
    #[error("the archive contradicts itself: {0}")]
    Structure(&'static str),
    /// The central directory does not lie right before the end records.
    #[error(
        "the directory should end at byte {expected}, its end record says {declared}; something was put before or into the archive"
    )]
    Misplaced {
        /// Where it must end.
        expected: u64,
        /// Where the end record lets it end.
        declared: u64,
    },
    /// A bound of [`crate::Limits`] (or a reading bound) is exceeded.
    #[error("{}{limit}: {found}, at most {allowed} allowed", of(entry))]
    Limit {
        /// The entry, when the bound is about a single one.
        entry: Option<String>,
        /// Which bound, with its unit.
        limit: Limit,
        /// What the archive has.
        found: u64,
        /// What is allowed.
        allowed: u64,
    },
    /// An entry is encrypted.
    #[error("`{entry}` is encrypted; publish the archive without a password")]
    Encrypted {
        /// The entry's name.
        entry: String,
    },
    /// An entry is compressed in a way that not every reader knows.
    #[error("`{entry}` is compressed with method {number} ({}); only stored (0) and deflated (8) can be installed everywhere", method::name(*number))]
    Method {
        /// The entry's name.
        entry: String,
        /// The method's number.
        number: u16,
    },
    /// An entry's name cannot or must not be unpacked.
    #[error("`{entry}`: {problem}")]
    Name {
        /// The entry's name.
        entry: String,
        /// What is wrong with it.
        problem: NameProblem,
    },
    /// Two entries have the same name.
    #[error("`{entry}` is in the archive more than once")]
    Duplicate {
        /// The name.
        entry: String,
    },
    /// A name is a file and also a folder of other entries.
    #[error("`{entry}` is a file and at the same time a folder with entries in it")]
    FileIsFolder {
        /// The name.
        entry: String,
    },
    /// A device, pipe or socket.
    #[error("`{entry}` is a device, pipe or socket; only files and folders can be installed")]
    SpecialFile {
        /// The entry's name.
        entry: String,
    },
    /// Two entries claim the same bytes.
    #[error("`{entry}` overlaps `{next}`: both claim the same bytes of the archive")]
    Overlap {
        /// The entry that starts first.
        entry: String,
        /// The entry (or the directory) that it runs into.
        next: String,
    },
    /// An entry lies, at least in part, outside the space before the directory.
    #[error("`{entry}` reaches to byte {end}, but entries end at byte {limit}")]
    Outside {
        /// The entry's name.
        entry: String,
        /// Where it ends at the earliest.
        end: u64,
        /// Where the directory begins.
        limit: u64,
    },
    /// An entry's own fields contradict each other.
    #[error("`{entry}`: {what}")]
    Entry {
        /// The entry's name.
        entry: String,
        /// The contradiction.
        what: &'static str,
    },
    /// The header before an entry's content and the directory disagree.
    #[error("`{entry}`: its local header and the directory disagree about the {field}")]
    LocalHeader {
        /// The entry's name.
        entry: String,
        /// The field they disagree about.
        field: &'static str,
    },
    /// An entry's content is not what its header promises.
    #[error("`{entry}` is damaged: {what}")]
    Damaged {
        /// The entry's name.
        entry: String,
        /// How it shows.
        what: &'static str,
    },
    /// No manifest where Foundry looks for one.
    #[error(
        "no module.json, system.json or world.json at the top of the archive or directly in its single top folder{}",
        listed("; found deeper: ", deeper)
    )]
    NoManifest {
        /// Manifests that lie deeper, at most five.
        deeper: Vec<String>,
    },
    /// More than one manifest at the top.
    #[error("exactly one manifest is needed{}", listed("; found ", names))]
    SeveralManifests {
        /// Their names.
        names: Vec<String>,
    },
    /// The manifest lies in a folder, but not everything else does.
    #[error(
        "the manifest lies in `{folder}/`, but `{entry}` lies outside of it; put both at the top or both into the folder"
    )]
    OutsideFolder {
        /// The folder that holds the manifest.
        folder: String,
        /// The first entry outside.
        entry: String,
    },
}

/// A bound, named with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Limit {
    /// [`crate::Limits::entries`].
    #[error("entries")]
    Entries,
    /// [`crate::Limits::directory_bytes`].
    #[error("bytes of the central directory")]
    DirectoryBytes,
    /// [`crate::Limits::name_bytes`].
    #[error("bytes of the name")]
    NameBytes,
    /// Bytes of a comment once it is written as UTF-8; the format ends at 65,535.
    #[error("bytes of the comment")]
    CommentBytes,
    /// [`crate::Limits::content_bytes`].
    #[error("uncompressed bytes of all entries")]
    ContentBytes,
    /// The bound given to [`crate::Entry::read`], or the format's for a replaced manifest.
    #[error("uncompressed bytes")]
    EntryBytes,
    /// [`crate::Limits::entry_ratio`].
    #[error("uncompressed bytes per compressed byte")]
    EntryRatio,
    /// [`crate::Limits::total_ratio`].
    #[error("uncompressed bytes per compressed byte of the whole archive")]
    TotalRatio,
}

/// What is wrong with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NameProblem {
    /// No name at all.
    #[error("the name is empty")]
    Empty,
    /// The UTF-8 flag is set, but the bytes are not UTF-8.
    #[error("the name is marked as UTF-8 but is not")]
    NotUtf8,
    /// NUL or another control character.
    #[error("the name holds a control character")]
    Control,
    /// Windows' separator; Foundry on other systems makes it part of the file's name.
    #[error("the name holds a backslash; folders are separated by `/`")]
    Backslash,
    /// Begins at the root of the disk.
    #[error("the name is an absolute path")]
    Absolute,
    /// `C:` and the like.
    #[error("the name holds a drive letter")]
    DriveLetter,
    /// Climbs out of the folder it is unpacked to.
    #[error("the name holds a `..`")]
    Parent,
    /// `a//b` or `./a`.
    #[error("the name holds an empty or `.` part")]
    NotNormal,
    /// Longer than any system's files are named.
    #[error("a part of the name has more than 255 characters, and no system has such files")]
    TooLong,
}

/// A name made fit for a message: control characters escaped, at most [`SHOWN`] characters.
pub(crate) fn shown(name: &str) -> String {
    let mut text = String::new();
    for (index, character) in name.chars().enumerate() {
        match character {
            _ if index == SHOWN => {
                text.push('…');
                break;
            }
            _ if character.is_control() => text.extend(character.escape_default()),
            _ => text.push(character),
        }
    }
    text
}

const SHOWN: usize = 200;

fn of(entry: &Option<String>) -> String {
    entry
        .as_ref()
        .map(|name| format!("`{name}`: "))
        .unwrap_or_default()
}

fn listed(before: &str, names: &[String]) -> String {
    if names.is_empty() {
        String::new()
    } else {
        format!("{before}{}", names.join(", "))
    }
}
