//! The frame header (RFC 6386, sections 9.2 to 9.11 and 19.2).

use vp8::tables::coefficients::{DEFAULTS, Probabilities, UPDATES};
use vp8::tables::{AC_STEPS, DC_STEPS};

use super::boolean::Bits;

/// Steps of one kind of block: of the first coefficient, and of the others.
pub(super) type Steps = [i32; 2];

/// What holds for all macroblocks of a segment.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Segment {
    pub luma: Steps,
    /// Of the blocks that hold the first coefficients of luma.
    pub second: Steps,
    pub chroma: Steps,
    /// Of the loop filter, 0 to 63.
    pub level: i32,
}

/// What the header says.
pub(super) struct Header {
    pub segments: [Segment; 4],
    /// Probabilities of the segment's tree, if macroblocks name their segments.
    pub segment_tree: Option<[u8; 3]>,
    /// Whether anything is filtered.
    pub filtered: bool,
    pub simple_filter: bool,
    pub sharpness: i32,
    /// What is added to the loop filter's level: for every macroblock of a key frame, and for those
    /// predicted block by block.
    pub level_deltas: [i32; 2],
    pub partitions: usize,
    pub probabilities: Probabilities,
    /// Of macroblocks that have coefficients, if others are marked.
    pub skip: Option<u8>,
}

impl Header {
    pub fn read(bits: &mut Bits) -> Self {
        // Colour space and clamping type: nothing that is shown depends on them.
        bits.number(2);
        let features = Features::read(bits);
        let simple_filter = bits.flag();
        let level = bits.number(6) as i32;
        let sharpness = bits.number(3) as i32;
        let level_deltas = level_deltas(bits);
        let partitions = 1 << bits.number(2);
        let segments = features.segments(&Quantisers::read(bits), level);
        // Whether probabilities are kept for another frame.
        bits.flag();
        let mut probabilities = DEFAULTS;
        let all = probabilities.iter_mut().flatten().flatten().flatten();
        let updates = UPDATES.iter().flatten().flatten().flatten();
        for (probability, update) in all.zip(updates) {
            if bits.bit(*update) {
                *probability = bits.number(8) as u8;
            }
        }
        let skip = bits.flag().then(|| bits.number(8) as u8);
        Self {
            segments,
            segment_tree: features.tree,
            filtered: level > 0,
            simple_filter,
            sharpness,
            level_deltas,
            partitions,
            probabilities,
            skip,
        }
    }
}

/// Section 9.3.
#[derive(Default)]
struct Features {
    enabled: bool,
    tree: Option<[u8; 3]>,
    absolute: bool,
    quantisers: [i32; 4],
    levels: [i32; 4],
}

impl Features {
    fn read(bits: &mut Bits) -> Self {
        let mut features = Self {
            enabled: bits.flag(),
            ..Self::default()
        };
        if !features.enabled {
            return features;
        }
        let (has_tree, has_data) = (bits.flag(), bits.flag());
        if has_data {
            features.absolute = bits.flag();
            features.quantisers = [0; 4].map(|_: i32| bits.optional(7).unwrap_or(0));
            features.levels = [0; 4].map(|_: i32| bits.optional(6).unwrap_or(0));
        }
        if has_tree {
            let probability = |_: u8| {
                if bits.flag() {
                    bits.number(8) as u8
                } else {
                    255
                }
            };
            features.tree = Some([0; 3].map(probability));
        }
        features
    }

    fn segments(&self, quantisers: &Quantisers, level: i32) -> [Segment; 4] {
        std::array::from_fn(|index| {
            let apply = |base: i32, own: i32| match (self.enabled, self.absolute) {
                (false, _) => base,
                (true, true) => own,
                (true, false) => base + own,
            };
            let mut segment = quantisers.steps(apply(quantisers.base, self.quantisers[index]));
            segment.level = apply(level, self.levels[index]).clamp(0, 63);
            segment
        })
    }
}

/// Section 9.6.
struct Quantisers {
    base: i32,
    /// Luma's first, second block's first and others, chroma's first and others.
    deltas: [i32; 5],
}

impl Quantisers {
    fn read(bits: &mut Bits) -> Self {
        Self {
            base: bits.number(7) as i32,
            deltas: [0; 5].map(|_: i32| bits.optional(4).unwrap_or(0)),
        }
    }

    /// Section 14.1.
    fn steps(&self, base: i32) -> Segment {
        let index = |delta: i32| (base + delta).clamp(0, 127) as usize;
        let dc = |delta: i32| i32::from(DC_STEPS[index(delta)]);
        let ac = |delta: i32| i32::from(AC_STEPS[index(delta)]);
        let [luma, second_dc, second_ac, chroma_dc, chroma_ac] = self.deltas;
        Segment {
            luma: [dc(luma), ac(0)],
            second: [dc(second_dc) * 2, (ac(second_ac) * 155 / 100).max(8)],
            chroma: [dc(chroma_dc).min(132), ac(chroma_ac)],
            level: 0,
        }
    }
}

/// Section 9.6 of the loop filter's adjustments: of intra frames and of block-wise prediction.
fn level_deltas(bits: &mut Bits) -> [i32; 2] {
    let mut deltas = [0; 2];
    if bits.flag() && bits.flag() {
        let frames = [0; 4].map(|_: i32| bits.optional(6).unwrap_or(0));
        let modes = [0; 4].map(|_: i32| bits.optional(6).unwrap_or(0));
        deltas = [frames[0], modes[0]];
    }
    deltas
}
