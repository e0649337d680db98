//! The kernels once more, value by value as the format's specification and libwebp write them: the
//! vectors have to come to the same.

use proptest::prelude::*;

use crate::{
    distortion,
    predict4::{self, Edge},
    quantise::Matrix,
    simd::I16x8,
    tables::modes::BLOCK_MODES,
    transform::{Block, Rows, forward, inverse, rows},
};

/// Place in the block of each coefficient in the order of coding (RFC 6386, section 13).
const ZIGZAG: [usize; 16] = [0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15];

fn values((upper, lower): Rows) -> [i16; 16] {
    let mut values = [0; 16];
    let [first, last] = crate::quantise::split(&mut values);
    upper.store(first);
    lower.store(last);
    values
}

fn vectors(values: &[i16; 16]) -> Rows {
    let half = |from: usize| I16x8::load(&std::array::from_fn(|i| values[from + i]));
    (half(0), half(8))
}

fn forward_reference(source: &Block, prediction: &Block) -> [i16; 16] {
    let mut rows = [0; 16];
    for i in 0..4 {
        let d = |x: usize| i32::from(source[4 * i + x]) - i32::from(prediction[4 * i + x]);
        let (a0, a1, a2, a3) = (d(0) + d(3), d(1) + d(2), d(1) - d(2), d(0) - d(3));
        rows[4 * i] = (a0 + a1) * 8;
        rows[4 * i + 1] = (a2 * 2217 + a3 * 5352 + 1812) >> 9;
        rows[4 * i + 2] = (a0 - a1) * 8;
        rows[4 * i + 3] = (a3 * 2217 - a2 * 5352 + 937) >> 9;
    }
    let mut output = [0; 16];
    for i in 0..4 {
        let r = |y: usize| rows[4 * y + i];
        let (a0, a1, a2, a3) = (r(0) + r(3), r(1) + r(2), r(1) - r(2), r(0) - r(3));
        output[i] = ((a0 + a1 + 7) >> 4) as i16;
        output[4 + i] = (((a2 * 2217 + a3 * 5352 + 12000) >> 16) + i32::from(a3 != 0)) as i16;
        output[8 + i] = ((a0 - a1 + 7) >> 4) as i16;
        output[12 + i] = ((a3 * 2217 - a2 * 5352 + 51000) >> 16) as i16;
    }
    output
}

/// RFC 6386, section 14.4.
fn inverse_reference(input: &[i16; 16], prediction: &Block) -> Block {
    let pass = |i0: i32, i1: i32, i2: i32, i3: i32| {
        let sine = |x: i32| (x * 35468) >> 16;
        let cosine = |x: i32| x + ((x * 20091) >> 16);
        let (a, b) = (i0 + i2, i0 - i2);
        let (c, d) = (sine(i1) - cosine(i3), cosine(i1) + sine(i3));
        [a + d, b + c, b - c, a - d]
    };
    let mut columns = [[0; 4]; 4];
    for (i, column) in columns.iter_mut().enumerate() {
        let at = |y: usize| i32::from(input[4 * y + i]);
        *column = pass(at(0), at(1), at(2), at(3));
    }
    let mut output = [0; 16];
    for y in 0..4 {
        let row = pass(columns[0][y], columns[1][y], columns[2][y], columns[3][y]);
        for x in 0..4 {
            let value = i32::from(prediction[4 * y + x]) + ((row[x] + 4) >> 3);
            output[4 * y + x] = value.clamp(0, 255) as u8;
        }
    }
    output
}

/// The levels in the order of coding, and what they stand for.
fn quantise_reference(
    input: &[i16; 16],
    steps: [u16; 2],
    bias: [u16; 2],
) -> ([i16; 16], [i16; 16]) {
    let (mut levels, mut restored) = ([0; 16], [0; 16]);
    for (level, place) in levels.iter_mut().zip(ZIGZAG) {
        let kind = usize::from(place > 0);
        let step = i32::from(steps[kind]);
        let amount = i32::from(input[place]).abs() * ((1 << 17) / step);
        let rounded = ((amount + (i32::from(bias[kind]) << 9)) >> 17).min(2047);
        *level = (rounded * i32::from(input[place]).signum()) as i16;
        restored[place] = i32::from(*level).wrapping_mul(step) as i16;
    }
    (levels, restored)
}

/// RFC 6386, section 12.3.
fn predict_reference(edge: &Edge, mode: usize) -> Block {
    // From L (0) over X (4) to H (12).
    let e = |i: usize| u32::from(edge[i + 1]);
    let two = |i: usize| (e(i) + e(i + 1) + 1) >> 1;
    let three = |i: usize| (e(i - 1) + 2 * e(i) + e(i + 1) + 2) >> 2;
    let at = |x: usize, y: usize| -> u32 {
        match mode {
            0 => ((0..4).chain(5..9).map(e).sum::<u32>() + 4) >> 3,
            1 => (e(5 + x) as i32 + e(3 - y) as i32 - e(4) as i32).clamp(0, 255) as u32,
            2 => three(5 + x),
            3 if y == 3 => (e(1) + 3 * e(0) + 2) >> 2,
            3 => three(3 - y),
            4 if x + y == 6 => (e(11) + 3 * e(12) + 2) >> 2,
            4 => three(6 + x + y),
            5 => three(4 + x - y),
            6 => match (x, y) {
                (0, 2) => three(3),
                (0, 3) => three(2),
                _ if y.is_multiple_of(2) => two(4 + x - y / 2),
                _ => three(4 + x - y / 2),
            },
            7 => match (x, y) {
                (3, 2) => three(10),
                (3, 3) => three(11),
                _ if y.is_multiple_of(2) => two(5 + x + y / 2),
                _ => three(6 + x + y / 2),
            },
            8 => match (x, y) {
                (0, _) => two(3 - y),
                (1, _) => three(4 - y),
                (2, 0) => three(5),
                (3, 0) => three(6),
                (2, _) => two(4 - y),
                _ => three(5 - y),
            },
            _ => match x + 2 * y {
                5 => (e(1) + 3 * e(0) + 2) >> 2,
                6.. => e(0),
                n if n % 2 == 0 => two(2 - n / 2),
                n => three(2 - n / 2),
            },
        }
    };
    std::array::from_fn(|i| at(i % 4, i / 4) as u8)
}

/// The sum of the amounts of the Hadamard transform, weighted.
fn hadamard_reference(samples: &[i32; 16], weights: &[i32; 16]) -> i32 {
    let sign =
        |a: usize, b: usize| [[1, 1, 1, 1], [1, 1, -1, -1], [1, -1, -1, 1], [1, -1, 1, -1]][a][b];
    let frequency = |u: usize, v: usize| -> i32 {
        (0..16)
            .map(|i| samples[i] * sign(u, i / 4) * sign(v, i % 4))
            .sum()
    };
    (0..16)
        .map(|i| weights[i] * frequency(i / 4, i % 4).abs())
        .sum()
}

const WEIGHTS: [i32; 16] = [38, 32, 20, 9, 32, 28, 17, 7, 20, 17, 10, 4, 9, 7, 4, 2];

proptest! {
    #[test]
    fn transforms(source: Block, prediction: Block, shift in 0..6_u32) {
        let source = source.map(|value| value >> shift);
        let coefficients = values(forward(rows(&source), rows(&prediction)));
        prop_assert_eq!(coefficients, forward_reference(&source, &prediction));
        let mut output = [0; 16];
        inverse(vectors(&coefficients), rows(&prediction)).store(&mut output);
        prop_assert_eq!(output, inverse_reference(&coefficients, &prediction));
    }

    #[test]
    fn quantisation(input in prop::array::uniform16(-2100..2100_i16), index in 0..128_usize) {
        let steps = [crate::tables::DC_STEPS[index], crate::tables::AC_STEPS[index]];
        let bias = [96, 110];
        let matrix = Matrix::new(steps, bias, false);
        let (levels, restored) = matrix.quantise(vectors(&input));
        let (expected, stands_for) = quantise_reference(&input, steps, bias);
        prop_assert_eq!(levels.values, expected);
        prop_assert_eq!(values(restored), stands_for);
        let last = expected.iter().rposition(|&level| level != 0);
        prop_assert_eq!(levels.end(), last.map_or(0, |last| last + 1));
        prop_assert_eq!(levels.nonzero.count_ones() as usize, expected.iter().filter(|&&level| level != 0).count());
    }

    #[test]
    fn predictions(left: [u8; 4], corner: u8, top: [u8; 8]) {
        let edge = predict4::edge(left, corner, top);
        let mut predictions = [[0; 16]; BLOCK_MODES];
        predict4::predict(&edge, &mut predictions);
        for (mode, prediction) in predictions.iter().enumerate() {
            prop_assert_eq!(*prediction, predict_reference(&edge, mode), "mode {}", mode);
        }
    }

    #[test]
    fn distortions(a: Block, b: Block) {
        let squares = a.iter().zip(&b).map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2));
        prop_assert_eq!(distortion::squared(rows(&a), rows(&b)), squares.sum::<u32>());
        let texture = hadamard_reference(&a.map(i32::from), &WEIGHTS);
        prop_assert_eq!(distortion::texture(rows(&a)), texture);
        let error = std::array::from_fn(|i| i32::from(a[i]) - i32::from(b[i]));
        let transformed = hadamard_reference(&error, &[1; 16]);
        prop_assert_eq!(distortion::transformed(rows(&a), rows(&b)), transformed as u32);
    }
}
