//! WebP: the container is read and written here, opaque lossy pictures are read
//! by a decoder of our own a row at a time, all others by crate `image-webp`.

pub(crate) mod container;
mod lossy;
pub(crate) mod outline;
mod picture;

use std::io::Cursor;

use image_webp::{DecodingError, LoopCount, WebPDecoder};

use crate::animation::{Animation, Shown};
use crate::source::{Model, Plane, Sink, Source};
use crate::{Error, Format};
pub(crate) use lossy::Lossy;
pub(crate) use outline::Outline;
use picture::Stream;

/// A still WebP whose headers are read.
pub(crate) struct WebP<'a> {
    outline: Outline<'a>,
}

impl<'a> WebP<'a> {
    /// With what [`Outline::read`] says.
    pub fn new(outline: Outline<'a>) -> Self {
        Self { outline }
    }
}

impl Source for WebP<'_> {
    fn model(&self) -> Model {
        match self.outline.alpha {
            true => Model::Rgba,
            false => Model::Rgb,
        }
    }

    fn planes(&self) -> Vec<Plane> {
        let Outline { width, height, .. } = self.outline;
        vec![Plane::full(width, height, self.model())]
    }

    fn memory(&self) -> u64 {
        predict(&self.outline)
    }

    fn decode(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        let mut decoder = open(&self.outline)?;
        let mut pixels = vec![0; decoder.output_buffer_size().unwrap_or(0)];
        decoder.read_image(&mut pixels).map_err(error)?;
        let channels = if self.outline.alpha { 4 } else { 3 };
        let row = self.outline.width as usize * channels;
        pixels
            .chunks_exact(row.max(1))
            .for_each(|row| sink.row(0, row));
        Ok(())
    }
}

/// Bytes that decoding one frame holds.
fn predict(outline: &Outline) -> u64 {
    let pixels = u64::from(outline.width) * u64::from(outline.height);
    match (outline.stream, outline.alpha) {
        (Stream::Lossless, true) => pixels * 5,
        (Stream::Lossless, false) => pixels * 8,
        // Planes, and what comes of them.
        (Stream::Lossy, true) => pixels * 15 / 2,
        (Stream::Lossy, false) => pixels * 9 / 2,
    }
}

/// The frames of an animated WebP.
pub(crate) struct Frames<'a> {
    decoder: WebPDecoder<Cursor<&'a [u8]>>,
    left: u32,
    alpha: bool,
    buffer: Vec<u8>,
    pixels: Vec<u8>,
}

impl<'a> Frames<'a> {
    /// Reads the headers.
    pub fn open(outline: &Outline<'a>) -> Result<Self, Error> {
        let mut decoder = open(outline)?;
        // The colour that is put behind is a hint that browsers do not take.
        decoder.set_background_color([0; 4]).map_err(error)?;
        Ok(Self {
            left: outline.frames,
            alpha: outline.alpha,
            buffer: vec![0; decoder.output_buffer_size().unwrap_or(0)],
            pixels: Vec::new(),
            decoder,
        })
    }

    /// Bytes that decoding holds: canvas, the frame, and copies of both.
    pub fn predict(outline: &Outline) -> u64 {
        u64::from(outline.width) * u64::from(outline.height) * 20
    }

    /// How often the animation runs; 0 for ever.
    pub fn plays(&self) -> u32 {
        match self.decoder.loop_count() {
            LoopCount::Forever => 0,
            LoopCount::Times(times) => u16::from(times).into(),
        }
    }
}

impl Animation for Frames<'_> {
    fn next(&mut self) -> Result<Option<Shown<'_>>, Error> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let delay = self.decoder.read_frame(&mut self.buffer).map_err(error)?;
        let pixels = match self.alpha {
            true => &self.buffer,
            false => {
                let (pixels, _) = self.buffer.as_chunks::<3>();
                let wide = pixels.iter().flat_map(|&[r, g, b]| [r, g, b, 255]);
                self.pixels.clear();
                self.pixels.extend(wide);
                &self.pixels
            }
        };
        Ok(Some(Shown { pixels, delay }))
    }
}

/// Opens the decoder. All limits were checked with what the outline says, so whatever the decoder
/// makes of the headers has to be the same.
fn open<'a>(outline: &Outline<'a>) -> Result<WebPDecoder<Cursor<&'a [u8]>>, Error> {
    let decoder = WebPDecoder::new(Cursor::new(outline.file)).map_err(error)?;
    let read = (
        decoder.dimensions(),
        decoder.is_animated(),
        decoder.has_alpha(),
    );
    let size = (outline.width, outline.height);
    match read == (size, outline.animated, outline.alpha) {
        true => Ok(decoder),
        false => Err(Error::damaged(Format::WebP, "its headers disagree")),
    }
}

fn error(error: DecodingError) -> Error {
    match error {
        DecodingError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Error::Truncated(Format::WebP)
        }
        DecodingError::BitStreamError => Error::damaged(Format::WebP, "its bits make no sense"),
        other => Error::damaged(Format::WebP, other.to_string()),
    }
}
