//! Lossy WebP images: VP8 key frames, with their alpha.
//!
//! The crate does no I/O and knows no platform. A picture is pushed in rows of pixels, so that only
//! its part of 8 MiB of samples and its coefficients, packed to about a byte each and to 16 MiB at
//! most, are held; besides there are the picture's opacity, one byte for each pixel, if it is not
//! opaque, and what comes out. The same pixels give the same bytes on every target.
//!
//! ```
//! let pixels = [200; 3 * 20 * 10];
//! let file = vp8::encode_rgb(20, 10, &pixels, &vp8::Options::default())?;
//! assert_eq!(&file[8..16], b"WEBPVP8 ");
//! # Ok::<(), vp8::Error>(())
//! ```
//!
//! # How good it is
//!
//! Next to libwebp 1.6 at its default effort, for eleven photographs and maps and six pictures with
//! opacity at qualities 50 to 90: files are 0.97 to 1.02 times as large at the same SSIM of luma (mean
//! 1.003) and 0.97 to 1.01 times at that of chroma (mean 0.997); opacity takes 0.95 to 1.03 times as
//! much. As WebAssembly with `simd128` it takes about half as long as libwebp's own build with SIMD, and
//! 0.4 to 0.9 times as long as sharp's native one on one thread (Node 22 on a busy machine: the shortest
//! of fifteen rounds, in turn, for eight of these pictures at quality 80). A picture of 8192 x 8192
//! pixels takes 36 MB in all, 16 MB of which are the file. `tests/libwebp.rs` compares sizes anew.
//! Without `simd128` it is correct but slow.
//!
//! # Where it comes from
//!
//! The format is that of RFC 6386 and of Google's container specification. How the encoder decides
//! follows libwebp: its quality scale, analysis, segments, weights, penalties and conversion of
//! colours, so that a quality means the same here as there. The file `NOTICE` has libwebp's licence
//! (BSD, 3 clauses). No code of other encoders is in it.

mod alpha;
mod analysis;
mod boolean;
mod coder;
mod colour;
mod container;
mod cost;
mod decide;
mod distortion;
mod encoder;
mod error;
mod frame;
mod header;
mod macroblock;
mod modes;
mod pieces;
mod predict;
mod predict4;
mod quantise;
#[cfg(test)]
mod reference;
mod segment;
mod simd;
mod statistics;
mod strip;
pub mod tables;
mod tokens;
mod transform;
mod transparent;

pub use encoder::{Encoder, Frame, Layout};
pub use error::Error;

/// The longest side of a picture, in pixels.
pub const MAX_SIDE: u32 = 16383;

/// How a picture is encoded.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// From 0, the smallest, to 100, the best; the same scale as libwebp's. Opacity is always exact.
    pub quality: f32,
}

impl Default for Options {
    fn default() -> Self {
        Self { quality: 75.0 }
    }
}

/// Encodes a picture of red, green and blue, row by row without gaps, as a file.
///
/// # Errors
///
/// If the size, the quality or the number of bytes is not as it should be, or the picture is too
/// large for the format.
pub fn encode_rgb(
    width: u32,
    height: u32,
    pixels: &[u8],
    options: &Options,
) -> Result<Vec<u8>, Error> {
    Ok(encode_frame(width, height, Layout::Rgb, pixels, options)?.into_file())
}

/// Encodes a picture of red, green, blue and opacity, row by row without gaps, as a file. Opacity is
/// left out if all pixels are opaque.
///
/// # Errors
///
/// As [`encode_rgb`].
pub fn encode_rgba(
    width: u32,
    height: u32,
    pixels: &[u8],
    options: &Options,
) -> Result<Vec<u8>, Error> {
    Ok(encode_frame(width, height, Layout::Rgba, pixels, options)?.into_file())
}

/// Encodes a picture as what the chunks of a file, or of a frame of an animation, hold.
///
/// # Errors
///
/// As [`encode_rgb`].
pub fn encode_frame(
    width: u32,
    height: u32,
    layout: Layout,
    pixels: &[u8],
    options: &Options,
) -> Result<Frame, Error> {
    let mut encoder = Encoder::new(width, height, layout, options)?;
    encoder.push(pixels);
    encoder.finish()
}
