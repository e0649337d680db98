//! The modes of a whole macroblock that are worth trying in full.

use super::Surroundings;
use crate::{
    distortion,
    predict::MODES,
    transform::{Block, rows},
};

/// How many modes are tried.
const TRIED: usize = 2;

/// Predictions of a macroblock's blocks in all modes.
pub struct Predictions<const N: usize> {
    blocks: [[Block; N]; MODES],
    available: u8,
}

impl<const N: usize> Predictions<N> {
    /// With what predicts all blocks in one mode.
    pub fn new(surroundings: &Surroundings, predict: impl Fn(u8, &mut [Block; N])) -> Self {
        let available = surroundings.modes_of_whole();
        let mut blocks = [[[0; 16]; N]; MODES];
        for (mode, blocks) in (0..available).zip(&mut blocks) {
            predict(mode, blocks);
        }
        Self { blocks, available }
    }

    /// The prediction in one mode.
    pub fn of(&self, mode: u8) -> &[Block; N] {
        &self.blocks[usize::from(mode)]
    }

    /// The modes that promise most, by what their errors look like and what they cost themselves.
    pub fn promising(
        &self,
        source: &[Block; N],
        step: i32,
        cost: fn(u8) -> u32,
    ) -> impl Iterator<Item = u8> + use<N> {
        let mut scores = (0..self.available).zip(&self.blocks).map(|(mode, blocks)| {
            let pairs = source.iter().zip(blocks);
            let error: u32 = pairs
                .map(|(a, b)| distortion::transformed(rows(a), rows(b)))
                .sum();
            (
                u64::from(error) * 256 + u64::from(cost(mode)) * step as u64,
                mode,
            )
        });
        let mut best = [None; TRIED];
        for score in &mut scores {
            let mut entry = Some(score);
            for known in &mut best {
                if known.is_none() || entry.is_some() && entry < *known {
                    std::mem::swap(known, &mut entry);
                }
            }
        }
        best.into_iter().flatten().map(|(_, mode)| mode)
    }
}
