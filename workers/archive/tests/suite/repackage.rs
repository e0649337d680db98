//! What good archives become, read back by an independent reader.

use crate::common::raw::{Item, build, build_with, extra, truthful64, zip64};
use crate::common::{Output, Seen, open, read_back, repackage};
use archive::ManifestKind;
use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use zip::write::{FullFileOptions, SimpleFileOptions};
use zip::{CompressionMethod, DateTime, ZipWriter};

/// A kind of extra field that nobody has a use for.
const KIND: u16 = 0x5a5a;
const OLD: &[u8] = br#"{"id":"a","version":"1.0.0"}"#;
const NEW: &[u8] = br#"{"id":"a","version":"1.0.0","manifest":"https://example.org/module.json"}"#;

/// Repackages in chunks of several sizes; the output must be the same archive each time, hold what
/// the source holds but for the manifest, and be its own repackaging.
fn check(case: &str, source: &[u8], folder: Option<&str>) -> Output {
    let output =
        repackage(source, NEW, usize::MAX).unwrap_or_else(|error| panic!("{case}: {error}"));
    for chunk in [1, 2, 13, 64, 4096] {
        assert_eq!(
            repackage(source, NEW, chunk).unwrap(),
            output,
            "{case}: chunks of {chunk}"
        );
    }
    assert_eq!(output.found.folder.as_deref(), folder, "{case}");
    let again = repackage(&output.bytes, NEW, 5).unwrap();
    assert_eq!(again.bytes, output.bytes, "{case}: repackaged once more");
    assert_eq!(again.tail_offset, output.tail_offset, "{case}");
    assert_eq!(again.old_manifest, NEW, "{case}");
    output
}

/// The same, where the `zip` crate can read the source as well: entry for entry equal.
fn check_same(case: &str, source: &[u8], folder: Option<&str>) -> Output {
    let output = check(case, source, folder);
    let manifest = output.found.kind.file_name();
    let (before, _) = read_back(source);
    let (mut after, order) = read_back(&output.bytes);
    assert_eq!(
        order.last().map(String::as_str),
        Some(manifest),
        "{case}: the manifest is last"
    );
    assert_eq!(after.remove(manifest).unwrap().content, NEW, "{case}");
    let strip = |name: &str| match folder {
        Some(folder) => name
            .strip_prefix(&format!("{folder}/"))
            .unwrap_or_default()
            .to_owned(),
        None => name.to_owned(),
    };
    let before: BTreeMap<String, Seen> = before
        .into_iter()
        .map(|(name, seen)| (strip(&name), seen))
        .filter(|(name, _)| !name.is_empty() && name != manifest)
        .collect();
    assert_eq!(after, before, "{case}");
    output
}

/// Some content that deflate can do something about, but not everything.
fn content(seed: u32, length: usize) -> Vec<u8> {
    let mut state = seed | 1;
    let step = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 28) as u8
    };
    (0..length).map(step).collect()
}

/// An archive by the `zip` crate, below `top`.
fn written(top: &str, options: SimpleFileOptions) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    write_files(&mut writer, top, options);
    writer.finish().unwrap().into_inner()
}

/// The same by its streaming writer, which leaves sizes to data descriptors.
fn streamed(top: &str, options: SimpleFileOptions) -> Vec<u8> {
    let mut writer = ZipWriter::new_stream(Vec::new());
    write_files(&mut writer, top, options);
    writer.finish().unwrap().into_inner()
}

fn write_files<W: Write + std::io::Seek>(
    writer: &mut ZipWriter<W>,
    top: &str,
    options: SimpleFileOptions,
) {
    let time = DateTime::from_date_and_time(2021, 8, 9, 10, 11, 12).unwrap();
    let options = options.last_modified_time(time).unix_permissions(0o755);
    if !top.is_empty() {
        writer.add_directory(top, options).unwrap();
    }
    writer
        .add_directory(format!("{top}scripts/"), options)
        .unwrap();
    for (name, content) in [
        ("scripts/main.js", content(1, 5_000)),
        ("module.json", OLD.to_vec()),
        ("lang/größe 日本.json", content(2, 700)),
        ("empty.txt", Vec::new()),
        ("packs/heroes/node_modules/module.json", b"{}".to_vec()),
        ("art/map.webp", content(3, 70_000)),
    ] {
        writer.start_file(format!("{top}{name}"), options).unwrap();
        writer.write_all(&content).unwrap();
    }
}

#[test]
fn archives_of_another_writer() {
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let deflated = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (top, folder) in [("", None), ("tokenizer-3f2a9/", Some("tokenizer-3f2a9"))] {
        check_same("stored", &written(top, stored), folder);
        check_same("deflated", &written(top, deflated), folder);
        check_same(
            "zip64 sizes",
            &written(top, deflated.large_file(true)),
            folder,
        );
        check_same("descriptors", &streamed(top, deflated), folder);
        check_same(
            "zip64 descriptors",
            &streamed(top, deflated.large_file(true)),
            folder,
        );
    }
}

#[test]
fn comments_and_extra_fields_are_kept() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let mut options = FullFileOptions::default().with_file_comment("größer");
    let field = [1, 4, 232, 3, 0, 0, 4, 232, 3, 0, 0];
    options.add_extra_field(KIND, field, false).unwrap();
    writer.start_file("a.txt", options).unwrap();
    writer.write_all(b"a").unwrap();
    writer
        .start_file("module.json", SimpleFileOptions::default())
        .unwrap();
    writer.write_all(OLD).unwrap();
    writer
        .set_comment("a1b2c3d4e5f60718293a4b5c6d7e8f9001122334")
        .unwrap();
    let source = writer.finish().unwrap().into_inner();
    let output = check_same("comments", &source, None);
    let directory = open(&output.bytes).unwrap();
    assert_eq!(
        directory.comment(),
        b"a1b2c3d4e5f60718293a4b5c6d7e8f9001122334"
    );
    let entry = directory.file("a.txt").unwrap();
    assert_eq!(entry.comment(), "größer");
    assert_eq!(entry.extra(), extra(KIND, &field));
    // In the local header, too, right behind the name.
    let local = &output.bytes[30 + 5..];
    assert!(local.starts_with(&extra(KIND, &field)));
}

/// Headers may say different things in fields that have two forms, and have fields of their own: both
/// of the output's headers say what the directory says.
#[test]
fn the_directorys_extra_fields_are_kept_and_those_of_local_headers_are_not() {
    const MODIFIED: [u8; 4] = [1, 2, 3, 4];
    let all_times = [&[3][..], &MODIFIED, &[5, 6, 7, 8]].concat();
    let one_time = |announced| [&[announced][..], &MODIFIED].concat();
    let owners = extra(0x7875, &[1, 4, 232, 3, 0, 0, 4, 232, 3, 0, 0]);
    let own = extra(0x6661, b"nobody else has this");
    let item = |streamed| {
        let local = [extra(0x5455, &all_times), owners.clone(), own.clone()].concat();
        let central = [extra(0x5455, &one_time(3)), owners.clone()].concat();
        let item = Item::new("a.txt", b"a");
        let item = if streamed { item.streamed(true) } else { item };
        item.local(|header| header.extra = local.clone())
            .central(|header| header.extra = central.clone())
    };
    for streamed in [false, true] {
        let source = build(&[item(streamed), Item::new("module.json", OLD)]);
        let output = check_same("fields", &source, None);
        let directory = open(&output.bytes).unwrap();
        let entry = directory.file("a.txt").unwrap();
        let kept = [extra(0x5455, &one_time(3)), owners.clone()].concat();
        assert_eq!(entry.extra(), kept);
        // The local form of the times announces no more of them than there are.
        let kept = [extra(0x5455, &one_time(1)), owners.clone()].concat();
        let local = &output.bytes[30 + 5..];
        assert!(local.starts_with(&kept));
        assert!(local[kept.len()..].starts_with(b"aPK"), "and no others");
    }
}

#[test]
fn unusual_but_honest_archives() {
    let manifest = || Item::new("module.json", OLD);
    let wide = u32::MAX;
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("manifest only", build(&[manifest()])),
        (
            "descriptor with signature",
            build(&[Item::new("a", b"abc").streamed(true), manifest()]),
        ),
        (
            "descriptor without",
            build(&[Item::new("a", b"abc").streamed(false), manifest()]),
        ),
        (
            "manifest with descriptor",
            build(&[manifest().streamed(true), Item::new("a", b"a")]),
        ),
        ("zip64 fields without need", {
            let long = Item::new("a", b"abc");
            let offset = build(&[manifest()]).len() as u64 - 22 - 46 - 11;
            let field = zip64(&[3, 3, offset]);
            build(&[
                manifest(),
                long.central(|h| (h.size, h.compressed, h.extra) = (wide, wide, field.clone()))
                    .local(|h| (h.size, h.compressed, h.extra) = (wide, wide, zip64(&[3, 3])))
                    .with(|item| item.offset = Some(wide)),
            ])
        }),
        ("one zip64 size in the local header", {
            let item = Item::new("a", b"abc").local(|h| (h.size, h.extra) = (wide, zip64(&[3])));
            build(&[item, manifest()])
        }),
        ("zip64 end records without need", {
            build_with(&[manifest()], |end| end.zip64 = Some(truthful64(end)))
        }),
        ("zip64 end records that the short one defers to", {
            build_with(&[manifest()], |end| {
                end.zip64 = Some(truthful64(end));
                (end.entries, end.here, end.size, end.offset) = (u16::MAX, u16::MAX, wide, wide);
            })
        }),
        ("padding in extra fields", {
            build(&[
                Item::new("a", b"a").local(|h| h.extra = vec![0; 3]),
                manifest(),
            ])
        }),
        ("the longest comment", {
            build_with(&[manifest()], |end| {
                end.comment = vec![b'c'; u16::MAX.into()]
            })
        }),
        ("the longest comment behind zip64 records", {
            build_with(&[manifest()], |end| {
                end.zip64 = Some(truthful64(end));
                end.comment = vec![b'c'; u16::MAX.into()];
            })
        }),
        ("bytes between the entries", {
            let gap = Item::new("a", b"a").with(|item| item.descriptor = vec![7; 50]);
            build(&[gap, manifest()])
        }),
    ];
    for (case, source) in cases {
        let output = check(case, &source, None);
        let (seen, order) = read_back(&output.bytes);
        assert_eq!(seen["module.json"].content, NEW, "{case}");
        assert_eq!(order.last().unwrap(), "module.json", "{case}");
    }
}

#[test]
fn entries_keep_the_order_of_their_places_not_of_the_directory() {
    let offset = |index: u32| move |item: &mut Item| item.offset = Some(index * (30 + 1 + 1));
    let source = build(&[
        Item::new("a", b"1")
            .with(offset(1))
            .local(|h| h.name = b"b".to_vec()),
        Item::new("b", b"1")
            .with(offset(0))
            .local(|h| h.name = b"a".to_vec()),
        Item::new("module.json", OLD),
    ]);
    let output = check("order", &source, None);
    assert_eq!(read_back(&output.bytes).1, ["b", "a", "module.json"]);
}

#[test]
fn names_become_utf8() {
    let unicode = |raw: &[u8], text: &str| {
        let checksum = crc32fast::hash(raw).to_le_bytes();
        extra(0x7075, &[&[1][..], &checksum, text.as_bytes()].concat())
    };
    let marked = Item::new("é.txt", b"3").both(|h| h.flags = 1 << 11);
    let source = build(&[
        Item::new(b"top/gr\x94\xe1e.txt", b"1"),
        Item::new("top/größer.txt", b"2"),
        Item::new(b"top/\xe9.txt", b"4").both(|h| h.extra = unicode(b"top/\xe9.txt", "top/日.txt")),
        marked.both(|h| h.name = "top/é.txt".as_bytes().to_vec()),
        Item::new("top/comment.txt", b"5").with(|item| item.comment = b"\x84".to_vec()),
        Item::new("top/module.json", OLD),
    ]);
    let output = check("names", &source, Some("top"));
    let (seen, order) = read_back(&output.bytes);
    let expected = [
        "größe.txt",
        "größer.txt",
        "日.txt",
        "é.txt",
        "comment.txt",
        "module.json",
    ];
    assert_eq!(order, expected);
    assert_eq!(seen["comment.txt"].comment, "ä");
    assert_eq!(seen["日.txt"].content, b"4");
}

#[test]
fn the_top_folder_is_stripped_and_finder_litter_dropped() {
    let source = build(&[
        Item::new("mod/", b""),
        Item::new("mod/a.js", b"a"),
        Item::new("__MACOSX/mod/._a.js", b"litter"),
        Item::new("mod/lib/module.json", b"{}"),
        Item::new("mod/system.json", OLD),
    ]);
    let output = check("finder", &source, Some("mod"));
    assert_eq!(output.found.kind, ManifestKind::System);
    assert_eq!(output.found.path("./a.js"), "mod/a.js");
    assert_eq!(output.old_manifest, OLD);
    assert_eq!(
        read_back(&output.bytes).1,
        ["a.js", "lib/module.json", "system.json"]
    );
}

#[test]
fn own_headers_and_contents_are_copied_as_one_piece() {
    let items: Vec<Item> = (0..50)
        .map(|index| Item::new(format!("{index}.js"), b"content"))
        .collect();
    let source = build(&[&items[..], &[Item::new("module.json", OLD)]].concat());
    let own = repackage(&source, NEW, usize::MAX).unwrap().bytes;
    let directory = open(&own).unwrap();
    let found = directory.find_manifest().unwrap();
    let plan = archive::Plan::new(directory, &found, NEW.to_vec()).unwrap();
    let range = plan.source();
    let chunk = &own[range.start as usize..range.end as usize];
    let pieces = plan.copier().push(chunk).unwrap();
    assert_eq!(pieces, [archive::Piece::Copy(0..chunk.len())]);
}

#[test]
fn symbolic_links_are_left_out_and_told_of() {
    let link =
        |name: &str, to: &[u8]| Item::new(name, to).with(|item| item.external = 0o120_777 << 16);
    let items = [
        link("top/system.json", b"module.json"),
        Item::new("top/a.js", b"a"),
        link("top/AGENTS.md", b"/etc/passwd"),
        Item::new("top/module.json", OLD),
        link("top/bin/x", b"../../.."),
    ];
    let source = build(&items);
    let output = check("links", &source, Some("top"));
    let (_, order) = read_back(&output.bytes);
    assert_eq!(order, ["a.js", "module.json"]);
    let warnings = open(&source).unwrap().warnings();
    let [warning] = warnings.as_slice() else {
        panic!("{warnings:?}");
    };
    let said = warning.to_string();
    assert!(
        said.starts_with("3 symbolic links are left out, such as `top/system.json`"),
        "{said}"
    );
}
