//! The parts that images are made of, as far as their lengths go.

use imaging::Format;

/// What comes next in an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// PNG: a chunk's length and name (PNG specification, 5.3).
    Chunk,
    /// GIF: the screen's description (GIF89a, 18).
    Screen,
    /// GIF: the byte that says what a block is.
    Block {
        /// Whether a picture has been there.
        shown: bool,
    },
    /// GIF: an extension's label.
    Label {
        /// As above.
        shown: bool,
    },
    /// GIF: a picture's description (GIF89a, 20).
    Picture,
    /// GIF: the length of a sub-block (GIF89a, 15).
    SubBlock {
        /// Whether a picture will have been there after it.
        shown: bool,
    },
    /// JPEG: a marker (ITU-T T.81, B.1.1.2).
    Marker,
    /// JPEG: a segment's length, which counts itself; its data may be what is scanned.
    Segment {
        /// Whether it begins a scan.
        scan: bool,
    },
    /// JPEG: coded data, in which the end's marker can stand for nothing else.
    Scan {
        /// Whether the last byte was the first half of a marker.
        after_ff: bool,
    },
    /// WebP: name and length of the whole file (RFC 9649, 2.3).
    Riff,
    /// BMP: both headers, as far as they tell the length.
    Bitmap,
    /// AVIF: a box's length and name (ISO/IEC 14496-12, 4.2).
    Box {
        /// Whether the box with the data has been there.
        data: bool,
    },
    /// AVIF: a length that took more room.
    LongBox {
        /// As above.
        data: bool,
    },
    /// Whatever is left belongs to the image, and nothing says how much that is.
    Rest,
    /// The image is over; software appends to images what is not theirs.
    End,
    /// The parts do not fit together.
    Damaged,
}

/// What follows a part.
pub struct Next {
    /// Bytes that are passed over before.
    pub skip: u64,
    /// What is read then.
    pub part: Part,
}

fn next(skip: impl Into<u64>, part: Part) -> Next {
    let skip = skip.into();
    Next { skip, part }
}

impl Part {
    /// What an image of this format begins with, and after how many bytes.
    pub fn first(format: Format) -> (u64, Self) {
        match format {
            Format::Jpeg => (2, Self::Marker),
            Format::Png => (8, Self::Chunk),
            Format::WebP => (0, Self::Riff),
            Format::Gif => (0, Self::Screen),
            Format::Bmp => (0, Self::Bitmap),
            Format::Avif => (0, Self::Box { data: false }),
        }
    }

    /// How many bytes are read of it.
    pub fn length(self) -> usize {
        match self {
            Self::Block { .. } | Self::Label { .. } | Self::SubBlock { .. } => 1,
            Self::Marker | Self::Segment { .. } => 2,
            Self::Chunk | Self::Riff | Self::Box { .. } | Self::LongBox { .. } => 8,
            Self::Picture => 9,
            Self::Screen => 13,
            Self::Bitmap => 38,
            // Nothing: the rest is scanned, or does not matter.
            Self::Scan { .. } | Self::Rest | Self::End | Self::Damaged => 0,
        }
    }

    /// What follows the part with these first bytes.
    pub fn read(self, bytes: &[u8]) -> Next {
        let at = |index: usize| bytes.get(index).copied().unwrap_or(0);
        match self {
            Self::Chunk if bytes.ends_with(b"IEND") => next(big(bytes, 0) + 4, Self::End),
            Self::Chunk => next(big(bytes, 0) + 4, self),
            Self::Screen => next(colours(at(10)), Self::Block { shown: false }),
            Self::Block { shown } => match at(0) {
                0x21 => next(0_u64, Self::Label { shown }),
                0x2c => next(0_u64, Self::Picture),
                0x3b => next(0_u64, Self::End),
                // Some software writes more ends of sub-blocks than there are: browsers pass over them.
                0 if shown => next(0_u64, self),
                _ => next(0_u64, Self::Damaged),
            },
            Self::Label { shown } => next(0_u64, Self::SubBlock { shown }),
            // After the colours, the least size of the codes.
            Self::Picture => next(colours(at(8)) + 1, Self::SubBlock { shown: true }),
            Self::SubBlock { shown } if at(0) == 0 => next(0_u64, Self::Block { shown }),
            Self::SubBlock { .. } => next(at(0), self),
            Self::Marker => marker(at(0), at(1)),
            Self::Segment { scan } => {
                let length = u64::from(at(0)) << 8 | u64::from(at(1));
                let part = match scan {
                    true => Self::Scan { after_ff: false },
                    false => Self::Marker,
                };
                next(length.saturating_sub(2), part)
            }
            Self::Riff => next(little(bytes, 4), Self::End),
            Self::Bitmap => bitmap(bytes),
            Self::Box { data: true } if !may_follow(bytes) => next(0_u64, Self::End),
            Self::Box { data } => {
                let data = data || bytes.ends_with(b"mdat");
                match big(bytes, 0) {
                    0 => next(0_u64, if data { Self::Rest } else { Self::Damaged }),
                    1 => next(0_u64, Self::LongBox { data }),
                    length @ 8.. => next(length - 8, Self::Box { data }),
                    _ => next(0_u64, Self::Damaged),
                }
            }
            Self::LongBox { data } => {
                let length = big(bytes, 0) << 32 | big(bytes, 4);
                match length.checked_sub(16) {
                    Some(skip) => next(skip, Self::Box { data }),
                    None => next(0_u64, Self::Damaged),
                }
            }
            Self::Scan { .. } | Self::Rest | Self::End | Self::Damaged => next(0_u64, self),
        }
    }
}

/// Whether an AVIF's box is one that its image may need after the first data: else it is something
/// that software appended, or no box at all.
fn may_follow(head: &[u8]) -> bool {
    let names = [b"mdat", b"meta", b"moov", b"moof", b"free", b"skip"];
    names.iter().any(|name| head.ends_with(*name))
}

/// What follows a JPEG's marker.
fn marker(first: u8, second: u8) -> Next {
    match (first, second) {
        (0xff, 0xd9) => next(0_u64, Part::End),
        (0xff, 0xda) => next(0_u64, Part::Segment { scan: true }),
        // Those that stand alone.
        (0xff, 0x01 | 0xd0..=0xd8) => next(0_u64, Part::Marker),
        (0xff, 0x02..=0xfe) => next(0_u64, Part::Segment { scan: false }),
        // Bytes that fill up, or that belong to nothing: what follows is looked through.
        (_, last) => next(
            0_u64,
            Part::Scan {
                after_ff: last == 0xff,
            },
        ),
    }
}

/// Looks for the end's marker in a piece of coded data.
pub fn scan(piece: &[u8], after_ff: bool) -> Part {
    let is_end = |at: usize| piece.get(at) == Some(&0xd9);
    let ended = after_ff && is_end(0);
    match ended || memchr::memchr_iter(0xff, piece).any(|at| is_end(at + 1)) {
        true => Part::End,
        false => Part::Scan {
            after_ff: piece.last() == Some(&0xff),
        },
    }
}

/// Bytes of a GIF's table of colours.
fn colours(flags: u8) -> u64 {
    match flags & 0x80 {
        0 => 0,
        _ => 3 << ((flags & 7) + 1),
    }
}

/// How much of a BMP is left after the bytes that were read. Its own length of the file is often
/// wrong, so that the pixels' is used.
fn bitmap(bytes: &[u8]) -> Next {
    let short = |at| little(bytes, at) & 0xffff;
    let core = little(bytes, 14) == 12;
    let (width, height, bits) = match core {
        true => (short(18), short(20), short(24)),
        // Rows from the top are written as a negative number.
        false => (little(bytes, 18), signed(bytes, 22), short(28)),
    };
    let pixels = match (core, little(bytes, 30)) {
        (true, _) | (false, 0 | 3 | 6) => {
            let row = (width * bits).div_ceil(32) * 4;
            row.saturating_mul(height)
        }
        // Packed: the header says how long they are.
        _ => little(bytes, 34),
    };
    let length = little(bytes, 10).saturating_add(pixels);
    next(length.saturating_sub(bytes.len() as u64), Part::End)
}

fn four(bytes: &[u8], at: usize) -> [u8; 4] {
    let four = bytes.get(at..at + 4).and_then(|four| four.try_into().ok());
    four.unwrap_or_default()
}

fn big(bytes: &[u8], at: usize) -> u64 {
    u32::from_be_bytes(four(bytes, at)).into()
}

fn little(bytes: &[u8], at: usize) -> u64 {
    u32::from_le_bytes(four(bytes, at)).into()
}

fn signed(bytes: &[u8], at: usize) -> u64 {
    i32::from_le_bytes(four(bytes, at)).unsigned_abs().into()
}
