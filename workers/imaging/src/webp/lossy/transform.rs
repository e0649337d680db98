//! From coefficients to differences (RFC 6386, section 14).

/// Section 14.3: the first coefficients of sixteen blocks.
pub(super) fn walsh(input: &[i32; 16]) -> [i32; 16] {
    let mut middle = [0; 16];
    for column in 0..4 {
        let at = |row: usize| input[row * 4 + column];
        let (a0, a1) = (at(0) + at(3), at(1) + at(2));
        let (a2, a3) = (at(1) - at(2), at(0) - at(3));
        middle[column] = a0 + a1;
        middle[4 + column] = a3 + a2;
        middle[8 + column] = a0 - a1;
        middle[12 + column] = a3 - a2;
    }
    let mut output = [0; 16];
    for row in 0..4 {
        let at = |column: usize| middle[row * 4 + column];
        let first = at(0) + 3;
        let (a0, a1) = (first + at(3), at(1) + at(2));
        let (a2, a3) = (at(1) - at(2), first - at(3));
        let all = [a0 + a1, a3 + a2, a0 - a1, a3 - a2];
        output[row * 4..row * 4 + 4].copy_from_slice(&all.map(|value| value >> 3));
    }
    output
}

/// Section 14.4: adds the differences to the samples at `start`, whose rows are `stride` apart.
#[inline]
pub(super) fn add(block: &[i32; 16], samples: &mut [u8], start: usize, stride: usize) {
    let middle: [[i32; 4]; 4] = std::array::from_fn(|column| {
        butterfly(std::array::from_fn(|row| block[row * 4 + column]), 0)
    });
    let rows: [[i32; 4]; 4] = std::array::from_fn(|row| middle.map(|column| column[row]));
    for (row, values) in rows.into_iter().enumerate() {
        let values = butterfly(values, 4);
        let start = start + row * stride;
        let Some(places) = samples.get_mut(start..start + 4) else {
            return;
        };
        for (place, value) in places.iter_mut().zip(values) {
            *place = (i32::from(*place) + (value >> 3)).clamp(0, 255) as u8;
        }
    }
}

/// Likewise if only the first coefficient is not zero.
#[inline]
pub(super) fn add_constant(first: i32, samples: &mut [u8], start: usize, stride: usize) {
    let value = (first + 4) >> 3;
    for row in 0..4 {
        let start = start + row * stride;
        for place in samples.get_mut(start..start + 4).into_iter().flatten() {
            *place = (i32::from(*place) + value).clamp(0, 255) as u8;
        }
    }
}

#[inline(always)]
fn butterfly(input: [i32; 4], round: i32) -> [i32; 4] {
    // √2 cos(π/8) and √2 sin(π/8) with 16 bits of fraction. What no encoder makes may be too large.
    let long = |value: i32| (value.wrapping_mul(20_091) >> 16) + value;
    let short = |value: i32| value.wrapping_mul(35_468) >> 16;
    let [first, second, third, fourth] = input;
    let first = first + round;
    let (a, b) = (first + third, first - third);
    let c = short(second) - long(fourth);
    let d = long(second) + short(fourth);
    [a + d, b + c, b - c, a - d]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest coefficient times the largest step: the products are longer than 32 bits.
    #[test]
    fn coefficients_that_no_encoder_makes_do_no_harm() {
        let most = (2048 + 66) * 314;
        for sign in [1, -1] {
            let mut samples = [100; 16];
            add(&[sign * most; 16], &mut samples, 0, 4);
            let first = if sign > 0 { 255 } else { 0 };
            assert_eq!(samples[0], first);
        }
        assert!(walsh(&[most; 16])[0] > 0);
    }
}
