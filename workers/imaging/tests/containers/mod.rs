//! WebP files put together from chunks, right or wrong.

/// Flags of chunk VP8X.
pub const ANIMATED: u8 = 0x02;
pub const ALPHA: u8 = 0x10;

/// A file of these chunks.
pub fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = [b"WEBP", &chunks.concat()[..]].concat();
    [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat()
}

pub fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u32).to_le_bytes();
    let filler = &[0][..body.len() % 2];
    [name, &length[..], body, filler].concat()
}

pub fn canvas(flags: u8, width: u32, height: u32) -> Vec<u8> {
    let body = [&[flags, 0, 0, 0][..], &three(width - 1), &three(height - 1)];
    chunk(b"VP8X", &body.concat())
}

/// Says that an animation runs for ever.
pub fn forever() -> Vec<u8> {
    chunk(b"ANIM", &[0; 6])
}

/// At `x` and `y`, which are even.
pub fn frame(at: (u32, u32), size: (u32, u32), inner: &[Vec<u8>]) -> Vec<u8> {
    let numbers = [at.0 / 2, at.1 / 2, size.0 - 1, size.1 - 1, 40].map(three);
    chunk(
        b"ANMF",
        &[&numbers.concat()[..], &[0], &inner.concat()].concat(),
    )
}

/// A lossless picture of which there is only the header.
pub fn lossless(width: u32, height: u32) -> Vec<u8> {
    let bits = (width - 1) | (height - 1) << 14 | 1 << 28;
    chunk(
        b"VP8L",
        &[&[0x2f][..], &bits.to_le_bytes(), &[0; 11]].concat(),
    )
}

/// A lossy picture of which there is only the header.
pub fn lossy(width: u16, height: u16) -> Vec<u8> {
    let [low, high] = width.to_le_bytes();
    let head = [0x10, 0, 0, 0x9d, 0x01, 0x2a, low, high];
    chunk(
        b"VP8 ",
        &[&head[..], &height.to_le_bytes(), &[0; 10]].concat(),
    )
}

fn three(number: u32) -> [u8; 3] {
    let [a, b, c, _] = number.to_le_bytes();
    [a, b, c]
}
