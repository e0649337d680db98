//! From a picture to a file.

mod jpeg;
mod png;
mod webp;

use crate::raster::Raster;
use crate::webp::container::{self, Frame};
use crate::{Error, Format, Target};
pub(crate) use webp::{Lossy, picture};

/// The longest side that a format can have.
pub(crate) fn longest_side(format: Format) -> u64 {
    match format {
        Format::WebP => 16_383,
        Format::Jpeg => 65_535,
        _ => u64::from(u32::MAX >> 1),
    }
}

/// Bytes that encoding `pixels` pixels holds at most, what comes out among them.
pub(crate) fn predict(target: Target, pixels: u64) -> u64 {
    match target {
        // Samples and coefficients of a part of the picture, opacity, and what comes out.
        Target::Webp { .. } => (pixels * 4).min(24 << 20) + pixels * 2,
        Target::WebpLossless => pixels * 9,
        Target::Jpeg { .. } => pixels * 5,
        Target::Png => pixels * 4,
    }
}

/// Encodes a still picture.
pub(crate) fn still(raster: &Raster, target: Target) -> Result<Vec<u8>, Error> {
    match target {
        Target::Jpeg { quality } => Ok(jpeg::encode(raster, quality)),
        Target::Png => png::encode(raster),
        Target::Webp { .. } | Target::WebpLossless => {
            let picture = picture(raster, target)?;
            let (width, height) = (raster.width as u32, raster.height as u32);
            Ok(container::still(&picture, width, height))
        }
    }
}

/// Encodes an animation, which only WebP can be.
pub(crate) fn animated(frames: &[Frame], width: u32, height: u32, plays: u32) -> Vec<u8> {
    container::animated(frames, width, height, plays)
}

fn failed(format: Format, what: impl ToString) -> Error {
    Error::Encode {
        format,
        what: what.to_string(),
    }
}
