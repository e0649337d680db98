//! What a WebP's chunks say, without its pixels
//! (<https://developers.google.com/speed/webp/docs/riff_container>).

use crate::{Error, Format, Orientation, exif};

/// What is in a WebP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outline<'a> {
    pub width: u32,
    pub height: u32,
    pub frames: u32,
    pub animated: bool,
    pub alpha: bool,
    /// Of the still image, or the first frame.
    pub stream: Stream,
    /// The still picture if it is lossy: the payload of its chunk.
    pub lossy: Option<&'a [u8]>,
    pub profile: Option<&'a [u8]>,
    pub orientation: Orientation,
}

/// How pixels are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// VP8.
    Lossy,
    /// VP8L.
    Lossless,
}

const CUT: Error = Error::Truncated(Format::WebP);

fn damaged(what: &'static str) -> Error {
    Error::damaged(Format::WebP, what)
}

impl<'a> Outline<'a> {
    /// Passes over all chunks.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        let length = bytes.get(4..8).and_then(<[u8]>::first_chunk).ok_or(CUT)?;
        let length = u32::from_le_bytes(*length) as usize;
        let body = bytes.get(12..length.saturating_add(8)).ok_or(CUT)?;
        let mut outline = Self {
            width: 0,
            height: 0,
            frames: 0,
            animated: false,
            alpha: false,
            stream: Stream::Lossless,
            lossy: None,
            profile: None,
            orientation: Orientation::NORMAL,
        };
        for chunk in chunks(body) {
            let (name, chunk) = chunk?;
            outline.add(name, chunk)?;
        }
        match outline.frames {
            0 => Err(damaged("it has no picture in it")),
            _ if outline.width == 0 || outline.height == 0 => Err(damaged("it has no pixels")),
            _ => Ok(outline),
        }
    }

    fn add(&mut self, name: &[u8; 4], chunk: &'a [u8]) -> Result<(), Error> {
        match name {
            b"VP8X" => {
                let head = chunk.first_chunk::<10>().ok_or(CUT)?;
                self.alpha = head[0] & 0x10 != 0;
                self.animated = head[0] & 2 != 0;
                (self.width, self.height) = (three(head, 4) + 1, three(head, 7) + 1);
            }
            b"VP8 " | b"VP8L" if !self.animated => self.still(name, chunk)?,
            b"ANMF" if self.animated => {
                if self.frames == 0 {
                    self.stream = first_stream(chunk);
                }
                self.frames = self.frames.saturating_add(1);
            }
            b"ICCP" => self.profile = Some(chunk),
            b"EXIF" => {
                let tiff = chunk.strip_prefix(b"Exif\0\0").unwrap_or(chunk);
                self.orientation = exif::orientation(tiff);
            }
            _ => {}
        }
        Ok(())
    }

    /// The only picture. Its own header counts where there is no other one.
    fn still(&mut self, name: &[u8; 4], chunk: &'a [u8]) -> Result<(), Error> {
        if self.frames > 0 {
            return Err(damaged("it has two pictures"));
        }
        self.frames = 1;
        let (width, height, alpha) = match name {
            b"VP8 " => {
                self.stream = Stream::Lossy;
                self.lossy = Some(chunk);
                lossy_size(chunk)?
            }
            _ => lossless_size(chunk)?,
        };
        if self.width == 0 {
            (self.width, self.height, self.alpha) = (width, height, alpha);
        }
        match (self.width, self.height) == (width, height) {
            true => Ok(()),
            false => Err(damaged("its headers disagree about its size")),
        }
    }
}

/// The chunks of a file after its first twelve bytes.
pub(crate) fn chunks(mut rest: &[u8]) -> impl Iterator<Item = Result<(&[u8; 4], &[u8]), Error>> {
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let first = split(rest);
        rest = first.map_or(&[], |(.., next)| next);
        Some(first.map(|(name, chunk, _)| (name, chunk)).ok_or(CUT))
    })
}

/// The chunk at the start of `rest`, and what comes after it.
fn split(rest: &[u8]) -> Option<(&[u8; 4], &[u8], &[u8])> {
    let (name, tail) = rest.split_first_chunk::<4>()?;
    let (length, tail) = tail.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length) as usize;
    let (chunk, tail) = tail.split_at_checked(length)?;
    // Chunks are filled up to even lengths; some writers forget it for the last one.
    Some((name, chunk, tail.get(length % 2..).unwrap_or(&[])))
}

fn three(bytes: &[u8], at: usize) -> u32 {
    let part = |index: usize| bytes.get(at + index).copied().map_or(0, u32::from);
    part(0) | part(1) << 8 | part(2) << 16
}

/// RFC 6386, 9.1.
fn lossy_size(chunk: &[u8]) -> Result<(u32, u32, bool), Error> {
    let head = chunk.first_chunk::<10>().ok_or(CUT)?;
    if head[0] & 1 != 0 || head[3..6] != [0x9d, 0x01, 0x2a] {
        return Err(damaged("its picture has no start code"));
    }
    let side = |at: usize| u32::from(u16::from_le_bytes([head[at], head[at + 1]]) & 0x3fff);
    Ok((side(6), side(8), false))
}

/// <https://developers.google.com/speed/webp/docs/webp_lossless_bitstream_specification>, 3.
fn lossless_size(chunk: &[u8]) -> Result<(u32, u32, bool), Error> {
    let head = chunk.first_chunk::<5>().ok_or(CUT)?;
    if head[0] != 0x2f {
        return Err(damaged("its picture has no signature"));
    }
    let bits = u32::from_le_bytes([head[1], head[2], head[3], head[4]]);
    let alpha = bits >> 28 & 1 != 0;
    Ok(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1, alpha))
}

/// What the first frame of an animation is coded as.
fn first_stream(frame: &[u8]) -> Stream {
    match frame.get(16..20) {
        Some(b"VP8L") => Stream::Lossless,
        _ => Stream::Lossy,
    }
}
