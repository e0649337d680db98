//! Archives beyond those that `testkit::package` makes: such as nobody should publish.

use std::io::{Cursor, Write};

use anyhow::{Context, Result, ensure};
use zip::{ZipWriter, write::SimpleFileOptions};

/// An archive without a manifest.
pub fn empty() -> Vec<u8> {
    stored(&[("README.md", b"nothing to install\n")])
}

/// An archive of these files, uncompressed.
///
/// Where memory cannot be written the archive is empty, which no case takes for right.
pub fn stored(files: &[(&str, &[u8])]) -> Vec<u8> {
    let write = || -> Result<Vec<u8>> {
        let options =
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            archive.start_file(*name, options)?;
            archive.write_all(bytes)?;
        }
        Ok(archive.finish()?.into_inner())
    };
    write().unwrap_or_default()
}

/// `zip` with the bytes `from` replaced by as many others wherever they are: names that no zip
/// library writes.
///
/// # Errors
/// Where `from` is not there in both headers, or the lengths differ.
pub fn renamed(zip: &[u8], from: &str, to: &str) -> Result<Vec<u8>> {
    ensure!(
        from.len() == to.len(),
        "{from} and {to} have not the same length"
    );
    let mut renamed = zip.to_vec();
    let mut places = 0;
    for start in 0..=zip.len().saturating_sub(from.len()) {
        if zip[start..].starts_with(from.as_bytes()) {
            renamed[start..start + from.len()].copy_from_slice(to.as_bytes());
            places += 1;
        }
    }
    ensure!(places >= 2, "{from} is in {places} places");
    Ok(renamed)
}

/// `zip` with 16 bits of both headers of the entry `name` set: `local` and `central` are where in
/// them.
///
/// # Errors
/// Where there is no such entry.
pub fn patched(
    zip: &[u8],
    name: &str,
    (local, central): (usize, usize),
    value: u16,
) -> Result<Vec<u8>> {
    let mut patched = zip.to_vec();
    for (signature, name_at, field) in [(b"PK\x03\x04", 30, local), (b"PK\x01\x02", 46, central)] {
        let start = header(zip, signature, name_at, name)?;
        patched[start + field..start + field + 2].copy_from_slice(&value.to_le_bytes());
    }
    Ok(patched)
}

/// Where both headers say how the entry is compressed.
pub const METHOD: (usize, usize) = (8, 10);

/// Where both headers say whether the entry is encrypted (bit 0).
pub const FLAGS: (usize, usize) = (6, 8);

/// The manifest in a served archive, by its name.
///
/// # Errors
/// Where the archive cannot be read, or has none.
pub fn manifest_in(zip: &[u8], name: &str) -> Result<Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(zip))?;
    let mut entry = archive.by_name(name).with_context(|| name.to_owned())?;
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut entry, &mut bytes)?;
    Ok(bytes)
}

/// An archive whose entry of no bytes has as many of the pattern as wanted, made as it is read: it
/// is larger than what one likes to have in memory.
pub struct Spliced {
    before: Vec<u8>,
    content: u64,
    after: Vec<u8>,
    at: u64,
}

impl Spliced {
    /// `zip`, in which the empty entry `name` becomes `content` bytes (less than 4 GiB) of
    /// `testkit::pattern`, uncompressed.
    ///
    /// # Errors
    /// Where there is no such entry.
    pub fn new(zip: &[u8], name: &str, content: u64) -> Result<Self> {
        let size = u32::try_from(content)?.to_le_bytes();
        let crc = pattern_crc32(content).to_le_bytes();
        let mut zip = zip.to_vec();
        let local = header(&zip, b"PK\x03\x04", 30, name)?;
        let central = header(&zip, b"PK\x01\x02", 46, name)?;
        for (field, value) in [(14, crc), (18, size), (22, size)] {
            set(&mut zip, local + field, value);
            set(&mut zip, central + field + 2, value);
        }
        let extra = usize::from(u16::from_le_bytes([zip[local + 28], zip[local + 29]]));
        let data = local + 30 + name.len() + extra;
        // Everything behind it moves: what the directory says of later entries, and of itself.
        let mut at = header(&zip, b"PK\x01\x02", 46, "")?;
        while zip[at..].starts_with(b"PK\x01\x02") {
            shift(&mut zip, at + 42, data, content)?;
            let length =
                |field| usize::from(u16::from_le_bytes([zip[at + field], zip[at + field + 1]]));
            at += 46 + length(28) + length(30) + length(32);
        }
        ensure!(
            zip[at..].starts_with(b"PK\x05\x06"),
            "the directory's end is elsewhere"
        );
        shift(&mut zip, at + 16, data, content)?;
        let after = zip.split_off(data);
        Ok(Self {
            before: zip,
            content,
            after,
            at: 0,
        })
    }

    /// Its length, in bytes.
    pub fn len(&self) -> u64 {
        self.before.len() as u64 + self.content + self.after.len() as u64
    }

    /// Whether it has no bytes, which no archive is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl std::io::Read for Spliced {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let (before, content) = (self.before.len() as u64, self.content);
        let at = self.at;
        let piece = if at < before {
            let start = usize::try_from(at).unwrap_or(usize::MAX);
            self.before[start..].to_vec()
        } else if at < before + content {
            let left = (before + content - at).min(buffer.len() as u64);
            let length = usize::try_from(left).unwrap_or(buffer.len());
            testkit::pattern::piece(at - before, length).to_vec()
        } else {
            let start = usize::try_from(at - before - content).unwrap_or(usize::MAX);
            self.after[start.min(self.after.len())..].to_vec()
        };
        let length = piece.len().min(buffer.len());
        buffer[..length].copy_from_slice(&piece[..length]);
        self.at += length as u64;
        Ok(length)
    }
}

/// Where the header of the entry `name` begins.
fn header(zip: &[u8], signature: &[u8], name_at: usize, name: &str) -> Result<usize> {
    let found = (0..zip.len()).find(|start| {
        let header = &zip[*start..];
        let names = header
            .get(name_at..)
            .is_some_and(|rest| rest.starts_with(name.as_bytes()));
        header.starts_with(signature) && names
    });
    found.with_context(|| format!("no header of {name}"))
}

fn set(zip: &mut [u8], at: usize, value: [u8; 4]) {
    zip[at..at + 4].copy_from_slice(&value);
}

/// Adds `by` to the offset at `at` where it is that of something behind `data`.
fn shift(zip: &mut [u8], at: usize, data: usize, by: u64) -> Result<()> {
    let offset = u32::from_le_bytes([zip[at], zip[at + 1], zip[at + 2], zip[at + 3]]);
    if offset as usize >= data {
        let moved = u32::try_from(u64::from(offset) + by)?;
        set(zip, at, moved.to_le_bytes());
    }
    Ok(())
}

/// CRC-32 of the first `length` bytes of the pattern.
fn pattern_crc32(length: u64) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    let mut at = 0;
    while at < length {
        let size = (length - at).min(1 << 20);
        hasher.update(&testkit::pattern::piece(
            at,
            usize::try_from(size).unwrap_or(0),
        ));
        at += size;
    }
    hasher.finalize()
}
