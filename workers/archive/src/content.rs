//! Reading one entry's content, for the few that are looked into.

use crate::error::{Error, Limit, shown};
use crate::local::LOCAL_BYTES;
use crate::{Entry, Method};
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use std::ops::Range;

/// A bound for [`Entry::read`] that no sane manifest reaches: 1 MiB.
pub const MANIFEST_BYTES: u64 = 1 << 20;

impl Entry {
    /// The one range of the archive that certainly holds the local header and the whole content.
    /// It may reach a little further: how long the header is, only the header says.
    pub fn read_range(&self) -> Range<u64> {
        let header = (LOCAL_BYTES + self.raw_name().len() + usize::from(u16::MAX)) as u64;
        let most = self
            .offset
            .saturating_add(header)
            .saturating_add(self.compressed);
        self.offset..self.end.min(most)
    }

    /// The uncompressed content, from `bytes` of the archive that begin at [`Entry::offset`],
    /// usually those of [`Entry::read_range`]. At most `limit` bytes uncompressed. The local header
    /// and the checksum are verified.
    ///
    /// Look at [`Entry::size`] before reading the range, too: a huge entry need not be fetched to
    /// be refused here.
    ///
    /// # Errors
    /// [`Error::Limit`], [`Error::Truncated`], [`Error::Damaged`], and those of
    /// [`Entry::check_local`].
    pub fn read(&self, bytes: &[u8], limit: u64) -> Result<Vec<u8>, Error> {
        let damaged = |what| Error::Damaged {
            entry: shown(&self.name),
            what,
        };
        let size = usize::try_from(self.size)
            .ok()
            .filter(|_| self.size <= limit);
        let Some(size) = size else {
            let (entry, found) = (Some(shown(&self.name)), self.size);
            let (limit, allowed) = (Limit::EntryBytes, limit);
            return Err(Error::Limit {
                entry,
                limit,
                found,
                allowed,
            });
        };
        let content = self.compressed_content(bytes)?;
        let content = match self.method {
            Method::Stored => content.to_vec(),
            Method::Deflated => decompress_to_vec_with_limit(content, size).map_err(|_| {
                damaged("its deflated bytes make no sense or unpack to more than announced")
            })?,
        };
        if content.len() != size {
            return Err(damaged("it unpacks to fewer bytes than announced"));
        }
        if crate::checksum::crc32(&content) != self.crc32 {
            return Err(damaged("its checksum (CRC-32) does not match"));
        }
        Ok(content)
    }

    fn compressed_content<'b>(&self, bytes: &'b [u8]) -> Result<&'b [u8], Error> {
        let header = self.check_local(bytes)?;
        let needed = header.saturating_add(self.compressed);
        let range = usize::try_from(header)
            .ok()
            .zip(usize::try_from(needed).ok());
        let cut_short = Error::Truncated {
            what: "content of an entry",
            needed,
            found: bytes.len() as u64,
        };
        range
            .and_then(|(start, end)| bytes.get(start..end))
            .ok_or(cut_short)
    }
}
