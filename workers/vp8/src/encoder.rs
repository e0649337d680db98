//! A picture, pushed in pieces.

use crate::{Error, MAX_SIDE, Options, alpha, colour::Pixels, container, frame::FrameEncoder};

/// What the bytes of a pixel are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue, opacity; colours are not multiplied by it.
    Rgba,
}

impl Layout {
    /// Bytes of a pixel.
    pub fn channels(self) -> usize {
        match self {
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

/// Encodes a picture that comes in pieces.
pub struct Encoder {
    width: u16,
    height: u16,
    channels: usize,
    /// Bytes of a strip that is not complete yet.
    pending: Vec<u8>,
    found: usize,
    frame: FrameEncoder,
    opacity: Opacity,
}

/// Opacity so far.
enum Opacity {
    /// This many opaque pixels.
    Full(usize),
    /// The opacity of each.
    Plane(Vec<u8>),
}

/// An encoded picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    width: u16,
    height: u16,
    /// Payload of a chunk `VP8 `.
    pub vp8: Vec<u8>,
    /// Payload of a chunk `ALPH`, unless all pixels are opaque.
    pub alpha: Option<Vec<u8>>,
}

impl Frame {
    /// The file with this frame alone.
    pub fn into_file(self) -> Vec<u8> {
        container::file(self.width, self.height, self.vp8, self.alpha)
    }
}

impl Encoder {
    /// For a picture of this size, in pixels.
    ///
    /// # Errors
    ///
    /// [`Error::Size`] and [`Error::Quality`].
    pub fn new(width: u32, height: u32, layout: Layout, options: &Options) -> Result<Self, Error> {
        let fits = |side: u32| (1..=MAX_SIDE).contains(&side);
        if !fits(width) || !fits(height) {
            return Err(Error::Size { width, height });
        }
        if !(0.0..=100.0).contains(&options.quality) {
            return Err(Error::Quality);
        }
        let (width, height) = (width as u16, height as u16);
        Ok(Self {
            width,
            height,
            channels: layout.channels(),
            pending: Vec::new(),
            found: 0,
            frame: FrameEncoder::new(width, height, options.quality),
            opacity: Opacity::Full(0),
        })
    }

    /// Takes the next bytes of pixels, any number of them. What is more than the picture has is
    /// counted and left; [`Encoder::finish`] complains of it.
    pub fn push(&mut self, mut bytes: &[u8]) {
        let room = self.expected().saturating_sub(self.found);
        self.found += bytes.len();
        bytes = &bytes[..bytes.len().min(room)];
        let strip = 16 * usize::from(self.width) * self.channels;
        if !self.pending.is_empty() {
            let (first, rest) = bytes.split_at(bytes.len().min(strip - self.pending.len()));
            self.pending.extend(first);
            bytes = rest;
            if self.pending.len() < strip {
                return;
            }
            let pending = std::mem::take(&mut self.pending);
            self.push_strip(&pending);
        }
        let mut strips = bytes.chunks_exact(strip);
        for strip in &mut strips {
            self.push_strip(strip);
        }
        self.pending.extend(strips.remainder());
    }

    /// The encoded picture.
    ///
    /// # Errors
    ///
    /// [`Error::Length`] and [`Error::TooManyModes`].
    pub fn finish(mut self) -> Result<Frame, Error> {
        let (expected, found) = (self.expected(), self.found);
        if expected != found {
            return Err(Error::Length { expected, found });
        }
        let pending = std::mem::take(&mut self.pending);
        if !pending.is_empty() {
            self.push_strip(&pending);
        }
        let vp8 = self.frame.finish().ok_or(Error::TooManyModes)?;
        let alpha = match &self.opacity {
            Opacity::Full(_) => None,
            Opacity::Plane(plane) => Some(alpha::encode(usize::from(self.width), plane)),
        };
        Ok(Frame {
            width: self.width,
            height: self.height,
            vp8,
            alpha,
        })
    }

    fn expected(&self) -> usize {
        usize::from(self.width) * usize::from(self.height) * self.channels
    }

    fn push_strip(&mut self, samples: &[u8]) {
        if self.channels == 4 {
            self.opacity.push(samples);
        }
        self.frame.push(&Pixels {
            samples,
            width: usize::from(self.width),
            channels: self.channels,
        });
    }
}

impl Opacity {
    fn push(&mut self, samples: &[u8]) {
        let opacities = samples.chunks_exact(4).map(|pixel| pixel[3]);
        match self {
            Self::Full(count) if opacities.clone().all(|opacity| opacity == 255) => {
                *count += opacities.len();
            }
            Self::Full(count) => {
                let mut plane = vec![255; *count];
                plane.extend(opacities);
                *self = Self::Plane(plane);
            }
            Self::Plane(plane) => plane.extend(opacities),
        }
    }
}
