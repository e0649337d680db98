//! The central directory: every entry, checked against all others.

use crate::central::CENTRAL_BYTES;
use crate::entry::SYMBOLIC_LINK;
use crate::error::{Error, Limit, shown};
use crate::fields::Fields;
use crate::local::LOCAL_BYTES;
use crate::names::{self, Warning};
use crate::{Entry, Limits, Location, Method};

/// Everything an archive holds, checked as far as its directory tells: names that can be unpacked,
/// content that lies where it may and is as large as it may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    /// In order of offset.
    pub(crate) entries: Vec<Entry>,
    /// Indices into `entries`, in order of name.
    by_name: Vec<u32>,
    /// Where the directory begins in the source.
    pub(crate) start: u64,
    pub(crate) comment: Vec<u8>,
}

impl Directory {
    /// Reads the directory from `bytes`, the bytes of [`Location::range`].
    ///
    /// # Errors
    /// The first thing wrong with the archive; see [`Error`].
    pub fn parse(location: &Location, bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        let start = location.directory.start;
        let mut entries = read_all(location, bytes, limits)?;
        entries.sort_by_key(|entry| entry.offset);
        for entry in &entries {
            check_entry(entry, limits)?;
        }
        check_totals(&entries, limits)?;
        lay_out(&mut entries, start)?;
        let mut by_name: Vec<u32> = (0..).take(entries.len()).collect();
        by_name.sort_by_key(|&index| entries[index as usize].name.as_str());
        let directory = Self {
            entries,
            by_name,
            start,
            comment: location.comment.clone(),
        };
        directory.check_names_among_each_other()?;
        Ok(directory)
    }

    /// The entries, in order of their place in the archive.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The archive's comment, as it is.
    pub fn comment(&self) -> &[u8] {
        &self.comment
    }

    /// The entry of exactly this name.
    pub fn file(&self, name: &str) -> Option<&Entry> {
        self.from(name).next().filter(|entry| entry.name == name)
    }

    /// Whether the folder is in the archive, as an entry or as part of other entries' names. With
    /// or without a slash at its end.
    pub fn has_folder(&self, name: &str) -> bool {
        let prefix = format!("{}/", name.strip_suffix('/').unwrap_or(name));
        self.from(&prefix)
            .next()
            .is_some_and(|entry| entry.name.starts_with(&prefix))
    }

    /// What will install on some systems only.
    pub fn warnings(&self) -> Vec<Warning> {
        let (links, others): (Vec<_>, Vec<_>) = (self.entries.iter()).partition(|e| e.is_link());
        let links = links.first().map(|first| Warning::SymbolicLinks {
            count: links.len(),
            first: first.name.clone(),
        });
        let names = names::warnings(others.into_iter().map(Entry::name));
        links.into_iter().chain(names).collect()
    }

    /// The entries from `name` on, in order of name.
    fn from<'d>(&'d self, name: &str) -> impl Iterator<Item = &'d Entry> {
        let entry = |&index: &u32| &self.entries[index as usize];
        let at = self
            .by_name
            .partition_point(|index| entry(index).name.as_str() < name);
        self.by_name[at..].iter().map(entry)
    }

    fn check_names_among_each_other(&self) -> Result<(), Error> {
        for (entry, next) in self.from("").zip(self.from("").skip(1)) {
            if entry.name == next.name {
                return Err(Error::Duplicate {
                    entry: shown(&entry.name),
                });
            }
        }
        for entry in self.entries.iter().filter(|entry| !entry.is_folder()) {
            if self.has_folder(&entry.name) {
                return Err(Error::FileIsFolder {
                    entry: shown(&entry.name),
                });
            }
        }
        Ok(())
    }
}

fn read_all(location: &Location, bytes: &[u8], limits: &Limits) -> Result<Vec<Entry>, Error> {
    let needed = location.directory.end - location.directory.start;
    let found = bytes.len() as u64;
    if found != needed {
        let what = "central directory";
        return Err(Error::Truncated {
            what,
            needed,
            found,
        });
    }
    let miscounted = Error::Structure("its directory has another number of entries than it says");
    if location.entries > needed / CENTRAL_BYTES as u64 {
        return Err(miscounted);
    }
    let mut fields = Fields::new(bytes, "central directory");
    let mut entries = Vec::new();
    while !fields.is_empty() {
        entries.push(Entry::parse(&mut fields, limits)?);
    }
    if entries.len() as u64 != location.entries {
        return Err(miscounted);
    }
    Ok(entries)
}

fn check_entry(entry: &Entry, limits: &Limits) -> Result<(), Error> {
    names::check(&entry.name)?;
    check_kind(entry)?;
    let lie = |what| {
        Err(Error::Entry {
            entry: shown(&entry.name),
            what,
        })
    };
    if entry.is_folder() && entry.size != 0 {
        return lie("it is a folder, yet has content");
    }
    if entry.method == Method::Stored && entry.size != entry.compressed {
        return lie("it is stored, yet its compressed and uncompressed size differ");
    }
    if entry.size > 0 && entry.compressed == 0 {
        return lie("it has a size, yet no bytes in the archive");
    }
    bounded(
        Some(entry),
        Limit::EntryRatio,
        ratio(entry.size, entry.compressed),
        limits.entry_ratio,
    )
}

/// Only files and folders are unpacked; symbolic links, which repositories have, are left out of
/// what is repackaged. The upper half of the attributes is the Unix mode; it is looked at whatever
/// system the entry claims to come from, as some readers do.
fn check_kind(entry: &Entry) -> Result<(), Error> {
    match entry.kind() {
        0 | 0o040_000 | 0o100_000 | SYMBOLIC_LINK => Ok(()),
        _ => Err(Error::SpecialFile {
            entry: shown(&entry.name),
        }),
    }
}

fn check_totals(entries: &[Entry], limits: &Limits) -> Result<(), Error> {
    let sum = |size: fn(&Entry) -> u64| entries.iter().map(size).fold(0, u64::saturating_add);
    let content = sum(|entry| entry.size);
    bounded(None, Limit::ContentBytes, content, limits.content_bytes)?;
    if content <= Limits::RATIO_FREE_BYTES {
        return Ok(());
    }
    let total = ratio(content, sum(|entry| entry.compressed));
    bounded(None, Limit::TotalRatio, total, limits.total_ratio)
}

/// Uncompressed per compressed bytes, rounded up.
fn ratio(size: u64, compressed: u64) -> u64 {
    size.div_ceil(compressed.max(1))
}

fn bounded(entry: Option<&Entry>, limit: Limit, found: u64, allowed: u64) -> Result<(), Error> {
    if found <= allowed {
        return Ok(());
    }
    let entry = entry.map(|entry| shown(&entry.name));
    Err(Error::Limit {
        entry,
        limit,
        found,
        allowed,
    })
}

/// Gives every entry its space, from its offset to the next entry's, and refuses entries that need
/// more: that is how one kilobyte unpacks to petabytes. `entries` are in order of offset.
fn lay_out(entries: &mut [Entry], directory_start: u64) -> Result<(), Error> {
    let mut next: Option<String> = None;
    let mut end = directory_start;
    for entry in entries.iter_mut().rev() {
        let header = LOCAL_BYTES as u64 + entry.raw_name().len() as u64;
        let reach = entry
            .offset
            .saturating_add(header)
            .saturating_add(entry.compressed);
        if reach > directory_start {
            let (entry, limit) = (shown(&entry.name), directory_start);
            return Err(Error::Outside {
                entry,
                end: reach,
                limit,
            });
        }
        if let Some(next) = next.filter(|_| reach > end) {
            return Err(Error::Overlap {
                entry: shown(&entry.name),
                next,
            });
        }
        entry.end = end;
        end = entry.offset;
        next = Some(shown(&entry.name));
    }
    Ok(())
}
