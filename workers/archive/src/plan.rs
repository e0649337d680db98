//! Deciding what the repackaged archive looks like, before a byte of content is read.

use crate::end::End;
use crate::error::{Error, Limit, shown};
use crate::manifest::FINDER_FOLDER;
use crate::{Copier, Directory, Entry, ManifestEntry, ManifestKind, Method, record};
use std::ops::Range;

/// The output: every other entry in the order of the source, its compressed bytes as they are; then
/// the manifest; then directory and end records. A stray top folder is gone, and so are symbolic
/// links.
///
/// A plan depends on nothing but its input, so the same input gives the same archive; and
/// repackaging an output with the manifest it has gives that output again. Names and comments become
/// UTF-8, sizes stand in the local headers instead of in data descriptors. Kept are: times,
/// attributes, comments, and the directory's extra fields, which the local headers get as well.
///
/// What only a local header has is left out. The output's length and every offset in it follow from
/// the directory alone, which stores want to be told before the first byte; how long local headers
/// are, only a pass over the whole source would say. Of the fields that are registered with two forms
/// (APPNOTE 4.6.1, described in Info-ZIP's `extrafld.txt`), nothing is lost that installing needs: a
/// time of modification (0x5455) must be in both, and only in the local one are times of access and
/// creation, and owners by number in a form that is out of use (0x7855).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// All but the manifest, as in the source.
    pub(crate) kept: Vec<Entry>,
    pub(crate) manifest: Entry,
    pub(crate) content: Vec<u8>,
    comment: Vec<u8>,
    source: Range<u64>,
    tail_offset: u64,
    directory_len: u64,
}

impl Plan {
    /// Plans the archive of `directory` with `content` in place of its manifest's.
    ///
    /// # Errors
    /// [`Error::Limit`] if the manifest is 4 GiB long; [`Error::Duplicate`] if names collide once
    /// the top folder is stripped.
    pub fn new(
        directory: Directory,
        manifest: &ManifestEntry,
        content: Vec<u8>,
    ) -> Result<Self, Error> {
        let name = manifest.kind.file_name();
        let replacement = manifest_entry(manifest.kind, &content)?;
        let Directory {
            entries,
            start,
            comment,
            ..
        } = directory;
        let mut kept = keep(entries, manifest);
        refuse_duplicates(&kept, name)?;
        kept.shrink_to_fit();
        let source = match (kept.first(), kept.last()) {
            (Some(first), Some(last)) => first.offset..last.end,
            _ => start..start,
        };
        let mut plan = Self {
            kept,
            manifest: replacement,
            content,
            comment,
            source,
            tail_offset: 0,
            directory_len: 0,
        };
        plan.measure();
        Ok(plan)
    }

    /// Bytes of the output.
    #[expect(
        clippy::len_without_is_empty,
        reason = "an archive with a manifest is never empty"
    )]
    pub fn len(&self) -> u64 {
        self.directory_offset()
            .saturating_add(self.directory_len)
            .saturating_add(self.end().len())
    }

    /// Where in the output the manifest's local header begins. Everything before is independent of
    /// the manifest's content: see [`crate::replace_manifest`].
    pub fn tail_offset(&self) -> u64 {
        self.tail_offset
    }

    /// The bytes of the source that a [`Copier`] must be given, in order. Empty if the manifest is
    /// the only entry.
    pub fn source(&self) -> Range<u64> {
        self.source.clone()
    }

    /// Bytes that verifying the copy would inflate, as the directory announces them.
    pub fn inflated_bytes(&self) -> u64 {
        let deflated = self.kept.iter();
        let deflated = deflated.filter(|entry| entry.method == Method::Deflated);
        deflated.fold(0, |sum, entry| sum.saturating_add(entry.size))
    }

    /// What carries the plan out.
    pub fn copier(self) -> Copier {
        Copier::new(self)
    }

    /// Everything from [`Plan::tail_offset`] on.
    pub(crate) fn tail(&self) -> Vec<u8> {
        let length = usize::try_from(self.len() - self.tail_offset).unwrap_or(0);
        let mut tail = Vec::with_capacity(length);
        record::put_local(&mut tail, &self.manifest);
        tail.extend_from_slice(&self.content);
        for (entry, offset) in self.placed() {
            record::put_central(&mut tail, entry, offset);
        }
        record::put_central(&mut tail, &self.manifest, self.tail_offset);
        self.end().put(&mut tail);
        tail
    }

    /// The kept entries with their offsets in the output.
    fn placed(&self) -> impl Iterator<Item = (&Entry, u64)> {
        self.kept.iter().scan(0, |next, entry| {
            let offset = *next;
            *next = after(entry, offset);
            Some((entry, offset))
        })
    }

    fn measure(&mut self) {
        let (mut end, mut directory_len) = (0, 0);
        for (entry, offset) in self.placed() {
            end = after(entry, offset);
            directory_len += record::central_len(entry, offset);
        }
        self.tail_offset = end;
        self.directory_len = directory_len + record::central_len(&self.manifest, end);
    }

    fn directory_offset(&self) -> u64 {
        after(&self.manifest, self.tail_offset)
    }

    fn end(&self) -> End<'_> {
        End {
            entries: self.kept.len() as u64 + 1,
            offset: self.directory_offset(),
            size: self.directory_len,
            comment: &self.comment,
        }
    }
}

/// Where in the output an entry's content ends that starts at `offset`. All contents together are
/// within the source, so that a sum can only saturate for a source that cannot exist.
pub(crate) fn after(entry: &Entry, offset: u64) -> u64 {
    offset
        .saturating_add(record::local_len(entry))
        .saturating_add(entry.compressed)
}

/// All entries but the manifest, symbolic links and the stripped folder itself, under their new names.
fn keep(entries: Vec<Entry>, manifest: &ManifestEntry) -> Vec<Entry> {
    let folder = manifest.folder.as_deref();
    let mut kept = Vec::with_capacity(entries.len());
    for (index, mut entry) in entries.into_iter().enumerate() {
        if let Some(folder) = folder {
            if entry.name.starts_with(FINDER_FOLDER) {
                continue;
            }
            entry.strip(folder);
        }
        if index != manifest.index && !entry.is_link() && !entry.output_name().is_empty() {
            kept.push(entry);
        }
    }
    kept
}

/// Stripping one folder off all names keeps them apart, unless the caller chose a manifest that
/// [`Directory::find_manifest`] would not have.
fn refuse_duplicates(kept: &[Entry], manifest: &str) -> Result<(), Error> {
    let mut names: Vec<&str> = kept
        .iter()
        .map(Entry::output_name)
        .chain([manifest])
        .collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Error::Duplicate {
            entry: shown(pair[0]),
        }),
        None => Ok(()),
    }
}

impl Entry {
    /// Leaves the folder out of the output's name, if the entry lies in it.
    fn strip(&mut self, folder: &str) {
        let inside = self
            .name
            .strip_prefix(folder)
            .and_then(|rest| rest.strip_prefix('/'));
        let stripped = inside.map_or(0, |rest| self.name.len() - rest.len());
        self.stripped = u32::try_from(stripped).unwrap_or(0);
    }
}

/// The manifest's entry. Its own size never needs zip64.
pub(crate) fn manifest_entry(kind: ManifestKind, content: &[u8]) -> Result<Entry, Error> {
    let (name, found) = (kind.file_name(), content.len() as u64);
    let allowed = record::WIDE - 1;
    if found > allowed {
        let (entry, limit) = (Some(name.to_owned()), Limit::EntryBytes);
        return Err(Error::Limit {
            entry,
            limit,
            found,
            allowed,
        });
    }
    Ok(Entry::stored(name, found, crate::checksum::crc32(content)))
}
