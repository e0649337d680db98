//! Resizing in one pass over the rows of the source, which is never held as a whole.
//!
//! Rows are averaged in whole blocks first, as far as at least two samples per sample of the result
//! remain, then filtered with Lanczos 3: down the columns as soon as enough rows are there, along
//! the row after that. What is held is a ring of as many shrunk rows as the filter reaches over.

mod axis;
mod shrink;

pub(crate) use axis::Stretch;
use axis::{Axis, LANES};
use shrink::Shrink;

use crate::lanes::Four;

/// A part of a plane, in samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

impl Part {
    /// What of it lies in `other`; `other` if nothing does.
    pub fn within(self, other: Self) -> Self {
        let right = (self.x + self.width).min(other.x + other.width);
        let bottom = (self.y + self.height).min(other.y + other.height);
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        match x < right && y < bottom {
            true => Self {
                x,
                y,
                width: right - x,
                height: bottom - y,
            },
            false => other,
        }
    }
}

/// What is to be made of one plane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Job {
    /// The only samples that may be looked at.
    pub bounds: Part,
    /// Which of them are mapped to the result; relative to `bounds`.
    pub columns: Stretch,
    /// Likewise.
    pub rows: Stretch,
    /// Of the result, in samples.
    pub width: u32,
    /// Of the result, in samples.
    pub height: u32,
    /// Interleaved channels, 1 to 4.
    pub channels: usize,
    /// Whether the last channel is straight alpha.
    pub alpha: bool,
}

/// Resizes one plane.
pub(crate) struct Resizer {
    job: Job,
    across: Axis,
    down: Axis,
    shrink: Shrink,
    /// The row of the plane that comes next.
    row: u32,
    /// The shrunk rows that are still needed, each channel by itself, premultiplied.
    ring: Vec<f32>,
    /// Shrunk rows so far.
    made: usize,
    /// A row of the result before it is filtered along the row.
    filtered: Vec<f32>,
    /// Samples of one channel in `ring` and `filtered`, with room for the padding of the weights.
    stride: usize,
    output: Vec<u8>,
    /// Rows of the result that were taken.
    taken: usize,
    /// Rows of the result so far.
    finished: usize,
}

impl Resizer {
    /// Allocates what the job needs; see [`Resizer::predict`].
    pub fn new(job: Job) -> Self {
        let size = job.width as usize * job.height as usize * job.channels;
        let mut resizer = Self::flowing(job);
        resizer.output.reserve_exact(size);
        resizer
    }

    /// For a result that is taken while it is made; see [`Resizer::predict_flowing`].
    pub fn flowing(job: Job) -> Self {
        let across = Axis::new(job.columns, job.bounds.width, job.width);
        let down = Axis::new(job.rows, job.bounds.height, job.height);
        let shrunk = job.bounds.width.div_ceil(across.shrink) as usize;
        let stride = (shrunk + across.taps).next_multiple_of(LANES);
        let row = stride * job.channels;
        Self {
            shrink: Shrink::new(&job, across.shrink, down.shrink),
            ring: vec![0.0; row * down.taps],
            filtered: vec![0.0; row],
            output: Vec::new(),
            taken: 0,
            row: 0,
            made: 0,
            finished: 0,
            job,
            across,
            down,
            stride,
        }
    }

    /// Bytes that a job will hold at most, the result among them.
    pub fn predict(job: &Job) -> u64 {
        let size = u64::from(job.width) * u64::from(job.height) * job.channels as u64;
        Self::predict_flowing(job) + size
    }

    /// Bytes that a job will hold at most, apart from the result.
    pub fn predict_flowing(job: &Job) -> u64 {
        let ratio = |length: f64, output: u32| length / f64::from(output.max(1));
        let shrunk = |ratio: f64| (ratio / 2.0).floor().max(1.0);
        let across = ratio(job.columns.length, job.width);
        let down = ratio(job.rows.length, job.height);
        let taps = |ratio: f64| 6.0 * (ratio / shrunk(ratio)).max(1.0) + 6.0;
        let row = f64::from(job.bounds.width) / shrunk(across) + taps(across) + 4.0;
        let channels = job.channels as f64;
        let ring = row * channels * 4.0 * (taps(down) + 1.0);
        let weights = taps(across) * f64::from(job.width) + taps(down) * f64::from(job.height);
        let sums = f64::from(job.bounds.width) * channels * 4.0;
        // Weights exist twice while they are made, once in double length.
        (ring + weights * 16.0 + sums) as u64
    }

    /// Takes the next row of the plane, from its first to its last sample.
    pub fn push(&mut self, row: &[u8]) {
        let Part {
            x,
            y,
            width,
            height,
        } = self.job.bounds;
        let index = self.row;
        self.row += 1;
        if index < y || index - y >= height {
            return;
        }
        let channels = self.job.channels;
        let (start, length) = (x as usize * channels, width as usize * channels);
        let Some(inside) = row.get(start..start + length) else {
            return;
        };
        let is_last = index - y == height - 1;
        let size = self.stride * channels;
        let slot = self.made % self.down.taps * size;
        let place = &mut self.ring[slot..slot + size];
        if self.shrink.push(inside, is_last, place, self.stride) {
            self.made += 1;
            self.emit();
        }
    }

    /// Rows of the result that can be taken.
    pub fn ready(&self) -> usize {
        self.finished - self.taken
    }

    /// Takes the next `rows` rows of the result.
    pub fn take(&mut self, rows: usize) -> Vec<u8> {
        let rows = rows.min(self.ready());
        let length = rows * self.job.width as usize * self.job.channels;
        self.taken += rows;
        let rest = self.output.split_off(length);
        std::mem::replace(&mut self.output, rest)
    }

    /// The result, unless rows are missing.
    pub fn finish(self) -> Option<Vec<u8>> {
        (self.finished == self.down.len()).then_some(self.output)
    }

    /// Makes the rows of the result for which everything is there.
    fn emit(&mut self) {
        while self.finished < self.down.len() && self.down.end(self.finished) <= self.made {
            self.filter_down();
            match self.job.channels {
                1 => self.filter_across::<1>(),
                2 => self.filter_across::<2>(),
                3 => self.filter_across::<3>(),
                _ => self.filter_across::<4>(),
            }
            self.finished += 1;
        }
    }

    fn filter_down(&mut self) {
        let (first, weights) = self.down.sum(self.finished);
        let (size, slots) = (self.filtered.len(), self.down.taps);
        let row = |index: usize| {
            let start = (first + index) % slots * size;
            &self.ring[start..start + size]
        };
        let mut index = 0;
        // Several rows at a time: the sums are read and written less often.
        while let Some(&[a, b, c, d]) = weights.get(index..).and_then(|rest| rest.first_chunk()) {
            let rows = [row(index), row(index + 1), row(index + 2), row(index + 3)];
            add_four(&mut self.filtered, rows, [a, b, c, d], index == 0);
            index += 4;
        }
        for (index, weight) in weights.iter().enumerate().skip(index) {
            add_one(&mut self.filtered, row(index), *weight, index == 0);
        }
    }

    fn filter_across<const CHANNELS: usize>(&mut self) {
        let channels: [&[f32]; CHANNELS] =
            std::array::from_fn(|channel| &self.filtered[channel * self.stride..][..self.stride]);
        for (first, weights) in self.across.padded() {
            let values = channels.map(|samples| dot(&samples[first..], weights));
            self.output.extend_from_slice(&match self.job.alpha {
                true => straight(values),
                false => values.map(round),
            });
        }
    }
}

/// Adds four rows to the sums, each times its weight; `is_first` if the sums are not begun yet.
fn add_four(sums: &mut [f32], rows: [&[f32]; 4], weights: [f32; 4], is_first: bool) {
    let [a, b, c, d] = rows.map(|row| row.as_chunks::<LANES>().0);
    let [wa, wb, wc, wd] = weights.map(Four::splat);
    let samples = a.iter().zip(b).zip(c.iter().zip(d));
    for (sum, ((a, b), (c, d))) in sums.as_chunks_mut().0.iter_mut().zip(samples) {
        let [a, b, c, d] = [a, b, c, d].map(Four::load);
        let new = (a * wa + b * wb) + (c * wc + d * wd);
        *sum = match is_first {
            true => new,
            false => Four::load(sum) + new,
        }
        .store();
    }
}

/// Likewise for one row.
fn add_one(sums: &mut [f32], row: &[f32], weight: f32, is_first: bool) {
    let weight = Four::splat(weight);
    let samples = row.as_chunks::<LANES>().0;
    for (sum, sample) in sums.as_chunks_mut().0.iter_mut().zip(samples) {
        let new = Four::load(sample) * weight;
        *sum = match is_first {
            true => new,
            false => Four::load(sum) + new,
        }
        .store();
    }
}

/// The sum of products, in [`LANES`] lanes.
#[inline(always)]
fn dot(samples: &[f32], weights: &[f32]) -> f32 {
    let (samples, _) = samples.as_chunks::<LANES>();
    let (weights, _) = weights.as_chunks::<LANES>();
    let products = samples.iter().zip(weights);
    let products = products.map(|(sample, weight)| Four::load(sample) * Four::load(weight));
    products
        .fold(Four::splat(0.0), |sum, product| sum + product)
        .sum()
}

/// To 8 bits; the conversion keeps to the type's bounds.
#[inline(always)]
fn round(value: f32) -> u8 {
    (value + 0.5) as u8
}

/// From premultiplied to straight alpha, which is the last channel.
#[inline(always)]
fn straight<const CHANNELS: usize>(values: [f32; CHANNELS]) -> [u8; CHANNELS] {
    let alpha = values[CHANNELS - 1];
    if alpha < 0.5 {
        return [0; CHANNELS];
    }
    let factor = 255.0 / alpha.min(255.0);
    let mut bytes = values.map(|value| round(value * factor));
    bytes[CHANNELS - 1] = round(alpha);
    bytes
}
