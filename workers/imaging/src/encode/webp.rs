//! Writing pictures as WebP has them: lossy by crate `vp8`, lossless by crate `image-webp`.

use image_webp::{ColorType, WebPEncoder};

use super::failed;
use crate::raster::Raster;
use crate::webp::container::Picture;
use crate::webp::outline::chunks;
use crate::{Error, Format, Quality, Target};

/// The chunks of a picture, lossy or not.
pub(crate) fn picture(raster: &Raster, target: Target) -> Result<Picture, Error> {
    match target {
        Target::Webp { quality } => lossy(raster, quality),
        _ => lossless(raster),
    }
}

fn lossy(raster: &Raster, quality: Quality) -> Result<Picture, Error> {
    let (width, height) = (raster.width as u32, raster.height as u32);
    let mut encoder = Lossy::new(width, height, raster.alpha, quality)?;
    encoder.push(&raster.pixels);
    encoder.finish()
}

/// Encodes a picture whose rows come in pieces.
pub(crate) struct Lossy(vp8::Encoder);

impl Lossy {
    /// For a picture of that size, with or without alpha.
    pub fn new(width: u32, height: u32, alpha: bool, quality: Quality) -> Result<Self, Error> {
        let layout = match alpha {
            true => vp8::Layout::Rgba,
            false => vp8::Layout::Rgb,
        };
        let options = vp8::Options {
            quality: quality.get().into(),
        };
        let encoder = vp8::Encoder::new(width, height, layout, &options);
        Ok(Self(encoder.map_err(|error| failed(Format::WebP, error))?))
    }

    /// Takes the next pixels.
    pub fn push(&mut self, pixels: &[u8]) {
        self.0.push(pixels);
    }

    /// The picture, if all of it came.
    pub fn finish(self) -> Result<Picture, Error> {
        let frame = self
            .0
            .finish()
            .map_err(|error| failed(Format::WebP, error))?;
        Ok(Picture {
            kind: *b"VP8 ",
            transparent: frame.alpha.is_some(),
            stream: frame.vp8,
            alpha: frame.alpha,
        })
    }
}

fn lossless(raster: &Raster) -> Result<Picture, Error> {
    let colour = match raster.alpha {
        true => ColorType::Rgba8,
        false => ColorType::Rgb8,
    };
    let (width, height) = (raster.width as u32, raster.height as u32);
    let mut file = Vec::new();
    WebPEncoder::new(&mut file)
        .encode(&raster.pixels, width, height, colour)
        .map_err(|error| failed(Format::WebP, error))?;
    let first = chunks(file.get(12..).unwrap_or(&[])).next();
    let (kind, stream) = first.ok_or_else(|| failed(Format::WebP, "nothing came out"))??;
    Ok(Picture {
        kind: *kind,
        stream: stream.to_vec(),
        alpha: None,
        transparent: raster.alpha,
    })
}
