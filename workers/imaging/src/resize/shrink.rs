//! Averages over blocks of samples, and from bytes to numbers.

use super::{Job, LANES};
use crate::lanes::Four;

/// Averages blocks of `across` × `down` samples; keeps what is summed so far.
pub(super) struct Shrink {
    across: usize,
    down: u32,
    channels: usize,
    alpha: bool,
    /// Rows summed so far.
    rows: u32,
    /// Sums of opaque samples, one for each column and channel, and one more to read over the end.
    narrow: Vec<u16>,
    /// Sums of premultiplied pixels, times 255, one for each block.
    wide: Vec<[f32; LANES]>,
}

impl Shrink {
    pub fn new(job: &Job, across: u32, down: u32) -> Self {
        let width = job.bounds.width as usize;
        let (narrow, wide) = match (down, job.alpha) {
            (1, _) if across == 1 => (0, 0),
            (_, true) => (0, width.div_ceil(across as usize)),
            (_, false) => (width * job.channels + 1, 0),
        };
        Self {
            across: across as usize,
            down,
            channels: job.channels,
            alpha: job.alpha,
            rows: 0,
            narrow: vec![0; narrow],
            wide: vec![[0.0; LANES]; wide],
        }
    }

    /// Takes a row; gives whether it completed a shrunk one, which is then in `place`: samples of one
    /// channel one after the other, or else pixels of [`LANES`] numbers, alpha premultiplied.
    pub fn push(&mut self, row: &[u8], is_last: bool, place: &mut [f32]) -> bool {
        if self.across == 1 && self.down == 1 {
            match (self.channels, self.alpha) {
                (1, _) => copy(row, place),
                (_, false) => copy_pixels(row, place),
                (_, true) => premultiply(row, place),
            }
            return true;
        }
        match self.alpha {
            true => add_premultiplied(&mut self.wide, row, self.across),
            false => add(&mut self.narrow, row),
        }
        self.rows += 1;
        if self.rows < self.down && !is_last {
            return false;
        }
        self.average(row.len() / self.channels, place);
        self.rows = 0;
        true
    }

    /// The averages of each block of what is summed, which is cleared.
    fn average(&mut self, columns: usize, place: &mut [f32]) {
        let across = self.across;
        let (whole, rest) = (columns / across, columns % across);
        let factor = |columns: usize| 1.0 / (columns.max(1) as f32 * self.rows as f32);
        let factors = [factor(across), factor(rest)];
        match (self.alpha, self.channels) {
            (true, _) => average_pixels(&mut self.wide, whole, factors, place),
            (false, 1) => {
                let sums = &self.narrow[..columns];
                match across {
                    2 => average_blocks::<2>(sums, factors, place),
                    3 => average_blocks::<3>(sums, factors, place),
                    4 => average_blocks::<4>(sums, factors, place),
                    _ => average_any(sums, across, factors, place),
                }
            }
            (false, _) => average_colours(&self.narrow, [whole, across, rest], factors, place),
        }
        self.narrow.fill(0);
    }
}

fn copy(row: &[u8], place: &mut [f32]) {
    let places = place.iter_mut().zip(row);
    places.for_each(|(place, sample)| *place = f32::from(*sample));
}

/// Pixels of three channels; the fourth number of each is anything.
fn copy_pixels(row: &[u8], place: &mut [f32]) {
    let (places, _) = place.as_chunks_mut::<LANES>();
    let (pixels, _) = row.as_chunks::<3>();
    for (index, (place, [r, g, b])) in places.iter_mut().zip(pixels).enumerate() {
        let next = row.get(3 * index..).and_then(<[u8]>::first_chunk);
        *place = Four::of_bytes(next.unwrap_or(&[*r, *g, *b, 0])).store();
    }
}

fn premultiply(row: &[u8], place: &mut [f32]) {
    let (places, _) = place.as_chunks_mut::<LANES>();
    let (pixels, _) = row.as_chunks::<LANES>();
    for (place, pixel) in places.iter_mut().zip(pixels) {
        let alpha = f32::from(pixel[3]) * (1.0 / 255.0);
        *place = (Four::of_bytes(pixel) * Four::load(&[alpha, alpha, alpha, 1.0])).store();
    }
}

fn add(sums: &mut [u16], row: &[u8]) {
    for (sum, sample) in sums.iter_mut().zip(row) {
        // At most 256 rows of at most 255.
        *sum = sum.wrapping_add(u16::from(*sample));
    }
}

/// Sums are exact as long as blocks have 258 pixels at most, and as good as that beyond.
fn add_premultiplied(sums: &mut [[f32; LANES]], row: &[u8], across: usize) {
    let (pixels, _) = row.as_chunks::<LANES>();
    for (sum, block) in sums.iter_mut().zip(pixels.chunks(across)) {
        let of_row = block.iter().map(|pixel| {
            let alpha = f32::from(pixel[3]);
            Four::of_bytes(pixel) * Four::load(&[alpha, alpha, alpha, 255.0])
        });
        let total = of_row.fold(Four::splat(0.0), |total, pixel| total + pixel);
        *sum = (Four::load(sum) + total).store();
    }
}

/// Of the first `whole` sums with the first factor, of the one after them with the second one.
fn average_pixels(sums: &mut [[f32; LANES]], whole: usize, factors: [f32; 2], place: &mut [f32]) {
    let (places, _) = place.as_chunks_mut::<LANES>();
    for (index, (place, sum)) in places.iter_mut().zip(sums).enumerate() {
        let factor = factors[usize::from(index >= whole)] * (1.0 / 255.0);
        *place = (Four::load(sum) * Four::splat(factor)).store();
        *sum = [0.0; LANES];
    }
}

/// One channel, in blocks of `ACROSS` columns.
fn average_blocks<const ACROSS: usize>(sums: &[u16], factors: [f32; 2], place: &mut [f32]) {
    let (blocks, rest) = sums.as_chunks::<ACROSS>();
    let total = |block: &[u16]| block.iter().map(|sum| u32::from(*sum)).sum::<u32>() as f32;
    for (place, block) in place.iter_mut().zip(blocks) {
        *place = total(block) * factors[0];
    }
    if let (Some(place), false) = (place.get_mut(blocks.len()), rest.is_empty()) {
        *place = total(rest) * factors[1];
    }
}

/// Likewise for any number of columns.
fn average_any(sums: &[u16], across: usize, factors: [f32; 2], place: &mut [f32]) {
    for (place, block) in place.iter_mut().zip(sums.chunks(across)) {
        let total: u32 = block.iter().map(|sum| u32::from(*sum)).sum();
        *place = total as f32 * factors[usize::from(block.len() < across)];
    }
}

/// Three channels: `whole` blocks of `across` columns, and one of the rest.
fn average_colours(
    sums: &[u16],
    [whole, across, rest]: [usize; 3],
    factors: [f32; 2],
    place: &mut [f32],
) {
    let (places, _) = place.as_chunks_mut::<LANES>();
    let mut columns = sums.windows(LANES).step_by(3);
    let mut total = |count: usize| {
        let columns = columns.by_ref().take(count);
        let numbers = columns.filter_map(|column| column.first_chunk().map(Four::of_words));
        numbers.fold(Four::splat(0.0), |total, column| total + column)
    };
    for (index, place) in places.iter_mut().enumerate().take(whole + 1) {
        let (count, factor) = match index < whole {
            true => (across, factors[0]),
            false => (rest, factors[1]),
        };
        if count > 0 {
            *place = (total(count) * Four::splat(factor)).store();
        }
    }
}
