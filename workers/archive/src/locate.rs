//! Finding the central directory from the archive's end.

use crate::end::{
    END_BYTES, END_SIGNATURE, END64_BYTES, END64_SIGNATURE, LOCATOR_BYTES, LOCATOR_SIGNATURE,
};
use crate::fields::Fields;
use crate::{Error, Limits, error::Limit};
use std::ops::Range;

/// How many of the archive's last bytes [`locate`] needs: the end record with the longest comment
/// (65,557 bytes) and the zip64 records before it, or the whole archive when it is shorter.
pub fn tail_len(total: u64) -> u64 {
    total.min((END_BYTES + u16::MAX as usize + LOCATOR_BYTES + END64_BYTES) as u64)
}

/// Where the central directory is, and what the end records say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    pub(crate) directory: Range<u64>,
    pub(crate) entries: u64,
    pub(crate) comment: Vec<u8>,
    total: u64,
}

impl Location {
    /// The bytes of the archive that [`crate::Directory::parse`] needs.
    pub fn range(&self) -> Range<u64> {
        self.directory.clone()
    }

    /// Those bytes, when the tail that was given to [`locate`] already holds them.
    pub fn in_tail<'t>(&self, tail: &'t [u8]) -> Option<&'t [u8]> {
        let tail_start = self.total.checked_sub(tail.len() as u64)?;
        let start = usize::try_from(self.directory.start.checked_sub(tail_start)?).ok()?;
        let end = usize::try_from(self.directory.end.checked_sub(tail_start)?).ok()?;
        tail.get(start..end)
    }
}

/// What an end record says.
struct End {
    disk: u32,
    directory_disk: u32,
    entries_here: u64,
    entries: u64,
    size: u64,
    offset: u64,
}

/// Finds the central directory. `tail` is the last [`tail_len`] bytes of an archive of `total`
/// bytes.
///
/// # Errors
/// No end record, or two that fit; parts of a multi-disk set; records that contradict each other;
/// a directory that does not lie right before them; more entries or directory bytes than `limits`
/// allow.
pub fn locate(total: u64, tail: &[u8], limits: &Limits) -> Result<Location, Error> {
    let needed = tail_len(total);
    let found = tail.len() as u64;
    if found < needed || found > total {
        let what = "end of the archive";
        return Err(Error::Truncated {
            what,
            needed,
            found,
        });
    }
    locate_in(total, tail, limits)
}

/// The same from any tail that holds the end records.
pub(crate) fn locate_in(total: u64, tail: &[u8], limits: &Limits) -> Result<Location, Error> {
    let at = find_end(tail, total)?;
    let mut end = read_end(&tail[at..])?;
    let mut directory_end = at;
    if let Some(locator) = zip64_locator(&tail[..at]) {
        directory_end = locate_end64(tail, total, at, locator)?;
        end = merge(end, read_end64(&tail[directory_end..])?)?;
    }
    let directory_end = total - tail.len() as u64 + directory_end as u64;
    let comment = tail[at + END_BYTES..].to_vec();
    check(&end, directory_end, limits)?;
    Ok(Location {
        directory: end.offset..directory_end,
        entries: end.entries,
        comment,
        total,
    })
}

/// The one position where an end record's comment reaches exactly to the end of the archive.
fn find_end(tail: &[u8], total: u64) -> Result<usize, Error> {
    let last = tail.len().checked_sub(END_BYTES);
    let mut fitting = (0..=last.ok_or(Error::NoEnd { total })?)
        .rev()
        .take(u16::MAX as usize + 1)
        .filter(|&at| {
            tail[at..].starts_with(&END_SIGNATURE)
                && usize::from(u16::from_le_bytes([tail[at + 20], tail[at + 21]]))
                    == tail.len() - at - END_BYTES
        });
    match (fitting.next(), fitting.next()) {
        (None, _) => Err(Error::NoEnd { total }),
        (Some(at), None) => Ok(at),
        (Some(_), Some(_)) => Err(Error::AmbiguousEnd),
    }
}

fn read_end(bytes: &[u8]) -> Result<End, Error> {
    let mut fields = Fields::new(bytes, "end record");
    fields.take(4)?;
    Ok(End {
        disk: fields.u16()?.into(),
        directory_disk: fields.u16()?.into(),
        entries_here: fields.u16()?.into(),
        entries: fields.u16()?.into(),
        size: fields.u32()?.into(),
        offset: fields.u32()?.into(),
    })
}

fn zip64_locator(before_end: &[u8]) -> Option<&[u8]> {
    let locator = &before_end[before_end.len().checked_sub(LOCATOR_BYTES)?..];
    locator.starts_with(&LOCATOR_SIGNATURE).then_some(locator)
}

/// Where in `tail` the zip64 end record starts, which must reach to its locator.
fn locate_end64(tail: &[u8], total: u64, end_at: usize, locator: &[u8]) -> Result<usize, Error> {
    let mut fields = Fields::new(locator, "zip64 locator");
    fields.take(4)?;
    let disk = fields.u32()?;
    let offset = fields.u64()?;
    if disk != 0 || fields.u32()? > 1 {
        return Err(Error::MultiDisk);
    }
    let astray = Error::Structure("the zip64 locator points to no zip64 end record");
    let at = offset
        .checked_sub(total - tail.len() as u64)
        .and_then(|at| usize::try_from(at).ok())
        .filter(|&at| at <= end_at - LOCATOR_BYTES)
        .ok_or(astray.clone())?;
    let record = &tail[at..end_at - LOCATOR_BYTES];
    if record.len() < END64_BYTES || !record.starts_with(&END64_SIGNATURE) {
        return Err(astray);
    }
    let mut fields = Fields::new(&record[4..], "zip64 end record");
    if fields.u64()? != record.len() as u64 - 12 {
        return Err(Error::Structure(
            "the zip64 end record has another length than it says",
        ));
    }
    Ok(at)
}

fn read_end64(bytes: &[u8]) -> Result<End, Error> {
    let mut fields = Fields::new(bytes, "zip64 end record");
    fields.take(16)?; // signature, own length, versions
    Ok(End {
        disk: fields.u32()?,
        directory_disk: fields.u32()?,
        entries_here: fields.u64()?,
        entries: fields.u64()?,
        size: fields.u64()?,
        offset: fields.u64()?,
    })
}

/// The zip64 record's values, provided that the short record says the same or defers to it:
/// readers differ in which of the two they believe.
fn merge(short: End, long: End) -> Result<End, Error> {
    let agree = |short: u64, long: u64, deferred: u64| short == long || short == deferred;
    let (narrow, wide) = (u64::from(u16::MAX), u64::from(u32::MAX));
    let agrees = agree(short.disk.into(), long.disk.into(), narrow)
        && agree(
            short.directory_disk.into(),
            long.directory_disk.into(),
            narrow,
        )
        && agree(short.entries_here, long.entries_here, narrow)
        && agree(short.entries, long.entries, narrow)
        && agree(short.size, long.size, wide)
        && agree(short.offset, long.offset, wide);
    if !agrees {
        return Err(Error::Structure(
            "its end record and its zip64 end record say different things",
        ));
    }
    Ok(long)
}

fn check(end: &End, directory_end: u64, limits: &Limits) -> Result<(), Error> {
    if end.disk != 0 || end.directory_disk != 0 || end.entries_here != end.entries {
        return Err(Error::MultiDisk);
    }
    let declared = end.offset.saturating_add(end.size);
    if declared != directory_end {
        return Err(Error::Misplaced {
            expected: directory_end,
            declared,
        });
    }
    for (limit, found, allowed) in [
        (Limit::Entries, end.entries, limits.entries),
        (Limit::DirectoryBytes, end.size, limits.directory_bytes),
    ] {
        if found > allowed {
            let entry = None;
            return Err(Error::Limit {
                entry,
                limit,
                found,
                allowed,
            });
        }
    }
    Ok(())
}
