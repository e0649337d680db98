//! The boolean decoder (RFC 6386, section 7).

/// Reads bits of given probabilities. Behind the end there are zeros.
pub(super) struct Bits<'a> {
    data: &'a [u8],
    /// What is read of the current number, the next eight bits above `ready` others.
    value: u64,
    /// 128 to 255.
    range: u32,
    ready: i32,
}

/// Bytes that are read at once.
const STEP: usize = 7;

impl<'a> Bits<'a> {
    pub fn new(data: &'a [u8]) -> Self {
        Self {
            data,
            value: 0,
            range: 255,
            ready: -8,
        }
    }

    /// A bit that is false with probability `probability` / 256.
    #[inline(always)]
    pub fn bit(&mut self, probability: u8) -> bool {
        if self.ready < 0 {
            self.read();
        }
        let split = 1 + (((self.range - 1) * u32::from(probability)) >> 8);
        let threshold = u64::from(split) << self.ready;
        let bit = self.value >= threshold;
        if bit {
            self.range -= split;
            self.value -= threshold;
        } else {
            self.range = split;
        }
        let shift = self.range.leading_zeros() - 24;
        self.range <<= shift;
        self.ready -= shift as i32;
        bit
    }

    #[inline]
    fn read(&mut self) {
        let mut bytes = [0; 8];
        match self.data.split_at_checked(STEP) {
            Some((first, rest)) => {
                bytes[1..].copy_from_slice(first);
                self.data = rest;
            }
            None => {
                let places = bytes.iter_mut().skip(1);
                places
                    .zip(self.data)
                    .for_each(|(place, byte)| *place = *byte);
                self.data = &[];
            }
        }
        self.value = self.value << (8 * STEP) | u64::from_be_bytes(bytes);
        self.ready += 8 * STEP as i32;
    }

    /// A bit that is as likely true as false.
    #[inline(always)]
    pub fn flag(&mut self) -> bool {
        self.bit(128)
    }

    /// A number of `bits` bits.
    pub fn number(&mut self, bits: u32) -> u32 {
        (0..bits).fold(0, |sum, _| sum << 1 | u32::from(self.flag()))
    }

    /// A number of `bits` bits and its sign.
    pub fn signed(&mut self, bits: u32) -> i32 {
        let number = self.number(bits) as i32;
        if self.flag() { -number } else { number }
    }

    /// Likewise, if a flag says that it is there.
    pub fn optional(&mut self, bits: u32) -> Option<i32> {
        self.flag().then(|| self.signed(bits))
    }
}
