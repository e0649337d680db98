//! The forward and inverse transforms of 4x4 blocks (RFC 6386, section 14; the forward ones as
//! libwebp has them).

use crate::simd::{I16x8, I32x4, U8x16};

/// Samples of a 4x4 block, row by row.
pub type Block = [u8; 16];

/// Rows 0 and 1, rows 2 and 3.
pub type Rows = (I16x8, I16x8);

/// The samples of a block as integers.
#[inline(always)]
pub fn rows(block: &Block) -> Rows {
    let bytes = U8x16::load(block);
    (bytes.low(), bytes.high())
}

/// `a - b`.
#[inline(always)]
pub fn difference(a: Rows, b: Rows) -> Rows {
    (a.0.minus(b.0), a.1.minus(b.1))
}

/// Rows become columns.
#[inline(always)]
fn transpose((upper, lower): Rows) -> Rows {
    let even = upper.zip_low(lower);
    let odd = upper.zip_high(lower);
    (even.zip_low(odd), even.zip_high(odd))
}

/// The discrete cosine transform of what prediction leaves over.
#[inline(always)]
pub fn forward(source: Rows, prediction: Rows) -> Rows {
    let (columns01, columns23) = transpose(difference(source, prediction));
    // Along the rows: sums and differences of the outer and the inner columns.
    let columns32 = columns23.swap_halves();
    let (sums, differences) = (columns01.plus(columns32), columns01.minus(columns32));
    let pairs = sums.zip_low(sums.swap_halves());
    let even = I32x4::narrow(
        pairs.dot(I16x8::pairs(8, 8)),
        pairs.dot(I16x8::pairs(8, -8)),
    );
    let pairs = differences.zip_low(differences.swap_halves());
    let odd = I32x4::narrow(
        pairs
            .dot(I16x8::pairs(5352, 2217))
            .plus(I32x4::splat(1812))
            .shift_right::<9>(),
        pairs
            .dot(I16x8::pairs(2217, -5352))
            .plus(I32x4::splat(937))
            .shift_right::<9>(),
    );
    // Back to rows, and along the columns.
    let (left, right) = (even.zip_low(odd), even.zip_high(odd));
    let (rows01, rows23) = (left.zip_pairs_low(right), left.zip_pairs_high(right));
    let rows32 = rows23.swap_halves();
    let (sums, differences) = (rows01.plus(rows32), rows01.minus(rows32));
    let pairs = sums.zip_low(sums.swap_halves());
    let seven = I32x4::splat(7);
    let even = I32x4::narrow(
        pairs.dot(I16x8::pairs(1, 1)).plus(seven).shift_right::<4>(),
        pairs
            .dot(I16x8::pairs(1, -1))
            .plus(seven)
            .shift_right::<4>(),
    );
    let pairs = differences.zip_low(differences.swap_halves());
    let odd = I32x4::narrow(
        pairs
            .dot(I16x8::pairs(5352, 2217))
            .plus(I32x4::splat(12000))
            .shift_right::<16>(),
        pairs
            .dot(I16x8::pairs(2217, -5352))
            .plus(I32x4::splat(51000))
            .shift_right::<16>(),
    );
    let odd = odd.plus(differences.is_not_zero().low_halves(I16x8::splat(0)));
    (even.low_halves(odd), even.high_halves(odd))
}

/// One direction of the inverse cosine transform: from vectors 0 and 1, 2 and 3 to sums 0 and 1,
/// 2 and 3.
#[inline(always)]
fn inverse_pass((first, second): Rows) -> Rows {
    let (even, odd) = (first.low_halves(second), first.high_halves(second));
    // [0 + 2 | 0 - 2]
    let sums = even.low_halves(even).plus(second_with_both_signs(even));
    // The factors sqrt(2) * cos(pi / 8) and sqrt(2) * sin(pi / 8) in 16 bits: the first is above one,
    // the second above a half, hence the additions.
    let cosine = odd.times_high(I16x8::splat(20091)).plus(odd);
    let sine = odd.times_high(I16x8::splat(-30068)).plus(odd);
    let c = sine.minus(cosine.swap_halves());
    let d = cosine.plus(sine.swap_halves());
    let products = d.low_halves(c);
    // [a + d | b + c], [a - d | b - c]
    let (outer, inner) = (sums.plus(products), sums.minus(products));
    (outer, inner.swap_halves())
}

/// `[v | -v]` of the second half.
#[inline(always)]
fn second_with_both_signs(vector: I16x8) -> I16x8 {
    let twice = vector.high_halves(vector);
    twice.times(I16x8::splat(1).low_halves(I16x8::splat(-1)))
}

/// The inverse cosine transform, added to the prediction.
#[inline(always)]
pub fn inverse(coefficients: Rows, prediction: Rows) -> U8x16 {
    let (rows01, rows23) = inverse_pass(coefficients);
    let (columns01, columns23) = transpose((rows01, rows23));
    let rounded = columns01.plus(I16x8::splat(4).low_halves(I16x8::splat(0)));
    let (columns01, columns23) = inverse_pass((rounded, columns23));
    let (rows01, rows23) = transpose((columns01, columns23));
    U8x16::narrow(
        prediction.0.plus(rows01.shift_right::<3>()),
        prediction.1.plus(rows23.shift_right::<3>()),
    )
}

/// One direction of the Hadamard transform: from vectors 0 and 1, 2 and 3 to results 0 and 1, 3
/// and 2.
#[inline(always)]
fn hadamard_pass((first, second): Rows) -> Rows {
    let (a, b) = (first.plus(second), first.minus(second));
    let (p, q) = (a.low_halves(b), a.high_halves(b));
    (p.plus(q), p.minus(q))
}

/// The Hadamard transform, its results 2 and 3 exchanged in both directions and transposed: fit
/// for weights that are symmetric.
#[inline(always)]
pub fn hadamard(samples: Rows) -> Rows {
    hadamard_pass(transpose(hadamard_pass(samples)))
}

/// The Walsh-Hadamard transform of the DC coefficients of a macroblock's luma.
pub fn forward_walsh(dc: &[i16; 16]) -> [i16; 16] {
    let mut rows = [0_i32; 16];
    for (row, input) in rows.chunks_exact_mut(4).zip(dc.chunks_exact(4)) {
        let value = |i: usize| i32::from(input[i]);
        let (a0, a1) = (value(0) + value(2), value(1) + value(3));
        let (a2, a3) = (value(1) - value(3), value(0) - value(2));
        row.copy_from_slice(&[a0 + a1, a3 + a2, a3 - a2, a0 - a1]);
    }
    let mut output = [0; 16];
    for i in 0..4 {
        let (a0, a1) = (rows[i] + rows[8 + i], rows[4 + i] + rows[12 + i]);
        let (a2, a3) = (rows[4 + i] - rows[12 + i], rows[i] - rows[8 + i]);
        output[i] = ((a0 + a1) >> 1) as i16;
        output[4 + i] = ((a3 + a2) >> 1) as i16;
        output[8 + i] = ((a3 - a2) >> 1) as i16;
        output[12 + i] = ((a0 - a1) >> 1) as i16;
    }
    output
}

/// Its inverse (RFC 6386, section 14.3).
pub fn inverse_walsh(input: &[i16; 16]) -> [i16; 16] {
    let mut columns = [0_i32; 16];
    for i in 0..4 {
        let value = |row: usize| i32::from(input[4 * row + i]);
        let (a0, a1) = (value(0) + value(3), value(1) + value(2));
        let (a2, a3) = (value(1) - value(2), value(0) - value(3));
        columns[i] = a0 + a1;
        columns[8 + i] = a0 - a1;
        columns[4 + i] = a3 + a2;
        columns[12 + i] = a3 - a2;
    }
    let mut dc = [0; 16];
    for (row, output) in columns.chunks_exact(4).zip(dc.chunks_exact_mut(4)) {
        let first = row[0] + 3;
        let (a0, a1) = (first + row[3], row[1] + row[2]);
        let (a2, a3) = (row[1] - row[2], first - row[3]);
        output[0] = ((a0 + a1) >> 3) as i16;
        output[1] = ((a3 + a2) >> 3) as i16;
        output[2] = ((a0 - a1) >> 3) as i16;
        output[3] = ((a3 - a2) >> 3) as i16;
    }
    dc
}
