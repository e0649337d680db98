//! CRC-32 as zip archives have it, of what is small.

use crc::{CRC_32_ISO_HDLC, Crc, Table};

/// One table of 1 KB: manifests and names are summed with it. The 16 tables of faster implementations
/// would be a tenth of a function that copies no contents, so only what verifies contents has them.
static CRC: Crc<u32, Table<1>> = Crc::<u32, Table<1>>::new(&CRC_32_ISO_HDLC);

/// The CRC-32 of `bytes`.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    CRC.checksum(bytes)
}
