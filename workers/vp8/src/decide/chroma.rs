//! Modes of chroma.

use super::{FLAT_PENALTY, Score, Surroundings, promising::Predictions};
use crate::{
    cost::{Costs, Kind},
    distortion,
    macroblock::Source,
    quantise::{Levels, Matrix},
    segment::Segment,
    tables::{
        modes::{CHROMA_PATHS, CHROMA_PROBABILITIES},
        path_cost,
    },
    tokens::Context,
    transform::{Block, Rows, forward, inverse, rows},
};

/// Levels but the first of all blocks from which on chroma is not flat.
const FLAT: u32 = 2;

/// What a mode comes to.
pub struct Candidate {
    /// The mode.
    pub mode: u8,
    /// Levels.
    pub levels: [Levels; 8],
    /// What a decoder makes of it.
    pub reconstruction: [Block; 8],
    /// Cost of the mode, in 1/256 bit.
    pub header: u32,
    errors: [Errors; 2],
}

/// Errors of a plane's first coefficients, halved: of the blocks at the upper right, lower left and
/// lower right.
#[derive(Clone, Copy, Default)]
pub struct Errors([i32; 3]);

/// What is left of the errors of neighbouring macroblocks. Handing errors on to the next blocks
/// keeps slow gradients of colour from becoming bands.
pub struct Diffusion<'a> {
    /// For both planes, what goes to the two upper blocks.
    pub top: &'a mut [[i8; 2]; 2],
    /// For both planes, what goes to the two blocks on the left.
    pub left: &'a mut [[i8; 2]; 2],
}

impl Diffusion<'_> {
    /// Adds the errors handed on to the first coefficients of a plane's four blocks.
    fn correct(&self, plane: usize, matrix: &Matrix, dc: [i32; 4]) -> ([i32; 4], Errors) {
        let [top, left] = [&self.top[plane], &self.left[plane]].map(|errors| errors.map(i32::from));
        let add = |value: i32, above: i32, before: i32| value + ((7 * above + 8 * before) >> 3);
        let error = |value: i32| {
            let rounded = matrix.round_dc(value.abs());
            ((value.abs() - rounded) * value.signum()) >> 1
        };
        let c0 = add(dc[0], top[0], left[0]);
        let c1 = add(dc[1], top[1], error(c0));
        let c2 = add(dc[2], error(c0), left[1]);
        let c3 = add(dc[3], error(c1), error(c2));
        ([c0, c1, c2, c3], Errors([error(c1), error(c2), error(c3)]))
    }

    /// Keeps the errors of what was chosen for the neighbours to come.
    fn keep(&mut self, errors: &[Errors; 2]) {
        let byte = |value: i32| value.clamp(-128, 127) as i8;
        for (plane, Errors([upper_right, lower_left, lower_right])) in errors.iter().enumerate() {
            let before = (3 * lower_right) >> 2;
            self.left[plane] = [byte(*upper_right), byte(before)];
            self.top[plane] = [byte(*lower_left), byte(lower_right - before)];
        }
    }
}

/// The best mode.
pub fn choose(
    source: &Source,
    surroundings: &Surroundings,
    segment: &Segment,
    mut diffusion: Option<&mut Diffusion>,
) -> Candidate {
    let mut best = None;
    let mut least = i64::MAX;
    let predictions = Predictions::<8>::new(surroundings, |mode, blocks| {
        let (u, v) = blocks.split_at_mut(4);
        surroundings.around.chroma[0].predict(mode, u);
        surroundings.around.chroma[1].predict(mode, v);
    });
    for mode in predictions.promising(&source.chroma, segment.chroma.ac_step(), mode_cost) {
        let predicted = predictions.of(mode);
        let candidate = Candidate::new(mode, predicted, source, segment, diffusion.as_deref());
        let value = candidate.value(source, surroundings, segment);
        if value < least || best.is_none() {
            least = value;
            best = Some(candidate);
        }
    }
    let best = best.unwrap_or_else(|| Candidate::new(0, predictions.of(0), source, segment, None));
    if let Some(diffusion) = &mut diffusion {
        diffusion.keep(&best.errors);
    }
    best
}

impl Candidate {
    fn new(
        mode: u8,
        predicted: &[Block; 8],
        source: &Source,
        segment: &Segment,
        diffusion: Option<&Diffusion>,
    ) -> Self {
        let mut coefficients: [Rows; 8] =
            std::array::from_fn(|i| forward(rows(&source.chroma[i]), rows(&predicted[i])));
        let mut errors = [Errors::default(); 2];
        if let Some(diffusion) = diffusion {
            for (plane, blocks) in coefficients.chunks_exact_mut(4).enumerate() {
                let dc = std::array::from_fn(|i| i32::from(blocks[i].0.without_first().1));
                let (dc, left_over) = diffusion.correct(plane, &segment.chroma, dc);
                errors[plane] = left_over;
                for (block, dc) in blocks.iter_mut().zip(dc) {
                    block.0 = block.0.with_first(dc as i16);
                }
            }
        }
        let mut levels = [Levels::default(); 8];
        let mut reconstruction = [[0; 16]; 8];
        for (index, output) in reconstruction.iter_mut().enumerate() {
            let restored;
            (levels[index], restored) = segment.chroma.quantise(coefficients[index]);
            inverse(restored, rows(&predicted[index])).store(output);
        }
        Self {
            mode,
            levels,
            reconstruction,
            header: mode_cost(mode),
            errors,
        }
    }

    fn value(&self, source: &Source, surroundings: &Surroundings, segment: &Segment) -> i64 {
        let blocks = source.chroma.iter().zip(&self.reconstruction);
        let mut score = Score {
            error: blocks
                .map(|(a, b)| distortion::squared(rows(a), rows(b)))
                .sum(),
            // Lost texture is not counted: it would flatten chroma.
            texture: 0,
            rate: self.rate(surroundings.costs, surroundings.top, surroundings.left),
            header: self.header,
        };
        let alternating: u32 = self.levels.iter().map(Levels::alternating).sum();
        if self.mode > 0 && alternating <= FLAT {
            score.rate += FLAT_PENALTY * 8;
        }
        score.value(segment.lambda_chroma)
    }

    fn rate(&self, costs: &Costs, mut top: Context, mut left: Context) -> u32 {
        let mut rate = 0;
        for (index, levels) in self.levels.iter().enumerate() {
            let plane = 4 + index / 4 * 2;
            let (x, y) = (plane + index % 2, plane + index / 2 % 2);
            let context = usize::from(top.blocks[x] + left.blocks[y]);
            rate += costs.block(Kind::Chroma, context, levels);
            let any = u8::from(levels.any());
            (top.blocks[x], left.blocks[y]) = (any, any);
        }
        rate
    }
}

fn mode_cost(mode: u8) -> u32 {
    path_cost(CHROMA_PATHS[usize::from(mode)], &CHROMA_PROBABILITIES)
}
