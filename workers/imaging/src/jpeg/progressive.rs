//! The coefficients that one scan of a progressive JPEG adds to a block (ITU-T T.81, annex G).

use super::bits::Bits;
use super::block::{BadCode, difference};
use super::huffman::Huffman;
use super::scan::Scan;
use super::store::Block;

/// The first bits of the constant coefficient (G.1.2.1).
pub(super) fn constant_first(
    bits: &mut Bits,
    dc: &Huffman,
    prediction: &mut i32,
    low: u32,
    block: &mut Block,
) -> Result<(), BadCode> {
    *prediction = prediction.wrapping_add(difference(bits, dc)?);
    block.set(0, (*prediction << low) as i16);
    Ok(())
}

/// One more bit of the constant coefficient (G.1.2.1).
pub(super) fn constant_refined(bits: &mut Bits, low: u32, block: &mut Block) {
    if bits.bit() {
        block.refine_constant(1 << low);
    }
}

/// The first bits of a band of other coefficients (G.1.2.2). `run` counts the blocks that follow
/// without any.
pub(super) fn band_first(
    bits: &mut Bits,
    ac: &Huffman,
    scan: &Scan,
    run: &mut u32,
    block: &mut Block,
) -> Result<(), BadCode> {
    if *run > 0 {
        *run -= 1;
        return Ok(());
    }
    let mut index = scan.first;
    while index <= scan.last {
        bits.refill();
        let (zeros, number) = match ac.whole(bits) {
            Some((zeros, number, length)) => {
                bits.consume(length);
                (zeros, number)
            }
            None => {
                let symbol = ac.symbol(bits).ok_or(BadCode)?;
                let (zeros, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
                match (zeros, size) {
                    (15, 0) => {
                        index += 16;
                        continue;
                    }
                    (_, 0) => {
                        *run = end_of_band(bits, zeros);
                        return Ok(());
                    }
                    _ => (zeros, bits.number(size)),
                }
            }
        };
        index += zeros;
        if index > scan.last {
            return Err(BadCode);
        }
        block.set(index, (number << scan.low) as i16);
        index += 1;
    }
    Ok(())
}

/// How many blocks after this one have nothing in the band.
fn end_of_band(bits: &mut Bits, exponent: usize) -> u32 {
    let exponent = exponent as u32;
    (1 << exponent) + bits.take(exponent) - 1
}

/// One more bit of a band of other coefficients (G.1.2.3).
pub(super) fn band_refined(
    bits: &mut Bits,
    ac: &Huffman,
    scan: &Scan,
    run: &mut u32,
    block: &mut Block,
) -> Result<(), BadCode> {
    let step = 1_i16 << scan.low;
    let mut index = scan.first;
    if *run == 0 {
        while index <= scan.last {
            let symbol = ac.symbol(bits).ok_or(BadCode)?;
            let (mut zeros, size) = (u32::from(symbol >> 4), symbol & 15);
            let value = match size {
                0 if zeros < 15 => {
                    *run = end_of_band(bits, zeros as usize) + 1;
                    break;
                }
                0 => 0,
                1 if bits.bit() => step,
                1 => -step,
                _ => return Err(BadCode),
            };
            // Passes over `zeros` zeros, refining what is between them.
            while index <= scan.last {
                if *block.present >> index & 1 != 0 {
                    refine(bits, index, step, block);
                } else if zeros == 0 {
                    break;
                } else {
                    zeros -= 1;
                }
                index += 1;
            }
            if value != 0 {
                if index > scan.last {
                    return Err(BadCode);
                }
                block.set(index, value);
            }
            index += 1;
        }
    }
    if *run > 0 {
        refine_rest(bits, index, scan.last, step, block);
        *run -= 1;
    }
    Ok(())
}

/// Refines what is there from `index` on.
fn refine_rest(bits: &mut Bits, index: usize, last: usize, step: i16, block: &mut Block) {
    if index > last {
        return;
    }
    let band = (u64::MAX << index) & (u64::MAX >> (63 - last));
    let mut present = *block.present & band;
    while present != 0 {
        refine(bits, present.trailing_zeros() as usize, step, block);
        present &= present - 1;
    }
}

#[inline(always)]
fn refine(bits: &mut Bits, index: usize, step: i16, block: &mut Block) {
    if bits.bit() {
        block.grow(index, step);
    }
}
