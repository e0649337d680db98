//! From one macroblock to the next, as a decoder will go: decides, reconstructs and keeps what is to
//! be written.

use crate::{
    cost::Costs,
    decide::{BlockModes, Decision, Diffusion, Surroundings, decide},
    header::{self, Header},
    macroblock::{Border, Source},
    modes::{ModeList, Modes, edges},
    segment::{ChromaOffsets, Segment},
    tokens::{Context, Tokens},
};

/// Fewest macroblocks after which costs are brought up to date.
const REFRESH: usize = 96;

/// Bits that a macroblock's header may take if its luma is predicted as a whole, in 1/256 bit.
const PLAIN_HEADER: i64 = 8 * 256;

/// Quality above which errors of chroma are not handed on.
const DIFFUSED: f32 = 98.0;

/// What is remembered of the macroblock above.
#[derive(Clone, Copy, Default)]
struct Above {
    context: Context,
    modes: [u8; 4],
    errors: [[i8; 2]; 2],
}

/// Codes macroblocks.
pub struct Coder {
    columns: usize,
    total: usize,
    done: usize,
    segments: Vec<Segment>,
    chroma: ChromaOffsets,
    diffused: bool,
    border: Border,
    above: Vec<Above>,
    left: Context,
    left_modes: [u8; 4],
    left_errors: [[i8; 2]; 2],
    costs: Costs,
    tokens: Tokens,
    modes: ModeList,
    header_used: i64,
}

impl Coder {
    /// For a picture of this many macroblocks in each direction.
    pub fn new(
        columns: usize,
        rows: usize,
        quality: f32,
        segments: Vec<Segment>,
        chroma: ChromaOffsets,
    ) -> Self {
        Self {
            columns,
            total: columns * rows,
            done: 0,
            segments,
            chroma,
            diffused: quality <= DIFFUSED,
            border: Border::new(columns),
            above: vec![Above::default(); columns],
            left: Context::default(),
            left_modes: [0; 4],
            left_errors: [[0; 2]; 2],
            costs: Costs::default(),
            tokens: Tokens::new(columns),
            modes: ModeList::default(),
            header_used: 0,
        }
    }

    /// Codes the next macroblock.
    pub fn code(&mut self, source: &Source, segment: u8) {
        let column = self.done % self.columns;
        if column == 0 && self.done > 0 {
            self.border.next_row();
            self.left = Context::default();
            self.left_modes = [0; 4];
            self.left_errors = [[0; 2]; 2];
        }
        if self.done > 0 && self.done.is_multiple_of((self.total / 8).max(REFRESH)) {
            self.costs.update(&self.tokens.probabilities());
        }
        let decision = self.decide(source, column, segment);
        self.keep(decision, column, segment);
        self.done += 1;
    }

    fn decide(&mut self, source: &Source, column: usize, segment: u8) -> Decision {
        let budget = self.header_budget();
        let above = &mut self.above[column];
        let surroundings = Surroundings {
            around: &self.border.around(column),
            modes: BlockModes {
                top: above.modes,
                left: self.left_modes,
            },
            top: above.context,
            left: self.left,
            costs: &self.costs,
            header_budget: budget.clamp(0, i64::from(u32::MAX)) as u32,
            plain: budget < PLAIN_HEADER,
        };
        let mut diffusion = Diffusion {
            top: &mut above.errors,
            left: &mut self.left_errors,
        };
        decide(
            source,
            &surroundings,
            &mut self.segments[usize::from(segment)],
            self.diffused.then_some(&mut diffusion),
        )
    }

    /// What is left of the first partition's limit for this macroblock, when all of them get the
    /// same and what some do not use is there for the next.
    fn header_budget(&self) -> i64 {
        let limit = header::MODE_BITS * 256;
        limit * (self.done as i64 + 1) / self.total as i64 - self.header_used
    }

    fn keep(&mut self, decision: Decision, column: usize, segment: u8) {
        let above = &mut self.above[column];
        let any = decision.any();
        let has_first = decision.levels.first.is_some();
        let levels = any.then_some(&decision.levels);
        self.tokens
            .push(levels, has_first, &mut above.context, &mut self.left);
        let edges = edges(&decision.luma);
        (above.modes, self.left_modes) = (edges.top, edges.left);
        self.modes.push(&Modes {
            segment,
            skipped: !any,
            luma: decision.luma,
            chroma: decision.chroma,
        });
        let segment_bits = if self.segments.len() > 1 { 2 * 256 } else { 0 };
        self.header_used += i64::from(decision.header) + segment_bits;
        let output = &decision.reconstruction;
        self.border.save(column, &output.luma, &output.chroma);
    }

    /// The frame; none if its first partition is larger than the format allows.
    pub fn finish(self, width: u16, height: u16) -> Option<Vec<u8>> {
        let (tokens, probabilities) = self.tokens.finish();
        let header = Header {
            width,
            height,
            columns: self.columns,
            segments: &self.segments,
            chroma: self.chroma,
            probabilities: &probabilities,
            modes: &self.modes,
        };
        header.frame(tokens)
    }
}
