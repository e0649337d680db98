//! Images made for tests: whole, cut short, lying.

/// A PNG of `width` × `height` whose pixels `color` gives (red, green, blue, opacity), uncompressed,
/// so that its length follows from its size.
pub fn png(width: u32, height: u32, color: impl Fn(u32, u32) -> [u8; 4]) -> Vec<u8> {
    let mut rows = Vec::new();
    for y in 0..height {
        rows.push(0);
        for x in 0..width {
            rows.extend_from_slice(&color(x, y));
        }
    }
    png_of(width, height, &rows)
}

/// A PNG that claims to be `width` × `height` and holds one black pixel: a bomb, if anybody believes
/// its header.
pub fn png_bomb(width: u32, height: u32) -> Vec<u8> {
    png_of(width, height, &[0, 0, 0, 0, 255])
}

/// A PNG of one pixel whose colour profile unpacks to `bytes` zeros, and takes less than a hundredth
/// of that.
pub fn png_of_profile(bytes: usize) -> Vec<u8> {
    let profile = [&b"a\0\0"[..], &zeros(bytes)].concat();
    png_with(1, 1, &[(b"iCCP", profile)], &[0, 0, 0, 0, 255])
}

/// A progressive JPEG with its first scan `times` times.
pub fn repeated_scans(progressive: &[u8], times: usize) -> Vec<u8> {
    let found = |from: usize, is: &dyn Fn(&[u8]) -> bool| {
        let rest = progressive.get(from..).unwrap_or_default();
        rest.windows(2).position(is).map_or(from, |at| from + at)
    };
    let start = found(0, &|pair| pair == [0xff, 0xda]);
    let end = found(start + 2, &|pair| pair[0] == 0xff && pair[1] != 0);
    let (before, rest) = progressive.split_at(start);
    let (scan, rest) = rest.split_at(end - start);
    [before, &scan.repeat(times), rest].concat()
}

/// `bytes` as gzip packs them.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    // Writing into memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// The beginning of a PNG and `bytes` zeros, as gzip packs them; its checksum is wrong.
pub fn gzip_bomb(bytes: usize) -> Vec<u8> {
    let (block, _) = zeros_after(b"\x89PNG\r\n\x1a\n", bytes);
    [b"\x1f\x8b\x08\0\0\0\0\0\0\xff", &block[..], &[0; 8]].concat()
}

/// A GIF of `frames` frames of one pixel each.
pub fn gif(frames: u32) -> Vec<u8> {
    let mut gif = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff".to_vec();
    for _ in 0..frames {
        gif.extend_from_slice(b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0");
    }
    gif.push(0x3b);
    gif
}

fn png_of(width: u32, height: u32, rows: &[u8]) -> Vec<u8> {
    png_with(width, height, &[], rows)
}

/// The same with further chunks.
fn png_with(width: u32, height: u32, between: &[(&[u8; 4], Vec<u8>)], rows: &[u8]) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    // Eight bits a channel, with opacity.
    header.extend_from_slice(&[8, 6, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let last = [(b"IDAT", stored(rows)), (b"IEND", Vec::new())];
    let chunks = [(b"IHDR", header)]
        .into_iter()
        .chain(between.iter().cloned());
    for (kind, content) in chunks.chain(last) {
        let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
        png.extend_from_slice(&length.to_be_bytes());
        let start = png.len();
        png.extend_from_slice(kind);
        png.extend_from_slice(&content);
        let crc = crc32(&png[start..]);
        png.extend_from_slice(&crc.to_be_bytes());
    }
    png
}

/// `bytes` as a zlib stream of stored blocks (RFC 1950, RFC 1951).
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut zlib = vec![0x78, 0x01];
    let count = bytes.chunks(65_535).count();
    for (index, block) in bytes.chunks(65_535).enumerate() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        zlib.push(u8::from(index + 1 == count));
        zlib.extend_from_slice(&length.to_le_bytes());
        zlib.extend_from_slice(&(!length).to_le_bytes());
        zlib.extend_from_slice(block);
    }
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    zlib.extend_from_slice(&(b << 16 | a).to_be_bytes());
    zlib
}

/// `head`, whose bytes are below 144, and a few more than `bytes` zeros as one block of deflate with
/// fixed codes (RFC 1951, 3.2.6); how many zeros they are.
fn zeros_after(head: &[u8], bytes: usize) -> (Vec<u8>, usize) {
    let mut block = Vec::new();
    let (mut held, mut count) = (0_u32, 0);
    let mut put = |bits: u32, length: u32| {
        held |= bits << count;
        count += length;
        while count >= 8 {
            block.push(held as u8);
            (held, count) = (held >> 8, count - 8);
        }
    };
    put(0b011, 3);
    // Codes are written from their highest bit.
    for literal in head.iter().chain(&[0]) {
        put(u32::from((0x30 + literal).reverse_bits()), 8);
    }
    for _ in 0..bytes.div_ceil(258) {
        // 258 times more, from one byte back.
        put(0b1010_0011, 8);
        put(0, 5);
    }
    put(0, 7);
    put(0, 7);
    (block, bytes.div_ceil(258) * 258 + 1)
}

/// `bytes` zeros and a few more as a zlib stream.
fn zeros(bytes: usize) -> Vec<u8> {
    let (block, length) = zeros_after(&[], bytes);
    let sum = ((length % 65_521) as u32) << 16 | 1;
    [&[0x78, 0x01], &block[..], &sum.to_be_bytes()].concat()
}

/// CRC-32 as PNG has it (PNG specification, annex D).
fn crc32(bytes: &[u8]) -> u32 {
    let mut table = [0_u32; 256];
    for (byte, entry) in (0_u32..).zip(&mut table) {
        *entry = (0..8).fold(byte, |crc, _| match crc & 1 {
            1 => crc >> 1 ^ 0xedb8_8320,
            _ => crc >> 1,
        });
    }
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        table[usize::from(crc as u8 ^ byte)] ^ crc >> 8
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn checksums_are_right() {
        assert_eq!(super::crc32(b"IEND"), 0xae42_6082);
        let zlib = super::stored(b"Wikipedia");
        assert!(zlib.ends_with(&0x11e6_0398_u32.to_be_bytes()));
        assert_eq!(super::png(2, 2, |_, _| [0; 4]).len(), 86);
    }
}
