//! Carrying a plan out: source bytes in, output bytes out, nothing held but one header.

use crate::local::LOCAL_BYTES;
use crate::verify::Verifier;
use crate::{Entry, Error, Plan, record};
use std::ops::Range;

/// A piece of the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// These bytes.
    Literal(Vec<u8>),
    /// That range of the chunk just pushed, as it is.
    Copy(Range<usize>),
}

impl Piece {
    /// The piece's bytes, given the chunk that was pushed.
    pub fn bytes<'p>(&'p self, chunk: &'p [u8]) -> &'p [u8] {
        match self {
            Piece::Literal(bytes) => bytes,
            Piece::Copy(range) => chunk.get(range.clone()).unwrap_or_default(),
        }
    }
}

/// Turns the source, pushed chunk by chunk in one sequential pass, into the output of a [`Plan`].
/// Every local header that comes by is checked against the directory.
#[derive(Debug)]
pub struct Copier {
    plan: Plan,
    /// The entry at work; past the last one when all are copied.
    next: usize,
    /// Offset in the source of the next byte to be pushed.
    position: u64,
    /// The beginning of a local header that did not end in its chunk.
    header: Vec<u8>,
    /// Bytes of the current entry's content still to be copied, once its header was seen.
    content: Option<u64>,
    verifier: Option<Verifier>,
}

impl Copier {
    pub(crate) fn new(plan: Plan) -> Self {
        Self {
            position: plan.source().start,
            plan,
            next: 0,
            header: Vec::new(),
            content: None,
            verifier: None,
        }
    }

    /// Also unpacks every content as it comes by, into a window of 32 KiB, and refuses one that is
    /// not as long as its header says or whose checksum is another. What is left out of the output
    /// is not looked at. Without this, contents are copied unseen.
    #[must_use]
    pub fn verifying(mut self) -> Self {
        self.verifier = Some(Verifier::new());
        self
    }

    /// The plan being carried out.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Whether every entry was copied: nothing more needs to be pushed.
    pub fn is_complete(&self) -> bool {
        self.next == self.plan.kept.len()
    }

    /// Takes the next bytes of [`Plan::source`], in chunks of any size, and returns what the output
    /// goes on with. Adjacent copies are merged.
    ///
    /// # Errors
    /// Those of [`Entry::check_local`], and [`Error::Damaged`] where contents are verified; the
    /// output must be thrown away then.
    pub fn push(&mut self, chunk: &[u8]) -> Result<Vec<Piece>, Error> {
        let mut pieces = Vec::new();
        let mut at = 0;
        loop {
            let rest = &chunk[at..];
            let Some(entry) = self.plan.kept.get(self.next) else {
                return Ok(pieces);
            };
            let taken = match self.content {
                Some(0) => {
                    if let Some(verifier) = &mut self.verifier {
                        verifier.end(entry)?;
                    }
                    self.next += 1;
                    self.content = None;
                    continue;
                }
                _ if rest.is_empty() => return Ok(pieces),
                Some(left) => {
                    let taken = at_most(rest.len(), left);
                    if let Some(verifier) = &mut self.verifier {
                        verifier.add(entry, &rest[..taken])?;
                    }
                    add_copy(&mut pieces, at..at + taken);
                    self.content = Some(left - taken as u64);
                    taken
                }
                None if self.position < entry.offset => {
                    at_most(rest.len(), entry.offset - self.position)
                }
                None => {
                    let header = Header {
                        seen: &mut self.header,
                        entry,
                    };
                    let (taken, complete) = header.read(chunk, at, &mut pieces)?;
                    self.content = complete.then_some(entry.compressed);
                    taken
                }
            };
            at += taken;
            self.position += taken as u64;
        }
    }

    /// The rest of the output: everything from [`Plan::tail_offset`] on.
    ///
    /// # Errors
    /// [`Error::Truncated`] when the source ended before its last entry did.
    pub fn finish(mut self) -> Result<Vec<u8>, Error> {
        self.push(&[])?;
        if self.is_complete() {
            return Ok(self.plan.tail());
        }
        let source = self.plan.source();
        Err(Error::Truncated {
            what: "content of the archive",
            needed: source.end - source.start,
            found: self.position - source.start,
        })
    }
}

/// The local header at work.
struct Header<'c> {
    /// What earlier chunks held of it.
    seen: &'c mut Vec<u8>,
    entry: &'c Entry,
}

impl Header<'_> {
    /// Takes from `chunk[at..]` what belongs to the header. Once it is complete, checks it and adds
    /// the output's own header. Returns how much was taken and whether that completed it.
    fn read(
        self,
        chunk: &[u8],
        at: usize,
        pieces: &mut Vec<Piece>,
    ) -> Result<(usize, bool), Error> {
        let mut taken = 0;
        loop {
            let length = match self.seen.len() {
                ..LOCAL_BYTES => LOCAL_BYTES,
                _ => self.entry.local_len(self.seen)?,
            };
            if self.seen.len() >= length {
                break;
            }
            let missing = length - self.seen.len();
            let rest = &chunk[at + taken..];
            if rest.is_empty() {
                return Ok((taken, false));
            }
            let part = &rest[..missing.min(rest.len())];
            self.seen.extend_from_slice(part);
            taken += part.len();
        }
        self.entry.check_local(self.seen)?;
        let mut own = Vec::new();
        record::put_local(&mut own, self.entry);
        if taken == self.seen.len() && own == *self.seen {
            add_copy(pieces, at..at + taken);
        } else {
            pieces.push(Piece::Literal(own));
        }
        self.seen.clear();
        Ok((taken, true))
    }
}

fn at_most(available: usize, wanted: u64) -> usize {
    usize::try_from(wanted).map_or(available, |wanted| wanted.min(available))
}

/// Adds a range of the chunk, as part of the piece before it if that ends where this one begins.
fn add_copy(pieces: &mut Vec<Piece>, range: Range<usize>) {
    match pieces.last_mut() {
        Some(Piece::Copy(last)) if last.end == range.start => last.end = range.end,
        _ => pieces.push(Piece::Copy(range)),
    }
}
