//! Zip archives, read from their directory and repackaged: what is only copied stays compressed as
//! it is, and is unpacked at most to see whether it is what its header promises.
//!
//! The crate does no I/O: it says which bytes it needs, is given them, and says which bytes come
//! out. Memory grows with the number of entries, not with the archive. What it accepts can be
//! unpacked by every reader in the same way: one end record, stored or deflated, no overlap, no name
//! that leaves its folder.
//!
//! The manifest comes last in the output, so that an archive with another manifest is the stored
//! bytes up to [`Plan::tail_offset`] plus a small tail of its own ([`replace_manifest`]).
//!
//! ```
//! use archive::{Directory, Limits, Plan, locate, replace_manifest, tail_len};
//!
//! # fn main() -> Result<(), archive::Error> {
//! # let source = {
//! #     let mut zip = b"PK\x03\x04\x0a\0\0\0\0\0\0\0\x21\0\x43\xbf\xa6\xa3\x02\0\0\0\x02\0\0\0\x0f\0\0\0top/module.json{}".to_vec();
//! #     zip.extend(b"PK\x01\x02\x0a\0\x0a\0\0\0\0\0\0\0\x21\0\x43\xbf\xa6\xa3\x02\0\0\0\x02\0\0\0\x0f\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0top/module.json");
//! #     zip.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x3d\0\0\0\x2f\0\0\0\0\0");
//! #     zip
//! # };
//! // `source` stands for anything that gives ranges of bytes.
//! let read = |range: std::ops::Range<u64>| &source[range.start as usize..range.end as usize];
//! let total = source.len() as u64;
//! let limits = Limits::default();
//!
//! // Three ranged reads: the end, the directory (often in the end already), the manifest.
//! let tail = read(total - tail_len(total)..total);
//! let location = locate(total, tail, &limits)?;
//! let bytes = location.in_tail(tail).unwrap_or_else(|| read(location.range()));
//! let directory = Directory::parse(&location, bytes, &limits)?;
//! let found = directory.find_manifest()?;
//! let entry = &directory.entries()[found.index];
//! let manifest = entry.read(read(entry.read_range()), archive::MANIFEST_BYTES)?;
//! assert_eq!(manifest, b"{}");
//!
//! // One sequential pass over the source, in chunks as they come.
//! let plan = Plan::new(directory, &found, b"{\"id\":\"a\"}".to_vec())?;
//! let (length, tail_offset) = (plan.len(), plan.tail_offset());
//! let (chunks, mut output) = (read(plan.source()).chunks(8), Vec::new());
//! let mut copier = plan.copier().verifying();
//! for chunk in chunks {
//!     for piece in copier.push(chunk)? {
//!         output.extend_from_slice(piece.bytes(chunk));
//!     }
//! }
//! output.extend(copier.finish()?);
//! assert_eq!(output.len() as u64, length);
//!
//! // The same archive for another track.
//! let (shared, tail) = output.split_at(tail_offset as usize);
//! let other = [shared, &replace_manifest(tail, tail_offset, b"{\"id\":\"b\"}")?].concat();
//! # assert_eq!(other.len(), output.len());
//! # Ok(())
//! # }
//! ```

mod central;
mod checksum;
mod content;
mod copier;
mod directory;
mod end;
mod entry;
mod error;
mod extra;
mod fields;
mod limits;
mod local;
mod locate;
mod manifest;
mod method;
mod names;
mod plan;
mod record;
mod tail;
mod text;
mod verify;

pub use content::MANIFEST_BYTES;
pub use copier::{Copier, Piece};
pub use directory::Directory;
pub use entry::Entry;
pub use error::{Error, Limit, NameProblem};
pub use limits::Limits;
pub use locate::{Location, locate, tail_len};
pub use manifest::{ManifestEntry, ManifestKind};
pub use method::Method;
pub use names::Warning;
pub use plan::Plan;
pub use tail::replace_manifest;
