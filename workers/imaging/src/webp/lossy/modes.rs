//! How each macroblock is predicted (RFC 6386, section 11).

use vp8::tables::modes::{BLOCK_PROBABILITIES, CHROMA_PROBABILITIES, LUMA_PROBABILITIES};

use super::boolean::Bits;
use super::header::Header;

/// How sixteen by sixteen or eight by eight samples are predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Mean,
    Vertical,
    Horizontal,
    Gradient,
}

/// How a macroblock is predicted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Modes {
    pub segment: usize,
    /// Whether it has no coefficients.
    pub skipped: bool,
    /// `None` if each block of luma has its own mode.
    pub luma: Option<Mode>,
    /// As the RFC counts them: mean, gradient, vertical, horizontal, then the six slanted ones.
    pub blocks: [u8; 16],
    pub chroma: Mode,
}

impl Modes {
    /// Reads the modes of a macroblock; `above` and `left` are the modes of the blocks there, which
    /// become those of this one.
    pub fn read(bits: &mut Bits, header: &Header, above: &mut [u8; 4], left: &mut [u8; 4]) -> Self {
        let segment = header
            .segment_tree
            .map_or(0, |[first, low, high]| match bits.bit(first) {
                false => usize::from(bits.bit(low)),
                true => 2 + usize::from(bits.bit(high)),
            });
        let skipped = header.skip.is_some_and(|probability| bits.bit(probability));
        let mut modes = Self {
            segment,
            skipped,
            luma: luma(bits),
            blocks: [0; 16],
            chroma: Mode::Mean,
        };
        match modes.luma {
            Some(mode) => {
                let block = match mode {
                    Mode::Mean => 0,
                    Mode::Gradient => 1,
                    Mode::Vertical => 2,
                    Mode::Horizontal => 3,
                };
                (*above, *left) = ([block; 4], [block; 4]);
            }
            None => {
                for (index, place) in modes.blocks.iter_mut().enumerate() {
                    let (column, row) = (index % 4, index / 4);
                    let mode = block(bits, above[column], left[row]);
                    (above[column], left[row], *place) = (mode, mode, mode);
                }
            }
        }
        modes.chroma = chroma(bits);
        modes
    }
}

fn luma(bits: &mut Bits) -> Option<Mode> {
    let [own, pair, first, second] = LUMA_PROBABILITIES;
    if !bits.bit(own) {
        return None;
    }
    Some(match bits.bit(pair) {
        false if bits.bit(first) => Mode::Vertical,
        false => Mode::Mean,
        true if bits.bit(second) => Mode::Gradient,
        true => Mode::Horizontal,
    })
}

fn chroma(bits: &mut Bits) -> Mode {
    let [first, second, third] = CHROMA_PROBABILITIES;
    if !bits.bit(first) {
        Mode::Mean
    } else if !bits.bit(second) {
        Mode::Vertical
    } else if !bits.bit(third) {
        Mode::Horizontal
    } else {
        Mode::Gradient
    }
}

/// The tree of section 11.2, in its own numbers: an even entry is the next node, an odd one a mode
/// times two plus one.
const TREE: [u8; 18] = [
    1, 2, 3, 4, 5, 6, 8, 12, 7, 10, 11, 13, 9, 14, 15, 16, 17, 19,
];

fn block(bits: &mut Bits, above: u8, left: u8) -> u8 {
    let probabilities = &BLOCK_PROBABILITIES[usize::from(above)][usize::from(left)];
    let mut node = 0_u8;
    loop {
        let branch = bits.bit(probabilities[usize::from(node / 2)]);
        node = TREE[usize::from(node) + usize::from(branch)];
        if node & 1 == 1 {
            return node / 2;
        }
    }
}
