//! Bytes in pieces: what grows large does not have to be moved, and what has been dealt with does not
//! have to be kept.

/// Bytes of a piece, about.
const PIECE: usize = 1 << 16;

/// Bytes, to be added at the end and taken from the front.
#[derive(Default)]
pub struct Pieces {
    full: Vec<Vec<u8>>,
    last: Vec<u8>,
    len: usize,
}

impl Pieces {
    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Adds a byte.
    #[inline(always)]
    pub fn push(&mut self, byte: u8) {
        if self.last.len() >= PIECE {
            // The last byte may still change.
            let kept = self.last.pop();
            self.divide();
            self.last.extend(kept);
        }
        self.last.push(byte);
        self.len += 1;
    }

    /// Adds bytes, all to the same piece.
    pub fn extend(&mut self, bytes: &[u8]) {
        if self.last.len() + bytes.len() > PIECE {
            self.divide();
        }
        self.last.extend(bytes);
        self.len += bytes.len();
    }

    /// Adds one to the last byte.
    pub fn increment_last(&mut self) {
        if let Some(last) = self.last.last_mut() {
            *last = last.wrapping_add(1);
        }
    }

    /// The pieces, in their order; each is gone once it has been looked at.
    pub fn drain(self) -> impl Iterator<Item = Vec<u8>> {
        self.full.into_iter().chain(std::iter::once(self.last))
    }

    /// Begins another piece.
    #[cold]
    fn divide(&mut self) {
        let next = Vec::with_capacity(PIECE);
        self.full.push(std::mem::replace(&mut self.last, next));
    }
}
