use std::path::Path;

use imaging::{Sniffed, sniff};

use super::Ending;

/// Pictures that other software wrote.
const FIXTURES: &[&str] = &[
    "baseline.jpg",
    "progressive.jpg",
    "restarts.jpg",
    "orientation-6.jpg",
    "wide.jpg",
    "photo.png",
    "interlaced.png",
    "moving.png",
    "lossy.webp",
    "token.webp",
    "moving.webp",
    "moving.gif",
    "clear.gif",
    "photo.bmp",
    "palette.bmp",
    "one-bit.bmp",
    "still.avif",
];

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../imaging/tests/suite/fixtures");
    std::fs::read(folder.join(name)).expect(name)
}

/// Whether what comes in pieces of that length is whole.
fn is_whole(bytes: &[u8], of: &[u8], piece: usize) -> bool {
    let Sniffed::Image(format) = sniff(of) else {
        panic!("no image");
    };
    let mut ending = Ending::new(format);
    for piece in bytes.chunks(piece) {
        ending.piece(piece);
    }
    ending.check().is_ok()
}

#[test]
fn whatever_is_cut_short_is_seen_wherever_it_is_cut() {
    for name in FIXTURES {
        let whole = fixture(name);
        for piece in [1, 7, 4096] {
            assert!(is_whole(&whole, &whole, piece), "{name} in {piece}s");
            let longer = [&whole[..], b"and then \xff some"].concat();
            let may_follow = !name.ends_with(".avif");
            assert_eq!(
                is_whole(&longer, &whole, piece),
                may_follow,
                "{name} longer"
            );
        }
        for length in 0..whole.len() {
            assert!(
                !is_whole(&whole[..length], &whole, 512),
                "{name} of {length}"
            );
        }
    }
}

#[test]
fn a_thumbnail_inside_is_not_the_end() {
    let whole = fixture("baseline.jpg");
    // Exif with a small picture in it, which has an end of its own.
    let inner = [&b"\xff\xe1\x00\x0aExif\0\0\xff\xd9"[..], &whole[2..]].concat();
    let outer = [&whole[..2], &inner].concat();
    assert!(is_whole(&outer, &whole, 100));
    assert!(!is_whole(&outer[..outer.len() - 2], &whole, 100));
}

#[test]
fn what_a_phone_appends_does_not_matter() {
    let mut photo = fixture("progressive.jpg");
    photo.extend(std::iter::repeat_n(7, 1 << 20));
    assert!(is_whole(&photo, &photo, 65_536));
}

#[test]
fn what_does_not_fit_together_is_no_image() {
    let mut gif = fixture("moving.gif");
    let last = gif.len() - 1;
    gif[last] = 0x77;
    assert!(!is_whole(&gif, &gif, 4096));
    let avif = b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf";
    assert!(!is_whole(avif, avif, 4096));
    let lying = [&avif[..], b"\0\0\0\x02mdat"].concat();
    assert!(!is_whole(&lying, avif, 4096));
    let to_the_end = [&avif[..], b"\0\0\0\0mdat and all the rest"].concat();
    assert!(is_whole(&to_the_end, avif, 4096));
}
