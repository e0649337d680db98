//! From RGB to the luma and chroma of ITU-R BT.601 in its limited range, as libwebp does it: chroma
//! of four pixels is that of their mean, taken in (nearly) linear light and weighted by opacity.

use crate::simd::{I16x8, I32x4, U8x16};

/// Rows of pixels, each of three or four bytes.
#[derive(Clone, Copy)]
pub struct Pixels<'a> {
    /// The samples.
    pub samples: &'a [u8],
    /// Pixels in a row.
    pub width: usize,
    /// Bytes of a pixel: 3 for red, green and blue, 4 with opacity.
    pub channels: usize,
}

impl<'a> Pixels<'a> {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.samples.len() / (self.width * self.channels)
    }

    /// One row; the last one for a row below it.
    pub fn row(&self, row: usize) -> &'a [u8] {
        let bytes = self.width * self.channels;
        let row = row.min(self.rows() - 1);
        &self.samples[row * bytes..][..bytes]
    }

    /// Whether pixels have opacity.
    pub fn has_alpha(&self) -> bool {
        self.channels == 4
    }
}

/// Fraction bits of the conversion's factors.
const FRACTION: u32 = 16;

/// Bits of linear light.
const LIGHT: u32 = 12;

/// Bits of linear light between two entries of the table back.
const STEP: u32 = 7;

/// Tables for the means of chroma. Libwebp's exponent of 0.8 is a compromise between light and
/// what is perceived.
pub struct Converter {
    to_light: [u16; 256],
    from_light: [i32; (1 << (LIGHT - STEP)) + 1],
}

impl Default for Converter {
    fn default() -> Self {
        const GAMMA: f64 = 0.80;
        let most = f64::from((1 << LIGHT) - 1);
        let step = f64::from(1 << STEP) / most;
        Self {
            to_light: std::array::from_fn(|value| {
                (libm::pow(value as f64 / 255.0, GAMMA) * most + 0.5) as u16
            }),
            from_light: std::array::from_fn(|place| {
                (255.0 * libm::pow(step * place as f64, 1.0 / GAMMA) + 0.5) as i32
            }),
        }
    }
}

impl Converter {
    /// Luma of one row.
    pub fn luma(&self, pixels: &Pixels, row: usize, luma: &mut [u8]) {
        let row = pixels.row(row);
        match pixels.channels {
            3 => luma_of::<3>(row, luma),
            _ => luma_of::<4>(row, luma),
        }
    }

    /// Chroma of two rows, the second of which may be missing at the picture's end.
    pub fn chroma(&self, pixels: &Pixels, row: usize, u: &mut [u8], v: &mut [u8]) {
        let (upper, lower) = (pixels.row(row), pixels.row(row + 1));
        match pixels.channels {
            3 => self.opaque::<3>(upper, lower, u, v),
            _ if is_opaque(upper) && is_opaque(lower) => self.opaque::<4>(upper, lower, u, v),
            _ => self.weighted(upper, lower, u, v),
        }
    }

    fn opaque<const N: usize>(&self, upper: &[u8], lower: &[u8], u: &mut [u8], v: &mut [u8]) {
        let pairs = upper.chunks(2 * N).zip(lower.chunks(2 * N));
        for ((upper, lower), (u, v)) in pairs.zip(u.iter_mut().zip(v)) {
            // In the last column of an odd width the pixel is its own neighbour.
            let right = if upper.len() > N { N } else { 0 };
            let mean = |channel: usize| {
                let light = |row: &[u8], at: usize| u32::from(self.to_light[usize::from(row[at])]);
                self.uplifted(
                    light(upper, channel)
                        + light(upper, channel + right)
                        + light(lower, channel)
                        + light(lower, channel + right),
                )
            };
            (*u, *v) = chroma_of([mean(0), mean(1), mean(2)]);
        }
    }

    fn weighted(&self, upper: &[u8], lower: &[u8], u: &mut [u8], v: &mut [u8]) {
        for ((upper, lower), (u, v)) in upper
            .chunks(8)
            .zip(lower.chunks(8))
            .zip(u.iter_mut().zip(v))
        {
            let right = if upper.len() > 4 { 4 } else { 0 };
            let four = [(upper, 0), (upper, right), (lower, 0), (lower, right)];
            let opacity: u32 = four.iter().map(|(row, at)| u32::from(row[at + 3])).sum();
            let light = |(row, at): &(&[u8], usize), channel: usize| {
                u32::from(self.to_light[usize::from(row[at + channel])])
            };
            if opacity == 0 || opacity == 4 * 255 {
                let mean =
                    |channel| self.uplifted(four.iter().map(|pixel| light(pixel, channel)).sum());
                (*u, *v) = chroma_of([mean(0), mean(1), mean(2)]);
                continue;
            }
            let mean = |channel: usize| {
                let weighted = |pixel: &(&[u8], usize)| {
                    u32::from(pixel.0[pixel.1 + 3]) * light(pixel, channel)
                };
                let sum: u32 = four.iter().map(weighted).sum();
                self.uplifted((4 * u64::from(sum) / u64::from(opacity)) as u32)
            };
            (*u, *v) = chroma_of([mean(0), mean(1), mean(2)]);
        }
    }

    /// The sum of four values, from the sum of their light.
    #[inline(always)]
    fn uplifted(&self, light: u32) -> i32 {
        let place = (light >> (STEP + 2)) as usize;
        let fraction = (light & ((1 << (STEP + 2)) - 1)) as i32;
        let rest = (1 << (STEP + 2)) - fraction;
        let (before, after) = (self.from_light[place], self.from_light[(place + 1).min(32)]);
        (after * fraction + before * rest + (1 << (STEP - 1))) >> STEP
    }
}

/// Whether all pixels of a row are opaque.
fn is_opaque(row: &[u8]) -> bool {
    row.chunks_exact(4).all(|pixel| pixel[3] == 255)
}

fn luma_of<const N: usize>(row: &[u8], luma: &mut [u8]) {
    // Vectors are read with up to four bytes beyond their pixels.
    let sixteens = (row.len().saturating_sub(4) / (16 * N)).min(luma.len() / 16);
    let (many, rest) = luma.split_at_mut(16 * sixteens);
    let places = const { Places::new(N as u8) };
    for (index, luma) in many.as_chunks_mut::<16>().0.iter_mut().enumerate() {
        let [a, b, c, d] = [0, 4, 8, 12].map(|from| {
            let bytes = row[(16 * index + from) * N..].first_chunk();
            places.luma(U8x16::load(bytes.unwrap_or(&[0; 16])))
        });
        U8x16::narrow(I32x4::narrow(a, b), I32x4::narrow(c, d)).store(luma);
    }
    let pixels = row[16 * sixteens * N..].as_chunks::<N>().0;
    for (pixel, luma) in pixels.iter().zip(rest) {
        let [r, g, b] = [0, 1, 2].map(|channel| u32::from(pixel[channel]));
        let sum = 16839 * r + 33059 * g + 6420 * b;
        *luma = ((sum + ROUNDING as u32) >> FRACTION) as u8;
    }
}

/// A half, and the least luma.
const ROUNDING: i32 = (1 << (FRACTION - 1)) + (16 << FRACTION);

/// Where the channels of four pixels are, as pairs of 16 bits: red and green, blue and green.
struct Places {
    red_green: [u8; 16],
    blue_green: [u8; 16],
}

impl Places {
    const fn new(channels: u8) -> Self {
        // None in the upper bytes.
        let mut places = Self {
            red_green: [255; 16],
            blue_green: [255; 16],
        };
        let mut pixel = 0;
        while pixel < 4 {
            let (at, from) = (4 * pixel, pixel as u8 * channels);
            places.red_green[at] = from;
            places.red_green[at + 2] = from + 1;
            places.blue_green[at] = from + 2;
            places.blue_green[at + 2] = from + 1;
            pixel += 1;
        }
        places
    }

    /// Luma of four pixels. The factor of green does not fit into 16 bits with its sign, so that
    /// green counts twice.
    #[inline(always)]
    fn luma(&self, pixels: U8x16) -> I32x4 {
        let red_green = pixels.pick(self.red_green).pairs();
        let blue_green = pixels.pick(self.blue_green).pairs();
        red_green
            .dot(I16x8::pairs(16839, 16675))
            .plus(blue_green.dot(I16x8::pairs(6420, 16384)))
            .plus(I32x4::splat(ROUNDING))
            .shift_right::<FRACTION>()
    }
}

/// Chroma of the sums of four pixels' channels.
#[inline(always)]
fn chroma_of([r, g, b]: [i32; 3]) -> (u8, u8) {
    let value = |sum: i32| {
        let rounding = (1 << (FRACTION + 1)) + (128 << (FRACTION + 2));
        ((sum + rounding) >> (FRACTION + 2)).clamp(0, 255) as u8
    };
    (
        value(-9719 * r - 19081 * g + 28800 * b),
        value(28800 * r - 24116 * g - 4684 * b),
    )
}
