//! Vectors as arrays.

use std::array::from_fn;

/// Sixteen bytes.
#[derive(Clone, Copy)]
pub struct U8x16([u8; 16]);

/// Eight 16-bit integers; arithmetic wraps.
#[derive(Clone, Copy)]
pub struct I16x8([i16; 8]);

/// Four 32-bit integers; arithmetic wraps.
#[derive(Clone, Copy)]
pub struct I32x4([i32; 4]);

impl U8x16 {
    /// From memory.
    #[inline(always)]
    pub fn load(bytes: &[u8; 16]) -> Self {
        Self(*bytes)
    }

    /// To memory.
    #[inline(always)]
    pub fn store(self, bytes: &mut [u8; 16]) {
        *bytes = self.0;
    }

    /// The same byte everywhere.
    #[inline(always)]
    pub fn splat(byte: u8) -> Self {
        Self([byte; 16])
    }

    /// The first eight bytes.
    #[inline(always)]
    pub fn low(self) -> I16x8 {
        I16x8(from_fn(|i| i16::from(self.0[i])))
    }

    /// The last eight bytes.
    #[inline(always)]
    pub fn high(self) -> I16x8 {
        I16x8(from_fn(|i| i16::from(self.0[i + 8])))
    }

    /// Two vectors, each value brought into a byte's range.
    #[inline(always)]
    pub fn narrow(low: I16x8, high: I16x8) -> Self {
        let byte = |value: i16| value.clamp(0, 255) as u8;
        Self(from_fn(|i| {
            byte(if i < 8 { low.0[i] } else { high.0[i - 8] })
        }))
    }

    /// `(a + b + 1) / 2`.
    #[inline(always)]
    pub fn average(self, other: Self) -> Self {
        Self(from_fn(|i| {
            (u16::from(self.0[i]) + u16::from(other.0[i])).div_ceil(2) as u8
        }))
    }

    /// `(a + b) / 2`.
    #[inline(always)]
    pub fn floor_average(self, other: Self) -> Self {
        Self(from_fn(|i| {
            ((u16::from(self.0[i]) + u16::from(other.0[i])) / 2) as u8
        }))
    }

    /// The bytes at these places; none, hence zero, for a place past the end.
    #[inline(always)]
    pub fn pick(self, places: [u8; 16]) -> Self {
        Self(places.map(|place| self.0.get(usize::from(place)).copied().unwrap_or(0)))
    }

    /// Pairs of bytes, the first one lower.
    #[inline(always)]
    pub fn pairs(self) -> I16x8 {
        I16x8(from_fn(|i| {
            i16::from_le_bytes([self.0[2 * i], self.0[2 * i + 1]])
        }))
    }

    /// `a | b`.
    #[inline(always)]
    pub fn or(self, other: Self) -> Self {
        Self(from_fn(|i| self.0[i] | other.0[i]))
    }
}

impl I16x8 {
    /// From memory.
    #[inline(always)]
    pub fn load(values: &[i16; 8]) -> Self {
        Self(*values)
    }

    /// To memory.
    #[inline(always)]
    pub fn store(self, values: &mut [i16; 8]) {
        *values = self.0;
    }

    /// The same value everywhere.
    #[inline(always)]
    pub fn splat(value: i16) -> Self {
        Self([value; 8])
    }

    /// Two values in turn.
    #[inline(always)]
    pub fn pairs(even: i16, odd: i16) -> Self {
        Self([even, odd, even, odd, even, odd, even, odd])
    }

    /// `a + b`.
    #[inline(always)]
    pub fn plus(self, other: Self) -> Self {
        Self(from_fn(|i| self.0[i].wrapping_add(other.0[i])))
    }

    /// `a - b`.
    #[inline(always)]
    pub fn minus(self, other: Self) -> Self {
        Self(from_fn(|i| self.0[i].wrapping_sub(other.0[i])))
    }

    /// The low half of `a * b`.
    #[inline(always)]
    pub fn times(self, other: Self) -> Self {
        Self(from_fn(|i| self.0[i].wrapping_mul(other.0[i])))
    }

    /// The high half of `a * b`.
    #[inline(always)]
    pub fn times_high(self, other: Self) -> Self {
        Self(from_fn(|i| {
            ((i32::from(self.0[i]) * i32::from(other.0[i])) >> 16) as i16
        }))
    }

    /// Products of neighbours added: `a[2i] * b[2i] + a[2i + 1] * b[2i + 1]`.
    #[inline(always)]
    pub fn dot(self, other: Self) -> I32x4 {
        let product = |i: usize| i32::from(self.0[i]) * i32::from(other.0[i]);
        I32x4(from_fn(|i| product(2 * i).wrapping_add(product(2 * i + 1))))
    }

    /// Both halves of the products of unsigned values.
    #[inline(always)]
    pub fn wide_times(self, other: Self) -> (I32x4, I32x4) {
        let product =
            |i: usize| (u32::from(self.0[i] as u16) * u32::from(other.0[i] as u16)) as i32;
        (I32x4(from_fn(product)), I32x4(from_fn(|i| product(i + 4))))
    }

    /// `a >> BITS`, with the sign.
    #[inline(always)]
    pub fn shift_right<const BITS: u32>(self) -> Self {
        Self(self.0.map(|value| value >> BITS))
    }

    /// The amount without the sign.
    #[inline(always)]
    pub fn magnitude(self) -> Self {
        Self(self.0.map(i16::wrapping_abs))
    }

    /// The lesser.
    #[inline(always)]
    pub fn least(self, other: Self) -> Self {
        Self(from_fn(|i| self.0[i].min(other.0[i])))
    }

    /// This, with the signs of the other one.
    #[inline(always)]
    pub fn with_sign_of(self, other: Self) -> Self {
        Self(from_fn(|i| {
            let sign = other.0[i] >> 15;
            (self.0[i] ^ sign).wrapping_sub(sign)
        }))
    }

    /// One for what is not zero.
    #[inline(always)]
    pub fn is_not_zero(self) -> Self {
        Self(self.0.map(|value| i16::from(value != 0)))
    }

    /// A bit for each value that is not zero.
    #[inline(always)]
    pub fn nonzero_bits(self) -> u32 {
        (0..8).fold(0, |bits, i| bits | u32::from(self.0[i] != 0) << i)
    }

    /// `a0 b0 a1 b1 a2 b2 a3 b3`.
    #[inline(always)]
    pub fn zip_low(self, other: Self) -> Self {
        let (a, b) = (self.0, other.0);
        Self([a[0], b[0], a[1], b[1], a[2], b[2], a[3], b[3]])
    }

    /// `a4 b4 a5 b5 a6 b6 a7 b7`.
    #[inline(always)]
    pub fn zip_high(self, other: Self) -> Self {
        let (a, b) = (self.0, other.0);
        Self([a[4], b[4], a[5], b[5], a[6], b[6], a[7], b[7]])
    }

    /// `a0 a1 b0 b1 a2 a3 b2 b3`.
    #[inline(always)]
    pub fn zip_pairs_low(self, other: Self) -> Self {
        let (a, b) = (self.0, other.0);
        Self([a[0], a[1], b[0], b[1], a[2], a[3], b[2], b[3]])
    }

    /// `a4 a5 b4 b5 a6 a7 b6 b7`.
    #[inline(always)]
    pub fn zip_pairs_high(self, other: Self) -> Self {
        let (a, b) = (self.0, other.0);
        Self([a[4], a[5], b[4], b[5], a[6], a[7], b[6], b[7]])
    }

    /// The first halves of both.
    #[inline(always)]
    pub fn low_halves(self, other: Self) -> Self {
        let (a, b) = (self.0, other.0);
        Self([a[0], a[1], a[2], a[3], b[0], b[1], b[2], b[3]])
    }

    /// The second halves of both.
    #[inline(always)]
    pub fn high_halves(self, other: Self) -> Self {
        let (a, b) = (self.0, other.0);
        Self([a[4], a[5], a[6], a[7], b[4], b[5], b[6], b[7]])
    }

    /// With its halves exchanged.
    #[inline(always)]
    pub fn swap_halves(self) -> Self {
        let a = self.0;
        Self([a[4], a[5], a[6], a[7], a[0], a[1], a[2], a[3]])
    }

    /// With zero in the first place, and what was there.
    #[inline(always)]
    pub fn without_first(self) -> (Self, i16) {
        (self.with_first(0), self.0[0])
    }

    /// With this in the first place.
    #[inline(always)]
    pub fn with_first(self, value: i16) -> Self {
        let mut values = self.0;
        values[0] = value;
        Self(values)
    }

    /// The values of two vectors in the order of coding.
    #[inline(always)]
    pub fn zigzag(low: Self, high: Self) -> (Self, Self) {
        let (a, b) = (low.0, high.0);
        (
            Self([a[0], a[1], a[4], b[0], a[5], a[2], a[3], a[6]]),
            Self([b[1], b[4], b[5], b[2], a[7], b[3], b[6], b[7]]),
        )
    }
}

impl I32x4 {
    /// The same value everywhere.
    #[inline(always)]
    pub fn splat(value: i32) -> Self {
        Self([value; 4])
    }

    /// One value in the first place, another in all others.
    #[inline(always)]
    pub fn first_and_rest(first: i32, rest: i32) -> Self {
        Self([first, rest, rest, rest])
    }

    /// `a + b`.
    #[inline(always)]
    pub fn plus(self, other: Self) -> Self {
        Self(from_fn(|i| self.0[i].wrapping_add(other.0[i])))
    }

    /// `a >> BITS`, with the sign.
    #[inline(always)]
    pub fn shift_right<const BITS: u32>(self) -> Self {
        Self(self.0.map(|value| value >> BITS))
    }

    /// Two vectors, each value brought into the range of 16 bits.
    #[inline(always)]
    pub fn narrow(low: Self, high: Self) -> I16x8 {
        let short = |value: i32| value.clamp(-32768, 32767) as i16;
        I16x8(from_fn(|i| {
            short(if i < 4 { low.0[i] } else { high.0[i - 4] })
        }))
    }

    /// All values added.
    #[inline(always)]
    pub fn sum(self) -> i32 {
        self.0.iter().fold(0, |sum, &value| sum.wrapping_add(value))
    }
}
