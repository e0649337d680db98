//! Coefficients (RFC 6386, section 13).

use vp8::tables::{BANDS, LONG_LEVELS};

use super::boolean::Bits;
use super::header::Steps;

/// From the order of coding to rows of four (section 13).
const ZIGZAG: [u8; 16] = [0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15];

/// Probabilities of one kind of block.
pub(super) type Kind = [[[u8; 11]; 3]; 8];

/// Reads the coefficients of a block from number `first` on, times their steps; gives where they
/// end: `first` if there is none.
#[inline]
pub(super) fn read(
    bits: &mut Bits,
    kind: &Kind,
    context: usize,
    first: usize,
    steps: Steps,
    block: &mut [i32; 16],
) -> usize {
    let mut index = first;
    let mut probabilities = &kind[BANDS[index]][context];
    if !bits.bit(probabilities[0]) {
        return index;
    }
    loop {
        while !bits.bit(probabilities[1]) {
            index += 1;
            if index == 16 {
                return 16;
            }
            probabilities = &kind[BANDS[index]][0];
        }
        let (level, context) = match bits.bit(probabilities[2]) {
            false => (1, 1),
            true => (large(bits, probabilities), 2),
        };
        let level = if bits.flag() { -level } else { level };
        let step = steps[usize::from(index > 0)];
        block[usize::from(ZIGZAG[index & 15])] = level * step;
        index += 1;
        if index == 16 {
            return 16;
        }
        probabilities = &kind[BANDS[index]][context];
        if !bits.bit(probabilities[0]) {
            return index;
        }
    }
}

/// A level of two or more.
fn large(bits: &mut Bits, probabilities: &[u8; 11]) -> i32 {
    if !bits.bit(probabilities[3]) {
        return match bits.bit(probabilities[4]) {
            false => 2,
            true => 3 + i32::from(bits.bit(probabilities[5])),
        };
    }
    if !bits.bit(probabilities[6]) {
        return match bits.bit(probabilities[7]) {
            false => 5 + i32::from(bits.bit(159)),
            true => 7 + 2 * i32::from(bits.bit(165)) + i32::from(bits.bit(145)),
        };
    }
    let high = usize::from(bits.bit(probabilities[8]));
    let low = usize::from(bits.bit(probabilities[9 + high]));
    let (least, extra) = LONG_LEVELS[2 * high + low];
    let rest = extra.iter().fold(0, |sum, &probability| {
        sum << 1 | i32::from(bits.bit(probability))
    });
    i32::from(least) + rest
}
