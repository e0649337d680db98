//! GIF: blocks are counted here, pixels are unpacked by crate `gif`, frames put together here.

mod still;

use ::gif::{ColorOutput, DecodeOptions, Decoder, DecodingError, DisposalMethod, MemoryLimit};

use crate::animation::{Animation, Canvas, Disposal, Patch, Shown};
use crate::{Error, Format, Limit, Limits};

pub(crate) use still::Still;

/// A frame that is shown for less than two hundredths of a second is shown for ten, as every browser
/// does it.
const SHORTEST: u32 = 20;
/// See [`SHORTEST`].
const INSTEAD: u32 = 100;

/// What a GIF's blocks say, without its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outline {
    pub width: u32,
    pub height: u32,
    pub frames: u32,
    pub alpha: bool,
    /// Whether rows of some frame are not stored from the top.
    pub interlaced: bool,
    /// Pixels of the largest frame.
    pub largest: u64,
    /// Pixels of all frames together, each as large as the canvas, or as itself if it is larger:
    /// frames may leave the canvas.
    pub pixels: u64,
    /// How often the animation runs; 0 for ever.
    pub plays: u32,
}

impl Outline {
    /// Passes over all blocks (GIF89a specification, appendix B).
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        const CUT: Error = Error::Truncated(Format::Gif);
        let head = bytes.get(..13).ok_or(CUT)?;
        let side = |at: usize| u32::from(head[at]) | u32::from(head[at + 1]) << 8;
        let mut outline = Self {
            width: side(6),
            height: side(8),
            frames: 0,
            alpha: false,
            interlaced: false,
            largest: 0,
            pixels: 0,
            plays: 1,
        };
        let mut rest = bytes.get(13 + table_bytes(head[10])..).ok_or(CUT)?;
        loop {
            rest = match rest {
                // A graphic control extension says whether a colour is transparent.
                [0x21, 0xf9, 4, flags, tail @ ..] => {
                    outline.alpha |= flags & 1 != 0;
                    pass_blocks(tail.get(3..).ok_or(CUT)?).ok_or(CUT)?
                }
                [0x21, kind, tail @ ..] => {
                    if let (0xff, Some(plays)) = (kind, plays(tail)) {
                        outline.plays = plays;
                    }
                    pass_blocks(tail).ok_or(CUT)?
                }
                [0x2c, tail @ ..] => {
                    let head = tail.first_chunk::<9>().ok_or(CUT)?;
                    outline.add(head);
                    let data = 9 + table_bytes(head[8]) + 1;
                    pass_blocks(tail.get(data..).ok_or(CUT)?).ok_or(CUT)?
                }
                [0x3b, ..] => break,
                [] | [0x21] => return Err(CUT),
                _ => return Err(Error::damaged(Format::Gif, "a block is of no known kind")),
            };
        }
        match (outline.frames, outline.width, outline.height) {
            (0, ..) => Err(Error::damaged(Format::Gif, "it has no picture in it")),
            (_, 0, _) | (_, _, 0) => Err(Error::damaged(Format::Gif, "it has no pixels")),
            _ => Ok(outline),
        }
    }

    fn add(&mut self, head: &[u8; 9]) {
        let number = |at: usize| u32::from(head[at]) | u32::from(head[at + 1]) << 8;
        let (x, y, width, height) = (number(0), number(2), number(4), number(6));
        // What the first frame leaves uncovered is transparent.
        let covers = (x, y) == (0, 0) && width >= self.width && height >= self.height;
        self.alpha |= self.frames == 0 && !covers;
        self.interlaced |= head[8] & 0x40 != 0;
        self.frames += 1;
        let pixels = u64::from(width) * u64::from(height);
        self.largest = self.largest.max(pixels);
        self.pixels += pixels.max(u64::from(self.width) * u64::from(self.height));
    }
}

/// How often the animation runs, from Netscape's extension: it says how often it runs again.
fn plays(extension: &[u8]) -> Option<u32> {
    let rest = extension.strip_prefix(b"\x0bNETSCAPE2.0\x03\x01")?;
    let again = u16::from_le_bytes(*rest.first_chunk()?);
    Some(if again == 0 { 0 } else { u32::from(again) + 1 })
}

fn table_bytes(flags: u8) -> usize {
    match flags & 0x80 {
        0 => 0,
        _ => 3 << ((flags & 7) + 1),
    }
}

/// What follows the sub-blocks at the start of `rest`.
fn pass_blocks(mut rest: &[u8]) -> Option<&[u8]> {
    loop {
        let (length, tail) = rest.split_first()?;
        rest = tail.get(usize::from(*length)..)?;
        if *length == 0 {
            return Some(rest);
        }
    }
}

/// The frames of a GIF.
pub(crate) struct Frames<'a> {
    decoder: Decoder<&'a [u8]>,
    canvas: Canvas,
}

impl<'a> Frames<'a> {
    /// Reads the headers. Every frame has to be within the limits.
    pub fn open(bytes: &'a [u8], outline: &Outline, limits: &Limits) -> Result<Self, Error> {
        Limit::Pixels.check(outline.largest, limits.pixels)?;
        let decoder = decoder(bytes)?;
        let canvas = Canvas::new(outline.width, outline.height);
        Ok(Self { decoder, canvas })
    }

    /// Bytes that decoding holds.
    pub fn predict(outline: &Outline) -> u64 {
        Canvas::predict(outline.width, outline.height) + outline.largest * 8 + (64 << 10)
    }
}

impl Animation for Frames<'_> {
    fn next(&mut self) -> Result<Option<Shown<'_>>, Error> {
        let Some(frame) = self.decoder.read_next_frame().map_err(error)? else {
            return Ok(None);
        };
        let delay = match u32::from(frame.delay) * 10 {
            delay if delay < SHORTEST => INSTEAD,
            delay => delay,
        };
        let patch = Patch {
            x: frame.left.into(),
            y: frame.top.into(),
            width: frame.width.into(),
            height: frame.height.into(),
            pixels: frame.buffer.to_vec(),
            blended: true,
            disposal: match frame.dispose {
                DisposalMethod::Any | DisposalMethod::Keep => Disposal::Keep,
                DisposalMethod::Background => Disposal::Clear,
                DisposalMethod::Previous => Disposal::Restore,
            },
        };
        Ok(Some(self.canvas.show(patch, delay)))
    }
}

/// Reads the headers; what is held was predicted.
fn decoder(bytes: &[u8]) -> Result<Decoder<&[u8]>, Error> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::RGBA);
    options.check_lzw_end_code(false);
    options.set_memory_limit(MemoryLimit::Unlimited);
    options.read_info(bytes).map_err(error)
}

fn error(error: DecodingError) -> Error {
    match error {
        DecodingError::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Error::Truncated(Format::Gif)
        }
        other => Error::damaged(Format::Gif, other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One pixel, cut nowhere.
    const SMALL: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff\x21\xf9\x04\x01\0\0\0\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3b";

    #[test]
    fn blocks_are_counted() {
        let outline = Outline::read(SMALL).unwrap();
        let (width, height, frames) = (outline.width, outline.height, outline.frames);
        assert_eq!((width, height, frames, outline.alpha), (1, 1, 1, true));
        for length in 0..SMALL.len() {
            assert_eq!(
                Outline::read(&SMALL[..length]),
                Err(Error::Truncated(Format::Gif))
            );
        }
    }
}
