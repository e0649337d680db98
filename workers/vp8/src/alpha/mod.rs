//! The chunk `ALPH`: opacity, exact.
//!
//! Opacity is the green channel of a lossless WebP image
//! (<https://developers.google.com/speed/webp/docs/webp_lossless_bitstream_specification>). Values are
//! packed if they are few, or predicted from their neighbours if that helps; what is left is coded as
//! repetitions as distance and length, the rest with prefix codes.

mod bits;
mod distance;
mod groups;
mod huffman;
mod lossless;
mod matches;
mod palette;
mod parse;
mod predictor;

/// Compression, in the chunk's first byte: lossless.
const LOSSLESS: u8 = 1;

/// The chunk's payload for a plane of this width, which is not empty.
pub fn encode(width: usize, plane: &[u8]) -> Vec<u8> {
    let stream = lossless::encode(width, plane);
    let (compression, content) = if stream.len() < plane.len() {
        (LOSSLESS, stream.as_slice())
    } else {
        (0, plane)
    };
    let mut payload = Vec::with_capacity(1 + content.len());
    payload.push(compression);
    payload.extend(content);
    payload
}
