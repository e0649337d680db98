//! Archives beyond what a test can hold: many entries, many gigabytes.

use crate::common::sparse::{self, Sparse};
use archive::{Directory, Limits, Piece, Plan, locate, replace_manifest, tail_len};
use std::io::Read;
use zip::ZipArchive;

const OLD: &[u8] = b"{}";
const NEW: &[u8] = br#"{"id":"big"}"#;
const OTHER: &[u8] = br#"{"id":"big","manifest":"https://example.org/channels/beta/module.json"}"#;
const GIB: u64 = 1 << 30;

fn open(source: &Sparse, limits: &Limits) -> Directory {
    let total = source.len();
    let tail = source.range(total - tail_len(total)..total);
    let location = locate(total, &tail, limits).unwrap();
    Directory::parse(&location, &source.range(location.range()), limits).unwrap()
}

/// Repackages as a host would: one sequential pass in windows. What is copied from zeros is zeros.
fn repackage(source: &Sparse, limits: &Limits, manifest: &[u8]) -> (Sparse, u64) {
    let directory = open(source, limits);
    let found = directory.find_manifest().unwrap();
    let plan = Plan::new(directory, &found, manifest.to_vec()).unwrap();
    let (length, tail_offset, range) = (plan.len(), plan.tail_offset(), plan.source());
    let mut copier = plan.copier();
    let mut output = Sparse::default();
    for (zeros, window) in source.windows(range) {
        for piece in copier.push(window).unwrap() {
            match piece {
                Piece::Copy(range) if zeros => output.zeros(range.len() as u64),
                piece => output.literal(piece.bytes(window).to_vec()),
            }
        }
    }
    assert_eq!(output.len(), tail_offset);
    output.literal(copier.finish().unwrap());
    assert_eq!(output.len(), length);
    (output, tail_offset)
}

/// Repackages an archive of entries of those sizes and reads the output with the `zip` crate.
fn check(sizes: &[u64], limits: &Limits) {
    let source = sparse::archive(sizes.iter().copied(), OLD);
    let (output, tail_offset) = repackage(&source, limits, NEW);

    // The same from the output: nothing changes. With another manifest: only the tail changes.
    let stored_tail = output.range(tail_offset..output.len());
    let (again, offset_again) = repackage(&output, limits, NEW);
    assert_eq!((offset_again, again.len()), (tail_offset, output.len()));
    assert_eq!(again.range(tail_offset..again.len()), stored_tail);
    let (other, other_offset) = repackage(&source, limits, OTHER);
    assert_eq!(other_offset, tail_offset);
    let retailed = replace_manifest(&stored_tail, tail_offset, OTHER).unwrap();
    assert!(retailed == other.range(tail_offset..other.len()));

    let mut zip = ZipArchive::new(output).unwrap();
    assert_eq!(zip.len(), sizes.len() + 1);
    let picked = [0, sizes.len() / 2, sizes.len() - 1];
    for index in picked {
        let mut file = zip.by_index(index).unwrap();
        assert_eq!(file.size(), sizes[index]);
        if file.size() <= 1024 {
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            assert_eq!(content, vec![0; sizes[index] as usize]);
        }
    }
    let mut content = Vec::new();
    zip.by_index(sizes.len())
        .unwrap()
        .read_to_end(&mut content)
        .unwrap();
    assert_eq!(content, NEW);
    zip.validate_header_consistency().unwrap();
}

#[test]
fn a_gigabyte_of_twenty_thousand_entries() {
    let sizes: Vec<u64> = (0..20_000)
        .map(|index| if index % 3 == 0 { 1000 } else { 75_000 })
        .collect();
    check(&sizes, &Limits::default());
}

#[test]
fn more_entries_than_sixteen_bits_count() {
    let limits = Limits {
        entries: 1 << 20,
        directory_bytes: 64 << 20,
        ..Limits::default()
    };
    for count in [65_533, 65_534] {
        check(&vec![3; count], &limits);
    }
}

#[test]
fn sizes_and_offsets_beyond_32_bits() {
    let limits = Limits {
        content_bytes: 64 * GIB,
        ..Limits::default()
    };
    // Offsets alone; then a size as well, up to the sentinel itself.
    check(&[3 * GIB, 3 * GIB, 100, 5], &limits);
    check(&[4 * GIB - 2, 7], &limits);
    check(&[4 * GIB - 1, 7], &limits);
    check(&[5 * GIB, 7], &limits);
}

/// The output grows past 4 GiB by its tail alone: the offset of the manifest, or of the directory,
/// is the first that needs zip64, for one manifest and not for the other.
#[test]
fn the_edge_of_32_bits() {
    let limits = Limits {
        content_bytes: 64 * GIB,
        ..Limits::default()
    };
    let header = 30 + "assets/scenes/000/background-000000.webp".len() as u64;
    for manifest_offset in [
        4 * GIB - 120,
        4 * GIB - 60,
        4 * GIB - 2,
        4 * GIB - 1,
        4 * GIB,
    ] {
        check(&[manifest_offset - header], &limits);
    }
}
