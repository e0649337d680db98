//! From a picture to a file.

mod jpeg;
mod png;
mod rows;
mod webp;

use crate::raster::Raster;
use crate::webp::container::{self, Frame};
use crate::{Error, Format, Target};
pub(crate) use rows::Rows;
pub(crate) use webp::{Lossy, picture};

/// The longest side that a format can have.
pub(crate) fn longest_side(format: Format) -> u64 {
    match format {
        Format::WebP => 16_383,
        Format::Jpeg => 65_535,
        _ => u64::from(u32::MAX >> 1),
    }
}

/// Bytes that encoding `pixels` pixels holds at most, what comes out among them; of that only what a
/// large picture usually comes to, since it is counted while it grows ([`grown`]).
pub(crate) fn predict(target: Target, pixels: u64) -> u64 {
    const USUAL: u64 = 32 << 20;
    match target {
        // Samples and coefficients of a part of the picture, opacity, and what comes out.
        Target::Webp { .. } => (pixels * 4).min(24 << 20) + pixels * 2,
        Target::WebpLossless => pixels * 9,
        // Symbols that wait for their codes, and what comes out.
        Target::Jpeg { .. } => (pixels * 6).min(10 << 20) + (pixels * 4).min(USUAL),
        Target::Png => (pixels * 8).min(USUAL),
    }
}

/// Bytes that are held, at most, for a file of `length` bytes while [`reserve`] makes it.
pub(crate) fn grown(length: u64) -> u64 {
    length / 4 * 9
}

/// Makes room for more of a file, for little more than is there: twice as much could be too much.
fn reserve(file: &mut Vec<u8>, bytes: usize) {
    const LEAST: usize = 32 << 10;
    if file.capacity() - file.len() < bytes {
        file.reserve_exact(bytes.max(file.len() / 4).max(LEAST));
    }
}

/// Encodes a still picture, with a colour profile if it needs one.
pub(crate) fn still(
    raster: &Raster,
    target: Target,
    profile: Option<&[u8]>,
) -> Result<Vec<u8>, Error> {
    let size = (raster.width as u32, raster.height as u32);
    match target {
        Target::Webp { .. } | Target::WebpLossless => {
            let picture = picture(raster, target)?;
            Ok(container::still(&picture, size.0, size.1, profile))
        }
        Target::Jpeg { .. } | Target::Png => {
            let mut rows = Rows::new(target, size, raster.alpha, profile)?;
            rows.push(raster)?;
            rows.finish(size, profile)
        }
    }
}

/// Encodes an animation, which only WebP can be.
pub(crate) fn animated(
    frames: &[Frame],
    size: (u32, u32),
    plays: u32,
    profile: Option<&[u8]>,
) -> Vec<u8> {
    container::animated(frames, size, plays, profile)
}

fn failed(format: Format, what: impl ToString) -> Error {
    Error::Encode {
        format,
        what: what.to_string(),
    }
}
