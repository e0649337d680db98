//! Prediction from what is above and to the left (RFC 6386, section 12).

use super::modes::Mode;

/// Samples of a macroblock with what surrounds it: a row above, with four samples more to the right,
/// and a column to the left.
pub(super) struct Work<const SIZE: usize> {
    pub samples: [u8; 32 * 17],
}

/// From one row to the next.
pub(super) const STRIDE: usize = 32;

/// Where the macroblock begins.
pub(super) const ORIGIN: usize = STRIDE + 8;

impl<const SIZE: usize> Work<SIZE> {
    /// What is beyond the picture: 127 above, 129 to the left (section 12.2).
    pub fn new() -> Self {
        Self {
            samples: [127; STRIDE * 17],
        }
    }

    /// Begins a row of macroblocks: nothing is to the left.
    pub fn begin_row(&mut self, is_first: bool) {
        for row in 0..SIZE {
            self.samples[ORIGIN + row * STRIDE - 1] = 129;
        }
        self.samples[ORIGIN - STRIDE - 1] = if is_first { 127 } else { 129 };
    }

    /// Moves on to the next macroblock, whose row above is `above`, unless it is in the first row.
    /// The corner is taken from the row above the macroblock before.
    pub fn move_on(&mut self) {
        for row in 0..=SIZE {
            let start = ORIGIN - STRIDE + row * STRIDE;
            self.samples[start - 1] = self.samples[start + SIZE - 1];
        }
    }

    /// Sets the row above.
    pub fn set_above(&mut self, above: &[u8]) {
        let start = ORIGIN - STRIDE;
        self.samples[start..start + above.len()].copy_from_slice(above);
    }

    /// The four samples to the right above also stand above the blocks further down at the right
    /// (section 12.3).
    pub fn spread_above(&mut self) {
        let right = ORIGIN - STRIDE + SIZE;
        for row in [4, 8, 12] {
            self.samples
                .copy_within(right..right + 4, right + row * STRIDE);
        }
    }

    pub fn row(&self, row: usize) -> &[u8] {
        let start = ORIGIN + row * STRIDE;
        &self.samples[start..start + SIZE]
    }

    fn above(&self) -> [u8; SIZE] {
        std::array::from_fn(|column| self.samples[ORIGIN - STRIDE + column])
    }

    fn left(&self, row: usize) -> u8 {
        self.samples[ORIGIN + row * STRIDE - 1]
    }

    /// Predicts all samples in one way. `has` says what there is above and to the left.
    pub fn predict(&mut self, mode: Mode, has: (bool, bool)) {
        let above = self.above();
        let corner = i32::from(self.samples[ORIGIN - STRIDE - 1]);
        let mean = self.mean(&above, has);
        for row in 0..SIZE {
            let left = self.left(row);
            let base = i32::from(left) - corner;
            let line: [u8; SIZE] = match mode {
                Mode::Mean => [mean; SIZE],
                Mode::Vertical => above,
                Mode::Horizontal => [left; SIZE],
                Mode::Gradient => above.map(|above| (i32::from(above) + base).clamp(0, 255) as u8),
            };
            let start = ORIGIN + row * STRIDE;
            self.samples[start..start + SIZE].copy_from_slice(&line);
        }
    }

    fn mean(&self, above: &[u8; SIZE], has: (bool, bool)) -> u8 {
        let size = SIZE as u32;
        let upper: u32 = above.iter().map(|sample| u32::from(*sample)).sum();
        let lefter: u32 = (0..SIZE).map(|row| u32::from(self.left(row))).sum();
        let (sum, count) = match has {
            (true, true) => (upper + lefter, 2 * size),
            (true, false) => (upper, size),
            (false, true) => (lefter, size),
            (false, false) => return 128,
        };
        ((sum + count / 2) / count) as u8
    }

    /// Predicts the block of four by four samples at `start` (section 12.3).
    pub fn predict_block(&mut self, mode: u8, start: usize) {
        let at = |offset: usize| self.samples[start + offset - STRIDE - 1];
        // From below on the left, over the corner, to the right above.
        let edge: [u8; 13] = std::array::from_fn(|index| match index {
            0..4 => at((4 - index) * STRIDE),
            _ => at(index - 4),
        });
        let block = block(mode, &edge);
        for (row, line) in block.iter().enumerate() {
            let start = start + row * STRIDE;
            self.samples[start..start + 4].copy_from_slice(line);
        }
    }
}

fn block(mode: u8, edge: &[u8; 13]) -> [[u8; 4]; 4] {
    let wide = |index: usize| u32::from(edge[index]);
    let three =
        |index: usize| ((wide(index - 1) + 2 * wide(index) + wide(index + 1) + 2) >> 2) as u8;
    let two = |index: usize| ((wide(index) + wide(index + 1) + 1) >> 1) as u8;
    let fill = |sample: &dyn Fn(usize, usize) -> u8| -> [[u8; 4]; 4] {
        std::array::from_fn(|row| std::array::from_fn(|column| sample(row, column)))
    };
    match mode {
        0 => {
            let sum: u32 = (0..4).chain(5..9).map(wide).sum();
            [[((sum + 4) >> 3) as u8; 4]; 4]
        }
        1 => fill(&|row, column| {
            let sum = wide(3 - row) as i32 + wide(5 + column) as i32 - wide(4) as i32;
            sum.clamp(0, 255) as u8
        }),
        2 => fill(&|_, column| three(5 + column)),
        3 => fill(&|row, _| match row {
            // The last sample to the left counts for the one below it, too.
            3 => ((wide(1) + 3 * wide(0) + 2) >> 2) as u8,
            row => three(3 - row),
        }),
        // To the left below.
        4 => fill(&|row, column| match row + column {
            6 => ((wide(11) + 3 * wide(12) + 2) >> 2) as u8,
            along => three(6 + along),
        }),
        // To the right below.
        5 => fill(&|row, column| three(4 + column - row)),
        _ => {
            let end = ((wide(1) + 3 * wide(0) + 2) >> 2) as u8;
            steep(mode, [end, edge[0]], &two, &three)
        }
    }
}

/// The four modes between the main directions; figures as in section 12.3.
fn steep(
    mode: u8,
    ends: [u8; 2],
    two: &dyn Fn(usize) -> u8,
    three: &dyn Fn(usize) -> u8,
) -> [[u8; 4]; 4] {
    match mode {
        // Vertical, to the right.
        6 => [
            [two(4), two(5), two(6), two(7)],
            [three(4), three(5), three(6), three(7)],
            [three(3), two(4), two(5), two(6)],
            [three(2), three(4), three(5), three(6)],
        ],
        // Vertical, to the left.
        7 => [
            [two(5), two(6), two(7), two(8)],
            [three(6), three(7), three(8), three(9)],
            [two(6), two(7), two(8), three(10)],
            [three(7), three(8), three(9), three(11)],
        ],
        // Horizontal, downwards.
        8 => [
            [two(3), three(4), three(5), three(6)],
            [two(2), three(3), two(3), three(4)],
            [two(1), three(2), two(2), three(3)],
            [two(0), three(1), two(1), three(2)],
        ],
        // Horizontal, upwards: beyond the last sample to the left it goes on as it ends.
        _ => {
            let [end, last] = ends;
            [
                [two(2), three(2), two(1), three(1)],
                [two(1), three(1), two(0), end],
                [two(0), end, last, last],
                [last; 4],
            ]
        }
    }
}
