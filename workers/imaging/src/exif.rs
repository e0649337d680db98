//! The one tag of Exif metadata that changes the picture.

use crate::Orientation;

/// Orientation, CIPA DC-008 4.6.4.
const ORIENTATION: u16 = 0x0112;
/// A 16-bit number, TIFF 6.0 section 2.
const SHORT: u16 = 3;
/// More entries than this has no first directory of any camera.
const ENTRIES_MAX: u16 = 512;

/// The orientation that a TIFF structure names; upright where it names none or is broken, as every
/// viewer has it.
pub(crate) fn orientation(tiff: &[u8]) -> Orientation {
    find(tiff).map_or(Orientation::NORMAL, Orientation::from_tag)
}

fn find(tiff: &[u8]) -> Option<u16> {
    let is_little = match tiff.get(..2)? {
        b"II" => true,
        b"MM" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes = *tiff.get(at..)?.first_chunk()?;
        Some(match is_little {
            true => u16::from_le_bytes(bytes),
            false => u16::from_be_bytes(bytes),
        })
    };
    let long = |at: usize| {
        let bytes = *tiff.get(at..)?.first_chunk()?;
        Some(match is_little {
            true => u32::from_le_bytes(bytes),
            false => u32::from_be_bytes(bytes),
        })
    };
    let directory = long(4)? as usize;
    let count = short(directory)?.min(ENTRIES_MAX);
    (0..usize::from(count)).find_map(|index| {
        let entry = directory.checked_add(2 + index * 12)?;
        let is_it = short(entry)? == ORIENTATION && short(entry.checked_add(2)?)? == SHORT;
        is_it.then(|| short(entry.checked_add(8)?)).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn little(tag: u16, kind: u16, value: u16) -> Vec<u8> {
        let mut tiff = b"II*\0\x08\0\0\0\x01\0".to_vec();
        for part in [tag, kind, 1, 0, value, 0] {
            tiff.extend(part.to_le_bytes());
        }
        tiff
    }

    #[test]
    fn the_tag_is_found_in_either_order_of_bytes() {
        assert_eq!(orientation(&little(0x0112, 3, 6)).tag(), 6);
        let big = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0";
        assert_eq!(orientation(big).tag(), 8);
    }

    #[test]
    fn what_is_broken_is_upright() {
        assert_eq!(orientation(&little(0x0112, 3, 9)), Orientation::NORMAL);
        assert_eq!(orientation(&little(0x0112, 4, 6)), Orientation::NORMAL);
        assert_eq!(orientation(b"II*\0\xff\xff\xff\xff"), Orientation::NORMAL);
        for length in 0..20 {
            orientation(&little(0x0112, 3, 6)[..length]);
        }
    }
}
