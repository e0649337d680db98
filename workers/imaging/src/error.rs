//! Why an image cannot be had, in words for whoever asked for it.

use thiserror::Error;

use crate::Format;

/// Why an image was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// No image format that can be read. The text says what it is instead.
    #[error("this is {0}; JPEG, PNG, WebP, GIF and BMP can be read")]
    NotAnImage(&'static str),
    /// An image, but one whose pixels cannot be read here.
    #[error("{} can only be passed on as it is: {what}", format.name())]
    Unsupported {
        /// Its format.
        format: Format,
        /// What of it is not supported.
        what: &'static str,
    },
    /// A bound of [`crate::Limits`] is exceeded.
    #[error("{limit}: {found}, at most {allowed} allowed")]
    Limit {
        /// Which bound, with its unit.
        limit: Limit,
        /// What the image has.
        found: u64,
        /// What is allowed.
        allowed: u64,
    },
    /// The image ends before it is complete.
    #[error("the {} image is cut short", .0.name())]
    Truncated(Format),
    /// The image contradicts itself or its format.
    #[error("the {} image is damaged: {what}", format.name())]
    Damaged {
        /// Its format.
        format: Format,
        /// How it shows.
        what: String,
    },
    /// The transformation makes no sense for this image: the crop lies outside of it.
    #[error("the crop starts at {x},{y}, outside of the image of {width}×{height} pixels")]
    CropOutside {
        /// From the left.
        x: u32,
        /// From the top.
        y: u32,
        /// Of the upright image.
        width: u32,
        /// Of the upright image.
        height: u32,
    },
    /// An encoder failed, which no image should be able to bring about. Our fault, not the caller's.
    #[error("encoding as {} failed: {what}", format.name())]
    Encode {
        /// What was to be written.
        format: Format,
        /// What the encoder says.
        what: String,
    },
}

impl Error {
    /// Damage of `format`.
    pub(crate) fn damaged(format: Format, what: impl Into<String>) -> Self {
        Self::Damaged {
            format,
            what: what.into(),
        }
    }
}

/// A bound, named with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Limit {
    /// [`crate::Limits::pixels`].
    #[error("pixels of the image")]
    Pixels,
    /// [`crate::Limits::memory`].
    #[error("bytes of memory to process the image")]
    Memory,
    /// [`crate::Limits::frames`].
    #[error("frames of the animation")]
    Frames,
    /// [`crate::Limits::animation_pixels`].
    #[error("pixels of all frames of the animation")]
    AnimationPixels,
    /// [`crate::Limits::output_pixels`].
    #[error("pixels of the result")]
    OutputPixels,
    /// [`crate::Limits::output_bytes`].
    #[error("bytes of the result")]
    OutputBytes,
    /// The longest side that the target's format can have.
    #[error("pixels of the result's longer side")]
    OutputSide,
    /// [`crate::Limits::profile`].
    #[error("bytes of the colour profile")]
    Profile,
    /// Scans of a progressive JPEG.
    #[error("scans of the progressive JPEG")]
    Scans,
}

impl Limit {
    /// Refuses what is more than allowed.
    pub(crate) fn check(self, found: u64, allowed: u64) -> Result<(), Error> {
        match found <= allowed {
            true => Ok(()),
            false => Err(Error::Limit {
                limit: self,
                found,
                allowed,
            }),
        }
    }
}
