//! The boolean entropy encoder (RFC 6386, section 7).

use crate::pieces::Pieces;

/// Writes bits with their probabilities.
pub struct BoolWriter {
    bytes: Pieces,
    /// The range less one, from 127 to 254 between bits.
    range: u32,
    value: u32,
    /// Bits in `value` that are complete, less eight.
    pending: i32,
    /// Bytes of 255 that a carry may still change.
    run: usize,
}

impl Default for BoolWriter {
    fn default() -> Self {
        Self {
            bytes: Pieces::default(),
            range: 254,
            value: 0,
            pending: -8,
            run: 0,
        }
    }
}

impl BoolWriter {
    /// Writes a bit; the probability is that of a false one, in 1/256.
    #[inline(always)]
    pub fn put(&mut self, bit: bool, probability: u8) -> bool {
        let split = (self.range * u32::from(probability)) >> 8;
        if bit {
            self.value += split + 1;
            self.range -= split + 1;
        } else {
            self.range = split;
        }
        if self.range < 127 {
            let shift = (self.range + 1).leading_zeros() - 24;
            self.range = ((self.range + 1) << shift) - 1;
            self.value <<= shift;
            self.pending += shift as i32;
            if self.pending > 0 {
                self.flush();
            }
        }
        bit
    }

    /// As [`BoolWriter::put`], for what is not written often.
    #[inline(never)]
    pub fn put_rarely(&mut self, bit: bool, probability: u8) -> bool {
        self.put(bit, probability)
    }

    /// Writes a bit that may as well be true as false.
    #[inline(always)]
    pub fn flag(&mut self, bit: bool) -> bool {
        self.put_rarely(bit, 128)
    }

    /// Writes the lowest bits of a number, the highest one first.
    pub fn number(&mut self, value: u32, bits: u32) {
        for bit in (0..bits).rev() {
            self.flag(value >> bit & 1 != 0);
        }
    }

    /// Writes whether a number is zero and, if not, its amount and sign.
    pub fn optional(&mut self, value: i32, bits: u32) {
        if self.flag(value != 0) {
            self.number(value.unsigned_abs(), bits);
            self.flag(value < 0);
        }
    }

    /// All that has been written.
    pub fn finish(mut self) -> Pieces {
        self.number(0, (9 - self.pending) as u32);
        self.pending = 0;
        self.flush();
        self.bytes
    }

    fn flush(&mut self) {
        let shift = 8 + self.pending;
        let bits = self.value >> shift;
        self.value -= bits << shift;
        self.pending -= 8;
        if bits & 0xff == 0xff {
            self.run += 1;
            return;
        }
        let carry = bits & 0x100 != 0;
        if carry {
            // Never 255: such bytes wait in `run`.
            self.bytes.increment_last();
        }
        let waiting = if carry { 0 } else { 0xff };
        for _ in 0..self.run {
            self.bytes.push(waiting);
        }
        self.run = 0;
        self.bytes.push(bits as u8);
    }
}
