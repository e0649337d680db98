//! From quantised blocks to symbols (T.81, F.1.2), which are counted first, so that codes can be made
//! for them, and written then. Of a large picture only the first symbols wait for that; codes made
//! for these serve the rest too.

use super::super::reserve;
use super::codes::Codes;
use super::transform::Block;
use crate::jpeg::NATURAL;

/// Symbols that wait for their codes at most, four bytes each.
const WAITING: usize = 2 << 20;

/// Symbols that are allocated at a time.
const PIECE: usize = 1 << 16;

/// The most symbols of one block: a constant, 63 others, three runs of sixteen zeros, an end.
const PER_BLOCK: usize = 68;

/// Sixteen zeros (F.1.2.2.1).
const ZEROS: u32 = 0xf0;

/// By place in rows of eight: place in the order of writing.
const ORDER: [u8; 64] = {
    let mut order = [0; 64];
    let mut index = 0;
    while index < 64 {
        order[NATURAL[index] as usize] = index as u8;
        index += 1;
    }
    order
};

/// Which of four tables a symbol belongs to: 2 for those of colour, 1 for those that are not of a
/// block's constant.
const TABLE: u32 = 24;

/// A symbol, the bits that follow it and its table in one number.
#[derive(Clone, Copy)]
struct Symbol(u32);

impl Symbol {
    /// Of `table`, before the bits of `number`, after `zeros` zeros.
    #[inline(always)]
    fn new(table: u32, zeros: u32, number: i32) -> Self {
        let size = 32 - number.unsigned_abs().leading_zeros();
        let bits = if number < 0 { number - 1 } else { number };
        let bits = bits as u32 & ((1 << size) - 1);
        Self(table << TABLE | (bits & 0xffff) << 8 | (zeros << 4 | size) & 255)
    }

    #[inline(always)]
    fn table(self) -> usize {
        (self.0 >> TABLE & 3) as usize
    }

    #[inline(always)]
    fn symbol(self) -> usize {
        (self.0 & 255) as usize
    }

    #[inline(always)]
    fn bits(self) -> u32 {
        self.0 >> 8 & 0xffff
    }
}

/// Takes blocks.
pub(super) struct Coder {
    predictions: [i32; 3],
    counts: [[u32; 256]; 4],
    waiting: Vec<Vec<Symbol>>,
    /// How many wait.
    count: usize,
    writer: Option<Writer>,
}

impl Coder {
    pub fn new() -> Self {
        Self {
            predictions: [0; 3],
            counts: [[0; 256]; 4],
            waiting: Vec::new(),
            count: 0,
            writer: None,
        }
    }

    /// Whether codes have to be made before the next block.
    pub fn is_full(&self) -> bool {
        self.writer.is_none() && self.count > WAITING
    }

    /// Makes codes, which `begin` begins the file with, and writes what waits. `others` says that
    /// symbols may come which were not seen. Nothing is left to do the second time.
    pub fn begin(&mut self, others: bool, begin: impl FnOnce(&[Codes; 4]) -> Vec<u8>) {
        if self.writer.is_some() {
            return;
        }
        if others {
            self.counts
                .iter_mut()
                .enumerate()
                .for_each(|(table, counts)| allow(table, counts));
        }
        let codes = [0, 1, 2, 3].map(|table| Codes::new(&self.counts[table]));
        let mut writer = Writer::new(&codes, begin(&codes));
        for piece in std::mem::take(&mut self.waiting) {
            piece.iter().for_each(|&symbol| writer.symbol(symbol));
        }
        self.writer = Some(writer);
    }

    /// The next block, of Y (0), Cb (1) or Cr (2).
    #[inline]
    pub fn block(&mut self, component: usize, block: &Block) {
        let table = u32::from(component > 0) * 2;
        let constant = i32::from(block.natural[0]);
        let difference = constant - self.predictions[component];
        self.predictions[component] = constant;
        self.reserve();
        self.symbol(Symbol::new(table, 0, difference));
        let mut ordered = ordered(block.nonzero & !1);
        let mut next = 1;
        while ordered != 0 {
            let place = ordered.trailing_zeros();
            ordered &= ordered - 1;
            let mut zeros = place - next;
            next = place + 1;
            while zeros > 15 {
                self.symbol(Symbol((table | 1) << TABLE | ZEROS));
                zeros -= 16;
            }
            let number = block.natural[usize::from(NATURAL[place as usize & 63] & 63)];
            self.symbol(Symbol::new(table | 1, zeros, number.into()));
        }
        if next < 64 {
            self.symbol(Symbol((table | 1) << TABLE));
        }
    }

    /// Bytes of the file so far.
    pub fn len(&self) -> usize {
        self.writer.as_ref().map_or(0, |writer| writer.file.len())
    }

    /// The file, after [`Coder::begin`].
    pub fn finish(self) -> Vec<u8> {
        self.writer.map_or_else(Vec::new, Writer::finish)
    }

    /// Room for the symbols of a block.
    #[inline(always)]
    fn reserve(&mut self) {
        let has_room = self
            .waiting
            .last()
            .is_some_and(|last| last.len() + PER_BLOCK <= PIECE);
        if !has_room && self.writer.is_none() {
            self.waiting.push(Vec::with_capacity(PIECE));
        }
    }

    #[inline(always)]
    fn symbol(&mut self, symbol: Symbol) {
        if let Some(writer) = &mut self.writer {
            return writer.symbol(symbol);
        }
        self.counts[symbol.table()][symbol.symbol()] += 1;
        self.count += 1;
        if let Some(last) = self.waiting.last_mut() {
            last.push(symbol);
        }
    }
}

/// Counts every symbol that there can be at least once.
fn allow(table: usize, counts: &mut [u32; 256]) {
    let is_constant = table.is_multiple_of(2);
    for (symbol, count) in counts.iter_mut().enumerate() {
        let (zeros, size) = (symbol >> 4, symbol & 15);
        let exists = match is_constant {
            true => zeros == 0 && size <= 12,
            false => (1..=11).contains(&size) || symbol == 0 || symbol == ZEROS as usize,
        };
        *count += u32::from(exists);
    }
}

/// The bits of a block's coefficients in the order in which these are written.
#[inline(always)]
fn ordered(mut natural: u64) -> u64 {
    let mut ordered = 0;
    while natural != 0 {
        ordered |= 1 << ORDER[natural.trailing_zeros() as usize & 63];
        natural &= natural - 1;
    }
    ordered
}

/// Writes symbols.
struct Writer {
    /// By table and symbol: the code with room for the bits that follow, and how long both are.
    codes: Vec<[(u32, u32); 256]>,
    file: Vec<u8>,
    /// Bits that are not written yet, in the lowest places.
    buffer: u64,
    count: u32,
}

impl Writer {
    /// Goes on with `file`.
    fn new(codes: &[Codes; 4], file: Vec<u8>) -> Self {
        let table = |codes: &Codes| {
            std::array::from_fn(|symbol| {
                let (code, length) = codes.code(symbol as u8);
                let size = symbol as u32 & 15;
                (code << size, length + size)
            })
        };
        Self {
            codes: codes.iter().map(table).collect(),
            file,
            buffer: 0,
            count: 0,
        }
    }

    /// The file, filled up with ones to a whole byte.
    fn finish(mut self) -> Vec<u8> {
        self.put(0x7f, 7);
        while self.count >= 8 {
            self.count -= 8;
            self.byte((self.buffer >> self.count) as u8);
        }
        self.file
    }

    #[inline(always)]
    fn symbol(&mut self, symbol: Symbol) {
        let (code, length) = self.codes[symbol.table()][symbol.symbol()];
        self.put(code | symbol.bits(), length);
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
        // Four bytes, and as many zeros.
        reserve(&mut self.file, 8);
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
