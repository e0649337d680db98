//! How large an archive may be.

/// The bounds an archive must keep. Checked from the directory alone, before any content is read.
///
/// The defaults keep the memory of repackaging under 40 MiB: it grows with the directory, never
/// with the contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Entries in the archive. Default 50,000.
    pub entries: u64,
    /// Bytes of the central directory. Default 8 MiB.
    pub directory_bytes: u64,
    /// Bytes of one entry's name, as UTF-8. Default 1,024.
    pub name_bytes: u64,
    /// Uncompressed bytes of all entries together. Default 4 GiB.
    pub content_bytes: u64,
    /// Uncompressed bytes per compressed byte of one entry. Default 1,100: deflate itself ends at
    /// about 1,032, so an entry beyond this is lying about its sizes.
    pub entry_ratio: u64,
    /// Uncompressed bytes per compressed byte of the whole archive, looked at once the contents
    /// exceed [`Limits::RATIO_FREE_BYTES`]. Default 200.
    pub total_ratio: u64,
}

impl Limits {
    /// Contents up to this many uncompressed bytes harm nobody, however well they compress.
    pub const RATIO_FREE_BYTES: u64 = 64 << 20;

    /// For archives that were checked before.
    pub(crate) const NONE: Self = Self {
        entries: u64::MAX,
        directory_bytes: u64::MAX,
        name_bytes: u64::MAX,
        content_bytes: u64::MAX,
        entry_ratio: u64::MAX,
        total_ratio: u64::MAX,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 50_000,
            directory_bytes: 8 << 20,
            name_bytes: 1_024,
            content_bytes: 4 << 30,
            entry_ratio: 1_100,
            total_ratio: 200,
        }
    }
}
