//! Entries that must be refused, and the words they are refused with.

use crate::common::raw::{Item, build, extra, zip64};
use crate::common::{open_with, refused as check, repackage};
use archive::Limits;

/// Any truthful companion entry.
fn fine() -> Item {
    Item::new("module.json", b"{}")
}

fn check_item(words: &str, item: Item) {
    check(words, &build(&[fine(), item]), words);
}

#[test]
fn the_companion_alone_is_accepted() {
    repackage(&build(&[fine()]), b"{}", 1).unwrap();
    repackage(&build(&[fine(), Item::new("a", b"a")]), b"{}", 1).unwrap();
}

#[test]
fn refuses_what_cannot_be_unpacked_everywhere() {
    let item = || Item::new("icons/a.webp", b"content");
    for bit in [0, 6, 13] {
        check_item(
            "`icons/a.webp` is encrypted",
            item().both(|h| h.flags |= 1 << bit),
        );
    }
    check_item(
        "`icons/a.webp`: it is a patch",
        item().both(|h| h.flags |= 1 << 5),
    );
    for (method, name) in [
        (1, "method 1 (shrunk)"),
        (9, "method 9 (deflate64)"),
        (12, "method 12 (bzip2)"),
        (14, "method 14 (LZMA)"),
        (93, "method 93 (Zstandard)"),
        (95, "method 95 (XZ)"),
        (7, "method 7 (unknown)"),
    ] {
        check_item(name, item().both(|h| h.method = method));
    }
    check_item("is encrypted", item().both(|h| h.method = 99));
    let mode = |mode: u32| item().with(|item| item.external = mode << 16);
    check_item("is a device, pipe or socket", mode(0o010_644));
    check_item("is a device, pipe or socket", mode(0o060_644));
    check_item("multi-disk", item().with(|item| item.disk = 1));
}

#[test]
fn refuses_names() {
    for (name, words) in [
        (&b"../evil"[..], "`../evil`: the name holds a `..`"),
        (
            b"/etc/passwd",
            "`/etc/passwd`: the name is an absolute path",
        ),
        (b"scripts\\a.js", "the name holds a backslash"),
        (b"C:/a", "`C:/a`: the name holds a drive letter"),
        (
            b"a\0.js",
            "`a\\u{0}.js`: the name holds a control character",
        ),
        (b"a\n.js", "`a\\n.js`: the name holds a control character"),
        (b"", "the name is empty"),
        (b"a//b", "an empty or `.` part"),
        (
            b"module.json",
            "`module.json` is in the archive more than once",
        ),
        (
            b"module.json/a",
            "`module.json` is a file and at the same time a folder",
        ),
    ] {
        check_item(words, Item::new(name, b""));
    }
    let marked = Item::new(b"\xff\xfe", b"").both(|h| h.flags |= 1 << 11);
    check_item("marked as UTF-8 but is not", marked);
    let long = "a".repeat(1025);
    check_item(
        "bytes of the name: 1025, at most 1024 allowed",
        Item::new(&long, b""),
    );
    // A Unicode field is a second name; what counts is what a reader would unpack.
    let mut content = vec![1];
    content.extend_from_slice(&crc32fast::hash(b"harmless").to_le_bytes());
    content.extend_from_slice(b"../evil");
    let field = extra(0x7075, &content);
    check_item(
        "`../evil`",
        Item::new("harmless", b"").both(|h| h.extra = field.clone()),
    );
    check_item(
        "the Unicode name",
        Item::new("harmless", b"").local(|h| h.extra = field.clone()),
    );
}

#[test]
fn refuses_lying_entries() {
    let item = || Item::new("a", b"content");
    let wide = u32::MAX;
    for (words, item) in [
        ("`a`: it is stored, yet", item().central(|h| h.size = 8)),
        ("`a`: it has a size, yet", {
            Item::new("a", b"").both(|h| (h.method, h.size) = (8, 1))
        }),
        (
            "`a/`: it is a folder, yet has content",
            Item::new("a/", b"content"),
        ),
        ("lacks it", item().central(|h| h.size = wide)),
        (
            "lacks it",
            item().central(|h| (h.size, h.compressed, h.extra) = (wide, wide, zip64(&[7]))),
        ),
        ("two zip64 fields", {
            item().central(|h| (h.size, h.extra) = (wide, [zip64(&[7]), zip64(&[8])].concat()))
        }),
        ("about the name", item().local(|h| h.name = b"b".to_vec())),
        ("about the flags", item().local(|h| h.flags = 1)),
        (
            "about the compression method",
            item().local(|h| h.method = 8),
        ),
        ("about the checksum", item().local(|h| h.crc = 1)),
        (
            "about the checksum",
            item().streamed(true).local(|h| h.crc = 1),
        ),
        ("about the size", item().local(|h| h.size = 1)),
        (
            "about the compressed size",
            item().local(|h| h.compressed = 1),
        ),
        (
            "about the compressed size",
            item().streamed(true).local(|h| h.compressed = 1),
        ),
        ("about the zip64 sizes", item().local(|h| h.size = wide)),
        ("about the size", {
            item().local(|h| (h.size, h.compressed, h.extra) = (wide, wide, zip64(&[8, 7])))
        }),
    ] {
        // Before the companion, so that a lie reaches into something.
        let source = build(&[item, fine()]);
        check(words, &source, words);
    }
    let mut source = build(&[item(), fine()]);
    source[0] = b'Q';
    check("signature", &source, "about the place where it begins");
    let named = Item::new("gr\u{f6}\u{df}e", b"").central(|h| h.flags = 1 << 11);
    check_item("about the flags", named);
    check_item(
        "reaches to byte",
        Item::new("a", b"").with(|item| item.offset = Some(u32::MAX - 1)),
    );
    check_item(
        "fill all the room",
        Item::new("a", b"").central(|h| h.extra = extra(0x9999, &[0; 65_530])),
    );
}

#[test]
fn refuses_overlaps() {
    let quoted = |item: Item| item.with(|item| item.offset = Some(0));
    // The classic bomb: many directory records for one local header and content.
    let many: Vec<Item> = (0..4)
        .map(|index| quoted(Item::new(format!("{index}"), b"x")))
        .collect();
    check(
        "same offset",
        &build(&[&[fine()][..], &many].concat()),
        "overlaps",
    );
    // A content that reaches over the next header.
    let long = Item::new("a", b"a").both(|h| (h.size, h.compressed) = (40, 40));
    check(
        "reach",
        &build(&[long, fine()]),
        "`a` overlaps `module.json`",
    );
    // The same by a local header that is longer than the directory lets expect.
    let pushed = Item::new("a", &[0; 40]).local(|h| h.extra = extra(0x9999, &[]));
    let mut source = build(&[pushed.clone(), fine()]);
    repackage(&source, b"{}", 1).unwrap();
    source[28..30].copy_from_slice(&20_u16.to_le_bytes());
    check("pushed", &source, "`a`: its local header is so long");
    let last = Item::new("a", b"a").both(|h| (h.size, h.compressed) = (99, 99));
    check(
        "into the directory",
        &build(&[fine(), last]),
        "`a` reaches to byte",
    );
}

#[test]
fn refuses_more_than_the_limits_allow() {
    let deflated = |compressed, size| {
        Item::new("zeros", &vec![0; compressed as usize])
            .both(move |h| (h.method, h.compressed, h.size) = (8, compressed, size))
    };
    let limits = Limits::default();
    for (words, limits, items) in [
        (
            "entries: 2, at most 1",
            Limits {
                entries: 1,
                ..limits
            },
            vec![fine(), Item::new("a", b"")],
        ),
        (
            "bytes of the central directory: 57, at most 56",
            {
                Limits {
                    directory_bytes: 56,
                    ..limits
                }
            },
            vec![fine()],
        ),
        (
            "uncompressed bytes of all entries: 3, at most 2",
            {
                Limits {
                    content_bytes: 2,
                    ..limits
                }
            },
            vec![fine(), Item::new("a", b"a")],
        ),
        (
            "`zeros`: uncompressed bytes per compressed byte: 1101, at most 1100",
            limits,
            { vec![deflated(1000, 1_100_001)] },
        ),
        (
            "of the whole archive: 1001, at most 200",
            limits,
            vec![deflated(70_000, 70_000_001)],
        ),
    ] {
        let said = open_with(&build(&items), &limits).unwrap_err().to_string();
        assert!(said.contains(words), "expected `{words}`, got `{said}`");
    }
    open_with(&build(&[deflated(60_000, 60_000_000)]), &limits).unwrap();
}

#[test]
fn refuses_damaged_manifests() {
    for (words, item) in [
        (
            "its checksum (CRC-32) does not match",
            fine().both(|h| h.crc = 1),
        ),
        ("`module.json` is damaged: its deflated bytes", {
            Item::new("module.json", b"\xff\xff\xff").both(|h| (h.method, h.size) = (8, 9))
        }),
        // An empty deflate stream that claims nine bytes; four bytes that claim one.
        ("unpacks to fewer bytes", {
            Item::new("module.json", &[3, 0]).both(|h| (h.method, h.size) = (8, 9))
        }),
        ("unpack to more than announced", {
            Item::new("module.json", &[1, 4, 0, 0xfb, 0xff, 1, 2, 3, 4])
                .both(|h| (h.method, h.size) = (8, 1))
        }),
        ("uncompressed bytes: 1048577, at most 1048576", {
            Item::new("module.json", &vec![b' '; (1 << 20) + 1])
        }),
    ] {
        check(words, &build(&[item]), words);
    }
}
