//! The coefficients of one block of a sequential JPEG (ITU-T T.81, F.2.2).

use super::bits::Bits;
use super::huffman::Huffman;
use super::tables::NATURAL;

/// Where each coefficient, in the order they are written, is kept when blocks are `size` × `size`;
/// those that are not kept go to [`DROPPED`].
pub(super) type Places = [u8; 64];

/// The place of coefficients that are not kept.
pub(super) const DROPPED: u8 = 64;

/// Room for a block and what is dropped.
pub(super) const ROOM: usize = 128;

/// The places for blocks of `size` × `size`.
pub(super) fn places(size: u32) -> Places {
    NATURAL.map(|natural| {
        let (row, column) = (u32::from(natural / 8), u32::from(natural % 8));
        match row < size && column < size {
            true => (row * size + column) as u8,
            false => DROPPED,
        }
    })
}

/// Why a block cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BadCode;

/// Reads a block into `block`, which has to be clear; gives whether anything but the first
/// coefficient is there.
#[inline(always)]
pub(super) fn read(
    bits: &mut Bits,
    dc: &Huffman,
    ac: &Huffman,
    prediction: &mut i32,
    places: &Places,
    block: &mut [i16; ROOM],
) -> Result<bool, BadCode> {
    *prediction = prediction.wrapping_add(difference(bits, dc)?);
    block[0] = *prediction as i16;
    let mut index = 1;
    let mut detailed = false;
    while index < 64 {
        bits.refill();
        let number = match ac.whole(bits) {
            Some((zeros, number, length)) => {
                bits.consume(length);
                index += zeros;
                number
            }
            None => {
                let symbol = ac.symbol(bits).ok_or(BadCode)?;
                let (zeros, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
                if size == 0 {
                    // Sixteen zeros, or nothing more.
                    if zeros < 15 {
                        break;
                    }
                    index += 16;
                    continue;
                }
                index += zeros;
                bits.number(size)
            }
        };
        let place = *places.get(index).ok_or(BadCode)?;
        block[usize::from(place) % ROOM] = number as i16;
        detailed |= place != DROPPED;
        index += 1;
    }
    Ok(detailed)
}

/// The difference to the block before (F.2.2.1).
#[inline(always)]
pub(super) fn difference(bits: &mut Bits, dc: &Huffman) -> Result<i32, BadCode> {
    let size = dc.symbol(bits).ok_or(BadCode)?;
    match size {
        0..=15 => Ok(bits.number(size.into())),
        _ => Err(BadCode),
    }
}

/// Likewise, into a store.
pub(super) fn store(
    bits: &mut Bits,
    dc: &Huffman,
    ac: &Huffman,
    prediction: &mut i32,
    block: &mut super::store::Block,
) -> Result<(), BadCode> {
    *prediction = prediction.wrapping_add(difference(bits, dc)?);
    block.set(0, *prediction as i16);
    let mut index = 1;
    while index < 64 {
        let symbol = ac.symbol(bits).ok_or(BadCode)?;
        let (zeros, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        if size == 0 {
            if zeros < 15 {
                break;
            }
            index += 16;
            continue;
        }
        index += zeros;
        if index > 63 {
            return Err(BadCode);
        }
        block.set(index, bits.number(size) as i16);
        index += 1;
    }
    Ok(())
}
