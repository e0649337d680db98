//! Bits, the lowest first.

/// Writes numbers of some bits.
#[derive(Default)]
pub struct BitWriter {
    bytes: Vec<u8>,
    value: u64,
    used: u32,
}

impl BitWriter {
    /// Writes the lowest bits of a number, 32 at most; the bits above them are zero.
    #[inline(always)]
    pub fn put(&mut self, value: u32, bits: u32) {
        debug_assert!(bits == 32 || value >> bits == 0);
        self.value |= u64::from(value) << self.used;
        self.used += bits;
        if self.used >= 32 {
            self.bytes.extend((self.value as u32).to_le_bytes());
            self.value >>= 32;
            self.used -= 32;
        }
    }

    /// All that has been written.
    pub fn finish(mut self) -> Vec<u8> {
        let rest = self.used.div_ceil(8) as usize;
        self.bytes.extend(&self.value.to_le_bytes()[..rest]);
        self.bytes
    }
}
