//! The bits between two markers (ITU-T T.81, F.2.2.5).

/// Reads bits; behind the last one there are zeros, and [`Bits::is_overrun`] tells.
pub(super) struct Bits<'a> {
    data: &'a [u8],
    position: usize,
    /// The next bits, from the top.
    buffer: u64,
    /// How many of them are known.
    count: u32,
    /// How many zeros were put in behind the end.
    padding: u32,
}

impl<'a> Bits<'a> {
    pub fn new(data: &'a [u8], position: usize) -> Self {
        Self {
            data,
            position,
            buffer: 0,
            count: 0,
            padding: 0,
        }
    }

    /// Has at least 32 bits ready.
    #[inline(always)]
    pub fn refill(&mut self) {
        if self.count < 32 {
            self.read();
        }
    }

    #[inline]
    fn read(&mut self) {
        let next = self.data.get(self.position..).and_then(<[u8]>::first_chunk);
        if let Some(bytes) = next {
            let word = u64::from_be_bytes(*bytes);
            if !has_marker_byte(word) {
                self.buffer |= word >> self.count;
                self.position += ((63 - self.count) >> 3) as usize;
                self.count |= 56;
                return;
            }
        }
        self.read_bytes();
    }

    #[cold]
    fn read_bytes(&mut self) {
        while self.count <= 56 {
            let rest = self.data.get(self.position..).unwrap_or(&[]);
            let byte = match rest {
                // A stuffed byte.
                [0xff, 0, ..] => {
                    self.position += 2;
                    0xff
                }
                [0xff, ..] | [] => {
                    self.padding += 8;
                    0
                }
                [byte, ..] => {
                    self.position += 1;
                    *byte
                }
            };
            self.buffer |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    /// The next `count` bits, 1 to 16, after [`Bits::refill`].
    #[inline(always)]
    pub fn peek(&self, count: u32) -> u32 {
        (self.buffer >> (64 - count)) as u32
    }

    /// Passes over bits that were peeked at.
    #[inline(always)]
    pub fn consume(&mut self, count: u32) {
        self.buffer <<= count;
        self.count = self.count.wrapping_sub(count);
    }

    /// The next `count` bits, 0 to 16.
    #[inline(always)]
    pub fn take(&mut self, count: u32) -> u32 {
        self.refill();
        // In two steps, since a shift by 64 is none.
        let value = (self.buffer >> 1 >> (63 - count)) as u32;
        self.consume(count);
        value
    }

    /// The next bit.
    #[inline(always)]
    pub fn bit(&mut self) -> bool {
        self.take(1) != 0
    }

    /// A number of `size` bits as T.81 F.2.2.1 extends it; `size` is 0 to 15, after
    /// [`Bits::refill`].
    #[inline(always)]
    pub fn number(&mut self, size: u32) -> i32 {
        let value = (self.buffer >> 1 >> (63 - size)) as i32;
        self.consume(size);
        extend(value, size)
    }

    /// Whether more bits were taken than there are.
    pub fn is_overrun(&self) -> bool {
        // Fewer known bits than zeros put in: some of these are gone.
        self.padding > self.count
    }

    /// Where the next marker begins: the byte `0xff`; or the end.
    pub fn marker(&self) -> usize {
        let rest = self.data.get(self.position..).unwrap_or(&[]);
        let is_marker = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0 | 0xff);
        let found = rest.windows(2).position(is_marker);
        found.map_or(self.data.len(), |offset| self.position + offset)
    }
}

/// Positive and negative numbers share their sizes; negative ones lack the leading bit.
#[inline(always)]
pub(super) fn extend(value: i32, size: u32) -> i32 {
    let threshold = (1 << size) >> 1;
    match value < threshold {
        true => value - (1 << size) + 1,
        false => value,
    }
}

/// Whether any byte is `0xff`.
#[inline(always)]
fn has_marker_byte(word: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let inverted = !word;
    inverted.wrapping_sub(ONES) & word & (ONES << 7) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stuffing_is_passed_over_and_the_end_is_noticed() {
        let data = [0xab, 0xff, 0x00, 0xcd, 0xff, 0xd9];
        let mut bits = Bits::new(&data, 0);
        assert_eq!(bits.take(8), 0xab);
        assert_eq!(bits.take(16), 0xffcd);
        assert!(!bits.is_overrun());
        assert_eq!(bits.marker(), 4);
        assert_eq!(bits.take(1), 0);
        assert!(bits.is_overrun());
    }

    #[test]
    fn long_runs_are_read_as_short_ones() {
        let data: Vec<u8> = (0..64u8)
            .map(|index| index.wrapping_mul(37) % 255)
            .collect();
        let mut bits = Bits::new(&data, 0);
        for byte in &data {
            assert_eq!(bits.take(3), u32::from(byte >> 5));
            assert_eq!(bits.take(5), u32::from(byte & 31));
        }
        assert!(!bits.is_overrun());
    }

    #[test]
    fn numbers_are_extended() {
        assert_eq!([extend(0, 0), extend(0, 1), extend(1, 1)], [0, -1, 1]);
        assert_eq!(
            [extend(0, 3), extend(3, 3), extend(4, 3), extend(7, 3)],
            [-7, -4, 4, 7]
        );
    }
}
