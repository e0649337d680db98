//! Intra prediction of whole macroblocks (RFC 6386, section 12): four modes for luma and chroma, in
//! the order DC, true motion, vertical, horizontal.

use crate::{
    simd::{I16x8, U8x16},
    transform::{Block, Rows},
};

/// Number of modes.
pub const MODES: usize = 4;
/// The mean of the edges.
pub const DC: u8 = 0;
/// Differences carried on from the edges.
pub const TRUE_MOTION: u8 = 1;
/// The row above.
pub const VERTICAL: u8 = 2;

/// What lies around a square of `N` samples in one plane. Beyond the picture's edges stand the
/// values that a decoder puts there: 127 above, 129 to the left.
#[derive(Clone, Copy)]
pub struct Edges<const N: usize> {
    /// The row above.
    pub top: [u8; N],
    /// The column to the left, downwards.
    pub left: [u8; N],
    /// Where both meet.
    pub corner: u8,
    /// Whether there is a row above in the picture.
    pub has_top: bool,
    /// Whether there is a column to the left in the picture.
    pub has_left: bool,
}

impl<const N: usize> Edges<N> {
    /// The prediction of one mode, as 4x4 blocks from left to right and downwards.
    pub fn predict(&self, mode: u8, blocks: &mut [Block]) {
        match mode {
            DC => blocks.fill([self.mean(); 16]),
            TRUE_MOTION => self.true_motion(blocks),
            VERTICAL => self.each(blocks, |left, _| {
                let rows = repeat_rows(&self.top, left);
                (rows, rows)
            }),
            _ => self.each(blocks, |_, top| spread_columns(&self.left, top)),
        }
    }

    /// Fills blocks by the place of their first sample.
    #[inline(always)]
    fn each(&self, blocks: &mut [Block], rows: impl Fn(usize, usize) -> Rows) {
        let across = N / 4;
        for (index, block) in blocks.iter_mut().enumerate().take(across * across) {
            let (upper, lower) = rows(index % across * 4, index / across * 4);
            U8x16::narrow(upper, lower).store(block);
        }
    }

    fn mean(&self) -> u8 {
        let sum = |edge: &[u8; N]| edge.iter().map(|&value| u32::from(value)).sum::<u32>();
        let twice = match (self.has_top, self.has_left) {
            (true, true) => sum(&self.top) + sum(&self.left),
            (true, false) => 2 * sum(&self.top),
            (false, true) => 2 * sum(&self.left),
            (false, false) => return 128,
        };
        let count = N as u32;
        ((twice + count) / (2 * count)) as u8
    }

    /// With one edge missing, that edge and the corner have the same value, so that what remains is
    /// the other edge.
    fn true_motion(&self, blocks: &mut [Block]) {
        let corner = I16x8::splat(i16::from(self.corner));
        self.each(blocks, |left, top| {
            let above = repeat_rows(&self.top, left).minus(corner);
            let (upper, lower) = spread_columns(&self.left, top);
            (above.plus(upper), above.plus(lower))
        });
    }
}

/// Four samples of an edge, twice.
#[inline(always)]
fn repeat_rows<const N: usize>(edge: &[u8; N], from: usize) -> I16x8 {
    I16x8::load(&std::array::from_fn(|i| i16::from(edge[from + i % 4])))
}

/// Four samples of an edge, each four times.
#[inline(always)]
fn spread_columns<const N: usize>(edge: &[u8; N], from: usize) -> Rows {
    let spread = |from: usize| {
        I16x8::splat(i16::from(edge[from])).low_halves(I16x8::splat(i16::from(edge[from + 1])))
    };
    (spread(from), spread(from + 2))
}
