//! One picture of a WebP, still or a frame: how it is coded and how large it is, from its header.

use super::outline::{CUT, chunks, damaged};
use crate::Error;

/// How pixels are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// VP8.
    Lossy,
    /// VP8L.
    Lossless,
}

/// What a picture's own header says.
pub(super) struct Picture {
    pub stream: Stream,
    /// In pixels.
    pub size: (u32, u32),
    pub alpha: bool,
}

impl Picture {
    /// Reads the header of a chunk; `None` if it is no picture.
    pub fn read(name: &[u8; 4], chunk: &[u8]) -> Option<Result<Self, Error>> {
        match name {
            b"VP8 " => Some(Self::lossy(chunk)),
            b"VP8L" => Some(Self::lossless(chunk)),
            _ => None,
        }
    }

    /// RFC 6386, 9.1.
    fn lossy(chunk: &[u8]) -> Result<Self, Error> {
        let head = chunk.first_chunk::<10>().ok_or(CUT)?;
        if head[0] & 1 != 0 || head[3..6] != [0x9d, 0x01, 0x2a] {
            return Err(damaged("its picture has no start code"));
        }
        let side = |at: usize| u32::from(u16::from_le_bytes([head[at], head[at + 1]]) & 0x3fff);
        Ok(Self {
            stream: Stream::Lossy,
            size: (side(6), side(8)),
            alpha: false,
        })
    }

    /// <https://developers.google.com/speed/webp/docs/webp_lossless_bitstream_specification>, 3.
    fn lossless(chunk: &[u8]) -> Result<Self, Error> {
        let head = chunk.first_chunk::<5>().ok_or(CUT)?;
        if head[0] != 0x2f {
            return Err(damaged("its picture has no signature"));
        }
        let bits = u32::from_le_bytes([head[1], head[2], head[3], head[4]]);
        Ok(Self {
            stream: Stream::Lossless,
            size: ((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1),
            alpha: bits >> 28 & 1 != 0,
        })
    }
}

/// How a frame of an animation is coded: the payload of its chunk `ANMF`. The decoder takes memory
/// for whatever size the picture claims, and relies on the frame's being the same, so both have to
/// agree and to lie on the canvas.
pub(super) fn frame(chunk: &[u8], canvas: (u32, u32)) -> Result<Stream, Error> {
    // The decoder looks for the next frame right behind this one, not after what fills it up.
    if !chunk.len().is_multiple_of(2) {
        return Err(damaged("a frame's length is odd"));
    }
    let (head, inner) = chunk.split_at_checked(16).ok_or(CUT)?;
    let (x, y) = (three(head, 0) * 2, three(head, 3) * 2);
    let size = (three(head, 6) + 1, three(head, 9) + 1);
    if x + size.0 > canvas.0 || y + size.1 > canvas.1 {
        return Err(damaged("a frame lies outside of its canvas"));
    }
    let empty = || damaged("a frame has no picture in it");
    let mut inner = chunks(inner);
    let mut next = || inner.next().unwrap_or(Err(empty()));
    let (name, stream) = match next()? {
        // Opacity, which only a lossy picture needs.
        (b"ALPH", _) => next().and_then(|(name, stream)| match name {
            b"VP8 " => Ok((name, stream)),
            _ => Err(empty()),
        })?,
        first => first,
    };
    let picture = Picture::read(name, stream).ok_or_else(empty)??;
    match picture.size == size {
        true => Ok(picture.stream),
        false => Err(damaged("a frame and its picture are not of one size")),
    }
}

/// Little-endian; 0 where there is nothing.
pub(super) fn three(bytes: &[u8], at: usize) -> u32 {
    let part = |index: usize| bytes.get(at + index).copied().map_or(0, u32::from);
    part(0) | part(1) << 8 | part(2) << 16
}
