//! Writing PNG, through crate `png`.

use ::png::{BitDepth, ColorType, Compression, Encoder, Filter};

use super::failed;
use crate::raster::Raster;
use crate::{Error, Format};

/// A PNG of 8 bits per channel, without anything that is not needed.
pub(super) fn encode(raster: &Raster) -> Result<Vec<u8>, Error> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, raster.width as u32, raster.height as u32);
    encoder.set_color(match raster.alpha {
        true => ColorType::Rgba,
        false => ColorType::Rgb,
    });
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Balanced);
    encoder.set_filter(Filter::Adaptive);
    let error = |error: ::png::EncodingError| failed(Format::Png, error);
    let mut writer = encoder.write_header().map_err(error)?;
    writer.write_image_data(&raster.pixels).map_err(error)?;
    writer.finish().map_err(error)?;
    Ok(file)
}
