//! What stands between the markers: tables, and what applications put there.

use super::huffman::Huffman;

/// From the order in which coefficients are written to rows of eight (T.81, figure A.6).
pub(crate) const NATURAL: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// The tables that scans refer to by number.
#[derive(Default)]
pub(super) struct Tables {
    /// In rows of eight.
    pub quantisation: [Option<[u16; 64]>; 4],
    pub dc: [Option<Huffman>; 4],
    pub ac: [Option<Huffman>; 4],
    /// Units between restarts; 0 if there are none.
    pub restart: u32,
}

impl Tables {
    /// Reads a DQT segment (T.81 B.2.4.1).
    pub fn quantisation(&mut self, mut segment: &[u8]) -> Option<()> {
        while let [kind, rest @ ..] = segment {
            let place = self.quantisation.get_mut(usize::from(kind & 15))?;
            let width = match kind >> 4 {
                0 => 1,
                1 => 2,
                _ => return None,
            };
            let (values, rest) = rest.split_at_checked(64 * width)?;
            let mut table = [1; 64];
            for (value, natural) in values.chunks_exact(width).zip(NATURAL) {
                let value = value
                    .iter()
                    .fold(0, |sum, byte| sum << 8 | u16::from(*byte));
                table[usize::from(natural)] = value;
            }
            *place = Some(table);
            segment = rest;
        }
        Some(())
    }

    /// Reads a DHT segment (T.81 B.2.4.2).
    pub fn huffman(&mut self, mut segment: &[u8]) -> Option<()> {
        while let [kind, rest @ ..] = segment {
            let tables = match kind >> 4 {
                0 => &mut self.dc,
                1 => &mut self.ac,
                _ => return None,
            };
            let place = tables.get_mut(usize::from(kind & 15))?;
            let (counts, rest) = rest.split_first_chunk::<16>()?;
            let total = counts.iter().map(|count| usize::from(*count)).sum();
            let (symbols, rest) = rest.split_at_checked(total)?;
            *place = Some(Huffman::new(counts, symbols)?);
            segment = rest;
        }
        Some(())
    }

    /// Reads a DRI segment (T.81 B.2.4.4).
    pub fn restart(&mut self, segment: &[u8]) -> Option<()> {
        let &[high, low] = segment else { return None };
        self.restart = u16::from_be_bytes([high, low]).into();
        Some(())
    }
}

/// What applications put into the file that changes how it is shown.
#[derive(Default)]
pub(super) struct Notes {
    /// The colour transform that Adobe's segment names.
    pub adobe: Option<u8>,
    pub is_jfif: bool,
    /// The body of an Exif segment.
    pub exif: Option<(usize, usize)>,
    /// Parts of a colour profile: number, and where they are.
    pub profile: Vec<(u8, usize, usize)>,
}

impl Notes {
    /// Looks at an APPn segment that starts at `start`.
    pub fn read(&mut self, number: u8, segment: &[u8], start: usize) {
        let end = start + segment.len();
        match number {
            0 if segment.starts_with(b"JFIF\0") => self.is_jfif = true,
            1 if segment.starts_with(b"Exif\0") && self.exif.is_none() => {
                self.exif = Some((start + 6, end));
            }
            // ICC.1:2022, annex B.4.
            2 if segment.starts_with(b"ICC_PROFILE\0") && self.profile.len() < 256 => {
                if let Some(&[number, _]) = segment.get(12..14) {
                    self.profile.push((number, start + 14, end));
                }
            }
            // Adobe Technical Note 5116.
            14 if segment.starts_with(b"Adobe") => self.adobe = segment.get(11).copied(),
            _ => {}
        }
    }
}
