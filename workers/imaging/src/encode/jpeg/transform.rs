//! From samples to quantised coefficients.

use super::Block;
use crate::jpeg::NATURAL;

/// What a coefficient has to be multiplied with to be quantised, in rows of eight: the table's step,
/// and everything that the transform leaves out.
pub(super) fn factors(table: &[u8; 64]) -> [f32; 64] {
    std::array::from_fn(|index| {
        let (row, column) = (index / 8, index % 8);
        (1.0 / (f64::from(table[index]) * scale(row) * scale(column) * 8.0)) as f32
    })
}

/// Arai, Agui and Nakajima's transform leaves this out.
fn scale(index: usize) -> f64 {
    match index {
        0 => 1.0,
        _ => std::f64::consts::SQRT_2 * (index as f64 * std::f64::consts::PI / 16.0).cos(),
    }
}

/// The block of 8 × 8 samples, whose rows are `stride` apart.
pub(super) fn quantised(samples: &[u8], stride: usize, factors: &[f32; 64]) -> Block {
    let mut rows = [[0.0; 8]; 8];
    for (row, samples) in rows.iter_mut().zip(samples.chunks(stride)) {
        if let Some(samples) = samples.first_chunk::<8>() {
            *row = samples.map(|sample| f32::from(sample) - 128.0);
        }
    }
    let columns = pass(&rows);
    let rows = pass(&transpose(&columns));
    let mut natural = [0_i16; 64];
    let rows = transpose(&rows);
    let (places, _) = natural.as_chunks_mut::<8>();
    let (factors, _) = factors.as_chunks::<8>();
    for ((places, row), factors) in places.iter_mut().zip(&rows).zip(factors) {
        for index in 0..8 {
            places[index] = (row[index] * factors[index]).round_ties_even() as i16;
        }
    }
    std::array::from_fn(|index| natural[usize::from(NATURAL[index])])
}

#[inline(always)]
fn transpose(rows: &[[f32; 8]; 8]) -> [[f32; 8]; 8] {
    std::array::from_fn(|row| std::array::from_fn(|column| rows[column][row]))
}

/// One 8-point transform per lane, down the rows.
#[inline(always)]
fn pass(rows: &[[f32; 8]; 8]) -> [[f32; 8]; 8] {
    const HALF: f32 = std::f32::consts::FRAC_1_SQRT_2;
    const C6: f32 = 0.382_683_43;
    const C2_MINUS_C6: f32 = 0.541_196_1;
    const C2_PLUS_C6: f32 = 1.306_563;
    let mut output = [[0.0; 8]; 8];
    for lane in 0..8 {
        let at = |row: usize| rows[row][lane];
        let sum = |row: usize| at(row) + at(7 - row);
        let difference = |row: usize| at(row) - at(7 - row);

        let (outer, inner) = (sum(0) + sum(3), sum(1) + sum(2));
        let (low, high) = (sum(0) - sum(3), sum(1) - sum(2));
        output[0][lane] = outer + inner;
        output[4][lane] = outer - inner;
        let turned = (high + low) * HALF;
        output[2][lane] = low + turned;
        output[6][lane] = low - turned;

        let (a, b, c) = (
            difference(3) + difference(2),
            difference(2) + difference(1),
            difference(1) + difference(0),
        );
        let shared = (a - c) * C6;
        let (two, four) = (a * C2_MINUS_C6 + shared, c * C2_PLUS_C6 + shared);
        let three = b * HALF;
        let (upper, lower) = (difference(0) + three, difference(0) - three);
        output[5][lane] = lower + two;
        output[3][lane] = lower - two;
        output[1][lane] = upper + four;
        output[7][lane] = upper - four;
    }
    output
}
