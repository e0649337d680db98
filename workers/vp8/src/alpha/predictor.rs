//! Prediction of each value from its neighbours, in one of fourteen ways for each square of the
//! plane (<https://developers.google.com/speed/webp/docs/webp_lossless_bitstream_specification#41_predictor_transform>).

use super::{bits::BitWriter, parse::log2};

/// Ways to predict.
const MODES: usize = 14;

/// Side of a square, as a power of two.
const SIDE_BITS: u32 = 4;

/// What is added to a square's cost if its mode is not that of the square before it, in 1/256 bit.
const CHANGE: u32 = 4 * 256;

/// Number of values from which on only one row in four is looked at.
const LARGE: usize = 1 << 21;

/// Neighbours of a value.
#[derive(Clone, Copy)]
struct Around {
    left: u8,
    above: u8,
    above_left: u8,
    above_right: u8,
}

impl Around {
    /// What a mode predicts.
    #[inline(always)]
    fn predict(self, mode: usize) -> u8 {
        let Self {
            left: l,
            above: t,
            above_left: tl,
            above_right: tr,
        } = self;
        let mean = |a: u8, b: u8| ((u16::from(a) + u16::from(b)) >> 1) as u8;
        match mode {
            0 => 0,
            1 => l,
            2 => t,
            3 => tr,
            4 => tl,
            5 => mean(mean(l, tr), t),
            6 => mean(l, tl),
            7 => mean(l, t),
            8 => mean(tl, t),
            9 => mean(t, tr),
            10 => mean(mean(l, tl), mean(t, tr)),
            11 => {
                if t.abs_diff(tl) < l.abs_diff(tl) {
                    l
                } else {
                    t
                }
            }
            12 => (i16::from(l) + i16::from(t) - i16::from(tl)).clamp(0, 255) as u8,
            _ => {
                let middle = i16::from(mean(l, t));
                (middle + (middle - i16::from(tl)) / 2).clamp(0, 255) as u8
            }
        }
    }
}

/// A plane, predicted.
pub struct Predicted {
    /// The mode of each square.
    modes: Vec<u8>,
    /// Squares in a row.
    across: usize,
    /// What prediction leaves over.
    pub rest: Vec<u8>,
}

impl Predicted {
    /// A plane of this width, in the modes that promise the least cost.
    pub fn new(width: usize, plane: &[u8]) -> Self {
        let view = View { width, plane };
        // Without knowing better, small errors are taken to be likelier than large ones.
        let guess = std::array::from_fn(|error| {
            2 * log2(1 + u32::from((error as u8 as i8).unsigned_abs()))
        });
        let first = view.modes(&guess, 2);
        let modes = view.modes(&costs(&view.rest(&first)), 1);
        Self {
            rest: view.rest(&modes),
            across: view.across(),
            modes,
        }
    }

    /// Writes that values are predicted, and how.
    pub fn write(&self, writer: &mut BitWriter) {
        writer.put(1, 1); // A transform,
        writer.put(0, 2); // that of prediction,
        writer.put(SIDE_BITS - 2, 3);
        super::lossless::write_small(writer, self.across, &self.modes);
    }
}

/// Costs of errors as often as they were seen, in 1/256 bit.
fn costs(rest: &[u8]) -> [u32; 256] {
    let mut counts = [1_u32; 256];
    for &error in rest {
        counts[usize::from(error)] += 1;
    }
    let all = log2(counts.iter().sum());
    counts.map(|count| all - log2(count))
}

struct View<'a> {
    width: usize,
    plane: &'a [u8],
}

impl View<'_> {
    fn across(&self) -> usize {
        self.width.div_ceil(1 << SIDE_BITS)
    }

    /// The neighbours of a value that is neither in the first row nor in the first column. Above and
    /// to the right of a row's last value stands the row's own first one.
    #[inline(always)]
    fn around(&self, place: usize) -> Around {
        Around {
            left: self.plane[place - 1],
            above: self.plane[place - self.width],
            above_left: self.plane[place - self.width - 1],
            above_right: self.plane[place - self.width + 1],
        }
    }

    /// The cheapest mode of each square, as one row in `step` shows it.
    fn modes(&self, costs: &[u32; 256], step: usize) -> Vec<u8> {
        let mut modes: Vec<u8> = Vec::new();
        let step = if self.plane.len() > LARGE { 4 } else { step };
        let rows = self.plane.len() / self.width;
        for top in (0..rows).step_by(1 << SIDE_BITS) {
            for left in (0..self.width).step_by(1 << SIDE_BITS) {
                let before = modes.last().map_or(1, |mode| usize::from(*mode));
                if before > 0 && self.is_flat(left, top, rows) {
                    modes.push(before as u8);
                    continue;
                }
                let mut totals = self.totals([left, top], rows, costs, step);
                for (mode, total) in totals.iter_mut().enumerate() {
                    *total += if mode == before { 0 } else { CHANGE };
                }
                let best = (0..MODES).min_by_key(|mode| (totals[*mode], *mode != before));
                modes.push(best.unwrap_or(0) as u8);
            }
        }
        modes
    }

    /// Whether a square and what it is predicted from have one value.
    fn is_flat(&self, left: usize, top: usize, rows: usize) -> bool {
        let value = self.plane[top * self.width + left];
        let columns = left.saturating_sub(1)..self.width.min(left + (1 << SIDE_BITS) + 1);
        (top.saturating_sub(1)..rows.min(top + (1 << SIDE_BITS))).all(|row| {
            let row = &self.plane[row * self.width..][columns.clone()];
            row.iter().all(|&other| other == value)
        })
    }

    /// What each mode costs in a square.
    fn totals(
        &self,
        [left, top]: [usize; 2],
        rows: usize,
        costs: &[u32; 256],
        step: usize,
    ) -> [u32; MODES] {
        let mut totals = [0; MODES];
        for row in (top.max(1)..rows.min(top + (1 << SIDE_BITS))).step_by(step) {
            for column in left.max(1)..self.width.min(left + (1 << SIDE_BITS)) {
                let place = row * self.width + column;
                let (value, around) = (self.plane[place], self.around(place));
                for (mode, total) in totals.iter_mut().enumerate() {
                    *total += costs[usize::from(value.wrapping_sub(around.predict(mode)))];
                }
            }
        }
        totals
    }

    /// What prediction leaves over. The first value is predicted as zero, the others of the first row
    /// by the value to the left, those of the first column by the value above.
    fn rest(&self, modes: &[u8]) -> Vec<u8> {
        let mut rest = Vec::with_capacity(self.plane.len());
        let mut before = 0;
        for &value in &self.plane[..self.width] {
            rest.push(value.wrapping_sub(before));
            before = value;
        }
        for start in (self.width..self.plane.len()).step_by(self.width) {
            rest.push(self.plane[start].wrapping_sub(self.plane[start - self.width]));
            let squares = ((start / self.width) >> SIDE_BITS) * self.across();
            for (square, &mode) in modes[squares..][..self.across()].iter().enumerate() {
                let left = (square << SIDE_BITS).max(1);
                let right = self.width.min((square + 1) << SIDE_BITS);
                rest.extend((start + left..start + right).map(|place| {
                    let predicted = self.around(place).predict(usize::from(mode));
                    self.plane[place].wrapping_sub(predicted)
                }));
            }
        }
        rest
    }
}
