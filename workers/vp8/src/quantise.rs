//! Quantisation of coefficients.

use crate::{
    simd::{I16x8, I32x4},
    transform::Rows,
};

/// The highest level that the token tree can code (RFC 6386, section 13.2).
pub const MAX_LEVEL: i16 = 2047;

/// Bits of the fraction by which a step is inverted.
const FRACTION: u32 = 17;

/// Levels of a block in the order of coding.
#[derive(Clone, Copy, Default)]
pub struct Levels {
    /// The levels.
    pub values: [i16; 16],
    /// A bit for each level that is not zero.
    pub nonzero: u32,
}

impl Levels {
    /// Whether there is anything to code.
    #[inline(always)]
    pub fn any(&self) -> bool {
        self.nonzero != 0
    }

    /// One more than the place of the last level that is not zero.
    #[inline(always)]
    pub fn end(&self) -> usize {
        (32 - self.nonzero.leading_zeros()) as usize
    }

    /// How many levels but the first are not zero.
    #[inline(always)]
    pub fn alternating(&self) -> u32 {
        (self.nonzero & !1).count_ones()
    }
}

/// How coefficients of one kind are quantised; arrays are in the order of rows.
#[derive(Clone)]
pub struct Matrix {
    /// Steps.
    pub steps: [[i16; 8]; 2],
    /// What is added to amounts so that high frequencies keep a little more.
    pub sharpen: [[i16; 8]; 2],
    inverse: [[i16; 8]; 2],
    dc_bias: i32,
    ac_bias: i32,
}

/// How much high frequencies are raised (libwebp's `kFreqSharpening`), in 1/2048 of the step.
const SHARPENING: [u16; 16] = [
    0, 30, 60, 90, 30, 60, 90, 90, 60, 90, 90, 90, 90, 90, 90, 90,
];

impl Matrix {
    /// From the steps of the first and of all other coefficients, and what is added before rounding
    /// down, in 1/256 of a step.
    pub fn new(steps: [u16; 2], bias: [u16; 2], sharpen: bool) -> Self {
        let of = |i: usize| steps[usize::from(i > 0)];
        let halves = |value: &dyn Fn(usize) -> u32| {
            [
                std::array::from_fn(|i| value(i) as u16 as i16),
                std::array::from_fn(|i| value(i + 8) as u16 as i16),
            ]
        };
        let shift = FRACTION - 8;
        Self {
            steps: halves(&|i| u32::from(of(i))),
            sharpen: halves(&|i| {
                if sharpen {
                    (u32::from(SHARPENING[i]) * u32::from(of(i))) >> 11
                } else {
                    0
                }
            }),
            inverse: halves(&|i| (1 << FRACTION) / u32::from(of(i))),
            dc_bias: i32::from(bias[0]) << shift,
            ac_bias: i32::from(bias[1]) << shift,
        }
    }

    /// The mean step.
    pub fn mean_step(&self) -> i32 {
        let sum: i32 = self
            .steps
            .iter()
            .flatten()
            .map(|&step| i32::from(step))
            .sum();
        (sum + 8) >> 4
    }

    /// Step of the first coefficient.
    pub fn dc_step(&self) -> i32 {
        i32::from(self.steps[0][0])
    }

    /// Step of every other coefficient.
    pub fn ac_step(&self) -> i32 {
        i32::from(self.steps[0][1])
    }

    /// What the amount of a first coefficient becomes, quantised and taken back.
    pub fn round_dc(&self, amount: i32) -> i32 {
        let inverse = i32::from(self.inverse[0][0] as u16);
        ((amount * inverse + self.dc_bias) >> FRACTION) * self.dc_step()
    }

    /// The levels of a block, and what a decoder takes them for.
    #[inline(always)]
    pub fn quantise(&self, (upper, lower): Rows) -> (Levels, Rows) {
        let upper_levels = self.half(upper, 0, self.dc_bias);
        let lower_levels = self.half(lower, 1, self.ac_bias);
        let mut levels = Levels::default();
        let (first, last) = I16x8::zigzag(upper_levels, lower_levels);
        levels.nonzero = first.nonzero_bits() | last.nonzero_bits() << 8;
        let [a, b] = split(&mut levels.values);
        first.store(a);
        last.store(b);
        (levels, self.restore(upper_levels, lower_levels))
    }

    /// What a decoder takes levels for, given by rows.
    #[inline(always)]
    fn restore(&self, upper: I16x8, lower: I16x8) -> Rows {
        (
            upper.times(I16x8::load(&self.steps[0])),
            lower.times(I16x8::load(&self.steps[1])),
        )
    }

    /// The levels of half a block, by rows.
    #[inline(always)]
    fn half(&self, coefficients: I16x8, half: usize, first_bias: i32) -> I16x8 {
        let amounts = coefficients
            .magnitude()
            .plus(I16x8::load(&self.sharpen[half]));
        let (low, high) = amounts.wide_times(I16x8::load(&self.inverse[half]));
        let low = low.plus(I32x4::first_and_rest(first_bias, self.ac_bias));
        let high = high.plus(I32x4::splat(self.ac_bias));
        I32x4::narrow(
            low.shift_right::<FRACTION>(),
            high.shift_right::<FRACTION>(),
        )
        .least(I16x8::splat(MAX_LEVEL))
        .with_sign_of(coefficients)
    }
}

/// Both halves of sixteen values.
#[inline(always)]
pub fn split(values: &mut [i16; 16]) -> [&mut [i16; 8]; 2] {
    let (first, last) = values.split_at_mut(8);
    match (first.try_into(), last.try_into()) {
        (Ok(first), Ok(last)) => [first, last],
        _ => unreachable!("sixteen values are twice eight"),
    }
}
