//! Compression methods, by number and name.

use std::fmt;

/// A compression method this crate accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Method 0: the bytes as they are.
    Stored,
    /// Method 8: deflate, what practically every zip writer uses.
    Deflated,
}

impl Method {
    /// The method's number in headers.
    pub fn number(self) -> u16 {
        match self {
            Method::Stored => 0,
            Method::Deflated => 8,
        }
    }

    /// The method of that number, if it is an accepted one.
    pub(crate) fn from_number(number: u16) -> Option<Self> {
        match number {
            0 => Some(Method::Stored),
            8 => Some(Method::Deflated),
            _ => None,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(name(self.number()))
    }
}

/// The number that stands in for the method of an AES-encrypted entry.
pub(crate) const AES_ENCRYPTED: u16 = 99;

/// What a method is called (APPNOTE 4.4.5), so that an author can find the switch in their packer.
pub(crate) fn name(number: u16) -> &'static str {
    match number {
        0 => "stored",
        1 => "shrunk",
        2..=5 => "reduced",
        6 => "imploded",
        8 => "deflated",
        9 => "deflate64",
        10 => "PKWARE imploded",
        12 => "bzip2",
        14 => "LZMA",
        16 => "IBM CMPSC",
        18 => "IBM TERSE",
        19 => "IBM LZ77",
        20 | 93 => "Zstandard",
        94 => "MP3",
        95 => "XZ",
        96 => "JPEG",
        97 => "WavPack",
        98 => "PPMd",
        AES_ENCRYPTED => "AES-encrypted",
        _ => "unknown",
    }
}
