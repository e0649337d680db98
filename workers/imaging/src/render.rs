//! From a source to a result: what is to be done, in its order.

mod moving;
mod still;
mod streamed;

use crate::bmp::Bmp;
use crate::jpeg::Jpeg;
use crate::placement::Placement;
use crate::png::Png;
use crate::source::Source;
use crate::webp::{Lossy, WebP};
use crate::{Error, Format, Limit, Limits, Rendered, Sniffed, Target, Transform, gif, png, webp};
use moving::Film;
use still::Stored;

/// Decodes `source`, does what `transform` says and encodes the result as `target`. Animations stay
/// animations if the target can be one.
///
/// # Errors
/// [`Error::Limit`] before anything is decoded; [`Error::Truncated`] and [`Error::Damaged`] for
/// whatever is not a complete image; [`Error::NotAnImage`] and [`Error::Unsupported`];
/// [`Error::CropOutside`].
pub fn render(
    source: &[u8],
    transform: &Transform,
    target: Target,
    limits: &Limits,
) -> Result<Rendered, Error> {
    let request = Request {
        transform,
        target,
        limits,
    };
    match crate::sniff(source) {
        Sniffed::Image(format) => request.render(format, source),
        other => Err(Error::NotAnImage(other.describe())),
    }
}

/// What is asked.
#[derive(Clone, Copy)]
struct Request<'a> {
    transform: &'a Transform,
    target: Target,
    limits: &'a Limits,
}

impl Request<'_> {
    fn render(self, format: Format, bytes: &[u8]) -> Result<Rendered, Error> {
        let limits = self.limits;
        match format {
            Format::Jpeg => {
                let mut jpeg = Jpeg::open(bytes)?;
                let profile = jpeg.profile(limits)?;
                let size = (jpeg.width(), jpeg.height());
                let placement = jpeg.orientation().into();
                self.still(&mut jpeg, size, placement, profile.as_deref())
            }
            Format::Bmp => {
                let mut bmp = Bmp::open(bytes)?;
                let size = (bmp.width, bmp.height);
                self.still(&mut bmp, size, Placement::default(), None)
            }
            Format::Png => self.png(bytes),
            Format::WebP => self.webp(bytes),
            Format::Gif => self.gif(bytes),
            Format::Avif => Err(Error::Unsupported {
                format,
                what: "there is no decoder for it here",
            }),
        }
    }

    fn png(self, bytes: &[u8]) -> Result<Rendered, Error> {
        let mut png = Png::open(bytes, self.limits)?;
        let (size, frames) = ((png.width(), png.height()), png.frames());
        let placement = png.orientation().into();
        let profile = png.profile();
        if frames == 1 || !self.is_animated() {
            return self.still(&mut png, size, placement, profile.as_deref());
        }
        let film = Film {
            size,
            frames,
            // The decoder refuses frames that leave the canvas.
            pixels: moving::within(size, frames),
            placement,
            profile: profile.as_deref(),
            memory: crate::animation::Canvas::predict(size.0, size.1) + png.memory(),
        };
        let plays = png.plays();
        self.moving(film, || Ok((png::Frames::new(png)?, plays)))
    }

    fn webp(self, bytes: &[u8]) -> Result<Rendered, Error> {
        let outline = webp::Outline::read(bytes)?;
        let (size, placement) = ((outline.width, outline.height), outline.orientation.into());
        let profile = outline.profile;
        Limit::Profile.check(profile.map_or(0, <[u8]>::len) as u64, self.limits.profile)?;
        if let (Some(stream), false) = (outline.lossy, outline.alpha) {
            let mut lossy = Lossy::new(stream, outline.width, outline.height);
            return self.still(&mut lossy, size, placement, profile);
        }
        if !outline.animated {
            return self.still(&mut WebP::new(outline), size, placement, profile);
        }
        let film = Film {
            size,
            frames: outline.frames,
            // The outline refuses frames that leave the canvas.
            pixels: moving::within(size, outline.frames),
            placement,
            profile,
            memory: webp::Frames::predict(&outline),
        };
        self.moving(film, || {
            let frames = webp::Frames::open(&outline)?;
            let plays = frames.plays();
            Ok((frames, plays))
        })
    }

    fn gif(self, bytes: &[u8]) -> Result<Rendered, Error> {
        let outline = gif::Outline::read(bytes)?;
        let size = (outline.width, outline.height);
        if let Some(mut still) = gif::Still::new(bytes, outline) {
            Limit::Pixels.check(outline.largest, self.limits.pixels)?;
            return self.still(&mut still, size, Placement::default(), None);
        }
        let film = Film {
            size,
            frames: outline.frames,
            pixels: outline.pixels,
            placement: Placement::default(),
            profile: None,
            memory: gif::Frames::predict(&outline),
        };
        let limits = self.limits;
        self.moving(film, || {
            let frames = gif::Frames::open(bytes, &outline, limits)?;
            Ok((frames, outline.plays))
        })
    }

    fn still(
        self,
        source: &mut dyn Source,
        size: (u32, u32),
        placement: Placement,
        profile: Option<&[u8]>,
    ) -> Result<Rendered, Error> {
        let stored = Stored {
            size,
            placement,
            profile,
        };
        self.picture(source, stored)
    }

    fn finished(
        self,
        bytes: Vec<u8>,
        width: u32,
        height: u32,
        frames: u32,
    ) -> Result<Rendered, Error> {
        Limit::OutputBytes.check(bytes.len() as u64, self.limits.output_bytes)?;
        Ok(Rendered {
            bytes,
            format: self.target.format(),
            width,
            height,
            frames,
        })
    }

    /// Whether the result can be an animation.
    fn is_animated(self) -> bool {
        self.target.format() == Format::WebP
    }

    /// Checks the size of a source.
    fn check_source(self, (width, height): (u32, u32)) -> Result<(), Error> {
        Limit::Pixels.check(u64::from(width) * u64::from(height), self.limits.pixels)
    }
}
