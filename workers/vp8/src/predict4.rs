//! Intra prediction of 4x4 blocks of luma (RFC 6386, section 12.3): ten modes, in the RFC's order.
//!
//! All directional modes consist of means of two or three neighbours along the edge, which runs
//! from the lower left over the corner to the upper right.

use crate::{
    simd::{I16x8, U8x16},
    tables::modes::BLOCK_MODES,
    transform::Block,
};

/// The edge of a 4x4 block. The last sample is doubled at both ends, so that all means along the
/// edge are formed alike.
///
/// ```text
/// [ L, L, K, J, I, X, A, B, C, D, E, F, G, H, H, H ]
///
///   X | A B C D | E F G H
///  ---+---------+--------
///   I |
///   J |
///   K |
///   L |
/// ```
pub type Edge = [u8; 16];

/// Predictions of all modes.
pub type Predictions = [Block; BLOCK_MODES];

/// No sample.
const NO: u8 = 255;

/// The edge from its parts: four samples on the left, downwards; the corner; eight above.
#[inline(always)]
pub fn edge(left: [u8; 4], corner: u8, top: [u8; 8]) -> Edge {
    let [i, j, k, l] = left;
    let [a, b, c, d, e, f, g, h] = top;
    [l, l, k, j, i, corner, a, b, c, d, e, f, g, h, h, h]
}

/// The predictions of all modes.
#[inline(always)]
pub fn predict(edge: &Edge, predictions: &mut Predictions) {
    let [
        dc,
        true_motion,
        vertical,
        horizontal,
        down_left,
        down_right,
        others @ ..,
    ] = predictions;
    let [
        vertical_right,
        vertical_left,
        horizontal_down,
        horizontal_up,
    ] = others;
    let samples = U8x16::load(edge);
    let before = samples.pick(const { shifted_down() });
    let after = samples.pick(const { shifted_up() });
    // Means of a sample and the one after it, of a sample and those on both sides.
    let two = samples.average(after);
    let three = samples.average(before.floor_average(after));

    U8x16::splat(mean(edge)).store(dc);
    motion(edge, true_motion);
    three.pick(VERTICAL).store(vertical);
    three.pick(HORIZONTAL).store(horizontal);
    three.pick(DOWN_LEFT).store(down_left);
    three.pick(DOWN_RIGHT).store(down_right);
    let both = |(means, places): ([u8; 16], [u8; 16])| two.pick(means).or(three.pick(places));
    both(VERTICAL_RIGHT).store(vertical_right);
    both(VERTICAL_LEFT).store(vertical_left);
    both(HORIZONTAL_DOWN).store(horizontal_down);
    both(HORIZONTAL_UP).store(horizontal_up);
}

const fn shifted_up() -> [u8; 16] {
    let mut places = [15; 16];
    let mut i = 0;
    while i < 15 {
        places[i] = i as u8 + 1;
        i += 1;
    }
    places
}

const fn shifted_down() -> [u8; 16] {
    let mut places = [0; 16];
    let mut i = 1;
    while i < 16 {
        places[i] = i as u8 - 1;
        i += 1;
    }
    places
}

fn mean(edge: &Edge) -> u8 {
    let sum = |samples: &[u8]| samples.iter().map(|&sample| u32::from(sample)).sum::<u32>();
    ((sum(&edge[1..5]) + sum(&edge[6..10]) + 4) >> 3) as u8
}

#[inline(always)]
fn motion(edge: &Edge, block: &mut Block) {
    let value = |i: usize| i16::from(edge[i]);
    let above = I16x8::load(&std::array::from_fn(|i| value(6 + i % 4) - value(5)));
    let rows = |i: usize| I16x8::splat(value(i)).low_halves(I16x8::splat(value(i - 1)));
    U8x16::narrow(above.plus(rows(4)), above.plus(rows(2))).store(block);
}

// Places along the edge: L is 1, K 2, J 3, I 4, X 5, A 6 to H 13.

const VERTICAL: [u8; 16] = [6, 7, 8, 9, 6, 7, 8, 9, 6, 7, 8, 9, 6, 7, 8, 9];

/// Centres I, J, K, L; the last one has L again on its far side.
const HORIZONTAL: [u8; 16] = [4, 4, 4, 4, 3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1];

/// Centres B to H.
const DOWN_LEFT: [u8; 16] = [7, 8, 9, 10, 8, 9, 10, 11, 9, 10, 11, 12, 10, 11, 12, 13];

/// Centres from C down to K.
const DOWN_RIGHT: [u8; 16] = [5, 6, 7, 8, 4, 5, 6, 7, 3, 4, 5, 6, 2, 3, 4, 5];

const VERTICAL_RIGHT: ([u8; 16], [u8; 16]) = (
    [5, 6, 7, 8, NO, NO, NO, NO, NO, 5, 6, 7, NO, NO, NO, NO],
    [NO, NO, NO, NO, 5, 6, 7, 8, 4, NO, NO, NO, 3, 5, 6, 7],
);

const VERTICAL_LEFT: ([u8; 16], [u8; 16]) = (
    [6, 7, 8, 9, NO, NO, NO, NO, 7, 8, 9, NO, NO, NO, NO, NO],
    [NO, NO, NO, NO, 7, 8, 9, 10, NO, NO, NO, 11, 8, 9, 10, 12],
);

const HORIZONTAL_DOWN: ([u8; 16], [u8; 16]) = (
    [4, NO, NO, NO, 3, NO, 4, NO, 2, NO, 3, NO, 1, NO, 2, NO],
    [NO, 5, 6, 7, NO, 4, NO, 5, NO, 3, NO, 4, NO, 2, NO, 3],
);

/// The mean of L and L is L.
const HORIZONTAL_UP: ([u8; 16], [u8; 16]) = (
    [3, NO, 2, NO, 2, NO, 1, NO, 1, NO, 0, 0, 0, 0, 0, 0],
    [NO, 3, NO, 2, NO, 2, NO, 1, NO, 1, NO, NO, NO, NO, NO, NO],
);
