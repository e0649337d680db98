//! Coefficients on their way into the token partition.
//!
//! Probabilities are best chosen when all coefficients are known, so these wait, packed to about a
//! byte each. When too many wait, the probabilities are fixed with what has been seen, and from then
//! on coefficients are written at once: memory stays bounded however large the picture is.

use crate::{
    boolean::BoolWriter,
    cost::Kind,
    pieces::Pieces,
    quantise::Levels,
    statistics::Statistics,
    tables::{BANDS, LONG_LEVELS, coefficients::Probabilities},
};

/// Most bytes that wait; few in this crate's own tests, which have no picture that large.
const WAITING: usize = if cfg!(test) { 1 << 12 } else { 16 << 20 };

/// Packed levels from here on have two bytes more.
const ESCAPE: i8 = -128;

/// Levels of one macroblock.
#[derive(Clone)]
pub struct MacroblockLevels {
    /// The first coefficients of luma, if they are in a block of their own.
    pub first: Option<Levels>,
    /// Luma.
    pub luma: [Levels; 16],
    /// Both chroma planes.
    pub chroma: [Levels; 8],
}

/// Which of the neighbours' blocks have any coefficients.
#[derive(Clone, Copy, Default)]
pub struct Context {
    /// Four of luma, two of each chroma plane.
    pub blocks: [u8; 8],
    /// The block of first coefficients; kept over macroblocks that have none.
    pub first: u8,
}

/// Calls for each block with its kind and context, and takes whether it has any coefficients.
#[inline(always)]
pub fn visit(
    has_first: bool,
    top: &mut Context,
    left: &mut Context,
    mut block: impl FnMut(usize, Kind, usize) -> bool,
) {
    let kind = if has_first {
        let any = block(0, Kind::LumaFirst, usize::from(top.first + left.first));
        (top.first, left.first) = (u8::from(any), u8::from(any));
        Kind::LumaRest
    } else {
        Kind::Luma
    };
    for index in 0..16 {
        let (x, y) = (index % 4, index / 4);
        let context = usize::from(top.blocks[x] + left.blocks[y]);
        let any = u8::from(block(1 + index, kind, context));
        (top.blocks[x], left.blocks[y]) = (any, any);
    }
    for index in 0..8 {
        let plane = 4 + index / 4 * 2;
        let (x, y) = (plane + index % 2, plane + index / 2 % 2);
        let context = usize::from(top.blocks[x] + left.blocks[y]);
        let any = u8::from(block(17 + index, Kind::Chroma, context));
        (top.blocks[x], left.blocks[y]) = (any, any);
    }
}

/// After a macroblock without coefficients.
pub fn skip(has_first: bool, top: &mut Context, left: &mut Context) {
    for context in [top, left] {
        context.blocks = [0; 8];
        if has_first {
            context.first = 0;
        }
    }
}

impl MacroblockLevels {
    fn block(&self, index: usize) -> &Levels {
        match (index, &self.first) {
            (0, Some(first)) => first,
            (0, None) => &self.luma[0],
            (1..17, _) => &self.luma[index - 1],
            _ => &self.chroma[index - 17],
        }
    }
}

/// Coefficients, waiting or written.
pub struct Tokens {
    statistics: Statistics,
    waiting: Pieces,
    packed: Vec<u8>,
    /// Contexts of the writer, which is behind the macroblock that is being decided.
    tops: Vec<Context>,
    left: Context,
    column: usize,
    fixed: Option<Box<Probabilities>>,
    writer: BoolWriter,
}

impl Tokens {
    /// For a picture this many macroblocks wide.
    pub fn new(columns: usize) -> Self {
        Self {
            statistics: Statistics::default(),
            waiting: Pieces::default(),
            packed: Vec::new(),
            tops: vec![Context::default(); columns],
            left: Context::default(),
            column: 0,
            fixed: None,
            writer: BoolWriter::default(),
        }
    }

    /// The probabilities that suit what has come so far.
    pub fn probabilities(&self) -> Probabilities {
        match &self.fixed {
            Some(fixed) => **fixed,
            None => self.statistics.probabilities(),
        }
    }

    /// Takes the next macroblock; `None` stands for one without coefficients, whose header says so,
    /// and `has_first` for whether its first coefficients would be in a block of their own.
    pub fn push(
        &mut self,
        levels: Option<&MacroblockLevels>,
        has_first: bool,
        top: &mut Context,
        left: &mut Context,
    ) {
        self.packed.clear();
        match levels {
            Some(levels) => self.pack(levels, has_first, top, left),
            None => {
                skip(has_first, top, left);
                self.packed.push(2 + u8::from(has_first));
            }
        }
        if self.fixed.is_some() {
            let packed = std::mem::take(&mut self.packed);
            self.write(&packed);
            self.packed = packed;
        } else {
            self.waiting.extend(&self.packed);
            if self.waiting.len() > WAITING {
                self.settle();
            }
        }
    }

    fn pack(
        &mut self,
        levels: &MacroblockLevels,
        has_first: bool,
        top: &mut Context,
        left: &mut Context,
    ) {
        let mut statistics = self.fixed.is_none().then_some(&mut self.statistics);
        let packed = &mut self.packed;
        packed.push(u8::from(has_first));
        visit(has_first, top, left, |index, kind, context| {
            let levels = levels.block(index);
            if let Some(statistics) = &mut statistics {
                statistics.record(kind, context, levels);
            }
            pack(packed, kind, levels);
            levels.any()
        });
    }

    /// Fixes the probabilities, and writes what waits.
    fn settle(&mut self) {
        self.fixed = Some(Box::new(self.probabilities()));
        for piece in std::mem::take(&mut self.waiting).drain() {
            self.write(&piece);
        }
    }

    /// The token partition and the probabilities that it is written with.
    pub fn finish(mut self) -> (Pieces, Probabilities) {
        self.settle();
        let probabilities = self.probabilities();
        (self.writer.finish(), probabilities)
    }

    /// Writes whole macroblocks.
    fn write(&mut self, packed: &[u8]) {
        let Some(probabilities) = self.fixed.as_deref() else {
            return;
        };
        let mut rest = packed;
        while let [head, tail @ ..] = rest {
            rest = tail;
            if self.column == self.tops.len() {
                self.column = 0;
                self.left = Context::default();
            }
            let (top, left) = (&mut self.tops[self.column], &mut self.left);
            self.column += 1;
            let has_first = head & 1 != 0;
            if head & 2 != 0 {
                skip(has_first, top, left);
                continue;
            }
            let writer = &mut self.writer;
            visit(has_first, top, left, |_, kind, context| {
                write_block(writer, probabilities, kind, context, &mut rest)
            });
        }
    }
}

/// Packs a block: where its levels end, and the levels.
fn pack(packed: &mut Vec<u8>, kind: Kind, levels: &Levels) {
    let end = levels.end();
    packed.push(end as u8);
    for &level in levels.values.iter().take(end).skip(kind.first()) {
        match i8::try_from(level) {
            Ok(short) if short != ESCAPE => packed.push(short as u8),
            _ => {
                packed.push(ESCAPE as u8);
                packed.extend(level.to_le_bytes());
            }
        }
    }
}

/// The next byte of what was packed.
#[inline(always)]
fn byte(packed: &mut &[u8]) -> u8 {
    match packed {
        [first, rest @ ..] => {
            *packed = rest;
            *first
        }
        [] => 0,
    }
}

/// The next packed level.
#[inline(always)]
fn unpack(packed: &mut &[u8]) -> i16 {
    let short = byte(packed) as i8;
    if short == ESCAPE {
        i16::from_le_bytes([byte(packed), byte(packed)])
    } else {
        i16::from(short)
    }
}

/// Writes a packed block (RFC 6386, section 13.2), and says whether it has any coefficients.
fn write_block(
    writer: &mut BoolWriter,
    probabilities: &Probabilities,
    kind: Kind,
    context: usize,
    packed: &mut &[u8],
) -> bool {
    let bands = &probabilities[kind as usize];
    let end = usize::from(byte(packed));
    let mut place = kind.first();
    let mut nodes = &bands[BANDS[place]][context];
    if !writer.put(end > 0, nodes[0]) {
        return false;
    }
    while place < end {
        let level = unpack(packed);
        let amount = level.unsigned_abs();
        place += 1;
        let band = BANDS[place];
        if !writer.put(amount != 0, nodes[1]) {
            nodes = &bands[band][0];
            continue;
        }
        write_amount(writer, nodes, amount);
        writer.put(level < 0, 128);
        nodes = &bands[band][usize::from(amount.min(2))];
        if place < 16 {
            writer.put(place < end, nodes[0]);
        }
    }
    true
}

/// Writes an amount that is not zero.
#[inline(always)]
fn write_amount(writer: &mut BoolWriter, nodes: &[u8; 11], amount: u16) {
    if !writer.put(amount > 1, nodes[2]) {
        return;
    }
    if !writer.put(amount > 4, nodes[3]) {
        if writer.put(amount != 2, nodes[4]) {
            writer.put(amount == 4, nodes[5]);
        }
    } else if !writer.put(amount > 10, nodes[6]) {
        if writer.put(amount > 6, nodes[7]) {
            writer.put(amount >= 9, 165);
            writer.put(amount.is_multiple_of(2), 145);
        } else {
            writer.put(amount == 6, 159);
        }
    } else {
        write_long(writer, nodes, amount);
    }
}

/// Writes an amount of 11 or more.
fn write_long(writer: &mut BoolWriter, nodes: &[u8; 11], amount: u16) {
    let category = if !writer.put(amount > 34, nodes[8]) {
        usize::from(writer.put(amount > 18, nodes[9]))
    } else {
        2 + usize::from(writer.put(amount > 66, nodes[10]))
    };
    let (base, extra) = LONG_LEVELS[category];
    let rest = amount - base;
    for (i, &probability) in extra.iter().enumerate() {
        writer.put(rest >> (extra.len() - 1 - i) & 1 != 0, probability);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image_webp::WebPDecoder;

    use super::WAITING;

    /// A picture whose coefficients are too many to wait is decoded as well as any other.
    #[test]
    fn many_coefficients() {
        let sample = |i: u32| (i.wrapping_mul(0x9e37_79b1) >> 13) as u8 / 2 + 64;
        let pixels: Vec<u8> = (0..200 * 150).flat_map(|i| [sample(i); 3]).collect();
        let file = crate::encode_rgb(200, 150, &pixels, &crate::Options { quality: 95.0 })
            .expect("it can be encoded");
        assert!(file.len() > 2 * WAITING, "{}", file.len());
        let mut decoded = vec![0; pixels.len()];
        let mut decoder = WebPDecoder::new(Cursor::new(file)).expect("it is a file");
        decoder.read_image(&mut decoded).expect("it is decoded");
        let errors = pixels
            .iter()
            .zip(&decoded)
            .map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2));
        let mean = errors.sum::<u64>() / pixels.len() as u64;
        assert!(mean < 40, "{mean}");
    }
}
