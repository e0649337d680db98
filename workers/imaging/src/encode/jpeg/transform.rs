//! From samples to quantised coefficients.

use std::array::from_fn;

use crate::lanes::{Eight, nonzero};

/// The coefficients of a block, quantised.
pub(super) struct Block {
    /// In rows of eight.
    pub natural: [i16; 64],
    /// One bit for each that is not zero, the first one lowest.
    pub nonzero: u64,
}

/// What a coefficient has to be multiplied with to be quantised, in rows of eight: the table's step,
/// and everything that the transform leaves out.
pub(super) fn factors(table: &[u8; 64]) -> [f32; 64] {
    from_fn(|index| {
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
#[inline]
pub(super) fn quantised(samples: &[u8], stride: usize, factors: &[f32; 64]) -> Block {
    let mut lines = samples.chunks(stride);
    let rows = from_fn(|_| {
        let line = lines.next().and_then(<[u8]>::first_chunk);
        Eight::of_u8(line.unwrap_or(&[128; 8])) + -128.0
    });
    let rows = Eight::transposed(pass(Eight::transposed(pass(rows))));
    let mut block = Block {
        natural: [0; 64],
        nonzero: 0,
    };
    let (places, _) = block.natural.as_chunks_mut::<8>();
    let (factors, _) = factors.as_chunks::<8>();
    for (index, (place, row)) in places.iter_mut().zip(rows).enumerate() {
        *place = (row * Eight::load(&factors[index])).to_i16();
        block.nonzero |= u64::from(nonzero(place)) << (8 * index);
    }
    block
}

/// One 8-point transform per lane, down the rows.
#[inline(always)]
fn pass(rows: [Eight; 8]) -> [Eight; 8] {
    const HALF: f32 = std::f32::consts::FRAC_1_SQRT_2;
    const C6: f32 = 0.382_683_43;
    const C2_MINUS_C6: f32 = 0.541_196_1;
    const C2_PLUS_C6: f32 = 1.306_563;
    let [r0, r1, r2, r3, r4, r5, r6, r7] = rows;
    let [s0, s1, s2, s3] = [r0 + r7, r1 + r6, r2 + r5, r3 + r4];
    let [d0, d1, d2, d3] = [r0 - r7, r1 - r6, r2 - r5, r3 - r4];

    let (outer, inner) = (s0 + s3, s1 + s2);
    let (low, high) = (s0 - s3, s1 - s2);
    let turned = (high + low) * HALF;

    let (a, b, c) = (d3 + d2, d2 + d1, d1 + d0);
    let shared = (a - c) * C6;
    let (two, four) = (a * C2_MINUS_C6 + shared, c * C2_PLUS_C6 + shared);
    let three = b * HALF;
    let (upper, lower) = (d0 + three, d0 - three);
    [
        outer + inner,
        upper + four,
        low + turned,
        lower - two,
        outer - inner,
        lower + two,
        low - turned,
        upper - four,
    ]
}
