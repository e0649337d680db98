//! Averages over blocks of samples, and from bytes to numbers.

use super::Job;

/// Averages blocks of `across` × `down` samples; keeps what is summed so far.
pub(super) struct Shrink {
    across: usize,
    down: u32,
    channels: usize,
    alpha: bool,
    /// Rows summed so far.
    rows: u32,
    /// Sums of opaque samples.
    narrow: Vec<u16>,
    /// Sums of premultiplied samples, times 255.
    wide: Vec<u32>,
}

impl Shrink {
    pub fn new(job: &Job, across: u32, down: u32) -> Self {
        let samples = job.bounds.width as usize * job.channels;
        let (narrow, wide) = match (down, job.alpha) {
            (1, _) if across == 1 => (0, 0),
            (_, true) => (0, samples),
            (_, false) => (samples, 0),
        };
        Self {
            across: across as usize,
            down,
            channels: job.channels,
            alpha: job.alpha,
            rows: 0,
            narrow: vec![0; narrow],
            wide: vec![0; wide],
        }
    }

    /// Takes a row; gives whether it completed a shrunk one, which is then in `place`: one channel
    /// after the other, each `stride` long, alpha premultiplied.
    pub fn push(&mut self, row: &[u8], is_last: bool, place: &mut [f32], stride: usize) -> bool {
        if self.across == 1 && self.down == 1 {
            match (self.channels, self.alpha) {
                (1, _) => copy::<1>(row, place, stride),
                (2, false) => copy::<2>(row, place, stride),
                (3, false) => copy::<3>(row, place, stride),
                (4, false) => copy::<4>(row, place, stride),
                (2, true) => premultiply::<2>(row, place, stride),
                _ => premultiply::<4>(row, place, stride),
            }
            return true;
        }
        match self.alpha {
            true => add_premultiplied(&mut self.wide, row, self.channels),
            false => add(&mut self.narrow, row),
        }
        self.rows += 1;
        if self.rows < self.down && !is_last {
            return false;
        }
        match self.alpha {
            true => average(
                &mut self.wide,
                self.channels,
                self.across,
                self.rows * 255,
                place,
                stride,
            ),
            false => average(
                &mut self.narrow,
                self.channels,
                self.across,
                self.rows,
                place,
                stride,
            ),
        }
        self.rows = 0;
        true
    }
}

fn copy<const CHANNELS: usize>(row: &[u8], place: &mut [f32], stride: usize) {
    if CHANNELS == 1 {
        let places = place.iter_mut().zip(row);
        places.for_each(|(place, sample)| *place = f32::from(*sample));
        return;
    }
    for channel in 0..CHANNELS {
        let samples = row.iter().skip(channel).step_by(CHANNELS);
        let places = place.iter_mut().skip(channel * stride);
        for (place, sample) in places.zip(samples) {
            *place = f32::from(*sample);
        }
    }
}

fn premultiply<const CHANNELS: usize>(row: &[u8], place: &mut [f32], stride: usize) {
    let (pixels, _) = row.as_chunks::<CHANNELS>();
    for channel in 0..CHANNELS - 1 {
        let places = place.iter_mut().skip(channel * stride);
        for (place, pixel) in places.zip(pixels) {
            let alpha = f32::from(pixel[CHANNELS - 1]) * (1.0 / 255.0);
            *place = f32::from(pixel[channel]) * alpha;
        }
    }
    let places = place.iter_mut().skip((CHANNELS - 1) * stride);
    for (place, pixel) in places.zip(pixels) {
        *place = f32::from(pixel[CHANNELS - 1]);
    }
}

fn add(sums: &mut [u16], row: &[u8]) {
    for (sum, sample) in sums.iter_mut().zip(row) {
        // At most 256 rows of at most 255.
        *sum = sum.wrapping_add(u16::from(*sample));
    }
}

fn add_premultiplied(sums: &mut [u32], row: &[u8], channels: usize) {
    let pixels = sums
        .chunks_exact_mut(channels)
        .zip(row.chunks_exact(channels));
    for (sums, pixel) in pixels {
        let Some((alpha, colours)) = pixel.split_last() else {
            continue;
        };
        let alpha = u32::from(*alpha);
        for (sum, colour) in sums.iter_mut().zip(colours) {
            *sum += u32::from(*colour) * alpha;
        }
        if let Some(sum) = sums.last_mut() {
            *sum += alpha * 255;
        }
    }
}

/// The averages of each block of a summed row, which is cleared. `weight` is what the sum of one
/// column has to be divided by.
fn average<T: Copy + Default + Into<u32>>(
    sums: &mut [T],
    channels: usize,
    across: usize,
    weight: u32,
    place: &mut [f32],
    stride: usize,
) {
    for (index, block) in sums.chunks(across * channels).enumerate() {
        let columns = block.len() / channels;
        // In double precision, since 256 × 256 blocks of 255 × 255 are longer than a single one.
        let factor = 1.0 / (columns as f64 * f64::from(weight));
        for channel in 0..channels {
            let samples = block.iter().skip(channel).step_by(channels);
            let total: u64 = samples.map(|sum| u64::from((*sum).into())).sum();
            if let Some(place) = place.get_mut(channel * stride + index) {
                *place = (total as f64 * factor) as f32;
            }
        }
    }
    sums.fill(T::default());
}
