//! End records that must be refused, and the words they are refused with.

use crate::common::raw::{End, End64, Item, build, build_with, truthful64};
use crate::common::refused;

/// An honest entry.
fn fine() -> Item {
    Item::new("module.json", b"{}")
}

fn check_end(words: &str, change: impl Fn(&mut End)) {
    let items = [fine(), Item::new("a", b"a")];
    refused(words, &build_with(&items, change), words);
}

#[test]
fn refuses_lying_ends() {
    check_end("multi-disk", |end| end.disk = 1);
    check_end("multi-disk", |end| end.directory_disk = 1);
    check_end("multi-disk", |end| end.here = 1);
    check_end("another number of entries", |end| {
        (end.here, end.entries) = (1, 1)
    });
    check_end("another number of entries", |end| {
        (end.here, end.entries) = (3, 3)
    });
    check_end("entries: 65535, at most 50000 allowed", |end| {
        (end.here, end.entries) = (u16::MAX, u16::MAX);
    });
    check_end("the directory should end at byte", |end| end.offset += 1);
    check_end("the directory should end at byte", |end| end.size -= 1);
    check_end("the directory should end at byte", |end| {
        end.offset = u32::MAX
    });
    check_end("does not begin as one", |end| {
        (end.offset, end.size) = (end.offset + 1, end.size - 1)
    });
    check_end("not a zip archive, cut short, or followed", |end| {
        end.comment_len = Some(1)
    });
    check_end("two end records", |end| {
        end.comment = [b"PK\x05\x06".as_slice(), &[0; 18]].concat();
    });
    refused(
        "prefix",
        &[b"#!stub".to_vec(), build(&[fine()])].concat(),
        "something was put before",
    );
    refused("empty", b"", "not a zip archive");
    refused(
        "html",
        &b"<!doctype html>".repeat(10_000),
        "not a zip archive",
    );
}

#[test]
fn refuses_lying_zip64_ends() {
    let lie = |words, change: &dyn Fn(&mut End64)| {
        check_end(words, |end| {
            let mut long = truthful64(end);
            change(&mut long);
            end.zip64 = Some(long);
        });
    };
    lie("multi-disk", &|long| long.disks = 2);
    lie("say different things", &|long| long.disk = 1);
    lie("say different things", &|long| long.entries = 1);
    lie("say different things", &|long| long.size = u64::MAX);
    lie("say different things", &|long| long.offset = 0);
    lie("another length", &|long| long.record_len = 45);
    lie("another length", &|long| long.record_len = u64::MAX);
    lie("points to no zip64", &|long| long.locator -= 1);
    lie("points to no zip64", &|long| long.locator = 0);
    lie("points to no zip64", &|long| long.locator = u64::MAX);
    let narrow = |words, offset: u64, entries: u64| {
        check_end(words, |end| {
            end.zip64 = Some(moved(end, offset, entries));
            (end.offset, end.here, end.entries) = (u32::MAX, u16::MAX, u16::MAX);
        });
    };
    narrow("the directory should end at byte", u64::MAX, 2);
    narrow(
        "entries: 18446744073709551615, at most 50000",
        truthful_offset(),
        u64::MAX,
    );
    narrow("another number of entries", truthful_offset(), 40_000);
}

fn moved(end: &End, offset: u64, entries: u64) -> End64 {
    End64 {
        offset,
        entries,
        ..truthful64(end)
    }
}

/// Where the directory of [`check_end`]'s archive begins.
fn truthful_offset() -> u64 {
    (30 + 11 + 2) + (30 + 1 + 1)
}
