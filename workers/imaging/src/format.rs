//! The image formats that are known.

/// A raster format. Which of them can be decoded: all but [`Format::Avif`]. Which can be written:
/// see [`crate::Target`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JPEG: baseline, extended and progressive, 8 bits; grey, colour and CMYK.
    Jpeg,
    /// PNG and APNG, all colour types and depths.
    Png,
    /// WebP: lossy, lossless, with alpha, animated.
    WebP,
    /// GIF, animated or not.
    Gif,
    /// Windows bitmap.
    Bmp,
    /// AVIF: its header is read, its pixels are not. It can only be passed through.
    Avif,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 6] = [
        Self::Jpeg,
        Self::Png,
        Self::WebP,
        Self::Gif,
        Self::Bmp,
        Self::Avif,
    ];

    /// The media type, for `Content-Type`.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
            Self::Bmp => "image/bmp",
            Self::Avif => "image/avif",
        }
    }

    /// The ending of file names, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Gif => "gif",
            Self::Bmp => "bmp",
            Self::Avif => "avif",
        }
    }

    /// The name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
            Self::Bmp => "BMP",
            Self::Avif => "AVIF",
        }
    }

    /// Whether [`crate::render`] can read its pixels.
    pub const fn is_decoded(self) -> bool {
        !matches!(self, Self::Avif)
    }
}
