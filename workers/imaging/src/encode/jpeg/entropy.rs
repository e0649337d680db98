//! From quantised blocks to symbols, which are counted first and written then (T.81, F.1.2).

use super::codes::Codes;
use super::{BLOCKS, Block};

/// Takes what a block consists of.
pub(super) trait Symbols {
    /// A symbol of table `kind` (0 constant, 1 other coefficients) for brightness or colour, and the
    /// bits that follow it, as many as the symbol's lower half says.
    fn symbol(&mut self, colour: usize, kind: usize, symbol: u8, bits: u32);
}

/// Takes all blocks apart.
pub(super) fn pass(blocks: &[Block], symbols: &mut impl Symbols) {
    let mut predictions = [0; 3];
    for (index, block) in blocks.iter().enumerate() {
        let component = (index % BLOCKS).saturating_sub(3);
        let colour = component.min(1);
        let (constant, prediction) = (i32::from(block[0]), &mut predictions[component]);
        let (size, bits) = sized(constant - *prediction);
        *prediction = constant;
        symbols.symbol(colour, 0, size, bits);
        let mut zeros = 0;
        for &coefficient in &block[1..] {
            if coefficient == 0 {
                zeros += 1;
                continue;
            }
            while zeros > 15 {
                symbols.symbol(colour, 1, 0xf0, 0);
                zeros -= 16;
            }
            let (size, bits) = sized(coefficient.into());
            symbols.symbol(colour, 1, zeros << 4 | size, bits);
            zeros = 0;
        }
        if zeros > 0 {
            symbols.symbol(colour, 1, 0, 0);
        }
    }
}

/// How many bits a number has, and these (F.1.2.1.1).
#[inline(always)]
fn sized(number: i32) -> (u8, u32) {
    let size = 32 - number.unsigned_abs().leading_zeros();
    let bits = if number < 0 { number - 1 } else { number };
    (size as u8, bits as u32 & ((1 << size) - 1))
}

/// Counts symbols, for brightness and for colour.
#[derive(Clone)]
pub(super) struct Count([[u32; 256]; 2]);

impl Default for Count {
    fn default() -> Self {
        Self([[0; 256]; 2])
    }
}

impl Count {
    /// The best codes for what was counted.
    pub fn codes(&self) -> [Codes; 2] {
        [Codes::new(&self.0[0]), Codes::new(&self.0[1])]
    }
}

impl Symbols for [Count; 2] {
    #[inline(always)]
    fn symbol(&mut self, colour: usize, kind: usize, symbol: u8, _bits: u32) {
        self[colour].0[kind][usize::from(symbol)] += 1;
    }
}

/// Writes symbols.
pub(super) struct Write<'a> {
    codes: &'a [[Codes; 2]; 2],
    file: Vec<u8>,
    /// Bits that are not written yet, in the lowest places.
    buffer: u64,
    count: u32,
}

impl<'a> Write<'a> {
    /// Goes on with `file`.
    pub fn new(codes: &'a [[Codes; 2]; 2], file: Vec<u8>) -> Self {
        Self {
            codes,
            file,
            buffer: 0,
            count: 0,
        }
    }

    /// The file, filled up with ones to a whole byte.
    pub fn finish(mut self) -> Vec<u8> {
        self.put(0x7f, 7);
        while self.count >= 8 {
            self.count -= 8;
            self.byte((self.buffer >> self.count) as u8);
        }
        self.file
    }

    #[inline(always)]
    fn put(&mut self, bits: u32, count: u32) {
        self.buffer = self.buffer << count | u64::from(bits);
        self.count += count;
        if self.count >= 32 {
            self.flush();
        }
    }

    #[inline]
    fn flush(&mut self) {
        self.count -= 32;
        let word = (self.buffer >> self.count) as u32;
        let inverted = !word;
        // A byte of ones has to be followed by a zero, so that it is no marker.
        let has_ones = inverted.wrapping_sub(0x0101_0101) & !inverted & 0x8080_8080 != 0;
        match has_ones {
            true => word
                .to_be_bytes()
                .into_iter()
                .for_each(|byte| self.byte(byte)),
            false => self.file.extend_from_slice(&word.to_be_bytes()),
        }
    }

    fn byte(&mut self, byte: u8) {
        self.file.push(byte);
        if byte == 0xff {
            self.file.push(0);
        }
    }
}

impl Symbols for Write<'_> {
    #[inline(always)]
    fn symbol(&mut self, colour: usize, kind: usize, symbol: u8, bits: u32) {
        let (code, length) = self.codes[colour][kind].code(symbol);
        let size = u32::from(symbol & 15);
        self.put(code << size | bits, length + size);
    }
}
