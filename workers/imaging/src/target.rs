//! What can come out.

use crate::{Format, Quality};

/// What the result is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Lossy WebP, with alpha where the image has it; animated if the source is.
    Webp {
        /// On libwebp's scale.
        quality: Quality,
    },
    /// Lossless WebP; animated if the source is.
    WebpLossless,
    /// Baseline JPEG; the first frame of an animation.
    Jpeg {
        /// On libjpeg's scale.
        quality: Quality,
    },
    /// PNG; the first frame of an animation.
    Png,
}

impl Target {
    /// The result's format.
    pub const fn format(self) -> Format {
        match self {
            Self::Webp { .. } | Self::WebpLossless => Format::WebP,
            Self::Jpeg { .. } => Format::Jpeg,
            Self::Png => Format::Png,
        }
    }
}

/// A finished image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its format.
    pub format: Format,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Frames; 1 for a still image.
    pub frames: u32,
}
