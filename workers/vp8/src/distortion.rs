//! How far a reconstruction is from its source.

use crate::{
    simd::{I16x8, I32x4},
    transform::{Rows, difference, hadamard},
};

/// How much each frequency of the Hadamard transform counts (libwebp's `kWeightY`), in the order
/// that [`hadamard`] gives.
const WEIGHTS: [[i16; 8]; 2] = [[38, 32, 9, 20, 32, 28, 7, 17], [9, 7, 2, 4, 20, 17, 4, 10]];

/// The squared error of a block.
#[inline(always)]
pub fn squared(a: Rows, b: Rows) -> u32 {
    let (upper, lower) = difference(a, b);
    upper.dot(upper).plus(lower.dot(lower)).sum() as u32
}

/// The texture of a block: its frequencies, weighted. The difference between two textures is a
/// measure of lost detail.
#[inline(always)]
pub fn texture(samples: Rows) -> i32 {
    let (upper, lower) = hadamard(samples);
    upper
        .magnitude()
        .dot(I16x8::load(&WEIGHTS[0]))
        .plus(lower.magnitude().dot(I16x8::load(&WEIGHTS[1])))
        .sum()
}

/// The difference of two textures, scaled to be added to squared errors once more scaled.
#[inline(always)]
pub fn texture_loss(source: i32, reconstruction: i32) -> u32 {
    source.abs_diff(reconstruction) >> 5
}
/// The sum of the absolute values of the Hadamard transform of a prediction's error: close to what
/// it costs to code it.
#[inline(always)]
pub fn transformed(a: Rows, b: Rows) -> u32 {
    let (upper, lower) = hadamard(difference(a, b));
    let one = I16x8::splat(1);
    let sums: I32x4 = upper.magnitude().dot(one).plus(lower.magnitude().dot(one));
    sums.sum() as u32
}
