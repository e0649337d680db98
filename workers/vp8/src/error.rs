//! What can be wrong.

/// Why a picture cannot be encoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A side is zero or longer than the format allows.
    #[error(
        "a picture of {width} x {height} pixels: each side must be 1 to {} pixels",
        crate::MAX_SIDE
    )]
    Size {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// The quality is not a number from 0 to 100.
    #[error("the quality must be 0 to 100")]
    Quality,
    /// There are not as many bytes as the picture's size asks for.
    #[error("{found} bytes of pixels, not {expected}")]
    Length {
        /// Bytes.
        expected: usize,
        /// Bytes.
        found: usize,
    },
    /// The modes of so many macroblocks have no room in the format (512 KiB). Only pictures of well
    /// over 100 megapixels can come to this.
    #[error("the picture's modes do not fit into a frame's first partition")]
    TooManyModes,
}
