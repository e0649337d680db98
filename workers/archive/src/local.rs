//! Local headers: the second description of each entry, right before its content. Readers that
//! stream believe it, readers that seek believe the directory; so the two must say the same.

use crate::Entry;
use crate::entry::flag;
use crate::error::{Error, shown};
use crate::extra;
use crate::fields::Fields;

pub(crate) const LOCAL_SIGNATURE: [u8; 4] = *b"PK\x03\x04";
/// Bytes of a local header without its name and extra fields.
pub(crate) const LOCAL_BYTES: usize = 30;

impl Entry {
    /// Checks the entry's local header, whose bytes `header` begins with (more may follow), against
    /// the directory. Returns the header's length: the content begins that many bytes after
    /// [`Entry::offset`].
    ///
    /// # Errors
    /// [`Error::LocalHeader`] names the field that differs; [`Error::Entry`] when a longer header
    /// than the directory let expect pushes the content out of the entry's [`Entry::extent`].
    pub fn check_local(&self, header: &[u8]) -> Result<u64, Error> {
        self.local_len(header)?;
        let differs = |field| {
            Err(Error::LocalHeader {
                entry: shown(&self.name),
                field,
            })
        };
        let mut fields = Fields::new(header, "local header");
        fields.take(4)?; // signature
        fields.u16()?; // version needed: the directory's counts
        let flags = fields.u16()?;
        let method = fields.u16()?;
        fields.u32()?; // time: the directory's counts
        let (crc32, compressed, size) = (fields.u32()?, fields.u32()?, fields.u32()?);
        let (name_len, extra_len) = (fields.u16()?, fields.u16()?);
        let name = fields.take(name_len.into())?;
        let block = fields.take(extra_len.into())?;
        if name != self.raw_name() {
            return differs("name");
        }
        let charset = if name.is_ascii() { 0 } else { flag::UTF8 };
        if (flags ^ self.flags) & (flag::ENCRYPTED | charset) != 0 {
            return differs("flags");
        }
        if method != self.method.number() {
            return differs("compression method");
        }
        if extra::unicode_name(block, name).is_some_and(|name| name != self.name) {
            return differs("Unicode name");
        }
        let deferred = (flags | self.flags) & flag::DATA_DESCRIPTOR != 0;
        if crc32 != self.crc32 && !(deferred && crc32 == 0) {
            return differs("checksum");
        }
        let agree = |wide: u64, own: u64| wide == own || (deferred && wide == 0);
        match widen(block, size, compressed) {
            Some((size, _)) if !agree(size, self.size) => return differs("size"),
            Some((_, compressed)) if !agree(compressed, self.compressed) => {
                return differs("compressed size");
            }
            // A writer that streams may leave the sentinel standing for "see below".
            None if !deferred => return differs("zip64 sizes"),
            _ => {}
        }
        Ok(fields.position() as u64)
    }

    /// How long the local header is that begins with the first 30 bytes of `header`, provided that
    /// it is one and that the content after it stays within the extent.
    pub(crate) fn local_len(&self, header: &[u8]) -> Result<usize, Error> {
        let entry = || shown(&self.name);
        let mut fields = Fields::new(header, "local header");
        if fields.take(4)? != LOCAL_SIGNATURE {
            return Err(Error::LocalHeader {
                entry: entry(),
                field: "place where it begins",
            });
        }
        fields.take(22)?;
        let length = LOCAL_BYTES + usize::from(fields.u16()?) + usize::from(fields.u16()?);
        let content = self.offset.saturating_add(length as u64);
        if content.saturating_add(self.compressed) > self.end {
            return Err(Error::Entry {
                entry: entry(),
                what: "its local header is so long that the content reaches into what follows",
            });
        }
        Ok(length)
    }
}

/// Size and compressed size, from the zip64 field where they defer to it. A local zip64 field holds
/// both sizes (APPNOTE 4.5.3); some writers put only the deferred one.
fn widen(block: &[u8], size: u32, compressed: u32) -> Option<(u64, u64)> {
    if size != u32::MAX && compressed != u32::MAX {
        return Some((size.into(), compressed.into()));
    }
    let field = extra::zip64(block).ok()??;
    let mut long = Fields::new(field, "zip64 field");
    let both = field.len() >= 16;
    let mut value = |short: u32| match short {
        u32::MAX => long.u64().ok(),
        _ if both => long.u64().ok().map(|_| short.into()),
        _ => Some(short.into()),
    };
    Some((value(size)?, value(compressed)?))
}
