//! Huffman tables (ITU-T T.81, annex C and F.2.2.3).

use super::bits::{Bits, extend};

/// Codes of up to this length are found by one look into a table.
const LOOK: u32 = 10;

/// A table of codes.
pub(super) struct Huffman {
    /// By the next [`LOOK`] bits: length of the code × 256 + symbol; 0 where the code is longer.
    short: Vec<u16>,
    /// By the next [`LOOK`] bits, where a code and its number fit: number × 65536 + zeros before it
    /// × 256 + bits of both. 0 where they do not.
    whole: Vec<i32>,
    /// By length: the first code that is longer, moved up to 16 bits.
    ends: [u32; 17],
    /// By length: what has to be added to a code for the index of its symbol.
    offsets: [i32; 17],
    symbols: Vec<u8>,
}

impl Huffman {
    /// From the number of codes of each length and the symbols in order. `None` if no such codes
    /// exist.
    pub fn new(counts: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        let mut table = Self {
            short: vec![0; 1 << LOOK],
            whole: vec![0; 1 << LOOK],
            ends: [0; 17],
            offsets: [0; 17],
            symbols: symbols.to_vec(),
        };
        let (mut code, mut index) = (0_u32, 0_usize);
        for (length, count) in (1..=16).zip(counts) {
            table.offsets[length as usize] = index as i32 - code as i32;
            for _ in 0..*count {
                let symbol = *symbols.get(index)?;
                table.enter(code, length, symbol);
                (code, index) = (code + 1, index + 1);
            }
            if code > 1 << length {
                return None;
            }
            table.ends[length as usize] = code << (16 - length);
            code <<= 1;
        }
        Some(table)
    }

    fn enter(&mut self, code: u32, length: u32, symbol: u8) {
        if length > LOOK {
            return;
        }
        let free = LOOK - length;
        let size = u32::from(symbol & 15);
        for rest in 0..1 << free {
            let index = (code << free | rest) as usize;
            if let Some(place) = self.short.get_mut(index) {
                *place = (length << 8) as u16 | u16::from(symbol);
            }
            if size == 0 || size > free {
                continue;
            }
            let number = extend((rest >> (free - size)) as i32, size);
            if let Some(place) = self.whole.get_mut(index) {
                *place = number << 16 | i32::from(symbol >> 4) << 8 | (length + size) as i32;
            }
        }
    }

    /// Zeros before the next coefficient, the coefficient, and the bits of both, if a single look
    /// finds them; not consumed yet. After [`Bits::refill`].
    #[inline(always)]
    pub fn whole(&self, bits: &Bits) -> Option<(usize, i32, u32)> {
        let entry = self
            .whole
            .get(bits.peek(LOOK) as usize)
            .copied()
            .unwrap_or(0);
        (entry != 0).then_some((
            (entry >> 8 & 15) as usize,
            entry >> 16,
            (entry & 255) as u32,
        ))
    }

    /// The next symbol; `None` if there is no such code. Leaves 16 bits at least.
    #[inline(always)]
    pub fn symbol(&self, bits: &mut Bits) -> Option<u8> {
        bits.refill();
        let entry = self
            .short
            .get(bits.peek(LOOK) as usize)
            .copied()
            .unwrap_or(0);
        if entry != 0 {
            bits.consume(u32::from(entry >> 8));
            return Some(entry as u8);
        }
        self.long_symbol(bits)
    }

    #[cold]
    fn long_symbol(&self, bits: &mut Bits) -> Option<u8> {
        let next = bits.peek(16);
        let length = (LOOK + 1..=16).find(|length| next < self.ends[*length as usize])?;
        let code = (next >> (16 - length)) as i32;
        bits.consume(length);
        let index = code + self.offsets[length as usize];
        self.symbols.get(usize::try_from(index).ok()?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_codes() {
        // One code of each length.
        let counts = [1; 16];
        let symbols: Vec<u8> = (0..16).collect();
        let table = Huffman::new(&counts, &symbols).unwrap();
        // 0, then 110, then fifteen ones and a zero.
        let data = [0b0110_1111, 0b1111_1111, 0, 0b1110_0000];
        let mut bits = Bits::new(&data, 0);
        let found: Vec<_> = (0..3).map(|_| table.symbol(&mut bits).unwrap()).collect();
        assert_eq!(found, [0, 2, 15]);
    }

    #[test]
    fn impossible_tables_are_refused() {
        let mut counts = [0; 16];
        counts[0] = 3;
        assert!(Huffman::new(&counts, &[1, 2, 3]).is_none());
        counts[0] = 2;
        assert!(Huffman::new(&counts, &[1]).is_none());
        assert!(Huffman::new(&counts, &[1, 2]).is_some());
    }
}
