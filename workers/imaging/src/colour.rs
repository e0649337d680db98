//! Colour profiles: what is not sRGB is converted to it.

use crate::icc::{self, Channels, Conversion, encoded};
use crate::source::Model;

/// What the colours of an image are.
pub(crate) enum Colours {
    /// In sRGB, or in what every browser takes for it: the profile is broken or is not about the
    /// image's channels.
    Srgb,
    /// To be converted to sRGB.
    Converted(Box<Profile>),
    /// In a space that cannot be converted from here; the profile goes along with the result.
    Kept,
}

impl Colours {
    /// Reads a profile, if there is one.
    pub fn read(bytes: Option<&[u8]>, model: Model) -> Self {
        let channels = match model {
            Model::Grey => Channels::Grey,
            Model::Cmyk | Model::Ycck => Channels::Cmyk,
            Model::Rgb | Model::Rgba | Model::Ycc | Model::NarrowYcc => Channels::Rgb,
        };
        let Some(bytes) = bytes.filter(|bytes| icc::is_of(bytes, channels)) else {
            return Self::Srgb;
        };
        match Conversion::read(bytes, channels) {
            Some(conversion) => {
                let profile = Profile::new(&conversion, channels);
                match channels == Channels::Rgb && !profile.changes_anything() {
                    true => Self::Srgb,
                    false => Self::Converted(Box::new(profile)),
                }
            }
            None if channels == Channels::Rgb => Self::Kept,
            // Results have three channels, which it is not about; and it says nothing of its own.
            None => Self::Srgb,
        }
    }

    /// What the colours have to be converted from.
    pub fn profile(&self) -> Option<&Profile> {
        match self {
            Self::Converted(profile) => Some(profile),
            Self::Srgb | Self::Kept => None,
        }
    }

    /// Of the source's profile, what the result has to carry.
    pub fn kept<'a>(&self, profile: Option<&'a [u8]>) -> Option<&'a [u8]> {
        profile.filter(|_| matches!(self, Self::Kept))
    }
}

/// Numbers of steps in tables: between linear light and samples, and along each channel of a grid.
const LIGHT: usize = 1 << 13;
const RGB_GRID: usize = 33;
const CMYK_GRID: usize = 17;

/// A profile that has to be converted from, as tables of a size of our own.
pub(crate) enum Profile {
    /// The sample of each sample.
    Grey(Box<[u8; 256]>),
    /// The light of each sample, what of it is each light of sRGB, and the sample of that.
    Matrix {
        lights: Box<[[f32; 256]; 3]>,
        rows: [[f32; 3]; 3],
        samples: Box<[u8]>,
    },
    /// Samples at the crossings of a grid; the last channel changes first.
    Grid {
        channels: Channels,
        colours: Box<[[f32; 3]]>,
    },
}

impl Profile {
    fn new(conversion: &Conversion, channels: Channels) -> Self {
        let sample = |index: usize| index as f32 / 255.0;
        match conversion {
            Conversion::Lightness(grey) => Self::Grey(Box::new(std::array::from_fn(|index| {
                byte(encoded(grey.linear(sample(index))) * 255.0)
            }))),
            Conversion::Matrix(matrix) => Self::Matrix {
                lights: Box::new(std::array::from_fn(|channel| {
                    std::array::from_fn(|index| matrix.linear(channel, sample(index)))
                })),
                rows: matrix.rows(),
                samples: (0..LIGHT)
                    .map(|light| byte(encoded(light as f32 / (LIGHT - 1) as f32) * 255.0))
                    .collect(),
            },
            Conversion::Table(table) => {
                let size = steps(channels);
                let place = |number: usize, after: usize| {
                    let index = number / size.pow(u32::try_from(after).unwrap_or(0)) % size;
                    index as f32 / (size - 1) as f32
                };
                let count = channels.count();
                let crossings = 0..size.pow(u32::try_from(count).unwrap_or(0));
                let colour = |number| {
                    let samples = std::array::from_fn(|index| match index < count {
                        true => place(number, count - 1 - index),
                        false => 0.0,
                    });
                    table.linear(samples).map(|light| encoded(light) * 255.0)
                };
                Self::Grid {
                    channels,
                    colours: crossings.map(colour).collect(),
                }
            }
        }
    }

    /// Converts pixels in place.
    pub fn convert(&self, pixels: &mut [u8], alpha: bool) {
        let step = if alpha { 4 } else { 3 };
        for pixel in pixels.chunks_exact_mut(step) {
            if let [r, g, b, ..] = pixel {
                [*r, *g, *b] = self.colour([*r, *g, *b, 0]);
            }
        }
    }

    /// Three channels from one.
    pub fn of_grey(&self, samples: &[u8]) -> Vec<u8> {
        samples
            .iter()
            .flat_map(|&grey| self.colour([grey; 4]))
            .collect()
    }

    /// Three channels from four inks, of which 0 is none.
    pub fn of_cmyk(&self, inks: &[u8]) -> Vec<u8> {
        let inks = inks.as_chunks::<4>().0;
        inks.iter().flat_map(|inks| self.colour(*inks)).collect()
    }

    fn colour(&self, given: [u8; 4]) -> [u8; 3] {
        match self {
            Self::Grey(samples) => [samples[usize::from(given[0])]; 3],
            Self::Matrix {
                lights,
                rows,
                samples,
            } => {
                let light = |channel: usize| lights[channel][usize::from(given[channel])];
                let (r, g, b) = (light(0), light(1), light(2));
                rows.map(|row| {
                    let light = row[0] * r + row[1] * g + row[2] * b;
                    // What is negative, or no number, becomes 0.
                    let place = (light * (LIGHT - 1) as f32 + 0.5) as usize;
                    samples.get(place).copied().unwrap_or(255)
                })
            }
            Self::Grid { channels, colours } => between(*channels, colours, given).map(byte),
        }
    }

    /// Whether any of a few colours looks different after the conversion. Most profiles in the wild
    /// are one of the many that are sRGB by another name.
    fn changes_anything(&self) -> bool {
        const STEPS: [u8; 6] = [0, 51, 102, 153, 204, 255];
        let colours = STEPS
            .iter()
            .flat_map(|&r| STEPS.iter().map(move |&g| (r, g)));
        let before: Vec<u8> = colours
            .flat_map(|(r, g)| STEPS.iter().flat_map(move |&b| [r, g, b]))
            .collect();
        let mut after = before.clone();
        self.convert(&mut after, false);
        before
            .iter()
            .zip(&after)
            .any(|(before, after)| before.abs_diff(*after) > 1)
    }
}

fn steps(channels: Channels) -> usize {
    match channels {
        Channels::Cmyk => CMYK_GRID,
        Channels::Grey | Channels::Rgb => RGB_GRID,
    }
}

/// The nearest sample.
fn byte(value: f32) -> u8 {
    // Saturates.
    (value + 0.5) as u8
}

/// The colour between the crossings around `given`, by all of them.
fn between(channels: Channels, colours: &[[f32; 3]], given: [u8; 4]) -> [f32; 3] {
    let (size, count) = (steps(channels), channels.count());
    // The colours of the last channel's steps come one after the other, each other's further apart.
    let (mut first, mut step) = (0, 1);
    let (mut aboves, mut strides) = ([0.0; 4], [0; 4]);
    for index in (0..count).rev() {
        let place = usize::from(given[index]) * (size - 1);
        let low = (place / 255).min(size - 2);
        aboves[index] = (place - low * 255) as f32 / 255.0;
        strides[index] = step;
        first += low * step;
        step *= size;
    }
    let mut colour = [0.0; 3];
    for corner in 0..1_usize << count {
        let (mut crossing, mut weight) = (first, 1.0);
        for index in 0..count {
            let is_high = corner >> index & 1 == 1;
            crossing += if is_high { strides[index] } else { 0 };
            weight *= if is_high {
                aboves[index]
            } else {
                1.0 - aboves[index]
            };
        }
        if let Some(found) = colours.get(crossing).filter(|_| weight > 0.0) {
            (0..3).for_each(|channel| colour[channel] += weight * found[channel]);
        }
    }
    colour
}
