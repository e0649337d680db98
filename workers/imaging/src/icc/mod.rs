//! Colour profiles of the International Color Consortium (ICC.1:2022), as far as sources of images need
//! them: from one, three or four channels to sRGB.
//!
//! Nothing of a profile is believed: all reads are within its bytes, all numbers are clamped, and work
//! and memory do not depend on what it says. What has no conversion in it is no profile.

mod curve;
mod lut;
mod space;

use curve::Curve;
use lut::Lut;
pub(crate) use space::encoded;

/// The channels that a profile is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channels {
    Grey,
    Rgb,
    Cmyk,
}

impl Channels {
    /// Their name in a profile's header (ICC.1:2022, 7.2.6).
    fn name(self) -> &'static [u8; 4] {
        match self {
            Self::Grey => b"GRAY",
            Self::Rgb => b"RGB ",
            Self::Cmyk => b"CMYK",
        }
    }

    /// How many they are.
    pub fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
            Self::Cmyk => 4,
        }
    }
}

/// The space that a profile converts to (ICC.1:2022, 6.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Connection {
    Xyz,
    Lab,
}

/// A profile's conversion.
pub(crate) enum Conversion<'a> {
    /// Lightness alone (ICC.1:2022, F.2).
    Lightness(Lightness<'a>),
    /// Three curves and a matrix (ICC.1:2022, F.3).
    Matrix(Matrix<'a>),
    /// A table of colours.
    Table(Lut<'a>),
}

/// One curve.
pub(crate) struct Lightness<'a> {
    curve: Curve<'a>,
    to: Connection,
}

/// Curves, then a matrix of columns.
pub(crate) struct Matrix<'a> {
    curves: [Curve<'a>; 3],
    columns: [[f32; 3]; 3],
}

/// Whether `bytes` are a profile that is there as a whole, and about these channels (ICC.1:2022, 7.2).
pub(crate) fn is_of(bytes: &[u8], channels: Channels) -> bool {
    bytes.get(36..40) == Some(b"acsp")
        && number(bytes, 0).is_some_and(|length| length <= bytes.len())
        && bytes.get(16..20) == Some(channels.name())
}

impl<'a> Conversion<'a> {
    /// Reads the conversion from `channels`; `None` where the profile has none.
    pub fn read(profile: &'a [u8], channels: Channels) -> Option<Self> {
        let profile = profile.get(..number(profile, 0)?)?;
        let class = profile.get(12..16)?;
        if ![b"mntr", b"scnr", b"prtr", b"spac"]
            .iter()
            .any(|known| *known == class)
        {
            return None;
        }
        let to = match profile.get(20..24)? {
            b"XYZ " => Connection::Xyz,
            b"Lab " => Connection::Lab,
            _ => return None,
        };
        let table = [b"A2B0", b"A2B1", b"A2B2"]
            .into_iter()
            .find_map(|name| tag(profile, name));
        if let Some(table) = table.and_then(|table| Lut::read(table, channels.count(), to)) {
            return Some(Self::Table(table));
        }
        let curve = |name| Curve::read(tag(profile, name)?).map(|(curve, _)| curve);
        match channels {
            Channels::Grey => Some(Self::Lightness(Lightness {
                curve: curve(b"kTRC")?,
                to,
            })),
            Channels::Rgb if to == Connection::Xyz => {
                let column = |name| {
                    let body = tag(profile, name)?;
                    Some([fixed(body, 8)?, fixed(body, 12)?, fixed(body, 16)?])
                };
                Some(Self::Matrix(Matrix {
                    curves: [curve(b"rTRC")?, curve(b"gTRC")?, curve(b"bTRC")?],
                    columns: [column(b"rXYZ")?, column(b"gXYZ")?, column(b"bXYZ")?],
                }))
            }
            Channels::Rgb | Channels::Cmyk => None,
        }
    }
}

impl Lightness<'_> {
    /// The linear light of a sample from 0 to 1.
    pub fn linear(&self, sample: f32) -> f32 {
        let value = self.curve.at(sample);
        match self.to {
            Connection::Xyz => value,
            Connection::Lab => space::xyz_of_lab([value * 100.0, 0.0, 0.0])[1],
        }
    }
}

impl Matrix<'_> {
    /// The linear light of one channel's sample from 0 to 1.
    pub fn linear(&self, channel: usize, sample: f32) -> f32 {
        self.curves
            .get(channel)
            .map_or(sample, |curve| curve.at(sample))
    }

    /// From the channels' linear light to that of sRGB, row by row.
    pub fn rows(&self) -> [[f32; 3]; 3] {
        let columns = self.columns.map(space::linear_of_xyz);
        std::array::from_fn(|row| columns.map(|column| column[row]))
    }
}

/// The body of a tag (ICC.1:2022, 7.3).
fn tag<'a>(profile: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    // More than any has: a profile cannot make this long.
    let count = number(profile, 128)?.min(200);
    let entries = profile.get(132..)?.as_chunks::<12>().0;
    let entry = entries
        .iter()
        .take(count)
        .find(|entry| entry.starts_with(name))?;
    let (start, length) = (number(entry, 4)?, number(entry, 8)?);
    let body = profile.get(start..)?;
    // Some say too much of the last one.
    Some(body.get(..length).unwrap_or(body))
}

/// Four bytes as a length or an offset.
fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..)?.first_chunk()?;
    usize::try_from(u32::from_be_bytes(*four)).ok()
}

/// Two bytes as a number.
fn short(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_be_bytes(*two))
}

/// An `s15Fixed16Number` (ICC.1:2022, 4.6).
fn fixed(bytes: &[u8], at: usize) -> Option<f32> {
    let four = bytes.get(at..)?.first_chunk()?;
    Some(i32::from_be_bytes(*four) as f32 / 65536.0)
}

/// `value` from 0 to 1; what is no number is 0.
fn clamped(value: f32) -> f32 {
    if value >= 1.0 {
        1.0
    } else if value > 0.0 {
        value
    } else {
        0.0
    }
}
