//! Where each sample of the result comes from, along one axis.

use std::f64::consts::PI;

/// Lobes of the Lanczos kernel on either side.
const LOBES: f64 = 3.0;

/// How many samples of the shrunk source there are at least per sample of the result: an average
/// over whole blocks may go before the Lanczos filter as long as it leaves it this much.
const MARGIN: f64 = 2.0;

/// Weights smaller than this change no result of 8 bits.
const NEGLIGIBLE: f64 = 1e-6;

/// Weights are padded to multiples of this, so that they are multiplied as vectors.
pub(super) const LANES: usize = 4;

/// The most samples that are averaged before the filter; sums of more do not fit 16 bits.
const SHRINK_MAX: u32 = 256;

/// A stretch of the source, in samples: where it starts and how long it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stretch {
    pub start: f64,
    pub length: f64,
}

/// What a resize does along one axis: averages of `shrink` samples first, then weighted sums.
pub(super) struct Axis {
    /// Samples of the source that become one.
    pub shrink: u32,
    /// Weighted sums, one per sample of the result.
    sums: Vec<Sum>,
    weights: Vec<f32>,
    /// Weights per sum, a multiple of [`LANES`].
    pub taps: usize,
}

#[derive(Clone, Copy)]
struct Sum {
    first: u32,
    count: u32,
}

impl Axis {
    /// Maps `window` of `available` samples to `output` samples.
    pub fn new(window: Stretch, available: u32, output: u32) -> Self {
        let ratio = window.length / f64::from(output);
        let shrink = ((ratio / MARGIN) as u32).clamp(1, SHRINK_MAX);
        let samples = available.div_ceil(shrink);
        let (start, scale) = (window.start / f64::from(shrink), ratio / f64::from(shrink));
        let kernels: Vec<Kernel> = (0..output)
            .map(|index| Kernel::new(start + (f64::from(index) + 0.5) * scale, scale, samples))
            .collect();
        let longest = kernels.iter().map(|kernel| kernel.weights.len()).max();
        let taps = longest.unwrap_or(1).next_multiple_of(LANES);
        let mut weights = vec![0.0; taps * kernels.len()];
        for (places, kernel) in weights.chunks_exact_mut(taps).zip(&kernels) {
            for (place, weight) in places.iter_mut().zip(&kernel.weights) {
                *place = *weight;
            }
        }
        let sums = kernels.iter().map(Kernel::sum).collect();
        Self {
            shrink,
            sums,
            weights,
            taps,
        }
    }

    /// Samples of the result.
    pub fn len(&self) -> usize {
        self.sums.len()
    }

    /// The first shrunk sample of sum `index` and its weights, without padding.
    pub fn sum(&self, index: usize) -> (usize, &[f32]) {
        let sum = self.sums[index];
        let start = index * self.taps;
        (
            sum.first as usize,
            &self.weights[start..start + sum.count as usize],
        )
    }

    /// All sums in order, with their padding.
    pub fn padded(&self) -> impl Iterator<Item = (usize, &[f32])> {
        let firsts = self.sums.iter().map(|sum| sum.first as usize);
        firsts.zip(self.weights.chunks_exact(self.taps))
    }

    /// The shrunk sample after the last one that sum `index` needs.
    pub fn end(&self, index: usize) -> usize {
        self.sums
            .get(index)
            .map_or(usize::MAX, |sum| (sum.first + sum.count) as usize)
    }
}

/// The weights of one sum.
struct Kernel {
    first: u32,
    weights: Vec<f32>,
}

impl Kernel {
    /// Around `centre`; samples that are not there do not count, the others share their weight, as
    /// Pillow does it.
    fn new(centre: f64, scale: f64, samples: u32) -> Self {
        let stretch = scale.max(1.0);
        let reach = LOBES * stretch;
        let end = ((centre + reach + 0.5) as u32).clamp(1, samples);
        let first = ((centre - reach + 0.5).max(0.0) as u32).min(end - 1);
        let weight = |sample: u32| lanczos((f64::from(sample) + 0.5 - centre) / stretch);
        let weights: Vec<f64> = (first..end).map(weight).collect();
        let total: f64 = weights.iter().sum();
        let counts = |weight: &&f64| weight.abs() > NEGLIGIBLE * total;
        let before = weights.iter().take_while(|weight| !counts(weight)).count();
        let after = weights
            .iter()
            .rev()
            .take_while(|weight| !counts(weight))
            .count();
        let kept = weights
            .get(before..weights.len().saturating_sub(after))
            .unwrap_or(&[]);
        Self {
            first: first + before as u32,
            weights: kept.iter().map(|weight| (weight / total) as f32).collect(),
        }
    }

    fn sum(&self) -> Sum {
        Sum {
            first: self.first,
            count: self.weights.len() as u32,
        }
    }
}

fn lanczos(x: f64) -> f64 {
    match x.abs() {
        distance if distance < 1e-9 => 1.0,
        distance if distance < LOBES => {
            let angle = PI * distance;
            LOBES * angle.sin() * (angle / LOBES).sin() / (angle * angle)
        }
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(length: u32) -> Stretch {
        Stretch {
            start: 0.0,
            length: length.into(),
        }
    }

    #[test]
    fn what_is_not_resized_is_copied() {
        let axis = Axis::new(whole(5), 5, 5);
        let sums: Vec<_> = (0..5).map(|index| axis.sum(index)).collect();
        assert_eq!(sums[0], (0, &[1.0][..]));
        assert_eq!(sums[4], (4, &[1.0][..]));
    }

    #[test]
    fn weights_stay_inside_and_sum_to_one() {
        for (source, output) in [
            (1, 1),
            (1, 9),
            (9, 1),
            (7, 3),
            (3, 7),
            (1000, 3),
            (4097, 1024),
        ] {
            let axis = Axis::new(whole(source), source, output);
            let samples = source.div_ceil(axis.shrink) as usize;
            for index in 0..axis.len() {
                let (first, weights) = axis.sum(index);
                assert!(first + weights.len() <= samples, "{source} to {output}");
                let total: f32 = weights.iter().sum();
                assert!((total - 1.0).abs() < 1e-4, "{source} to {output}: {total}");
            }
        }
    }
}
