//! Vectors as arrays.

use std::array::from_fn;
use std::ops::{Add, Mul, Sub};

/// A bit for each number that is not zero, the first one lowest.
#[inline(always)]
pub(crate) fn nonzero(numbers: &[i16; 8]) -> u8 {
    let bits = numbers.iter().zip(0..);
    bits.fold(0, |bits, (number, place)| {
        bits | u8::from(*number != 0) << place
    })
}

/// Four numbers.
#[derive(Clone, Copy)]
pub(crate) struct Four([f32; 4]);

impl Four {
    /// The same number everywhere.
    #[inline(always)]
    pub fn splat(number: f32) -> Self {
        Self([number; 4])
    }

    /// From memory.
    #[inline(always)]
    pub fn load(numbers: &[f32; 4]) -> Self {
        Self(*numbers)
    }

    /// To memory.
    #[inline(always)]
    pub fn store(self) -> [f32; 4] {
        self.0
    }

    /// The first and the last four.
    #[inline(always)]
    pub fn of_i16(numbers: &[i16; 8]) -> (Self, Self) {
        let four = |start: usize| Self(from_fn(|lane| f32::from(numbers[start + lane])));
        (four(0), four(4))
    }

    /// From samples.
    #[inline(always)]
    pub fn of_bytes(samples: &[u8; 4]) -> Self {
        Self(samples.map(f32::from))
    }

    /// From sums of samples.
    #[inline(always)]
    pub fn of_words(sums: &[u16; 4]) -> Self {
        Self(sums.map(f32::from))
    }

    /// From coefficients.
    #[inline(always)]
    pub fn of_four_i16(numbers: &[i16; 4]) -> Self {
        Self(numbers.map(f32::from))
    }

    /// Rounded down, kept within 0 to 255.
    #[inline(always)]
    pub fn to_u8(low: Self, high: Self) -> [u8; 8] {
        from_fn(|lane| match lane {
            0..4 => low.0[lane] as u8,
            _ => high.0[lane - 4] as u8,
        })
    }

    /// Rounded to the nearest, and to the even one of two.
    #[inline(always)]
    pub fn to_i16(low: Self, high: Self) -> [i16; 8] {
        from_fn(|lane| match lane {
            0..4 => low.0[lane].round_ties_even() as i16,
            _ => high.0[lane - 4].round_ties_even() as i16,
        })
    }

    /// The sum of all four.
    #[inline(always)]
    pub fn sum(self) -> f32 {
        let [a, b, c, d] = self.0;
        (a + c) + (b + d)
    }

    /// Rows become columns.
    #[inline(always)]
    pub fn transposed(rows: [Self; 4]) -> [Self; 4] {
        from_fn(|row| Self(from_fn(|column| rows[column].0[row])))
    }
}

impl Add for Four {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane] + other.0[lane]))
    }
}

impl Sub for Four {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane] - other.0[lane]))
    }
}

impl Mul for Four {
    type Output = Self;

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane] * other.0[lane]))
    }
}
