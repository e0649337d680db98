//! What an image is, from its headers alone.

use crate::bmp::Bmp;
use crate::jpeg::Jpeg;
use crate::png::Png;
use crate::{Error, Format, Limits, avif, gif, webp};

/// Facts about an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Info {
    /// By content.
    pub format: Format,
    /// In pixels, of the upright image: after the orientation is applied.
    pub width: u32,
    /// In pixels, of the upright image.
    pub height: u32,
    /// Frames; 1 for a still image.
    pub frames: u32,
    /// Whether it can have transparent pixels.
    pub alpha: bool,
    /// How the stored pixels have to be turned.
    pub orientation: Orientation,
}

/// How stored pixels lie, 1 to 8 as Exif counts (CIPA DC-008, tag 0x0112).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Orientation(u8);

impl Orientation {
    /// Upright.
    pub const NORMAL: Self = Self(1);

    /// From the tag's value; what is not 1 to 8 means upright, as every viewer has it.
    pub const fn from_tag(value: u16) -> Self {
        match value {
            1..=8 => Self(value as u8),
            _ => Self::NORMAL,
        }
    }

    /// 1 to 8.
    pub const fn tag(self) -> u8 {
        self.0
    }

    /// Whether width and height change places.
    pub const fn swaps_sides(self) -> bool {
        self.0 >= 5
    }
}

/// Reads the headers of an image; pixels are not looked at.
///
/// # Errors
/// [`Error::NotAnImage`], [`Error::Unsupported`], [`Error::Truncated`] and [`Error::Damaged`].
pub fn probe(bytes: &[u8]) -> Result<Info, Error> {
    match crate::sniff(bytes) {
        crate::Sniffed::Image(format) => of(format, bytes),
        other => Err(Error::NotAnImage(other.describe())),
    }
}

fn of(format: Format, bytes: &[u8]) -> Result<Info, Error> {
    let mut info = Info {
        format,
        width: 0,
        height: 0,
        frames: 1,
        alpha: false,
        orientation: Orientation::NORMAL,
    };
    match format {
        Format::Jpeg => {
            let jpeg = Jpeg::open(bytes)?;
            (info.width, info.height) = (jpeg.width(), jpeg.height());
            info.orientation = jpeg.orientation();
        }
        Format::Png => {
            let png = Png::open(bytes, &Limits::default())?;
            (info.width, info.height) = (png.width(), png.height());
            (info.frames, info.alpha) = (png.frames(), png.has_alpha());
            info.orientation = png.orientation();
        }
        Format::WebP => {
            let outline = webp::Outline::read(bytes)?;
            (info.width, info.height) = (outline.width, outline.height);
            (info.frames, info.alpha) = (outline.frames, outline.alpha);
            info.orientation = outline.orientation;
        }
        Format::Gif => {
            let outline = gif::Outline::read(bytes)?;
            (info.width, info.height) = (outline.width, outline.height);
            (info.frames, info.alpha) = (outline.frames, outline.alpha);
        }
        Format::Bmp => {
            let bmp = Bmp::open(bytes)?;
            (info.width, info.height) = (bmp.width, bmp.height);
            info.alpha = bmp.has_alpha();
        }
        Format::Avif => {
            let outline = avif::Outline::read(bytes)?;
            (info.width, info.height) = (outline.width, outline.height);
            (info.alpha, info.orientation) = (outline.alpha, outline.orientation);
        }
    }
    if info.orientation.swaps_sides() {
        (info.width, info.height) = (info.height, info.width);
    }
    Ok(info)
}
