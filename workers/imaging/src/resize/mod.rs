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
    /// Interleaved channels: 1, 3, or 4 with alpha.
    pub channels: usize,
    /// Whether the last channel is straight alpha.
    pub alpha: bool,
}

impl Job {
    /// For half as many samples in both directions; where a side is odd, the last of them stands for
    /// one that there is and one that there is not.
    pub fn halved(self) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let stretched = |stretch: Stretch, samples: u32, half: u32| Stretch {
            length: stretch.length * f64::from(half * 2) / f64::from(samples),
            ..stretch
        };
        Self {
            columns: stretched(self.columns, self.width, width),
            rows: stretched(self.rows, self.height, height),
            width,
            height,
            ..self
        }
    }
}

/// Resizes one plane.
pub(crate) struct Resizer {
    job: Job,
    across: Axis,
    down: Axis,
    shrink: Shrink,
    /// The row of the plane that comes next.
    row: u32,
    /// The shrunk rows that are still needed, premultiplied: samples of one channel, or pixels of
    /// [`LANES`] numbers.
    ring: Vec<f32>,
    /// Shrunk rows so far.
    made: usize,
    /// A row of the result before it is filtered along the row.
    filtered: Vec<f32>,
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
        let row = stride * numbers(job.channels);
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
        let channels = numbers(job.channels) as f64;
        let ring = row * channels * 4.0 * (taps(down) + 1.0);
        let weights = taps(across) * f64::from(job.width) + taps(down) * f64::from(job.height);
        let sums = f64::from(job.bounds.width) * channels * 4.0;
        // Weights exist twice while they are made, once in double length.
        (ring + weights * 16.0 + sums) as u64
    }

    /// Rows of the result that one row of the source completes, at most.
    pub fn burst(job: &Job) -> u64 {
        let ratio = (f64::from(job.height) / job.rows.length.max(1.0)).ceil() as u64;
        // At the end, those too that lacked what is not there.
        (ratio.saturating_mul(4)).min(job.height.into())
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
        let size = self.filtered.len();
        let slot = self.made % self.down.taps * size;
        let place = &mut self.ring[slot..slot + size];
        if self.shrink.push(inside, is_last, place) {
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
            match (self.job.channels, self.job.alpha) {
                (1, _) => self.filter_across(),
                (_, false) => self.filter_colours_across(),
                (_, true) => self.filter_pixels_across(),
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

    fn filter_across(&mut self) {
        let row = next_row(&mut self.output, self.across.len());
        for (place, (first, weights)) in row.iter_mut().zip(self.across.padded()) {
            *place = (dot(&self.filtered[first..], weights) + 0.5) as u8;
        }
    }

    fn filter_colours_across(&mut self) {
        let (pixels, _) = self.filtered.as_chunks();
        let row = next_row(&mut self.output, self.across.len() * 3);
        let half = Four::splat(0.5);
        for (index, place) in row.as_chunks_mut().0.iter_mut().enumerate() {
            let (first, weights) = self.across.sum(index);
            let sum = weighted(&pixels[first..], weights) + half;
            let [r, g, b, ..] = Four::to_u8(sum, sum);
            *place = [r, g, b];
        }
    }

    fn filter_pixels_across(&mut self) {
        let (pixels, _) = self.filtered.as_chunks();
        let row = next_row(&mut self.output, self.across.len() * LANES);
        for (index, place) in row.as_chunks_mut().0.iter_mut().enumerate() {
            let (first, weights) = self.across.sum(index);
            *place = straight(weighted(&pixels[first..], weights));
        }
    }
}

/// Room for a row at the end.
fn next_row(output: &mut Vec<u8>, length: usize) -> &mut [u8] {
    let start = output.len();
    output.resize(start + length, 0);
    &mut output[start..]
}

/// Numbers that a sample of so many channels takes.
fn numbers(channels: usize) -> usize {
    match channels {
        1 => 1,
        _ => LANES,
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

/// The sum of pixels, each times its weight.
#[inline(always)]
fn weighted(pixels: &[[f32; LANES]], weights: &[f32]) -> Four {
    let products = pixels.iter().zip(weights);
    let products = products.map(|(pixel, weight)| Four::load(pixel) * Four::splat(*weight));
    products.fold(Four::splat(0.0), |sum, product| sum + product)
}

/// From premultiplied to straight alpha, which is the last number, in 8 bits.
#[inline(always)]
fn straight(pixel: Four) -> [u8; LANES] {
    let [.., alpha] = pixel.store();
    if alpha < 0.5 {
        return [0; LANES];
    }
    // The function `min` is none of the processor's, because of what is no number.
    let factor = if alpha > 255.0 { 1.0 } else { 255.0 / alpha };
    let numbers = pixel * Four::load(&[factor, factor, factor, 1.0]) + Four::splat(0.5);
    let [r, g, b, a, ..] = Four::to_u8(numbers, numbers);
    [r, g, b, a]
}
