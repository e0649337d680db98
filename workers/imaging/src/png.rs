//! PNG and APNG, through crate `png`: rows as they are unpacked, frames put together here.

mod profile;

use std::io::Cursor;

use ::png::{BlendOp, ColorType, Decoder, DecodingError, DisposeOp, Reader, Transformations};

use crate::animation::{Animation, Canvas, Disposal, Patch, Shown};
use crate::source::{Model, Plane, Sink, Source};
use crate::{Error, Format, Limit, Limits, Orientation, exif};

/// What the decoder may hold besides rows: window, tables, a row or two, a profile.
const WORKING_BYTES: u64 = 512 << 10;

/// Pixels whose bytes have addresses of 32 bits; where there are no others the decoder refuses what
/// has more, in words about its rows.
const MOST_PIXELS: u64 = (i32::MAX / 4) as u64;

/// A PNG file whose headers are read.
pub(crate) struct Png<'a> {
    reader: Reader<Cursor<&'a [u8]>>,
    width: u32,
    height: u32,
    model: Model,
    interlaced: bool,
    bytes: &'a [u8],
    limits: Limits,
    /// Whether the rows were given once.
    is_read: bool,
}

impl<'a> Png<'a> {
    /// Reads everything before the pixels.
    pub fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, Error> {
        let mut decoder = Decoder::new(Cursor::new(bytes));
        decoder.set_transformations(Transformations::normalize_to_color8());
        decoder.set_ignore_text_chunk(true);
        decoder.set_limits(::png::Limits {
            bytes: usize::try_from(limits.profile + WORKING_BYTES).unwrap_or(usize::MAX),
        });
        let header = decoder.read_header_info().map_err(error)?;
        let pixels = u64::from(header.width) * u64::from(header.height);
        if pixels > MOST_PIXELS {
            Limit::Pixels.check(pixels, limits.pixels)?;
        }
        let reader = decoder.read_info().map_err(error)?;
        let info = reader.info();
        if info.icc_profile.is_none() {
            profile::check(bytes, limits)?;
        }
        let (width, height, interlaced) = (info.width, info.height, info.interlaced);
        let model = match reader.output_color_type().0 {
            ColorType::Grayscale => Model::Grey,
            ColorType::Rgb => Model::Rgb,
            _ => Model::Rgba,
        };
        Ok(Self {
            reader,
            width,
            height,
            model,
            interlaced,
            bytes,
            limits: *limits,
            is_read: false,
        })
    }

    /// In pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// In pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Whether there can be transparent pixels.
    pub fn has_alpha(&self) -> bool {
        self.model == Model::Rgba
    }

    /// From chunk eXIf.
    pub fn orientation(&self) -> Orientation {
        let exif = self.reader.info().exif_metadata.as_deref();
        exif.map_or(Orientation::NORMAL, exif::orientation)
    }

    /// Frames of the animation; 1 if there is none.
    pub fn frames(&self) -> u32 {
        let control = self.reader.info().animation_control;
        control.map_or(1, |control| control.num_frames.max(1))
    }

    /// How often the animation runs; 0 for ever.
    pub fn plays(&self) -> u32 {
        let control = self.reader.info().animation_control;
        control.map_or(1, |control| control.num_plays)
    }

    /// From chunk iCCP, unless sRGB says that it does not matter.
    pub fn profile(&self) -> Option<Vec<u8>> {
        let info = self.reader.info();
        match info.srgb {
            Some(_) => None,
            None => info.icc_profile.as_ref().map(|profile| profile.to_vec()),
        }
    }

    fn frame_bytes(&self) -> Result<usize, Error> {
        let too_large = || Error::damaged(Format::Png, "its rows are too long");
        self.reader.output_buffer_size().ok_or_else(too_large)
    }

    fn is_grey_with_alpha(&self) -> bool {
        self.reader.output_color_type().0 == ColorType::GrayscaleAlpha
    }
}

impl Source for Png<'_> {
    fn model(&self) -> Model {
        self.model
    }

    fn planes(&self) -> Vec<Plane> {
        vec![Plane::full(self.width, self.height, self.model)]
    }

    fn memory(&self) -> u64 {
        let row = u64::from(self.width) * 8;
        let held = match self.interlaced {
            true => row / 8 * u64::from(self.height) * self.planes()[0].channels as u64,
            false => 0,
        };
        held + row * 4 + WORKING_BYTES
    }

    fn decode(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        if std::mem::replace(&mut self.is_read, true) {
            self.reader = Self::open(self.bytes, &self.limits)?.reader;
        }
        let mut wide = Vec::new();
        let spread = self.is_grey_with_alpha();
        let mut give = |row: &[u8]| match spread {
            true => {
                wide.clear();
                spread_grey(row, &mut wide);
                sink.row(0, &wide);
            }
            false => sink.row(0, row),
        };
        if self.interlaced {
            let mut frame = vec![0; self.frame_bytes()?];
            let info = self.reader.next_frame(&mut frame).map_err(error)?;
            frame.chunks_exact(info.line_size).for_each(give);
        } else {
            while let Some(row) = self.reader.next_row().map_err(error)? {
                give(row.data());
            }
        }
        self.reader.finish().map_err(error)
    }
}

/// Grey with alpha becomes three alike with alpha.
fn spread_grey(row: &[u8], wide: &mut Vec<u8>) {
    for pixel in row.as_chunks::<2>().0 {
        let [grey, alpha] = *pixel;
        wide.extend_from_slice(&[grey, grey, grey, alpha]);
    }
}

/// The frames of an APNG.
pub(crate) struct Frames<'a> {
    png: Png<'a>,
    canvas: Canvas,
    left: u32,
}

impl<'a> Frames<'a> {
    /// From the first frame on; the default image of older viewers is passed over if it is none.
    pub fn new(mut png: Png<'a>) -> Result<Self, Error> {
        let left = png.frames();
        if png.reader.info().frame_control.is_none() {
            png.reader.next_frame_info().map_err(error)?;
        }
        let canvas = Canvas::new(png.width, png.height);
        Ok(Self { png, canvas, left })
    }
}

impl Animation for Frames<'_> {
    fn next(&mut self) -> Result<Option<Shown<'_>>, Error> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let mut pixels = vec![0; self.png.frame_bytes()?];
        let info = self.png.reader.next_frame(&mut pixels).map_err(error)?;
        pixels.truncate(info.buffer_size());
        let missing = || Error::damaged(Format::Png, "a frame has no control chunk");
        let control = self.png.reader.info().frame_control.ok_or_else(missing)?;
        let patch = Patch {
            x: control.x_offset,
            y: control.y_offset,
            width: control.width,
            height: control.height,
            pixels: to_rgba(pixels, info.color_type),
            blended: control.blend_op == BlendOp::Over,
            disposal: match control.dispose_op {
                DisposeOp::None => Disposal::Keep,
                DisposeOp::Background => Disposal::Clear,
                DisposeOp::Previous => Disposal::Restore,
            },
        };
        let parts = match control.delay_den {
            0 => 100,
            parts => u32::from(parts),
        };
        let delay = u32::from(control.delay_num) * 1000 / parts;
        if self.left == 0 {
            self.png.reader.finish().map_err(error)?;
        }
        Ok(Some(self.canvas.show(patch, delay)))
    }
}

fn to_rgba(pixels: Vec<u8>, kind: ColorType) -> Vec<u8> {
    let mut wide = Vec::new();
    match kind {
        ColorType::Grayscale => {
            wide.extend(pixels.iter().flat_map(|&grey| [grey, grey, grey, 255]));
        }
        ColorType::GrayscaleAlpha => spread_grey(&pixels, &mut wide),
        ColorType::Rgb => {
            let (pixels, _) = pixels.as_chunks::<3>();
            wide.extend(pixels.iter().flat_map(|&[r, g, b]| [r, g, b, 255]));
        }
        _ => return pixels,
    }
    wide
}

fn error(error: DecodingError) -> Error {
    match error {
        DecodingError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Error::Truncated(Format::Png)
        }
        DecodingError::LimitsExceeded => Error::damaged(Format::Png, "its rows are too long"),
        other => Error::damaged(Format::Png, other.to_string()),
    }
}
