//! CRC-32 as zip archives have it.

use crc::{CRC_32_ISO_HDLC, Crc, Table};

/// One table of 1 KB: only manifests and names are summed, and the 16 tables of faster
/// implementations would weigh more than the rest of this crate.
static CRC: Crc<u32, Table<1>> = Crc::<u32, Table<1>>::new(&CRC_32_ISO_HDLC);

/// The CRC-32 of `bytes`.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    CRC.checksum(bytes)
}
