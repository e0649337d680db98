//! Giving a stored archive another manifest without touching what comes before it.

use crate::central::CENTRAL_BYTES;
use crate::end::End;
use crate::error::Error;
use crate::fields::Fields;
use crate::locate::locate_in;
use crate::plan::{after, manifest_entry};
use crate::{Entry, Limits, Location, ManifestKind, record};

/// The tail of the same archive with another manifest: `stored[..tail_offset]` followed by the
/// result is the archive that the same [`crate::Plan`] would have given for `manifest`.
///
/// `tail` is `stored[tail_offset..]` of an archive that a [`crate::Copier`] wrote, and `tail_offset`
/// the plan's [`crate::Plan::tail_offset`].
///
/// # Errors
/// [`Error::Structure`] and others if the tail is not one: nothing but the output of this crate is
/// laid out this way.
pub fn replace_manifest(tail: &[u8], tail_offset: u64, manifest: &[u8]) -> Result<Vec<u8>, Error> {
    const ASTRAY: Error =
        Error::Structure("its manifest is not the last entry, at the given offset");
    let total = tail_offset.saturating_add(tail.len() as u64);
    let location = locate_in(total, tail, &Limits::NONE)?;
    let directory = location.in_tail(tail).ok_or(ASTRAY)?;
    let others = others(directory, &location)?;
    let last = Entry::parse(
        &mut Fields::new(&directory[others.len()..], "central directory"),
        &Limits::NONE,
    )?;
    let kind = ManifestKind::from_file_name(&last.name).ok_or(ASTRAY)?;
    if last.offset != tail_offset {
        return Err(ASTRAY);
    }
    let entry = manifest_entry(kind, manifest)?;
    let end = End {
        entries: location.entries,
        offset: after(&entry, tail_offset),
        size: others.len() as u64 + record::central_len(&entry, tail_offset),
        comment: &location.comment,
    };
    let mut new = Vec::with_capacity(tail.len() + manifest.len());
    record::put_local(&mut new, &entry);
    new.extend_from_slice(manifest);
    new.extend_from_slice(others);
    record::put_central(&mut new, &entry, tail_offset);
    end.put(&mut new);
    Ok(new)
}

/// The directory up to its last record.
fn others<'d>(directory: &'d [u8], location: &Location) -> Result<&'d [u8], Error> {
    let mut fields = Fields::new(directory, "central directory");
    for _ in 1..location.entries {
        let fixed = fields.take(CENTRAL_BYTES)?;
        let mut lengths = Fields::new(&fixed[28..], "central directory");
        for _ in 0..3 {
            fields.take(lengths.u16()?.into())?;
        }
    }
    Ok(&directory[..fields.position()])
}
