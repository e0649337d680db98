//! Vectors as WebAssembly has them.

use core::arch::wasm32 as wasm;

use wasm::v128;

/// Sixteen bytes.
#[derive(Clone, Copy)]
pub struct U8x16(v128);

/// Eight 16-bit integers; arithmetic wraps.
#[derive(Clone, Copy)]
pub struct I16x8(v128);

/// Four 32-bit integers; arithmetic wraps.
#[derive(Clone, Copy)]
pub struct I32x4(v128);

impl U8x16 {
    /// From memory.
    #[inline(always)]
    pub fn load(bytes: &[u8; 16]) -> Self {
        Self(bytemuck::cast(*bytes))
    }

    /// To memory.
    #[inline(always)]
    pub fn store(self, bytes: &mut [u8; 16]) {
        *bytes = bytemuck::cast(self.0);
    }

    /// The same byte everywhere.
    #[inline(always)]
    pub fn splat(byte: u8) -> Self {
        Self(wasm::u8x16_splat(byte))
    }

    /// The first eight bytes.
    #[inline(always)]
    pub fn low(self) -> I16x8 {
        I16x8(wasm::u16x8_extend_low_u8x16(self.0))
    }

    /// The last eight bytes.
    #[inline(always)]
    pub fn high(self) -> I16x8 {
        I16x8(wasm::u16x8_extend_high_u8x16(self.0))
    }

    /// Two vectors, each value brought into a byte's range.
    #[inline(always)]
    pub fn narrow(low: I16x8, high: I16x8) -> Self {
        Self(wasm::u8x16_narrow_i16x8(low.0, high.0))
    }

    /// `(a + b + 1) / 2`.
    #[inline(always)]
    pub fn average(self, other: Self) -> Self {
        Self(wasm::u8x16_avgr(self.0, other.0))
    }

    /// `(a + b) / 2`.
    #[inline(always)]
    pub fn floor_average(self, other: Self) -> Self {
        let odd = wasm::v128_and(wasm::v128_xor(self.0, other.0), wasm::u8x16_splat(1));
        Self(wasm::i8x16_sub(wasm::u8x16_avgr(self.0, other.0), odd))
    }

    /// The bytes at these places; none, hence zero, for a place past the end.
    #[inline(always)]
    pub fn pick(self, places: [u8; 16]) -> Self {
        Self(wasm::i8x16_swizzle(self.0, bytemuck::cast(places)))
    }

    /// Pairs of bytes, the first one lower.
    #[inline(always)]
    pub fn pairs(self) -> I16x8 {
        I16x8(self.0)
    }

    /// `a | b`.
    #[inline(always)]
    pub fn or(self, other: Self) -> Self {
        Self(wasm::v128_or(self.0, other.0))
    }
}

impl I16x8 {
    /// From memory.
    #[inline(always)]
    pub fn load(values: &[i16; 8]) -> Self {
        Self(bytemuck::cast(*values))
    }

    /// To memory.
    #[inline(always)]
    pub fn store(self, values: &mut [i16; 8]) {
        *values = bytemuck::cast(self.0);
    }

    /// The same value everywhere.
    #[inline(always)]
    pub fn splat(value: i16) -> Self {
        Self(wasm::i16x8_splat(value))
    }

    /// Two values in turn.
    #[inline(always)]
    pub fn pairs(even: i16, odd: i16) -> Self {
        Self(wasm::i16x8(even, odd, even, odd, even, odd, even, odd))
    }

    /// `a + b`.
    #[inline(always)]
    pub fn plus(self, other: Self) -> Self {
        Self(wasm::i16x8_add(self.0, other.0))
    }

    /// `a - b`.
    #[inline(always)]
    pub fn minus(self, other: Self) -> Self {
        Self(wasm::i16x8_sub(self.0, other.0))
    }

    /// The low half of `a * b`.
    #[inline(always)]
    pub fn times(self, other: Self) -> Self {
        Self(wasm::i16x8_mul(self.0, other.0))
    }

    /// The high half of `a * b`.
    #[inline(always)]
    pub fn times_high(self, other: Self) -> Self {
        let low = wasm::i32x4_extmul_low_i16x8(self.0, other.0);
        let high = wasm::i32x4_extmul_high_i16x8(self.0, other.0);
        Self(wasm::i16x8_shuffle::<1, 3, 5, 7, 9, 11, 13, 15>(low, high))
    }

    /// Products of neighbours added: `a[2i] * b[2i] + a[2i + 1] * b[2i + 1]`.
    #[inline(always)]
    pub fn dot(self, other: Self) -> I32x4 {
        I32x4(wasm::i32x4_dot_i16x8(self.0, other.0))
    }

    /// Both halves of the products of unsigned values.
    #[inline(always)]
    pub fn wide_times(self, other: Self) -> (I32x4, I32x4) {
        (
            I32x4(wasm::u32x4_extmul_low_u16x8(self.0, other.0)),
            I32x4(wasm::u32x4_extmul_high_u16x8(self.0, other.0)),
        )
    }

    /// `a >> BITS`, with the sign.
    #[inline(always)]
    pub fn shift_right<const BITS: u32>(self) -> Self {
        Self(wasm::i16x8_shr(self.0, BITS))
    }

    /// The amount without the sign.
    #[inline(always)]
    pub fn magnitude(self) -> Self {
        Self(wasm::i16x8_abs(self.0))
    }

    /// The lesser.
    #[inline(always)]
    pub fn least(self, other: Self) -> Self {
        Self(wasm::i16x8_min(self.0, other.0))
    }

    /// This, with the signs of the other one.
    #[inline(always)]
    pub fn with_sign_of(self, other: Self) -> Self {
        let sign = wasm::i16x8_shr(other.0, 15);
        Self(wasm::i16x8_sub(wasm::v128_xor(self.0, sign), sign))
    }

    /// One for what is not zero.
    #[inline(always)]
    pub fn is_not_zero(self) -> Self {
        let zero = wasm::i16x8_eq(self.0, wasm::i16x8_splat(0));
        Self(wasm::i16x8_add(zero, wasm::i16x8_splat(1)))
    }

    /// A bit for each value that is not zero.
    #[inline(always)]
    pub fn nonzero_bits(self) -> u32 {
        u32::from(wasm::i16x8_bitmask(wasm::i16x8_ne(
            self.0,
            wasm::i16x8_splat(0),
        )))
    }

    /// `a0 b0 a1 b1 a2 b2 a3 b3`.
    #[inline(always)]
    pub fn zip_low(self, other: Self) -> Self {
        Self(wasm::i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(
            self.0, other.0,
        ))
    }

    /// `a4 b4 a5 b5 a6 b6 a7 b7`.
    #[inline(always)]
    pub fn zip_high(self, other: Self) -> Self {
        Self(wasm::i16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(
            self.0, other.0,
        ))
    }

    /// `a0 a1 b0 b1 a2 a3 b2 b3`.
    #[inline(always)]
    pub fn zip_pairs_low(self, other: Self) -> Self {
        Self(wasm::i32x4_shuffle::<0, 4, 1, 5>(self.0, other.0))
    }

    /// `a4 a5 b4 b5 a6 a7 b6 b7`.
    #[inline(always)]
    pub fn zip_pairs_high(self, other: Self) -> Self {
        Self(wasm::i32x4_shuffle::<2, 6, 3, 7>(self.0, other.0))
    }

    /// The first halves of both.
    #[inline(always)]
    pub fn low_halves(self, other: Self) -> Self {
        Self(wasm::i64x2_shuffle::<0, 2>(self.0, other.0))
    }

    /// The second halves of both.
    #[inline(always)]
    pub fn high_halves(self, other: Self) -> Self {
        Self(wasm::i64x2_shuffle::<1, 3>(self.0, other.0))
    }

    /// With its halves exchanged.
    #[inline(always)]
    pub fn swap_halves(self) -> Self {
        Self(wasm::i64x2_shuffle::<1, 0>(self.0, self.0))
    }

    /// With zero in the first place, and what was there.
    #[inline(always)]
    pub fn without_first(self) -> (Self, i16) {
        let first = wasm::i16x8_extract_lane::<0>(self.0);
        (Self(wasm::i16x8_replace_lane::<0>(self.0, 0)), first)
    }

    /// With this in the first place.
    #[inline(always)]
    pub fn with_first(self, value: i16) -> Self {
        Self(wasm::i16x8_replace_lane::<0>(self.0, value))
    }

    /// The values of two vectors in the order of coding.
    #[inline(always)]
    pub fn zigzag(low: Self, high: Self) -> (Self, Self) {
        (
            Self(wasm::i16x8_shuffle::<0, 1, 4, 8, 5, 2, 3, 6>(low.0, high.0)),
            Self(wasm::i16x8_shuffle::<9, 12, 13, 10, 7, 11, 14, 15>(
                low.0, high.0,
            )),
        )
    }
}

impl I32x4 {
    /// The same value everywhere.
    #[inline(always)]
    pub fn splat(value: i32) -> Self {
        Self(wasm::i32x4_splat(value))
    }

    /// One value in the first place, another in all others.
    #[inline(always)]
    pub fn first_and_rest(first: i32, rest: i32) -> Self {
        Self(wasm::i32x4(first, rest, rest, rest))
    }

    /// `a + b`.
    #[inline(always)]
    pub fn plus(self, other: Self) -> Self {
        Self(wasm::i32x4_add(self.0, other.0))
    }

    /// `a >> BITS`, with the sign.
    #[inline(always)]
    pub fn shift_right<const BITS: u32>(self) -> Self {
        Self(wasm::i32x4_shr(self.0, BITS))
    }

    /// Two vectors, each value brought into the range of 16 bits.
    #[inline(always)]
    pub fn narrow(low: Self, high: Self) -> I16x8 {
        I16x8(wasm::i16x8_narrow_i32x4(low.0, high.0))
    }

    /// All values added.
    #[inline(always)]
    pub fn sum(self) -> i32 {
        let halves = wasm::i32x4_add(self.0, wasm::i64x2_shuffle::<1, 0>(self.0, self.0));
        wasm::i32x4_extract_lane::<0>(halves).wrapping_add(wasm::i32x4_extract_lane::<1>(halves))
    }
}
