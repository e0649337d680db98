//! The samples of one plane in one row of macroblocks, and above them those that the loop filter may
//! still change.

use super::filter::{self, Edge, Strength};
use super::predict::Work;
use crate::source::Sink;

/// Rows above that are kept: the filter reads four and changes three.
const KEPT: usize = 4;

/// A plane of macroblocks of `SIZE` × `SIZE` samples.
pub(super) struct Band<const SIZE: usize> {
    samples: Vec<u8>,
    stride: usize,
    /// Samples of a row without padding.
    width: usize,
    /// Rows that are still to be given.
    rows: usize,
    is_first: bool,
    /// The last row of the macroblocks above, before the filter, with room for those to the right.
    pub above: Vec<u8>,
}

impl<const SIZE: usize> Band<SIZE> {
    pub fn new(width: usize, height: usize, macroblocks: usize) -> Self {
        let stride = macroblocks * SIZE;
        Self {
            samples: vec![0; stride * (SIZE + KEPT)],
            stride,
            width,
            rows: height,
            is_first: true,
            above: vec![127; stride + 4],
        }
    }

    /// Bytes that it holds.
    pub fn predict(macroblocks: u64) -> u64 {
        macroblocks * (SIZE * (SIZE + KEPT + 1)) as u64
    }

    /// Takes a finished macroblock.
    pub fn put(&mut self, column: usize, work: &Work<SIZE>) {
        for row in 0..SIZE {
            let start = (KEPT + row) * self.stride + column * SIZE;
            self.samples[start..start + SIZE].copy_from_slice(work.row(row));
        }
    }

    /// Remembers the last row of the macroblocks for those below; beyond the right end its last
    /// sample goes on.
    pub fn remember(&mut self) {
        let start = (KEPT + SIZE - 1) * self.stride;
        self.above[..self.stride].copy_from_slice(&self.samples[start..start + self.stride]);
        let last = self.above[self.stride - 1];
        self.above[self.stride..].fill(last);
    }

    /// Filters the edges of a macroblock: the left and the upper one unless they are the picture's,
    /// and those inside, `STEP` samples apart.
    pub fn filter(&mut self, column: usize, strength: Strength, is_simple: bool) {
        let origin = KEPT * self.stride + column * SIZE;
        let (stride, samples) = (self.stride, &mut self.samples);
        let upright = |start| Edge {
            start,
            along: stride,
            across: 1,
            length: SIZE,
        };
        let flat = |start| Edge {
            start,
            along: 1,
            across: stride,
            length: SIZE,
        };
        let steps = || (4..SIZE).step_by(4).filter(|_| strength.inner);
        let mut run = |edge, is_outer| match (is_simple, is_outer) {
            (true, is_outer) => filter::simple(samples, edge, strength, is_outer),
            (false, true) => filter::outer(samples, edge, strength),
            (false, false) => filter::inner(samples, edge, strength),
        };
        if column > 0 {
            run(upright(origin), true);
        }
        steps().for_each(|step| run(upright(origin + step), false));
        if !self.is_first {
            run(flat(origin), true);
        }
        steps().for_each(|step| run(flat(origin + step * stride), false));
    }

    /// Gives the rows that nothing changes any more, and makes room for the next macroblocks.
    pub fn emit(&mut self, plane: usize, sink: &mut dyn Sink, is_last: bool) {
        let first = if self.is_first { KEPT } else { 0 };
        let last = if is_last { SIZE + KEPT } else { SIZE };
        for row in first..last {
            if self.rows == 0 {
                break;
            }
            let start = row * self.stride;
            sink.row(plane, &self.samples[start..start + self.width]);
            self.rows -= 1;
        }
        self.samples.copy_within(SIZE * self.stride.., 0);
        self.is_first = false;
    }
}
