//! What decoders give: planes of samples, row by row.

use crate::Error;

/// What the samples mean. Values are 8 bits and gamma-encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Model {
    /// One plane, one channel.
    Grey,
    /// One plane, three channels.
    Rgb,
    /// One plane, three channels and straight alpha.
    Rgba,
    /// Three planes: Y, Cb, Cr of BT.601 in full range (JFIF).
    Ycc,
    /// Three planes: Y, Cb, Cr of BT.601 in its limited range (WebP).
    NarrowYcc,
    /// Four planes; 255 is no ink.
    Cmyk,
    /// Four planes: CMY as [`Model::Ycc`], then K; 255 is no ink.
    Ycck,
}

/// One plane of an image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Plane {
    /// In samples.
    pub width: u32,
    /// In samples.
    pub height: u32,
    /// Samples per pixel of the image, along a row.
    pub across: f64,
    /// Samples per pixel of the image, down a column.
    pub down: f64,
    /// Interleaved channels.
    pub channels: usize,
    /// Whether the last channel is alpha.
    pub alpha: bool,
}

impl Plane {
    /// A plane with a sample for each pixel.
    pub fn full(width: u32, height: u32, model: Model) -> Self {
        let channels = match model {
            Model::Rgb => 3,
            Model::Rgba => 4,
            _ => 1,
        };
        Self {
            width,
            height,
            across: 1.0,
            down: 1.0,
            channels,
            alpha: model == Model::Rgba,
        }
    }
}

/// Takes what a decoder gives.
pub(crate) trait Sink {
    /// The next row of a plane, from the top.
    fn row(&mut self, plane: usize, row: &[u8]);
}

/// A still image, or one frame of an animation, whose headers are read.
pub(crate) trait Source {
    /// What the planes mean.
    fn model(&self) -> Model;

    /// The planes that [`Source::decode`] gives.
    fn planes(&self) -> Vec<Plane>;

    /// Says that `plane` will be made smaller by `ratio` at least, so that the decoder may leave
    /// detail out and give a smaller plane. It has to keep twice what is needed.
    fn reduce(&mut self, plane: usize, ratio: f64) {
        let _ = (plane, ratio);
    }

    /// Bytes that decoding will hold, on top of the source.
    fn memory(&self) -> u64;

    /// Gives every row of every plane to `sink`; may be called again.
    ///
    /// # Errors
    /// If the image is not complete and sound. What was given until then is no picture.
    fn decode(&mut self, sink: &mut dyn Sink) -> Result<(), Error>;
}
