//! What a WebP's chunks say, without its pixels
//! (<https://developers.google.com/speed/webp/docs/riff_container>).

use super::picture::{Picture, Stream, frame, three};
use crate::{Error, Format, Orientation, exif};

/// What is in a WebP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outline<'a> {
    /// The file, without what comes after it.
    pub file: &'a [u8],
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

pub(super) const CUT: Error = Error::Truncated(Format::WebP);

pub(super) fn damaged(what: &'static str) -> Error {
    Error::damaged(Format::WebP, what)
}

impl<'a> Outline<'a> {
    /// Passes over all chunks.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        let length = bytes.get(4..8).and_then(<[u8]>::first_chunk).ok_or(CUT)?;
        let length = u32::from_le_bytes(*length) as usize;
        let file = bytes.get(..length.saturating_add(8)).ok_or(CUT)?;
        let body = file.get(12..).ok_or(CUT)?;
        let mut outline = Self {
            file,
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
        for (index, chunk) in chunks(body).enumerate() {
            match chunk? {
                (b"VP8X", chunk) if index == 0 => outline.head(chunk)?,
                // The decoder heeds the first chunk only.
                (b"VP8X", _) => return Err(damaged("its header is not at its start")),
                (name, chunk) => outline.add(name, chunk)?,
            }
        }
        match outline.frames {
            0 => Err(damaged("it has no picture in it")),
            _ if outline.width == 0 || outline.height == 0 => Err(damaged("it has no pixels")),
            _ => Ok(outline),
        }
    }

    /// The header of a file that is more than one picture.
    fn head(&mut self, chunk: &[u8]) -> Result<(), Error> {
        let head = chunk.first_chunk::<10>().ok_or(CUT)?;
        self.alpha = head[0] & 0x10 != 0;
        self.animated = head[0] & 2 != 0;
        (self.width, self.height) = (three(head, 4) + 1, three(head, 7) + 1);
        Ok(())
    }

    fn add(&mut self, name: &[u8; 4], chunk: &'a [u8]) -> Result<(), Error> {
        match name {
            b"VP8 " | b"VP8L" if !self.animated => {
                if let Some(picture) = Picture::read(name, chunk) {
                    self.still(picture?, chunk)?;
                }
            }
            b"ANMF" if self.animated => {
                let stream = frame(chunk, (self.width, self.height))?;
                if self.frames == 0 {
                    self.stream = stream;
                }
                self.frames = self.frames.saturating_add(1);
            }
            b"ANMF" => return Err(damaged("it has a frame but is no animation")),
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
    fn still(&mut self, picture: Picture, chunk: &'a [u8]) -> Result<(), Error> {
        if self.frames > 0 {
            return Err(damaged("it has two pictures"));
        }
        self.frames = 1;
        self.stream = picture.stream;
        self.lossy = (picture.stream == Stream::Lossy).then_some(chunk);
        if self.width == 0 {
            (self.width, self.height) = picture.size;
            self.alpha = picture.alpha;
        }
        match (self.width, self.height) == picture.size {
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
