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
            assert!(is_whole(&longer, &whole, piece), "{name} longer");
        }
        for length in 0..whole.len() {
            let is_enough = name.ends_with(".gif") && has_pictures(&whole[..length]);
            assert_eq!(
                is_whole(&whole[..length], &whole, 512),
                is_enough,
                "{name} of {length}"
            );
        }
    }
}

/// Whether a GIF ends between its blocks, with a picture before: another reader's word for it, which
/// gets the end that is missing.
fn has_pictures(gif: &[u8]) -> bool {
    imaging::probe(&[gif, b"\x3b"].concat()).is_ok()
}

#[test]
fn what_browsers_do_not_mind_in_a_gif_passes() {
    let whole = fixture("moving.gif");
    let second = (14..whole.len())
        .find(|at| whole[*at..].starts_with(b"\x21\xf9\x04") && has_pictures(&whole[..*at]))
        .expect("a second picture");
    let stray = [&whole[..second], b"\0\0\0", &whole[second..]].concat();
    let unended = &whole[..whole.len() - 1];
    for piece in [1, 7, 4096] {
        for zeros in 0..3 {
            let padded = [unended, &vec![0; zeros]].concat();
            assert!(is_whole(&padded, &whole, piece), "{zeros} and no end");
            let ended = [&padded[..], b"\x3b"].concat();
            assert!(is_whole(&ended, &whole, piece), "{zeros} before the end");
        }
        assert!(is_whole(&stray, &whole, piece));
        // Only after a picture; and nothing else.
        let early = [&whole[..13], b"\0", &whole[13..]].concat();
        assert!(!is_whole(&early, &whole, piece));
        assert!(!is_whole(&[unended, b"\x77"].concat(), &whole, piece));
        // Cut within what follows the picture.
        for more in [1, 2, 3, 7] {
            assert!(!is_whole(&whole[..second + more], &whole, piece), "{more}");
        }
    }
}

#[test]
fn what_follows_the_boxes_of_an_avif_does_not_matter() {
    let whole = fixture("still.avif");
    let free = b"\0\0\0\x0cfree1234";
    let data = b"\0\0\0\x0cmdat1234";
    for (tail, passes) in [
        (&b""[..], true),
        (b"\0", true),
        (b"\0\0\0\0\0\0\0\0\0\0\0\0", true),
        (b"\0\0\0\x01?!?!", true),
        (b"\0\0\0\x05?!?!and so on", true),
        (b"<!-- made by software -->", true),
        (free, true),
        (data, true),
        // A box of the image that is not all there.
        (&data[..11], false),
        (b"\0\0\x01\0meta", false),
    ] {
        let longer = [&whole[..], tail].concat();
        for piece in [1, 7, 4096] {
            assert_eq!(is_whole(&longer, &whole, piece), passes, "{tail:?}");
        }
    }
    let between = [&whole[..], free, &data[..11]].concat();
    assert!(!is_whole(&between, &whole, 4096));
}

#[test]
fn a_bitmap_may_claim_any_size() {
    for (size, bits) in [
        (u32::MAX, u16::MAX),
        (i32::MAX as u32, 32),
        (1 << 31, u16::MAX),
    ] {
        let mut bmp = fixture("photo.bmp");
        bmp[18..22].copy_from_slice(&size.to_le_bytes());
        // As large a number without a sign as there is.
        bmp[22..26].copy_from_slice(&i32::MIN.to_le_bytes());
        bmp[28..30].copy_from_slice(&bits.to_le_bytes());
        assert!(!is_whole(&bmp, &bmp, 4096), "{size} {bits}");
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
