//! What the tests share: the whole path from an archive to its repackaged form, and an independent
//! reader for both.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test crate uses its part"
)]

pub mod raw;
pub mod sparse;

use archive::{Directory, Error, Limits, ManifestEntry, Plan, locate, tail_len};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// The part of `source` that a caller would range-read.
fn range(source: &[u8], range: std::ops::Range<u64>) -> &[u8] {
    &source[range.start as usize..range.end as usize]
}

/// Locates and parses.
pub fn open(source: &[u8]) -> Result<Directory, Error> {
    open_with(source, &Limits::default())
}

/// The same under other limits.
pub fn open_with(source: &[u8], limits: &Limits) -> Result<Directory, Error> {
    let total = source.len() as u64;
    let tail = range(source, total - tail_len(total)..total);
    let location = locate(total, tail, limits)?;
    let bytes = range(source, location.range());
    if let Some(same) = location.in_tail(tail) {
        assert_eq!(same, bytes);
    }
    Directory::parse(&location, bytes, limits)
}

/// A repackaged archive.
#[derive(Debug, PartialEq, Eq)]
pub struct Output {
    pub bytes: Vec<u8>,
    pub tail_offset: u64,
    pub found: ManifestEntry,
    pub old_manifest: Vec<u8>,
}

/// Repackages, pushing chunks of that size.
pub fn repackage(source: &[u8], manifest: &[u8], chunk: usize) -> Result<Output, Error> {
    let directory = open(source)?;
    let found = directory.find_manifest()?;
    let entry = &directory.entries()[found.index];
    let old_manifest = entry.read(range(source, entry.read_range()), 1 << 20)?;
    let plan = Plan::new(directory, &found, manifest.to_vec())?;
    let (length, tail_offset) = (plan.len(), plan.tail_offset());
    let wanted = range(source, plan.source());
    let mut copier = plan.copier().verifying();
    let mut bytes = Vec::new();
    for chunk in wanted.chunks(chunk) {
        for piece in copier.push(chunk)? {
            bytes.extend_from_slice(piece.bytes(chunk));
        }
    }
    assert!(copier.is_complete() || wanted.is_empty());
    assert_eq!(
        bytes.len() as u64,
        tail_offset,
        "what comes before the tail"
    );
    bytes.extend(copier.finish()?);
    assert_eq!(bytes.len() as u64, length, "the length known up front");
    Ok(Output {
        bytes,
        tail_offset,
        found,
        old_manifest,
    })
}

/// The whole path refuses the archive, saying `words`.
pub fn refused(case: &str, source: &[u8], words: &str) {
    for chunk in [1, 7, usize::MAX] {
        match repackage(source, b"{}", chunk) {
            Ok(_) => panic!("{case}: accepted"),
            Err(error) => {
                let said = error.to_string();
                assert!(
                    said.contains(words),
                    "{case}: expected `{words}`, got `{said}`"
                );
            }
        }
    }
}

/// An entry as the `zip` crate sees it. The position in the archive comes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub content: Vec<u8>,
    pub comment: String,
    pub method: zip::CompressionMethod,
    pub mode: Option<u32>,
    pub modified: Option<zip::DateTime>,
}

/// Reads an archive with the `zip` crate, checksums and header consistency included.
pub fn read_back(bytes: &[u8]) -> (BTreeMap<String, Seen>, Vec<String>) {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    archive.validate_header_consistency().unwrap();
    let (mut seen, mut order) = (BTreeMap::new(), Vec::new());
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        order.push(name.clone());
        let entry = Seen {
            content,
            comment: file.comment().to_owned(),
            method: file.compression(),
            mode: file.unix_mode(),
            modified: file.last_modified(),
        };
        seen.insert(name, entry);
    }
    (seen, order)
}
