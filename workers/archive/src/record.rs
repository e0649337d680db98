//! Writing local headers and directory records, in one normal form: the same entries always give
//! the same bytes, and an archive in this form is written as it was read.

use crate::central::{CENTRAL_BYTES, CENTRAL_SIGNATURE};
use crate::entry::flag;
use crate::extra::{self, ZIP64};
use crate::fields::Put;
use crate::local::{LOCAL_BYTES, LOCAL_SIGNATURE};
use crate::{Entry, Method};

/// Versions of the format that a reader must know (APPNOTE 4.4.3).
pub(crate) mod version {
    /// Stored files.
    pub const PLAIN: u16 = 10;
    /// Deflated files, and folders.
    pub const DEFLATE_OR_FOLDER: u16 = 20;
    /// Sizes, offsets or counts in zip64 form.
    pub const ZIP64: u16 = 45;
}

/// From here on 32 bits do not do: their largest value is the sentinel for "see the zip64 field".
pub(crate) const WIDE: u64 = u32::MAX as u64;

/// The 64-bit values that a zip64 field holds, in the format's order.
#[derive(Default)]
struct Zip64 {
    values: [u64; 3],
    count: usize,
}

impl Zip64 {
    /// In a local header: both sizes, as soon as one is wide (APPNOTE 4.5.3).
    fn local(entry: &Entry) -> Self {
        let mut zip64 = Self::default();
        if entry.size >= WIDE || entry.compressed >= WIDE {
            zip64.push(entry.size);
            zip64.push(entry.compressed);
        }
        zip64
    }

    /// In the directory: just what is wide.
    fn central(entry: &Entry, offset: u64) -> Self {
        let mut zip64 = Self::default();
        for value in [entry.size, entry.compressed, offset] {
            if value >= WIDE {
                zip64.push(value);
            }
        }
        zip64
    }

    fn push(&mut self, value: u64) {
        self.values[self.count] = value;
        self.count += 1;
    }

    fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The field's length, its head included.
    fn len(&self) -> usize {
        if self.is_empty() {
            0
        } else {
            4 + 8 * self.count
        }
    }

    fn put(&self, out: &mut Vec<u8>) {
        if !self.is_empty() {
            out.u16(ZIP64);
            out.len16(8 * self.count);
            self.values[..self.count]
                .iter()
                .for_each(|&value| out.u64(value));
        }
    }
}

/// Writes an entry's local header: sizes and checksum in place, UTF-8 marked where it matters.
pub(crate) fn put_local(out: &mut Vec<u8>, entry: &Entry) {
    let zip64 = Zip64::local(entry);
    let (compressed, size) = if zip64.is_empty() {
        (entry.compressed, entry.size)
    } else {
        (u64::MAX, u64::MAX)
    };
    out.extend_from_slice(&LOCAL_SIGNATURE);
    put_common(out, entry, &zip64, compressed, size);
    out.len16(zip64.len() + entry.extra.len());
    out.extend_from_slice(entry.output_name().as_bytes());
    zip64.put(out);
    extra::put_local(out, &entry.extra);
}

/// How long [`put_local`]'s header is.
pub(crate) fn local_len(entry: &Entry) -> u64 {
    (LOCAL_BYTES + entry.output_name().len() + Zip64::local(entry).len() + entry.extra.len()) as u64
}

/// Writes an entry's directory record; its local header is at `offset` of the output.
pub(crate) fn put_central(out: &mut Vec<u8>, entry: &Entry, offset: u64) {
    let zip64 = Zip64::central(entry, offset);
    out.extend_from_slice(&CENTRAL_SIGNATURE);
    out.u16(entry.made_by);
    put_common(out, entry, &zip64, entry.compressed, entry.size);
    out.len16(zip64.len() + entry.extra.len());
    out.len16(entry.comment.len());
    out.u16(0); // disk
    out.u16(entry.internal);
    out.u32(entry.external);
    out.clamped(offset);
    out.extend_from_slice(entry.output_name().as_bytes());
    zip64.put(out);
    out.extend_from_slice(&entry.extra);
    out.extend_from_slice(entry.comment.as_bytes());
}

/// How long [`put_central`]'s record is.
pub(crate) fn central_len(entry: &Entry, offset: u64) -> u64 {
    let zip64 = Zip64::central(entry, offset).len();
    (CENTRAL_BYTES + entry.output_name().len() + zip64 + entry.extra.len() + entry.comment.len())
        as u64
}

/// The fields that both headers have, from the needed version to the name's length.
fn put_common(out: &mut Vec<u8>, entry: &Entry, zip64: &Zip64, compressed: u64, size: u64) {
    out.u16(match entry.method {
        _ if !zip64.is_empty() => version::ZIP64,
        Method::Stored if !entry.is_folder() => version::PLAIN,
        _ => version::DEFLATE_OR_FOLDER,
    });
    out.u16(flags(entry));
    out.u16(entry.method.number());
    out.u16(entry.time);
    out.u16(entry.date);
    out.u32(entry.crc32);
    out.clamped(compressed);
    out.clamped(size);
    out.len16(entry.output_name().len());
}

/// No data descriptors, UTF-8 only where it makes a difference.
fn flags(entry: &Entry) -> u16 {
    let level = match entry.method {
        Method::Stored => 0,
        Method::Deflated => entry.flags & flag::DEFLATE_LEVEL,
    };
    let ascii = entry.output_name().is_ascii() && entry.comment.is_ascii();
    level | if ascii { 0 } else { flag::UTF8 }
}
