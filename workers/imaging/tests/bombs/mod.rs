//! Small files that claim to be large.

use imaging::{Limit, Limits, Side, Target, Transform, render};

use crate::containers::{ALPHA, ANIMATED, canvas, forever, frame, lossless, lossy, riff};

/// Each with its name and the bound it has to hit, if only one is right.
pub fn all() -> Vec<(&'static str, Vec<u8>, Option<Limit>)> {
    vec![
        (
            "a PNG of 50,000²",
            png(50_000, 50_000, 0, &[]),
            Some(Limit::Pixels),
        ),
        (
            "an interlaced PNG of 9,000²",
            png(9_000, 9_000, 1, &[]),
            Some(Limit::Memory),
        ),
        (
            "a PNG with an endless profile",
            png(8, 8, 0, &chunk(b"iCCP", &profile())),
            Some(Limit::Profile),
        ),
        (
            "a PNG with an endless text",
            png(8, 8, 0, &chunk(b"zTXt", &profile())),
            None,
        ),
        ("a GIF of 65,535 frames", gif(4_000, 65_535), None),
        (
            "a GIF with a canvas of 65,535²",
            gif(65_535, 1),
            Some(Limit::Pixels),
        ),
        ("a JPEG of 65,500²", jpeg(0xc0, 65_500), Some(Limit::Pixels)),
        ("a JPEG of 9,900² without data", jpeg(0xc0, 9_900), None),
        ("a progressive JPEG of 9,900²", jpeg(0xc2, 9_900), None),
        (
            "a lossless WebP of 16,384²",
            webp(16_384),
            Some(Limit::Pixels),
        ),
        (
            "a lossless WebP of 9,000²",
            webp(9_000),
            Some(Limit::Memory),
        ),
        ("a BMP of 9,900²", bmp(9_900), None),
        (
            "a WebP of 16,383² that says afterwards that it has one pixel",
            riff(&[lossless(16_383, 16_383), canvas(ALPHA, 1, 1)]),
            None,
        ),
        (
            "an animated WebP with a large and a small canvas",
            riff(&[
                canvas(ANIMATED, 16_000, 16_000),
                canvas(ANIMATED, 1, 1),
                forever(),
                frame((0, 0), (1, 1), &[lossless(1, 1)]),
            ]),
            None,
        ),
        (
            "an animated WebP with a picture larger than its frame",
            riff(&[
                canvas(ANIMATED, 1, 1),
                forever(),
                frame((0, 0), (1, 1), &[lossy(16_383, 16_383)]),
            ]),
            None,
        ),
        ("an AVIF of a million boxes", avif(&small(1 << 20)), None),
        (
            "an AVIF of a million properties",
            avif(&properties(&small(1 << 20))),
            None,
        ),
    ]
}

/// A picture of that size, written by ourselves.
pub fn written(width: u32, height: u32, target: Target) -> Vec<u8> {
    let small: Vec<u8> = (0..48_u8).map(|index| index.wrapping_mul(37)).collect();
    let mut bitmap =
        b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x04\0\0\0\x04\0\0\0\x01\0\x18\0".to_vec();
    bitmap.extend([0; 24]);
    bitmap.extend(small);
    let transform = Transform {
        width: Side::new(width).ok(),
        height: Side::new(height).ok(),
        fit: imaging::Fit::Fill,
        enlarge: true,
        ..Transform::default()
    };
    let limits = Limits {
        memory: 1 << 30,
        ..Limits::default()
    };
    render(&bitmap, &transform, target, &limits).unwrap().bytes
}

/// A progressive JPEG whose first scan comes a thousand times.
pub fn endless_scans() -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/fixtures");
    let file = std::fs::read(folder.join("progressive.jpg")).unwrap();
    let start = file
        .windows(2)
        .position(|pair| pair == [0xff, 0xda])
        .unwrap();
    let is_marker = |pair: &[u8]| pair[0] == 0xff && pair[1] != 0;
    let length = file[start + 2..].windows(2).position(is_marker).unwrap() + 2;
    let (before, rest) = file.split_at(start);
    let (scan, rest) = rest.split_at(length);
    [before, &scan.repeat(1_000), rest].concat()
}

fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let named = [&name[..], body].concat();
    let length = (body.len() as u32).to_be_bytes();
    [&length[..], &named, &crc32fast::hash(&named).to_be_bytes()].concat()
}

fn png(width: u32, height: u32, interlace: u8, between: &[u8]) -> Vec<u8> {
    let header = [
        &width.to_be_bytes()[..],
        &height.to_be_bytes(),
        &[8, 6, 0, 0, interlace],
    ]
    .concat();
    // A block of deflate that says nothing.
    let data = b"\x78\x9c\x63\x60\x18\x05\xa3";
    [
        b"\x89PNG\r\n\x1a\n",
        &chunk(b"IHDR", &header)[..],
        between,
        &chunk(b"IDAT", data),
        &chunk(b"IEND", b""),
    ]
    .concat()
}

/// A name and a hundred megabytes of zeros, deflated.
fn profile() -> Vec<u8> {
    let zeros = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; 100 << 20], 6);
    [&b"name\0\0"[..], &zeros].concat()
}

fn gif(side: u16, frames: u32) -> Vec<u8> {
    let [low, high] = side.to_le_bytes();
    let mut file = [
        &b"GIF89a"[..],
        &[low, high, low, high, 0x80, 0, 0, 0, 0, 0, 255, 255, 255],
    ]
    .concat();
    for _ in 0..frames {
        file.extend(b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0");
    }
    file.push(0x3b);
    file
}

fn jpeg(kind: u8, side: u16) -> Vec<u8> {
    let [high, low] = side.to_be_bytes();
    let mut file = vec![0xff, 0xd8, 0xff, 0xdb, 0, 67, 0];
    file.extend([1; 64]);
    file.extend([0xff, kind, 0, 11, 8, high, low, high, low, 1, 1, 0x11, 0]);
    for table in [0, 0x10] {
        file.extend([
            0xff, 0xc4, 0, 20, table, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ]);
    }
    let last = if kind == 0xc2 { 0 } else { 63 };
    file.extend([0xff, 0xda, 0, 8, 1, 1, 0, 0, last, 0]);
    file.extend([0; 20]);
    file.extend([0xff, 0xd9]);
    file
}

fn webp(side: u32) -> Vec<u8> {
    let bits = (side - 1) | (side - 1) << 14;
    let stream = [&[0x2f][..], &bits.to_le_bytes(), &[0; 11]].concat();
    let body = [
        b"WEBPVP8L",
        &(stream.len() as u32).to_le_bytes()[..],
        &stream,
    ]
    .concat();
    [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat()
}

fn avif(boxes: &[u8]) -> Vec<u8> {
    let brands = b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf";
    [&brands[..], boxes].concat()
}

/// The smallest boxes.
fn small(count: usize) -> Vec<u8> {
    b"\0\0\0\x08free".repeat(count)
}

fn properties(boxes: &[u8]) -> Vec<u8> {
    let named = |name: &[u8; 4], body: &[u8]| {
        let length = (body.len() as u32 + 8).to_be_bytes();
        [&length[..], name, body].concat()
    };
    let list = named(b"iprp", &named(b"ipco", boxes));
    named(b"meta", &[&[0; 4][..], &list].concat())
}

fn bmp(side: u32) -> Vec<u8> {
    let mut file = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    file.extend(side.to_le_bytes());
    file.extend(side.to_le_bytes());
    file.extend([1, 0, 24, 0]);
    file.extend([0; 24]);
    file.extend([0; 3_000]);
    file
}
