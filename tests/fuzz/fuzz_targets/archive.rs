//! The reader of zip archives, and what it makes of those that it accepts.
//!
//! The first byte says in which pieces the archive is read; the rest is the archive.
#![no_main]

use std::{io::Cursor, ops::Range};

use archive::{Directory, Error, Limits, Plan, locate, replace_manifest, tail_len};
use libfuzzer_sys::fuzz_target;

const MANIFEST: &[u8] = br#"{"id":"a","version":"1.0.0"}"#;
const OTHER: &[u8] = br#"{"id":"a","version":"1.0.0","manifest":"https://edge.example/a"}"#;

fuzz_target!(|data: &[u8]| {
    let Some((&pieces, source)) = data.split_first() else {
        return;
    };
    let piece = usize::from(pieces) + 1;
    // A tail of nothing that we wrote is refused in one way or another.
    let _ = replace_manifest(source, u64::from(pieces), MANIFEST);
    let Ok((bytes, tail_offset)) = repackaged(source, MANIFEST, piece) else {
        return;
    };
    read_by_another(&bytes);
    // What was repackaged is as it would be packed again, whatever the pieces.
    let again = repackaged(&bytes, MANIFEST, 7);
    assert_eq!(again.as_ref().map(|(bytes, _)| bytes), Ok(&bytes));
    // Another manifest by the tail alone is the archive with that manifest.
    let (before, tail) = bytes.split_at(at(tail_offset));
    let tail = replace_manifest(tail, tail_offset, OTHER);
    let other = tail.map(|tail| [before, &tail].concat());
    assert_eq!(
        other,
        repackaged(source, OTHER, piece).map(|(bytes, _)| bytes)
    );
});

fn at(offset: u64) -> usize {
    usize::try_from(offset).expect("an offset in memory")
}

fn part(source: &[u8], range: Range<u64>) -> &[u8] {
    &source[at(range.start)..at(range.end)]
}

/// The archive with another manifest, and where its tail begins.
fn repackaged(source: &[u8], manifest: &[u8], piece: usize) -> Result<(Vec<u8>, u64), Error> {
    let (total, limits) = (source.len() as u64, Limits::default());
    let tail = part(source, total - tail_len(total)..total);
    let location = locate(total, tail, &limits)?;
    let bytes = part(source, location.range());
    if let Some(same) = location.in_tail(tail) {
        assert_eq!(same, bytes);
    }
    let directory = Directory::parse(&location, bytes, &limits)?;
    let _ = directory.warnings();
    let found = directory.find_manifest()?;
    let entry = &directory.entries()[found.index];
    let content = entry.read(part(source, entry.read_range()), archive::MANIFEST_BYTES);
    if let Ok(content) = content {
        assert_eq!(content.len() as u64, entry.size());
    }
    let plan = Plan::new(directory, &found, manifest.to_vec())?;
    let (length, tail_offset) = (plan.len(), plan.tail_offset());
    let wanted = part(source, plan.source());
    let (mut copier, mut output) = (plan.copier().verifying(), Vec::new());
    for chunk in wanted.chunks(piece) {
        for piece in copier.push(chunk)? {
            output.extend_from_slice(piece.bytes(chunk));
        }
    }
    assert_eq!(
        output.len() as u64,
        tail_offset,
        "what comes before the tail"
    );
    output.extend(copier.finish()?);
    assert_eq!(output.len() as u64, length, "the length known up front");
    Ok((output, tail_offset))
}

/// Another reader finds the same names, and headers that agree with the directory.
fn read_by_another(bytes: &[u8]) {
    let total = bytes.len() as u64;
    let limits = Limits::default();
    let tail = part(bytes, total - tail_len(total)..total);
    let location = locate(total, tail, &limits).expect("our own archive has an end");
    let directory = Directory::parse(&location, part(bytes, location.range()), &limits)
        .expect("our own archive has a directory");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("another reader reads it");
    archive
        .validate_header_consistency()
        .expect("its headers agree");
    assert_eq!(archive.len(), directory.entries().len());
    for (index, entry) in directory.entries().iter().enumerate() {
        let theirs = archive.by_index_raw(index).expect("another reader's entry");
        let name = theirs.name().expect("another reader's name");
        assert_eq!(name, entry.name());
    }
}
