//! One entry of an archive, as the directory describes it.

use crate::Method;
use crate::record::version;
use std::ops::Range;

/// The number of Unix among the systems that make archives (APPNOTE 4.4.2).
const UNIX: u16 = 3;

/// The kind of file, in a Unix mode, that is a symbolic link.
pub(crate) const SYMBOLIC_LINK: u32 = 0o120_000;

/// Flag bits (APPNOTE 4.4.4).
pub(crate) mod flag {
    /// Encrypted in one way or another: classic, strong, or with masked headers.
    pub const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;
    /// How hard deflate tried; carried along.
    pub const DEFLATE_LEVEL: u16 = 0b110;
    /// Sizes and checksum follow the content instead of standing before it.
    pub const DATA_DESCRIPTOR: u16 = 1 << 3;
    /// The content is a patch to another file.
    pub const PATCH: u16 = 1 << 5;
    /// Name and comment are UTF-8.
    pub const UTF8: u16 = 1 << 11;
}

/// One entry, as the directory describes it. Checked: safe to unpack by its [`Entry::name`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub(crate) name: String,
    /// The name's bytes, when they are not those of `name`.
    pub(crate) raw_name: Option<Box<[u8]>>,
    /// Bytes at the beginning of `name` that the output leaves out.
    pub(crate) stripped: u32,
    pub(crate) comment: Box<str>,
    /// Without the fields that are written afresh.
    pub(crate) extra: Box<[u8]>,
    pub(crate) compressed: u64,
    pub(crate) size: u64,
    pub(crate) offset: u64,
    /// Where the next entry or the directory begins.
    pub(crate) end: u64,
    pub(crate) crc32: u32,
    pub(crate) external: u32,
    pub(crate) time: u16,
    pub(crate) date: u16,
    pub(crate) made_by: u16,
    pub(crate) internal: u16,
    pub(crate) flags: u16,
    pub(crate) method: Method,
}

impl Entry {
    /// The name: UTF-8 as marked or recognised, else code page 437. Folders end in `/`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name's bytes as the archive has them.
    pub fn raw_name(&self) -> &[u8] {
        self.raw_name.as_deref().unwrap_or(self.name.as_bytes())
    }

    /// Whether this is a folder.
    pub fn is_folder(&self) -> bool {
        self.name.ends_with('/')
    }

    /// How the content is compressed.
    pub fn method(&self) -> Method {
        self.method
    }

    /// CRC-32 of the uncompressed content.
    pub fn crc32(&self) -> u32 {
        self.crc32
    }

    /// Bytes of the content in the archive.
    pub fn compressed_size(&self) -> u64 {
        self.compressed
    }

    /// Bytes of the content when unpacked.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// General purpose flags (APPNOTE 4.4.4).
    pub fn flags(&self) -> u16 {
        self.flags
    }

    /// Where the local header starts.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// All that can belong to this entry: from its local header to the next entry or the directory.
    pub fn extent(&self) -> Range<u64> {
        self.offset..self.end
    }

    /// The comment, decoded like the name.
    pub fn comment(&self) -> &str {
        &self.comment
    }

    /// The directory's extra fields, without those for zip64 and Unicode names, which are
    /// accounted for elsewhere.
    pub fn extra(&self) -> &[u8] {
        &self.extra
    }

    /// External file attributes; their meaning depends on the system that made the archive.
    pub fn external_attributes(&self) -> u32 {
        self.external
    }

    /// The Unix mode, 0 where none is given.
    pub fn unix_mode(&self) -> u32 {
        self.external >> 16
    }

    /// The kind of file that the Unix mode says, 0 where it says none.
    pub(crate) fn kind(&self) -> u32 {
        self.unix_mode() & 0o170_000
    }

    /// Whether this is a symbolic link: [`crate::Plan`] leaves it out, because what it leads to may be
    /// anything wherever it is unpacked.
    pub fn is_link(&self) -> bool {
        self.kind() == SYMBOLIC_LINK
    }

    /// Modification date and time in MS-DOS form (date in the upper half).
    pub fn modified(&self) -> u32 {
        u32::from(self.date) << 16 | u32::from(self.time)
    }

    /// A stored file whose every field but name, size and checksum is fixed: written on Unix at
    /// MS-DOS' epoch, readable by all.
    pub(crate) fn stored(name: &str, size: u64, crc32: u32) -> Self {
        Self {
            name: name.to_owned(),
            raw_name: None,
            stripped: 0,
            comment: Box::default(),
            extra: Box::default(),
            compressed: size,
            size,
            offset: 0,
            end: 0,
            crc32,
            external: 0o100_644 << 16,
            time: 0,
            date: 1 << 5 | 1, // 1980-01-01
            made_by: UNIX << 8 | version::DEFLATE_OR_FOLDER,
            internal: 0,
            flags: 0,
            method: Method::Stored,
        }
    }

    /// The name in the output: without a top folder that is stripped.
    pub(crate) fn output_name(&self) -> &str {
        self.name.get(self.stripped as usize..).unwrap_or_default()
    }
}
