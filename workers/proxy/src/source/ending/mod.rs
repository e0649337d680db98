//! Whether an image that passes through came to its end. Only decoding proves an image; this walks
//! over its parts by the lengths that they announce, without decoding or keeping them, and sees one
//! that was cut off.

mod parts;
#[cfg(test)]
mod tests;

use edge::BodyError;
use imaging::Format;

use parts::{Next, Part};

/// What tells whether the image that passes is whole.
#[derive(Debug)]
pub struct Ending {
    /// Bytes that are passed over before the next part begins.
    skip: u64,
    /// What is read then.
    part: Part,
    /// The part's first bytes, as far as they have come.
    held: Vec<u8>,
}

impl Ending {
    /// For an image of this format.
    pub fn new(format: Format) -> Self {
        let (skip, part) = Part::first(format);
        Self {
            skip,
            part,
            held: Vec::new(),
        }
    }

    /// The next bytes.
    pub fn piece(&mut self, mut piece: &[u8]) {
        loop {
            let passed = usize::try_from(self.skip).map_or(piece.len(), |n| n.min(piece.len()));
            self.skip -= passed as u64;
            piece = piece.get(passed..).unwrap_or_default();
            match self.part {
                _ if piece.is_empty() => return,
                Part::Scan { after_ff } => return self.part = parts::scan(piece, after_ff),
                Part::Rest | Part::End | Part::Damaged => return,
                _ => {}
            }
            let missing = self.part.length() - self.held.len();
            let (new, rest) = piece.split_at(missing.min(piece.len()));
            self.held.extend_from_slice(new);
            piece = rest;
            if self.held.len() == self.part.length() {
                let Next { skip, part } = self.part.read(&self.held);
                (self.skip, self.part) = (skip, part);
                self.held.clear();
            }
        }
    }

    /// The end has come.
    ///
    /// # Errors
    /// Where the image is not whole, as far as can be seen.
    pub fn check(&self) -> Result<(), BodyError> {
        let whole = match self.part {
            Part::End => self.skip == 0,
            // One more could follow, and need not; what is too short for one is something else.
            Part::Box { data: true } => self.skip == 0,
            // All that is missing is the byte that says so: browsers do not mind.
            Part::Block { shown: true } => self.skip == 0,
            Part::Rest => true,
            // Very small ones end within what is read of their headers.
            Part::Bitmap => self.held.len() > 26 && self.part.read(&self.held).skip == 0,
            _ => false,
        };
        match whole {
            true => Ok(()),
            false => Err(BodyError::Failed("the image is cut short".to_owned())),
        }
    }
}
