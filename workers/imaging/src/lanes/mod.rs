//! Several numbers at a time: what transforms and filters are written in.
//!
//! There are two implementations with the same results: WebAssembly's `simd128`, whose intrinsics
//! are safe there, and arrays, which any other target's compiler turns into vectors as well as it
//! can.

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod portable;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(crate) use portable::{Four, nonzero};

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) use simd128::{Four, nonzero};

use std::ops::{Add, Mul, Sub};

/// Eight numbers.
#[derive(Clone, Copy)]
pub(crate) struct Eight(Four, Four);

impl Eight {
    /// From coefficients.
    #[inline(always)]
    pub fn of_i16(numbers: &[i16; 8]) -> Self {
        let (low, high) = Four::of_i16(numbers);
        Self(low, high)
    }

    /// From samples.
    #[inline(always)]
    pub fn of_u8(samples: &[u8; 8]) -> Self {
        Self::of_i16(&samples.map(i16::from))
    }

    /// From memory.
    #[inline(always)]
    pub fn load(numbers: &[f32; 8]) -> Self {
        let [a, b, c, d, e, f, g, h] = *numbers;
        Self(Four::load(&[a, b, c, d]), Four::load(&[e, f, g, h]))
    }

    /// Rounded down, kept within 0 to 255.
    #[inline(always)]
    pub fn to_u8(self) -> [u8; 8] {
        Four::to_u8(self.0, self.1)
    }

    /// Rounded to the nearest, and to the even one of two.
    #[inline(always)]
    pub fn to_i16(self) -> [i16; 8] {
        Four::to_i16(self.0, self.1)
    }

    /// Rows become columns.
    #[inline(always)]
    pub fn transposed(rows: [Self; 8]) -> [Self; 8] {
        let [a, b, c, d, e, f, g, h] = rows;
        let [p, q, r, s] = Four::transposed([a.0, b.0, c.0, d.0]);
        let [t, u, v, w] = Four::transposed([e.0, f.0, g.0, h.0]);
        let [i, j, k, l] = Four::transposed([a.1, b.1, c.1, d.1]);
        let [m, n, o, z] = Four::transposed([e.1, f.1, g.1, h.1]);
        [
            Self(p, t),
            Self(q, u),
            Self(r, v),
            Self(s, w),
            Self(i, m),
            Self(j, n),
            Self(k, o),
            Self(l, z),
        ]
    }
}

impl Add for Eight {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0, self.1 + other.1)
    }
}

impl Sub for Eight {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0, self.1 - other.1)
    }
}

impl Mul for Eight {
    type Output = Self;

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(self.0 * other.0, self.1 * other.1)
    }
}

impl Mul<f32> for Eight {
    type Output = Self;

    #[inline(always)]
    fn mul(self, factor: f32) -> Self {
        let factor = Four::splat(factor);
        Self(self.0 * factor, self.1 * factor)
    }
}

impl Add<f32> for Eight {
    type Output = Self;

    #[inline(always)]
    fn add(self, number: f32) -> Self {
        let number = Four::splat(number);
        Self(self.0 + number, self.1 + number)
    }
}
