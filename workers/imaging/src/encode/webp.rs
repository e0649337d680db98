//! Writing pictures as WebP has them. Which encoder does it, only this file knows.

use image_webp::{ColorType, EncoderParams, WebPEncoder};

use super::failed;
use crate::raster::Raster;
use crate::webp::container::Picture;
use crate::webp::outline::chunks;
use crate::{Error, Format, Target};

/// The chunks of a picture, lossy or not.
pub(crate) fn picture(raster: &Raster, target: Target) -> Result<Picture, Error> {
    let mut params = EncoderParams::default();
    if let Target::Webp { quality } = target {
        params.use_lossy = true;
        params.lossy_quality = quality.get();
    }
    let colour = match raster.alpha {
        true => ColorType::Rgba8,
        false => ColorType::Rgb8,
    };
    let mut file = Vec::new();
    let mut encoder = WebPEncoder::new(&mut file);
    encoder.set_params(params);
    encoder
        .encode(
            &raster.pixels,
            raster.width as u32,
            raster.height as u32,
            colour,
        )
        .map_err(|error| failed(Format::WebP, error))?;
    let mut picture = Picture {
        kind: *b"VP8L",
        stream: Vec::new(),
        alpha: None,
        transparent: raster.alpha,
    };
    for chunk in chunks(file.get(12..).unwrap_or(&[])) {
        match chunk? {
            (b"ALPH", chunk) => picture.alpha = Some(chunk.to_vec()),
            (kind @ (b"VP8 " | b"VP8L"), chunk) => {
                (picture.kind, picture.stream) = (*kind, chunk.to_vec());
            }
            _ => {}
        }
    }
    Ok(picture)
}
