//! Modes of the whole macroblock's luma.

use super::{Luma, Prepared, Score, Surroundings, promising::Predictions};
use crate::{
    cost::{Costs, Kind},
    distortion,
    quantise::Levels,
    segment::Segment,
    simd::I16x8,
    tables::{
        bit_cost,
        modes::{LUMA_PATHS, LUMA_PROBABILITIES},
        path_cost,
    },
    tokens::Context,
    transform::{forward, forward_walsh, inverse, inverse_walsh, rows},
};

/// What a mode comes to.
#[derive(Default)]
pub struct Candidate {
    /// The mode.
    pub mode: u8,
    /// Levels of the first coefficients.
    pub first: Levels,
    /// Levels of all others.
    pub rest: [Levels; 16],
    /// What a decoder makes of it.
    pub reconstruction: Luma,
    /// How good it is.
    pub score: Score,
}

/// The best mode.
pub fn choose(
    prepared: &Prepared,
    surroundings: &Surroundings,
    segment: &mut Segment,
) -> Candidate {
    let mut flat = prepared.source.is_flat();
    let mut best = Candidate::default();
    let mut candidate = Candidate::default();
    let mut least = i64::MAX;
    let predictions = Predictions::<16>::new(surroundings, |mode, blocks| {
        surroundings.around.luma.predict(mode, blocks);
    });
    let source = &prepared.source.luma;
    for mode in predictions.promising(source, segment.luma.ac_step(), mode_cost) {
        candidate.mode = mode;
        candidate.evaluate(predictions.of(mode), prepared, surroundings, segment);
        flat = flat
            && candidate
                .rest
                .iter()
                .all(|levels| levels.alternating() == 0);
        if flat {
            // Any error shows in a flat area.
            candidate.score.error *= 2;
            candidate.score.texture *= 2;
        }
        let value = candidate.score.value(segment.lambda_whole);
        if value < least {
            least = value;
            std::mem::swap(&mut best, &mut candidate);
        }
    }
    let rest_is_empty = best.rest.iter().all(|levels| !levels.any());
    if best.first.any() && rest_is_empty && best.score.error > segment.least_error {
        segment.note_edge(&best.first.values);
    }
    best
}

impl Candidate {
    fn evaluate(
        &mut self,
        predicted: &Luma,
        prepared: &Prepared,
        surroundings: &Surroundings,
        segment: &Segment,
    ) {
        self.reconstruct(predicted, prepared, segment);
        let source = &prepared.source.luma;
        let (mut error, mut texture) = (0, 0);
        for ((source, output), &wanted) in source
            .iter()
            .zip(&self.reconstruction)
            .zip(&prepared.textures)
        {
            let output = rows(output);
            error += distortion::squared(rows(source), output);
            texture += distortion::texture_loss(wanted, distortion::texture(output));
        }
        self.score = Score {
            error,
            texture: (texture * segment.texture + 128) >> 8,
            rate: self.rate(surroundings.costs, surroundings.top, surroundings.left),
            header: mode_cost(self.mode),
        };
    }

    /// Transforms what prediction leaves over, quantises, and takes it all back.
    fn reconstruct(&mut self, predicted: &Luma, prepared: &Prepared, segment: &Segment) {
        let mut dc = [0; 16];
        let mut restored = [(I16x8::splat(0), I16x8::splat(0)); 16];
        for (index, source) in prepared.source.luma.iter().enumerate() {
            let (upper, lower) = forward(rows(source), rows(&predicted[index]));
            let (upper, first) = upper.without_first();
            dc[index] = first;
            (self.rest[index], restored[index]) = segment.luma.quantise((upper, lower));
        }
        let walsh = forward_walsh(&dc);
        let (low, high) = walsh.split_at(8);
        let halves = [low, high].map(|half| I16x8::load(&std::array::from_fn(|i| half[i])));
        let (first, (upper, lower)) = segment.first.quantise((halves[0], halves[1]));
        self.first = first;
        let mut walsh = [0; 16];
        let [low, high] = crate::quantise::split(&mut walsh);
        upper.store(low);
        lower.store(high);
        let dc = inverse_walsh(&walsh);
        for (index, output) in self.reconstruction.iter_mut().enumerate() {
            let (upper, lower) = restored[index];
            inverse(
                (upper.with_first(dc[index]), lower),
                rows(&predicted[index]),
            )
            .store(output);
        }
    }

    fn rate(&self, costs: &Costs, mut top: Context, mut left: Context) -> u32 {
        let context = usize::from(top.first + left.first);
        let mut rate = costs.block(Kind::LumaFirst, context, &self.first);
        for (index, levels) in self.rest.iter().enumerate() {
            let (x, y) = (index % 4, index / 4);
            let context = usize::from(top.blocks[x] + left.blocks[y]);
            rate += costs.block(Kind::LumaRest, context, levels);
            let any = u8::from(levels.any());
            (top.blocks[x], left.blocks[y]) = (any, any);
        }
        rate
    }
}

/// Cost of a mode, with that of "not 4x4 blocks".
fn mode_cost(mode: u8) -> u32 {
    bit_cost(true, LUMA_PROBABILITIES[0])
        + path_cost(LUMA_PATHS[usize::from(mode)], &LUMA_PROBABILITIES)
}
