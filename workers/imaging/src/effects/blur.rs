//! Gaussian blur, and the unsharp mask that is made of it.

use crate::raster::Raster;

/// Beyond this deviation three box filters look the same and take the same time however large they
/// are.
const EXACT_MAX: f32 = 8.0;

/// How strong [`sharpen`] is: the difference to the blurred picture is added once.
const AMOUNT: f32 = 1.0;

/// Blurs by a Gaussian of `sigma` pixels. Beyond the edges the picture goes on as it ends there.
pub(crate) fn blur(raster: &mut Raster, sigma: f32) {
    let channels = raster.channels();
    let mut planes = split(raster);
    for plane in &mut planes {
        blur_plane(plane, raster.width, raster.height, sigma);
    }
    join(&planes, raster, channels);
}

/// Adds to each pixel what it differs from the blurred picture. Alpha stays as it is.
pub(crate) fn sharpen(raster: &mut Raster, sigma: f32) {
    let channels = raster.channels();
    let mut planes = split(raster);
    let colours = planes.iter_mut().take(3);
    for plane in colours {
        let mut blurred = plane.clone();
        blur_plane(&mut blurred, raster.width, raster.height, sigma);
        for (sample, blurred) in plane.iter_mut().zip(blurred) {
            *sample += (*sample - blurred) * AMOUNT;
        }
    }
    join(&planes, raster, channels);
}

/// Each channel by itself, alpha premultiplied.
fn split(raster: &Raster) -> Vec<Vec<f32>> {
    let channels = raster.channels();
    let pixels = || raster.pixels.chunks_exact(channels);
    let weight = |pixel: &[u8]| match raster.alpha {
        true => f32::from(pixel[3]) / 255.0,
        false => 1.0,
    };
    let colour = |channel: usize| {
        pixels()
            .map(|pixel| f32::from(pixel[channel]) * weight(pixel))
            .collect()
    };
    let mut planes: Vec<Vec<f32>> = (0..3).map(colour).collect();
    if raster.alpha {
        planes.push(pixels().map(|pixel| f32::from(pixel[3])).collect());
    }
    planes
}

fn join(planes: &[Vec<f32>], raster: &mut Raster, channels: usize) {
    for (index, pixel) in raster.pixels.chunks_exact_mut(channels).enumerate() {
        let sample = |channel: usize| planes[channel][index];
        let mut factor = 1.0;
        if raster.alpha {
            let alpha = sample(3).clamp(0.0, 255.0);
            pixel[3] = (alpha + 0.5) as u8;
            factor = if alpha < 0.5 { 0.0 } else { 255.0 / alpha };
        }
        for (channel, place) in pixel.iter_mut().take(3).enumerate() {
            *place = (sample(channel) * factor + 0.5) as u8;
        }
    }
}

fn blur_plane(plane: &mut [f32], width: usize, height: usize, sigma: f32) {
    let mut line = Vec::new();
    let mut done = vec![0.0; width.max(height)];
    let mut filter = Filter::new(sigma);
    for row in plane.chunks_exact_mut(width) {
        line.clear();
        line.extend_from_slice(row);
        filter.apply(&mut line, &mut done);
        row.copy_from_slice(&line);
    }
    for column in 0..width {
        line.clear();
        line.extend(plane.iter().skip(column).step_by(width));
        filter.apply(&mut line, &mut done);
        let places = plane.iter_mut().skip(column).step_by(width);
        places
            .zip(&line)
            .for_each(|(place, sample)| *place = *sample);
    }
}

enum Filter {
    /// Half a kernel, from its middle, and room for a line with its margins.
    Exact(Vec<f32>, Vec<f32>),
    /// Half lengths of box filters that follow each other.
    Boxes([usize; 3]),
}

impl Filter {
    fn new(sigma: f32) -> Self {
        if sigma > EXACT_MAX {
            return Self::Boxes(boxes(sigma));
        }
        let reach = (sigma * 3.0).ceil() as usize;
        let weight = |index: usize| (-0.5 * (index as f32 / sigma).powi(2)).exp();
        let mut kernel: Vec<f32> = (0..=reach).map(weight).collect();
        let total = 2.0 * kernel.iter().sum::<f32>() - 1.0;
        kernel.iter_mut().for_each(|weight| *weight /= total);
        Self::Exact(kernel, Vec::new())
    }

    fn apply(&mut self, line: &mut [f32], done: &mut [f32]) {
        let done = &mut done[..line.len()];
        match self {
            Self::Exact(kernel, wide) => {
                let reach = kernel.len() - 1;
                extend(line, reach, wide);
                for (index, sum) in done.iter_mut().enumerate() {
                    let middle = index + reach;
                    *sum = wide[middle] * kernel[0];
                    for (offset, weight) in kernel.iter().enumerate().skip(1) {
                        *sum += (wide[middle - offset] + wide[middle + offset]) * weight;
                    }
                }
                line.copy_from_slice(done);
            }
            Self::Boxes(halves) => {
                for half in halves {
                    average(line, *half, done);
                    line.copy_from_slice(done);
                }
            }
        }
    }
}

/// The line with its ends repeated.
fn extend(line: &[f32], reach: usize, wide: &mut Vec<f32>) {
    let (Some(first), Some(last)) = (line.first(), line.last()) else {
        return;
    };
    wide.clear();
    wide.extend(std::iter::repeat_n(*first, reach));
    wide.extend_from_slice(line);
    wide.extend(std::iter::repeat_n(*last, reach));
}

/// Three box filters whose variances add up to that of the Gaussian (P. Kovesi, "Fast almost-Gaussian
/// filtering", 2010).
fn boxes(sigma: f32) -> [usize; 3] {
    let ideal = (4.0 * sigma * sigma + 1.0).sqrt();
    let lower = ((ideal.floor() as usize).saturating_sub(1) / 2 * 2 + 1) as f32;
    let count = 12.0 * sigma * sigma - 3.0 * lower * lower - 12.0 * lower - 9.0;
    let lowers = (count / (-4.0 * lower - 4.0)).round() as usize;
    std::array::from_fn(|index| {
        let half = (lower as usize - 1) / 2;
        if index < lowers { half } else { half + 1 }
    })
}

/// The mean of each sample and its `half` neighbours on either side.
fn average(line: &[f32], half: usize, done: &mut [f32]) {
    let last = line.len() - 1;
    let at = |index: isize| f64::from(line[index.clamp(0, last as isize) as usize]);
    let reach = half as isize;
    let factor = 1.0 / (2 * half + 1) as f64;
    let mut sum: f64 = (-reach..=reach).map(at).sum();
    for (index, place) in done.iter_mut().enumerate() {
        *place = (sum * factor) as f32;
        let index = index as isize;
        sum += at(index + reach + 1) - at(index - reach);
    }
}
