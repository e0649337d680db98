//! The records that close an archive.

use crate::fields::Put;
use crate::record::{WIDE, version};

pub(crate) const END_SIGNATURE: [u8; 4] = *b"PK\x05\x06";
/// Bytes of the end record without the archive's comment.
pub(crate) const END_BYTES: usize = 22;
pub(crate) const LOCATOR_SIGNATURE: [u8; 4] = *b"PK\x06\x07";
pub(crate) const LOCATOR_BYTES: usize = 20;
pub(crate) const END64_SIGNATURE: [u8; 4] = *b"PK\x06\x06";
/// Bytes of the zip64 end record without extensible data, which nobody writes.
pub(crate) const END64_BYTES: usize = 56;

/// What the end records say.
pub(crate) struct End<'c> {
    /// How many entries the directory has.
    pub entries: u64,
    /// Where it begins.
    pub offset: u64,
    /// How long it is.
    pub size: u64,
    /// The archive's comment; at most 65,535 bytes, as it was read from such a record.
    pub comment: &'c [u8],
}

impl End<'_> {
    /// Whether the zip64 records are needed.
    fn is_wide(&self) -> bool {
        self.entries >= u64::from(u16::MAX) || self.offset >= WIDE || self.size >= WIDE
    }

    /// How long the records are.
    pub fn len(&self) -> u64 {
        let zip64 = if self.is_wide() {
            END64_BYTES + LOCATOR_BYTES
        } else {
            0
        };
        (zip64 + END_BYTES + self.comment.len()) as u64
    }

    /// Writes the records.
    pub fn put(&self, out: &mut Vec<u8>) {
        if self.is_wide() {
            self.put_zip64(out);
        }
        let entries = u16::try_from(self.entries).unwrap_or(u16::MAX);
        out.extend_from_slice(&END_SIGNATURE);
        out.u16(0); // this disk
        out.u16(0); // the directory's disk
        out.u16(entries);
        out.u16(entries);
        out.clamped(self.size);
        out.clamped(self.offset);
        out.len16(self.comment.len());
        out.extend_from_slice(self.comment);
    }

    fn put_zip64(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&END64_SIGNATURE);
        out.u64(END64_BYTES as u64 - 12);
        out.u16(version::ZIP64); // made by
        out.u16(version::ZIP64); // needed
        out.u32(0); // this disk
        out.u32(0); // the directory's disk
        out.u64(self.entries);
        out.u64(self.entries);
        out.u64(self.size);
        out.u64(self.offset);
        out.extend_from_slice(&LOCATOR_SIGNATURE);
        out.u32(0); // the zip64 record's disk
        out.u64(self.offset.saturating_add(self.size));
        out.u32(1); // disks
    }
}

#[cfg(test)]
mod tests {
    use super::{END_BYTES, END64_BYTES, End, LOCATOR_BYTES, WIDE};

    /// A value that equals the sentinel of its short field is one that the field cannot say.
    #[test]
    fn zip64_begins_where_a_value_equals_the_sentinel() {
        for (entries, offset, size, zip64) in [
            (1, 0, 0, false),
            (0xfffe, WIDE - 1, WIDE - 1, false),
            (0xffff, 0, 0, true),
            (1, WIDE, 0, true),
            (1, 0, WIDE, true),
        ] {
            let comment = b"comment";
            let end = End {
                entries,
                offset,
                size,
                comment,
            };
            let mut out = Vec::new();
            end.put(&mut out);
            let long = if zip64 {
                END64_BYTES + LOCATOR_BYTES
            } else {
                0
            };
            assert_eq!(
                out.len(),
                long + END_BYTES + comment.len(),
                "{entries} {offset} {size}"
            );
            assert_eq!(end.len(), out.len() as u64);
        }
    }
}
