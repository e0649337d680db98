//! Damage of every kind: never a panic, and what is accepted all the same gives a sound archive.

use crate::common::raw::{Item, build_with, extra, truthful64, zip64};
use crate::common::{read_back, repackage};
use archive::{Limits, locate, replace_manifest};
use proptest::prelude::*;

const NEW: &[u8] = br#"{"id":"a"}"#;

/// A small archive with some of everything.
fn sample() -> Vec<u8> {
    let wide = u32::MAX;
    let items = [
        Item::new("top/", b""),
        Item::new(b"top/gr\x94\xe1e.txt", b"abc").streamed(true),
        Item::new("top/long", b"content")
            .both(|h| (h.size, h.compressed, h.extra) = (wide, wide, zip64(&[7, 7])))
            .with(|item| item.comment = b"comment".to_vec()),
        Item::new("top/module.json", b"{}").both(|h| h.extra = extra(0x5455, &[3, 1, 2, 3, 4])),
    ];
    build_with(&items, |end| {
        end.zip64 = Some(truthful64(end));
        end.comment = b"the archive".to_vec();
    })
}

/// Repackaging either refuses, or gives what another reader reads and what repackages to itself.
fn check(source: &[u8], chunk: usize) {
    let Ok(output) = repackage(source, NEW, chunk) else {
        return;
    };
    let again = repackage(&output.bytes, NEW, chunk).unwrap();
    assert_eq!(again.bytes, output.bytes);
    read_back(&output.bytes);
}

#[test]
fn the_sample_itself_is_accepted() {
    let output = repackage(&sample(), NEW, 1).unwrap();
    let (_, order) = read_back(&output.bytes);
    assert_eq!(order, ["größe.txt", "long", "module.json"]);
}

#[test]
fn cut_off_anywhere_it_is_refused() {
    let source = sample();
    for length in 0..source.len() {
        repackage(&source[..length], NEW, 64).unwrap_err();
        // The same when the announced length is right and only the bytes are missing.
        locate(source.len() as u64, &source[..length], &Limits::default()).unwrap_err();
    }
}

#[test]
fn every_bit_may_flip() {
    let source = sample();
    for index in 0..source.len() {
        for bit in 0..8 {
            let mut flipped = source.clone();
            flipped[index] ^= 1 << bit;
            check(&flipped, 64);
        }
    }
}

#[test]
fn every_byte_may_be_extreme() {
    let source = sample();
    for index in 0..source.len() {
        for width in [1, 2, 4, 8] {
            for value in [0, 0x7f, 0xff] {
                let mut changed = source.clone();
                changed
                    .iter_mut()
                    .skip(index)
                    .take(width)
                    .for_each(|byte| *byte = value);
                check(&changed, 64);
            }
        }
    }
}

#[test]
fn a_source_that_ends_early_is_noticed() {
    let source = sample();
    let directory = crate::common::open(&source).unwrap();
    let found = directory.find_manifest().unwrap();
    let plan = archive::Plan::new(directory, &found, NEW.to_vec()).unwrap();
    let range = plan.source();
    let wanted = &source[range.start as usize..range.end as usize];
    let mut complete_at = None;
    for length in 0..=wanted.len() {
        let mut copier = plan.clone().copier();
        copier.push(&wanted[..length]).unwrap();
        let complete = copier.is_complete();
        assert_eq!(copier.finish().is_ok(), complete, "{length}");
        complete_at = complete_at.or(complete.then_some(length));
    }
    // Up to the last content; what lies behind it is not needed.
    assert!(complete_at.is_some_and(|at| at > 100 && at <= wanted.len()));
}

#[test]
fn tails_of_other_things_are_refused() {
    let output = repackage(&sample(), NEW, 64).unwrap();
    let (offset, tail) = (
        output.tail_offset,
        &output.bytes[output.tail_offset as usize..],
    );
    assert_eq!(replace_manifest(tail, offset, NEW).unwrap(), tail);
    for wrong in [0, offset - 1, offset + 1, u64::MAX] {
        replace_manifest(tail, wrong, NEW).unwrap_err();
    }
    for cut in 1..tail.len() {
        replace_manifest(&tail[cut..], offset, NEW).unwrap_err();
        replace_manifest(&tail[..cut], offset, NEW).unwrap_err();
        // A later piece with its own, right offset has no manifest at its beginning.
        replace_manifest(&tail[cut..], offset + cut as u64, NEW).unwrap_err();
    }
    replace_manifest(b"", 0, NEW).unwrap_err();
    for index in 0..tail.len() {
        for bit in 0..8 {
            let mut flipped = tail.to_vec();
            flipped[index] ^= 1 << bit;
            let _ = replace_manifest(&flipped, offset, NEW);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn random_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400), total in any::<u64>()) {
        let _ = locate(total, &bytes, &Limits::default());
        let _ = replace_manifest(&bytes, total, b"{}");
        check(&bytes, 64);
    }

    #[test]
    fn random_changes(
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
        chunk in 1_usize..100,
    ) {
        let mut source = sample();
        for (index, value) in changes {
            let index = index.index(source.len());
            source[index] = value;
        }
        check(&source, chunk);
    }

    #[test]
    fn random_archives(
        files in proptest::collection::btree_map("[a-z]{1,6}/[a-zé ]{1,8}", proptest::collection::vec(any::<u8>(), 0..200), 0..12),
        streamed in any::<bool>(),
        manifest in proptest::collection::vec(any::<u8>(), 0..300),
        chunk in 1_usize..300,
    ) {
        let mut items: Vec<Item> = files
            .iter()
            .map(|(name, content)| Item::new(format!("top/{name}"), content))
            .map(|item| if streamed { item.streamed(true) } else { item })
            .collect();
        items.insert(files.len() / 2, Item::new("top/module.json", b"{}"));
        let source = crate::common::raw::build(&items);
        let output = repackage(&source, &manifest, chunk).unwrap();
        let (mut seen, _) = read_back(&output.bytes);
        prop_assert_eq!(&seen.remove("module.json").unwrap().content, &manifest);
        let contents = seen.into_iter().map(|(name, seen)| (name, seen.content)).collect();
        prop_assert_eq!(files, contents);
        // Another manifest by the tail alone is what a new repackaging gives.
        let (shared, tail) = output.bytes.split_at(output.tail_offset as usize);
        let other = repackage(&source, NEW, chunk).unwrap();
        let retailed = replace_manifest(tail, output.tail_offset, NEW).unwrap();
        prop_assert_eq!([shared, &retailed].concat(), other.bytes);
    }
}
