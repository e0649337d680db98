//! Vectors as WebAssembly has them.

use core::arch::wasm32 as wasm;
use std::ops::{Add, Mul, Sub};

use wasm::v128;

/// A bit for each number that is not zero, the first one lowest.
#[inline(always)]
pub(crate) fn nonzero(numbers: &[i16; 8]) -> u8 {
    let zero = wasm::i16x8_splat(0);
    wasm::i16x8_bitmask(wasm::i16x8_ne(bytemuck::cast(*numbers), zero))
}

/// Four numbers.
#[derive(Clone, Copy)]
pub(crate) struct Four(v128);

impl Four {
    /// The same number everywhere.
    #[inline(always)]
    pub fn splat(number: f32) -> Self {
        Self(wasm::f32x4_splat(number))
    }

    /// From memory.
    #[inline(always)]
    pub fn load(numbers: &[f32; 4]) -> Self {
        Self(bytemuck::cast(*numbers))
    }

    /// To memory.
    #[inline(always)]
    pub fn store(self) -> [f32; 4] {
        bytemuck::cast(self.0)
    }

    /// The first and the last four.
    #[inline(always)]
    pub fn of_i16(numbers: &[i16; 8]) -> (Self, Self) {
        let all: v128 = bytemuck::cast(*numbers);
        let (low, high) = (
            wasm::i32x4_extend_low_i16x8(all),
            wasm::i32x4_extend_high_i16x8(all),
        );
        let number = |four| Self(wasm::f32x4_convert_i32x4(four));
        (number(low), number(high))
    }

    /// From samples.
    #[inline(always)]
    pub fn of_bytes(samples: &[u8; 4]) -> Self {
        let bytes = wasm::u32x4_splat(u32::from_le_bytes(*samples));
        let words = wasm::u16x8_extend_low_u8x16(bytes);
        Self(wasm::f32x4_convert_u32x4(wasm::u32x4_extend_low_u16x8(
            words,
        )))
    }

    /// From sums of samples.
    #[inline(always)]
    pub fn of_words(sums: &[u16; 4]) -> Self {
        let words = wasm::u64x2_splat(bytemuck::cast(*sums));
        Self(wasm::f32x4_convert_u32x4(wasm::u32x4_extend_low_u16x8(
            words,
        )))
    }

    /// From coefficients.
    #[inline(always)]
    pub fn of_four_i16(numbers: &[i16; 4]) -> Self {
        let [a, b, c, d] = *numbers;
        Self::of_i16(&[a, b, c, d, 0, 0, 0, 0]).0
    }

    /// Rounded down, kept within 0 to 255.
    #[inline(always)]
    pub fn to_u8(low: Self, high: Self) -> [u8; 8] {
        let (low, high) = (
            wasm::i32x4_trunc_sat_f32x4(low.0),
            wasm::i32x4_trunc_sat_f32x4(high.0),
        );
        let words = wasm::i16x8_narrow_i32x4(low, high);
        let bytes = wasm::u8x16_narrow_i16x8(words, words);
        wasm::u64x2_extract_lane::<0>(bytes).to_le_bytes()
    }

    /// Rounded to the nearest, and to the even one of two.
    #[inline(always)]
    pub fn to_i16(low: Self, high: Self) -> [i16; 8] {
        let round = |four: Self| wasm::i32x4_trunc_sat_f32x4(wasm::f32x4_nearest(four.0));
        bytemuck::cast(wasm::i16x8_narrow_i32x4(round(low), round(high)))
    }

    /// The sum of all four.
    #[inline(always)]
    pub fn sum(self) -> f32 {
        let turned = wasm::i32x4_shuffle::<2, 3, 0, 1>(self.0, self.0);
        let pairs = wasm::f32x4_add(self.0, turned);
        wasm::f32x4_extract_lane::<0>(pairs) + wasm::f32x4_extract_lane::<1>(pairs)
    }

    /// Rows become columns.
    #[inline(always)]
    pub fn transposed(rows: [Self; 4]) -> [Self; 4] {
        let [a, b, c, d] = rows.map(|row| row.0);
        let (ab, cd) = (
            wasm::i32x4_shuffle::<0, 4, 1, 5>(a, b),
            wasm::i32x4_shuffle::<0, 4, 1, 5>(c, d),
        );
        let (ef, gh) = (
            wasm::i32x4_shuffle::<2, 6, 3, 7>(a, b),
            wasm::i32x4_shuffle::<2, 6, 3, 7>(c, d),
        );
        [
            Self(wasm::i64x2_shuffle::<0, 2>(ab, cd)),
            Self(wasm::i64x2_shuffle::<1, 3>(ab, cd)),
            Self(wasm::i64x2_shuffle::<0, 2>(ef, gh)),
            Self(wasm::i64x2_shuffle::<1, 3>(ef, gh)),
        ]
    }
}

impl Add for Four {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(wasm::f32x4_add(self.0, other.0))
    }
}

impl Sub for Four {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(wasm::f32x4_sub(self.0, other.0))
    }
}

impl Mul for Four {
    type Output = Self;

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(wasm::f32x4_mul(self.0, other.0))
    }
}
