//! Which modes a macroblock is predicted with: those whose error and cost, weighed against each
//! other, are the least. The weights and penalties are libwebp's (`VP8Decimate` at method 4).

mod blocks;
mod chroma;
mod promising;
mod whole;

pub use chroma::Diffusion;

use crate::{
    cost::Costs,
    distortion,
    macroblock::{Neighbours, Source},
    predict::MODES,
    segment::Segment,
    tokens::{Context, MacroblockLevels},
    transform::{Block, rows},
};

/// What a choice brings.
#[derive(Clone, Copy, Default)]
pub struct Score {
    /// Squared error.
    pub error: u32,
    /// Lost texture, in the scale of squared error.
    pub texture: u32,
    /// Cost of coefficients, in 1/256 bit.
    pub rate: u32,
    /// Cost of modes, in 1/256 bit.
    pub header: u32,
}

impl Score {
    /// Error and cost in one number.
    #[inline(always)]
    pub fn value(&self, lambda: i64) -> i64 {
        i64::from(self.rate + self.header) * lambda + 256 * i64::from(self.error + self.texture)
    }

    /// This and another part of the same macroblock.
    fn add(&mut self, other: &Self) {
        self.error += other.error;
        self.texture += other.texture;
        self.rate += other.rate;
        self.header += other.header;
    }
}

/// What a block with nothing but a first coefficient has to pay for a mode that is not the plainest,
/// so that flat areas are not patched together from odd predictions: about half a bit.
const FLAT_PENALTY: u32 = 140;

/// How luma is predicted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LumaMode {
    /// As a whole.
    Whole(u8),
    /// As sixteen blocks.
    Blocks([u8; 16]),
}

/// What was decided for a macroblock.
pub struct Decision {
    /// Mode of luma.
    pub luma: LumaMode,
    /// Mode of chroma.
    pub chroma: u8,
    /// What is to be coded.
    pub levels: MacroblockLevels,
    /// What a decoder makes of it.
    pub reconstruction: Source,
    /// Cost of modes, in 1/256 bit.
    pub header: u32,
}

impl Decision {
    /// Whether there is anything to code.
    pub fn any(&self) -> bool {
        let any = |levels: &[crate::quantise::Levels]| levels.iter().any(|block| block.any());
        self.levels.first.is_some_and(|first| first.any())
            || any(&self.levels.luma)
            || any(&self.levels.chroma)
    }
}

/// Modes of the 4x4 blocks along two edges.
#[derive(Clone, Copy, Default)]
pub struct BlockModes {
    /// Above.
    pub top: [u8; 4],
    /// To the left.
    pub left: [u8; 4],
}

/// What a decision depends on.
pub struct Surroundings<'a> {
    /// Samples.
    pub around: &'a Neighbours,
    /// Modes.
    pub modes: BlockModes,
    /// Coefficients above.
    pub top: Context,
    /// Coefficients to the left.
    pub left: Context,
    /// Costs of coefficients.
    pub costs: &'a Costs,
    /// How much modes of 4x4 blocks may cost, in 1/256 bit.
    pub header_budget: u32,
    /// Whether room for modes is so scarce that only the cheapest may be taken.
    pub plain: bool,
}

impl Surroundings<'_> {
    /// Modes of the whole macroblock that may be taken.
    fn modes_of_whole(&self) -> u8 {
        if self.plain { 1 } else { MODES as u8 }
    }
}

/// A source with what is needed of it again and again.
struct Prepared<'a> {
    source: &'a Source,
    textures: [i32; 16],
}

impl<'a> Prepared<'a> {
    fn new(source: &'a Source) -> Self {
        Self {
            source,
            textures: source.luma.map(|block| distortion::texture(rows(&block))),
        }
    }
}

/// Decides on a macroblock.
pub fn decide(
    source: &Source,
    surroundings: &Surroundings,
    segment: &mut Segment,
    diffusion: Option<&mut Diffusion>,
) -> Decision {
    let prepared = Prepared::new(source);
    let whole = whole::choose(&prepared, surroundings, segment);
    let mode_score = whole.score.value(segment.lambda_mode);
    let blocks = blocks::choose(&prepared, surroundings, segment, mode_score);
    let chroma = chroma::choose(source, surroundings, segment, diffusion);
    let (luma, first, levels, reconstruction, header) = match blocks {
        Some(blocks) => (
            LumaMode::Blocks(blocks.modes),
            None,
            blocks.levels,
            blocks.reconstruction,
            blocks.score.header,
        ),
        None => (
            LumaMode::Whole(whole.mode),
            Some(whole.first),
            whole.rest,
            whole.reconstruction,
            whole.score.header,
        ),
    };
    Decision {
        luma,
        chroma: chroma.mode,
        levels: MacroblockLevels {
            first,
            luma: levels,
            chroma: chroma.levels,
        },
        reconstruction: Source {
            luma: reconstruction,
            chroma: chroma.reconstruction,
        },
        header: header + chroma.header,
    }
}

/// Blocks of luma.
type Luma = [Block; 16];
