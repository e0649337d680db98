//! Modes of luma's 4x4 blocks.

use super::{FLAT_PENALTY, Luma, Prepared, Score, Surroundings};
use crate::{
    cost::Kind,
    distortion,
    predict4::{self, Edge, Predictions},
    quantise::Levels,
    segment::Segment,
    tables::{
        bit_cost,
        modes::{BLOCK_COSTS, BLOCK_MODES, LUMA_PROBABILITIES},
    },
    transform::{Block, Rows, forward, inverse, rows},
};

/// Levels but the first from which on a block is not flat.
const FLAT: u32 = 3;

/// How many modes are tried in full.
const TRIED: usize = 3;

/// What sixteen modes come to.
pub struct Candidate {
    /// The modes.
    pub modes: [u8; 16],
    /// Levels.
    pub levels: [Levels; 16],
    /// What a decoder makes of it.
    pub reconstruction: Luma,
    /// How good it is.
    pub score: Score,
}

/// The best modes; none if they are not better than the whole macroblock's value.
pub fn choose(
    prepared: &Prepared,
    surroundings: &Surroundings,
    segment: &Segment,
    whole: i64,
) -> Option<Candidate> {
    let mut candidate = Candidate {
        modes: [0; 16],
        levels: [Levels::default(); 16],
        reconstruction: [[0; 16]; 16],
        score: Score {
            header: bit_cost(false, LUMA_PROBABILITIES[0]),
            ..Score::default()
        },
    };
    let (mut top, mut left) = (surroundings.top, surroundings.left);
    let mut predictions = [[0; 16]; BLOCK_MODES];
    let mut value = candidate.score.value(segment.lambda_mode);
    for index in 0..16 {
        let (x, y) = (index % 4, index / 4);
        predict4::predict(&candidate.edge(index, surroundings), &mut predictions);
        let trial = Trial {
            source: rows(&prepared.source.luma[index]),
            texture: prepared.textures[index],
            context: usize::from(top.blocks[x] + left.blocks[y]),
            costs: candidate.costs(index, surroundings),
        };
        let best = trial.best(&predictions, surroundings, segment);
        value += best.score.value(segment.lambda_mode);
        candidate.score.add(&best.score);
        if value >= whole || candidate.score.header > surroundings.header_budget {
            return None;
        }
        candidate.modes[index] = best.mode;
        candidate.levels[index] = best.levels;
        candidate.reconstruction[index] = best.output;
        let any = u8::from(best.levels.any());
        (top.blocks[x], left.blocks[y]) = (any, any);
    }
    Some(candidate)
}

impl Candidate {
    /// Costs of a block's modes, by the modes above and to the left.
    fn costs(&self, index: usize, surroundings: &Surroundings) -> &'static [u16; BLOCK_MODES] {
        let (x, y) = (index % 4, index / 4);
        let above = if y == 0 {
            surroundings.modes.top[x]
        } else {
            self.modes[index - 4]
        };
        let left = if x == 0 {
            surroundings.modes.left[y]
        } else {
            self.modes[index - 1]
        };
        &BLOCK_COSTS[usize::from(above)][usize::from(left)]
    }

    /// The samples around a block. Those above and to the right of the right column's lower blocks
    /// are not known yet: the ones above the macroblock stand for them.
    fn edge(&self, index: usize, surroundings: &Surroundings) -> Edge {
        let (x, y) = (index % 4, index / 4);
        let around = surroundings.around;
        let lowest = |block: usize| {
            let [.., a, b, c, d] = self.reconstruction[block];
            [a, b, c, d]
        };
        let of_top = |from: usize| std::array::from_fn(|i| around.luma.top[from + i]);
        let top: [u8; 4] = if y == 0 {
            of_top(4 * x)
        } else {
            lowest(index - 4)
        };
        let right = match (x, y) {
            (3, _) => around.above_right,
            (_, 0) => of_top(4 * x + 4),
            _ => lowest(index - 3),
        };
        let left = std::array::from_fn(|i| match x {
            0 => around.luma.left[4 * y + i],
            _ => self.reconstruction[index - 1][4 * i + 3],
        });
        let corner = match (x, y) {
            (0, 0) => around.luma.corner,
            (0, _) => around.luma.left[4 * y - 1],
            (_, 0) => around.luma.top[4 * x - 1],
            _ => self.reconstruction[index - 5][15],
        };
        let [a, b, c, d] = top;
        let [e, f, g, h] = right;
        predict4::edge(left, corner, [a, b, c, d, e, f, g, h])
    }
}

/// A block to find a mode for.
struct Trial {
    source: Rows,
    texture: i32,
    context: usize,
    costs: &'static [u16; BLOCK_MODES],
}

/// What a block's mode comes to.
#[derive(Clone, Copy)]
struct Choice {
    mode: u8,
    levels: Levels,
    output: Block,
    score: Score,
}

impl Trial {
    /// The modes that promise most, by what their errors look like and what they cost themselves.
    fn promising(&self, predictions: &Predictions, segment: &Segment) -> [u8; TRIED] {
        let step = segment.luma.ac_step() as u32;
        let mut best = [u32::MAX; TRIED];
        for (mode, prediction) in predictions.iter().enumerate() {
            let error = distortion::transformed(self.source, rows(prediction));
            let score = (error << 8) + step * u32::from(self.costs[mode]);
            // The scores are far below 2^28, so that the mode fits in beside.
            let mut entry = score << 4 | mode as u32;
            for known in &mut best {
                if entry < *known {
                    std::mem::swap(known, &mut entry);
                }
            }
        }
        best.map(|entry| (entry & 15) as u8)
    }

    fn best(
        &self,
        predictions: &Predictions,
        surroundings: &Surroundings,
        segment: &Segment,
    ) -> Choice {
        let mut best = Choice {
            mode: 0,
            levels: Levels::default(),
            output: [0; 16],
            score: Score::default(),
        };
        let mut least = i64::MAX;
        for &mode in &self.promising(predictions, segment) {
            let mode = usize::from(mode);
            let prediction = rows(&predictions[mode]);
            let (levels, restored) = segment.luma.quantise(forward(self.source, prediction));
            let mut output = [0; 16];
            inverse(restored, prediction).store(&mut output);
            let after = rows(&output);
            let texture = distortion::texture_loss(self.texture, distortion::texture(after));
            let flat = mode > 0 && levels.alternating() <= FLAT;
            let mut score = Score {
                error: distortion::squared(self.source, after),
                texture: (texture * segment.texture + 128) >> 8,
                rate: if flat { FLAT_PENALTY } else { 0 },
                header: u32::from(self.costs[mode]),
            };
            if score.value(segment.lambda_block) >= least {
                continue;
            }
            score.rate += surroundings.costs.block(Kind::Luma, self.context, &levels);
            let value = score.value(segment.lambda_block);
            if value < least {
                least = value;
                best = Choice {
                    mode: mode as u8,
                    levels,
                    output,
                    score,
                };
            }
        }
        best
    }
}
