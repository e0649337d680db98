//! Encoders that take a picture row by row, as one.

use super::{Lossy, failed, jpeg::Jpeg, png::Png};
use crate::raster::Raster;
use crate::webp::container;
use crate::{Error, Format, Target};

/// Encodes a picture whose rows come in pieces.
pub(crate) enum Rows {
    /// Lossy.
    Webp(Box<Lossy>),
    Jpeg(Box<Jpeg>),
    Png(Box<Png>),
}

impl Rows {
    /// For a picture of that size, with a colour profile if it needs one; lossless WebP has no such encoder.
    pub fn new(
        target: Target,
        size: (u32, u32),
        alpha: bool,
        profile: Option<&[u8]>,
    ) -> Result<Self, Error> {
        let (width, height) = (size.0 as usize, size.1 as usize);
        Ok(match target {
            Target::Webp { quality } => {
                Self::Webp(Box::new(Lossy::new(size.0, size.1, alpha, quality)?))
            }
            Target::Jpeg { quality } => {
                Self::Jpeg(Box::new(Jpeg::new(width, height, quality, profile)))
            }
            Target::Png => Self::Png(Box::new(Png::new(width, height, alpha, profile)?)),
            Target::WebpLossless => return Err(failed(Format::WebP, "it is written as a whole")),
        })
    }

    /// Takes the next rows, which have alpha where that was announced.
    pub fn push(&mut self, rows: &Raster) -> Result<(), Error> {
        match self {
            Self::Webp(encoder) => encoder.push(&rows.pixels),
            Self::Jpeg(encoder) => encoder.push(rows),
            Self::Png(encoder) => encoder.push(&rows.pixels)?,
        }
        Ok(())
    }

    /// Bytes of the file so far, as far as they are known.
    pub fn len(&self) -> usize {
        match self {
            Self::Webp(_) => 0,
            Self::Jpeg(encoder) => encoder.len(),
            Self::Png(encoder) => encoder.len(),
        }
    }

    /// The file, if all rows came; size and profile are what [`Rows::new`] was told.
    pub fn finish(
        self,
        (width, height): (u32, u32),
        profile: Option<&[u8]>,
    ) -> Result<Vec<u8>, Error> {
        match self {
            Self::Webp(encoder) => Ok(container::still(&encoder.finish()?, width, height, profile)),
            Self::Jpeg(encoder) => encoder.finish(),
            Self::Png(encoder) => encoder.finish(),
        }
    }
}
