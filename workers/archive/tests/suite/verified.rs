//! Contents that are not what their headers promise.

use crate::common::raw::{Item, build};
use crate::common::{read_back, refused, repackage};
use miniz_oxide::deflate::compress_to_vec;

/// More than two windows of the inflater, with repetitions from far back.
fn content() -> Vec<u8> {
    (0..90_000_u32)
        .map(|at| (at / 7 * at % 251) as u8)
        .collect()
}

/// A truthful deflated entry.
fn deflated(content: &[u8]) -> Item {
    let packed = compress_to_vec(content, 6);
    let length = packed.len() as u32;
    Item::new("a.txt", content)
        .both(|h| (h.method, h.compressed) = (8, length))
        .with(|item| item.content.clone_from(&packed))
}

/// The archive of a folder, that item and a manifest.
fn archive(item: Item) -> Vec<u8> {
    let folder = Item::new("packs/", b"");
    build(&[folder, item, Item::new("module.json", b"{}")])
}

#[test]
fn honest_contents_pass_in_pieces_of_any_size() {
    for item in [
        deflated(&content()),
        deflated(&content()).streamed(true),
        deflated(b""),
        // Deflated, yet without a byte of it: some writers do so with empty files.
        Item::new("a.txt", b"").both(|h| h.method = 8),
        Item::new("a.txt", &content()),
        // Exactly a window.
        deflated(&content()[..1 << 15]),
    ] {
        for chunk in [1, 1000, usize::MAX] {
            repackage(&archive(item.clone()), b"{}", chunk).unwrap();
        }
    }
}

/// A few bits mean nothing: those after the end of deflated bytes, in their last byte.
#[test]
fn a_flipped_bit_of_a_content_is_noticed_or_means_nothing() {
    for (unpacked, item) in [
        (&b"some content"[..], Item::new("a.txt", b"some content")),
        (&[7; 60], deflated(&[7; 60])),
    ] {
        let source = archive(item.clone());
        let at = source.windows(item.content.len());
        let at = at.clone().position(|part| part == item.content).unwrap();
        let mut unnoticed = 0;
        for bit in 0..item.content.len() * 8 {
            let mut source = source.clone();
            source[at + bit / 8] ^= 1 << (bit % 8);
            match repackage(&source, b"{}", 64) {
                Ok(output) => {
                    assert_eq!(read_back(&output.bytes).0["a.txt"].content, unpacked);
                    unnoticed += 1;
                }
                Err(error) => assert!(error.to_string().starts_with("`a.txt` is damaged: ")),
            }
        }
        assert!(unnoticed < 16, "{unnoticed}");
    }
}

#[test]
fn headers_that_lie_about_a_content_are_refused() {
    let content = content();
    let longer = |item: Item, more: &[u8]| {
        let length = (item.content.len() + more.len()) as u32;
        item.both(|h| h.compressed = length)
            .with(|item| item.content.extend_from_slice(more))
    };
    let cut = deflated(&content).content.len() as u32 - 9;
    for (words, item) in [
        // A bomb that announces little: it is not unpacked beyond that.
        (
            "it unpacks to more bytes than announced",
            deflated(&vec![0; 40 << 20]).both(|h| h.size = 50_000),
        ),
        (
            "it unpacks to more bytes than announced",
            deflated(&content).both(|h| h.size -= 1),
        ),
        (
            "it unpacks to fewer bytes than announced",
            deflated(&content).both(|h| h.size += 1),
        ),
        (
            "it unpacks to fewer bytes than announced",
            deflated(&content)
                .both(|h| h.compressed = cut)
                .with(|item| item.content.truncate(cut as usize)),
        ),
        (
            "its checksum (CRC-32) does not match",
            deflated(&content).both(|h| h.crc ^= 1),
        ),
        (
            "its checksum (CRC-32) does not match",
            Item::new("a.txt", &content).both(|h| h.crc ^= 1),
        ),
        (
            "its deflated bytes make no sense",
            Item::new("a.txt", &[0xff; 99]).both(|h| h.method = 8),
        ),
        (
            "its deflated bytes end before the content does",
            longer(deflated(&content), b"something else that nobody sees"),
        ),
        (
            "its checksum (CRC-32) does not match",
            Item::new("a.txt", b"").both(|h| (h.method, h.crc) = (8, 1)),
        ),
    ] {
        refused(words, &archive(item), words);
    }
}
