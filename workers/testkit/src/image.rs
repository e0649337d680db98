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
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    // Eight bits a channel, with opacity.
    header.extend_from_slice(&[8, 6, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, content) in [
        (b"IHDR", header),
        (b"IDAT", stored(rows)),
        (b"IEND", Vec::new()),
    ] {
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
