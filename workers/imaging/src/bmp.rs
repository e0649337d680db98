//! Windows bitmaps, a row at a time
//! (<https://learn.microsoft.com/windows/win32/gdi/bitmap-storage>).
//!
//! Uncompressed with 1, 4, 8, 16, 24 or 32 bits per pixel, with or without bit masks. The run-length
//! encodings of 1990 are refused with words that say so.

use crate::source::{Model, Plane, Sink, Source};
use crate::{Error, Format};

const CUT: Error = Error::Truncated(Format::Bmp);

/// Values of the header's field for compression.
const RGB: u32 = 0;
const BITFIELDS: u32 = 3;
const ALPHA_BITFIELDS: u32 = 6;

/// A bitmap whose headers are read.
#[derive(Debug)]
pub(crate) struct Bmp<'a> {
    bytes: &'a [u8],
    pub width: u32,
    pub height: u32,
    top_down: bool,
    bits: u16,
    /// Where the pixels start.
    pixels: usize,
    /// Blue, green, red, unused: as it is stored.
    palette: Vec<[u8; 4]>,
    /// Red, green, blue, alpha.
    masks: [Mask; 4],
}

/// The bits of a pixel that are one of its channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mask(u32);

impl Mask {
    /// The channel, spread over 0 to 255.
    fn of(self, pixel: u32) -> u8 {
        if self.0 == 0 {
            return 255;
        }
        let shift = self.0.trailing_zeros();
        let (value, most) = (
            u64::from((pixel & self.0) >> shift),
            u64::from(self.0 >> shift),
        );
        ((value * 255 + most / 2) / most) as u8
    }
}

impl<'a> Bmp<'a> {
    /// Reads the headers.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Error> {
        let long = |at: usize| {
            let bytes = bytes.get(at..).and_then(<[u8]>::first_chunk).ok_or(CUT)?;
            Ok::<_, Error>(u32::from_le_bytes(*bytes))
        };
        let short = |at: usize| {
            let bytes = bytes.get(at..).and_then(<[u8]>::first_chunk).ok_or(CUT)?;
            Ok::<_, Error>(u16::from_le_bytes(*bytes))
        };
        let (pixels, header) = (long(10)? as usize, long(14)? as usize);
        // The oldest header has sides of 16 bits and three bytes per colour.
        let is_core = header == 12;
        let (width, height, bits) = match is_core {
            true => (i32::from(short(18)?), i32::from(short(20)?), short(24)?),
            false => (long(18)? as i32, long(22)? as i32, short(28)?),
        };
        let compression = if is_core { RGB } else { long(30)? };
        let masks = match (compression, bits) {
            (RGB, 16) => [0x7c00, 0x03e0, 0x001f, 0],
            (RGB, _) => [0x00ff_0000, 0xff00, 0xff, 0],
            (BITFIELDS | ALPHA_BITFIELDS, 16 | 32) => {
                let alpha = header >= 56 || compression == ALPHA_BITFIELDS;
                let alpha = if alpha { long(66)? } else { 0 };
                [long(54)?, long(58)?, long(62)?, alpha]
            }
            _ => {
                let (format, what) = (Format::Bmp, "it is compressed by run lengths");
                return Err(Error::Unsupported { format, what });
            }
        };
        if !matches!(bits, 1 | 4 | 8 | 16 | 24 | 32) || width <= 0 || height == 0 {
            return Err(Error::damaged(Format::Bmp, "its header makes no sense"));
        }
        let colours = if is_core { 0 } else { long(46)? };
        Ok(Self {
            bytes,
            width: width as u32,
            height: height.unsigned_abs(),
            top_down: height < 0,
            bits,
            pixels,
            palette: palette(bytes, header, bits, colours)?,
            masks: masks.map(Mask),
        })
    }

    /// Whether there can be transparent pixels.
    pub fn has_alpha(&self) -> bool {
        self.masks[3].0 != 0
    }

    fn row(&self, index: u32, output: &mut Vec<u8>) -> Result<(), Error> {
        // Rows are filled up to multiples of four bytes.
        let length = (u64::from(self.width) * u64::from(self.bits)).div_ceil(32) * 4;
        let index = match self.top_down {
            true => index,
            false => self.height - 1 - index,
        };
        let start = self.pixels as u64 + length * u64::from(index);
        let (start, end) = (start as usize, (start + length) as usize);
        let row = self.bytes.get(start..end).ok_or(CUT)?;
        output.clear();
        match self.bits {
            24 => output.extend(
                row.as_chunks::<3>()
                    .0
                    .iter()
                    .flat_map(|&[b, g, r]| [r, g, b]),
            ),
            32 => self.masked(
                row.as_chunks()
                    .0
                    .iter()
                    .map(|&part| u32::from_le_bytes(part)),
                output,
            ),
            16 => {
                let parts = row.as_chunks().0.iter();
                self.masked(parts.map(|&part| u16::from_le_bytes(part).into()), output);
            }
            bits => self.indexed(row, bits.into(), output),
        }
        let channels = if self.has_alpha() { 4 } else { 3 };
        output.truncate(self.width as usize * channels);
        Ok(())
    }

    fn masked(&self, pixels: impl Iterator<Item = u32>, output: &mut Vec<u8>) {
        let channels = if self.has_alpha() { 4 } else { 3 };
        for pixel in pixels {
            output.extend(self.masks.iter().take(channels).map(|mask| mask.of(pixel)));
        }
    }

    fn indexed(&self, row: &[u8], bits: u32, output: &mut Vec<u8>) {
        let mask = (1_u32 << bits) - 1;
        for byte in row {
            for step in 1..=8 / bits {
                let index = u32::from(*byte) >> (8 - bits * step) & mask;
                // Colours that are not there are black.
                let [b, g, r, _] = self
                    .palette
                    .get(index as usize)
                    .copied()
                    .unwrap_or_default();
                output.extend_from_slice(&[r, g, b]);
            }
        }
    }
}

fn palette(bytes: &[u8], header: usize, bits: u16, colours: u32) -> Result<Vec<[u8; 4]>, Error> {
    if bits > 8 {
        return Ok(Vec::new());
    }
    let most = 1_usize << bits;
    let count = match colours as usize {
        0 => most,
        count => count.min(most),
    };
    let entry = if header == 12 { 3 } else { 4 };
    let start = 14 + header;
    let table = bytes.get(start..start + count * entry).ok_or(CUT)?;
    let colour = |part: &[u8]| [part[0], part[1], part[2], 0];
    Ok(table.chunks_exact(entry).map(colour).collect())
}

impl Source for Bmp<'_> {
    fn model(&self) -> Model {
        match self.has_alpha() {
            true => Model::Rgba,
            false => Model::Rgb,
        }
    }

    fn planes(&self) -> Vec<Plane> {
        vec![Plane::full(self.width, self.height, self.model())]
    }

    fn memory(&self) -> u64 {
        u64::from(self.width) * 8
    }

    fn decode(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        let mut row = Vec::new();
        for index in 0..self.height {
            self.row(index, &mut row)?;
            sink.row(0, &row);
        }
        Ok(())
    }
}
