//! From coefficients to samples, at full size or at a half, a quarter or an eighth of it.
//!
//! The transforms of 4, 2 and 1 samples use the lowest coefficients alone, so that the rest need not
//! be kept. Floating point: as exact as 8 bits can show, and four numbers at a time where there are
//! vectors.

use std::array::from_fn;
use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

use crate::lanes::{Eight, Four};

/// What the samples are centred around.
const MIDDLE: f32 = 128.0;

/// Numbers of the 8-point transform of Arai, Agui and Nakajima.
const SQRT_2_SINGLE: f32 = std::f32::consts::SQRT_2;
const C2_TWICE: f32 = 1.847_759;
const C2_MINUS_C6_TWICE: f32 = 1.082_392_2;
const C2_PLUS_C6_TWICE: f32 = 2.613_126;

/// Numbers of the 4-point transform.
const COS_PI_8: f32 = 0.923_879_5;
const SIN_PI_8: f32 = 0.382_683_43;

/// Factors that the coefficients of a block are multiplied with, for blocks of `size` samples:
/// quantisation and everything that the transform leaves out.
pub(super) fn factors(quantisation: &[u16; 64], size: usize) -> Vec<f32> {
    let mut factors = Vec::with_capacity(size * size);
    for row in 0..size {
        for column in 0..size {
            let step = quantisation.get(row * 8 + column).copied().unwrap_or(1);
            let scale = axis(row, size) * axis(column, size);
            factors.push((f64::from(step) * scale) as f32);
        }
    }
    factors
}

/// The factor of one axis. The transform of JPEG has 1/√8 before the constant and 1/2 before the
/// others; of the shorter ones only the lowest coefficients are left.
fn axis(index: usize, size: usize) -> f64 {
    let angle = index as f64 * std::f64::consts::PI / 16.0;
    let constant = 1.0 / 8.0_f64.sqrt();
    match (size, index) {
        (_, 0) => constant,
        (8, _) => constant * SQRT_2 * angle.cos(),
        // 1/2, and √(size/8) for the shorter transform, whose own factor is √(2/size).
        (4, 2) => 0.5 * FRAC_1_SQRT_2,
        (4, _) => 0.5,
        _ => 0.5 * FRAC_1_SQRT_2,
    }
}

/// Transforms the block of `size` × `size` coefficients into `output`, whose rows are `stride`
/// apart.
pub(super) fn transform(
    size: usize,
    block: &[i16],
    factors: &[f32],
    output: &mut [u8],
    stride: usize,
) {
    match size {
        8 => eight(block, factors, output, stride),
        4 => four(block, factors, output, stride),
        2 => two(block, factors, output, stride),
        _ => constant(1, block, factors, output, stride),
    }
}

/// Likewise for a block of which only the first coefficient is not zero.
pub(super) fn constant(
    size: usize,
    block: &[i16],
    factors: &[f32],
    output: &mut [u8],
    stride: usize,
) {
    let (Some(coefficient), Some(factor)) = (block.first(), factors.first()) else {
        return;
    };
    let sample = round(f32::from(*coefficient) * factor);
    for row in output.chunks_mut(stride).take(size) {
        if let Some(row) = row.get_mut(..size) {
            row.fill(sample);
        }
    }
}

#[inline(always)]
fn round(value: f32) -> u8 {
    (value + (MIDDLE + 0.5)) as u8
}

fn eight(block: &[i16], factors: &[f32], output: &mut [u8], stride: usize) {
    let (Some(block), Some(factors)) = (block.first_chunk::<64>(), factors.first_chunk::<64>())
    else {
        return;
    };
    let (block, factors) = (block.as_chunks::<8>().0, factors.as_chunks::<8>().0);
    let rows = from_fn(|row| Eight::of_i16(&block[row]) * Eight::load(&factors[row]));
    let rows = Eight::transposed(pass(Eight::transposed(pass(rows))));
    for (place, row) in output.chunks_mut(stride).zip(rows) {
        if let Some(place) = place.first_chunk_mut() {
            *place = (row + (MIDDLE + 0.5)).to_u8();
        }
    }
}

/// One 8-point transform per lane, down the rows.
#[inline(always)]
fn pass(rows: [Eight; 8]) -> [Eight; 8] {
    let [r0, r1, r2, r3, r4, r5, r6, r7] = rows;
    let (sum, difference) = (r0 + r4, r0 - r4);
    let pair = r2 + r6;
    let rest = (r2 - r6) * SQRT_2_SINGLE - pair;
    let even = [sum + pair, difference + rest, difference - rest, sum - pair];

    let (high, low) = (r5 + r3, r5 - r3);
    let (outer, inner) = (r1 + r7, r1 - r7);
    let seven = outer + high;
    let five = (low + inner) * C2_TWICE;
    let six = five - low * C2_PLUS_C6_TWICE - seven;
    let middle = (outer - high) * SQRT_2_SINGLE - six;
    let four = five - inner * C2_MINUS_C6_TWICE - middle;
    let odd = [seven, six, middle, four];

    from_fn(|row| match row {
        0..4 => even[row] + odd[row],
        _ => even[7 - row] - odd[7 - row],
    })
}

fn four(block: &[i16], factors: &[f32], output: &mut [u8], stride: usize) {
    let (Some(block), Some(factors)) = (block.first_chunk::<16>(), factors.first_chunk::<16>())
    else {
        return;
    };
    let (block, factors) = (block.as_chunks::<4>().0, factors.as_chunks::<4>().0);
    let rows = from_fn(|row| Four::of_four_i16(&block[row]) * Four::load(&factors[row]));
    let rows = Four::transposed(pass_of_four(Four::transposed(pass_of_four(rows))));
    let middle = Four::splat(MIDDLE + 0.5);
    let [a, b, c, d] = rows.map(|row| row + middle);
    let (upper, lower) = (Four::to_u8(a, b), Four::to_u8(c, d));
    let samples = upper
        .as_chunks::<4>()
        .0
        .iter()
        .chain(lower.as_chunks::<4>().0);
    for (place, row) in output.chunks_mut(stride).zip(samples) {
        if let Some(place) = place.first_chunk_mut() {
            *place = *row;
        }
    }
}

/// One 4-point transform per lane, down the rows.
#[inline(always)]
fn pass_of_four(rows: [Four; 4]) -> [Four; 4] {
    let (cos, sin) = (Four::splat(COS_PI_8), Four::splat(SIN_PI_8));
    let [r0, r1, r2, r3] = rows;
    let (sum, difference) = (r0 + r2, r0 - r2);
    let (wide, narrow) = (r1 * cos + r3 * sin, r1 * sin - r3 * cos);
    [
        sum + wide,
        difference + narrow,
        difference - narrow,
        sum - wide,
    ]
}

fn two(block: &[i16], factors: &[f32], output: &mut [u8], stride: usize) {
    let (Some(block), Some(factors)) = (block.first_chunk::<4>(), factors.first_chunk::<4>())
    else {
        return;
    };
    let [a, b, c, d] = from_fn(|index| f32::from(block[index]) * factors[index]);
    let rows = [
        [a + b + c + d, a - b + c - d],
        [a + b - c - d, a - b - c + d],
    ];
    for (place, row) in output.chunks_mut(stride).zip(rows) {
        if let Some(place) = place.first_chunk_mut() {
            *place = row.map(round);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// T.81 A.3.3 as it stands there.
    fn reference(block: &[i16; 64], size: usize) -> Vec<f64> {
        let scale = |index: usize| if index == 0 { FRAC_1_SQRT_2 } else { 1.0 };
        let cosine = |at: usize, index: usize| {
            ((2 * at + 1) as f64 * index as f64 * PI / (2 * size) as f64).cos()
        };
        let sample = |y: usize, x: usize| {
            let mut sum = 0.0;
            for v in 0..size {
                for u in 0..size {
                    let coefficient = f64::from(block[v * 8 + u]);
                    sum += scale(u) * scale(v) * coefficient * cosine(x, u) * cosine(y, v);
                }
            }
            (sum / 4.0 + 128.0).clamp(0.0, 255.0)
        };
        (0..size * size)
            .map(|at| sample(at / size, at % size))
            .collect()
    }

    #[test]
    fn every_size_is_what_the_standard_says() {
        let mut random = 1_u32;
        for _ in 0..50 {
            let block: [i16; 64] = std::array::from_fn(|_| {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                ((random >> 24) as i16 - 128) / 2
            });
            for size in [1, 2, 4, 8] {
                let kept: Vec<i16> = (0..size * size)
                    .map(|at| block[at / size * 8 + at % size])
                    .collect();
                let mut output = vec![0; size * size];
                transform(size, &kept, &factors(&[1; 64], size), &mut output, size);
                for (found, expected) in output.iter().zip(reference(&block, size)) {
                    assert!(
                        (f64::from(*found) - expected).abs() < 0.51,
                        "{size}: {found} {expected}"
                    );
                }
            }
        }
    }
}
