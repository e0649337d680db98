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
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
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
    ensure!(from.len() == to.len(), "{from} and {to} have not the same length");
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
pub fn patched(zip: &[u8], name: &str, (local, central): (usize, usize), value: u16) -> Result<Vec<u8>> {
    let mut patched = zip.to_vec();
    for (signature, name_at, field) in [(b"PK\x03\x04", 30, local), (b"PK\x01\x02", 46, central)] {
        let start = (0..zip.len()).find(|start| {
            let header = &zip[*start..];
            header.starts_with(signature)
                && header.get(name_at..).is_some_and(|rest| rest.starts_with(name.as_bytes()))
        });
        let start = start.with_context(|| format!("no header of {name}"))?;
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
