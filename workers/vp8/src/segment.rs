//! Segments: up to four sets of quantisers, for macroblocks that bear coarse steps more or less
//! well. The rules are libwebp's (`VP8SetSegmentParams`), so that a quality means the same.

use crate::{
    quantise::Matrix,
    tables::{AC_STEPS, DC_STEPS},
};

/// Most segments.
pub const SEGMENTS: usize = 4;

/// How much quantisers follow the content, in percent (libwebp's `-sns`).
const SHAPING: i32 = 50;

/// How strong the loop filter is, in percent (libwebp's `-f`).
const FILTER: i32 = 60;

/// Filter strengths below this one do nothing that can be seen.
const LEAST_FILTER: i32 = 2;

/// How a segment is made from what its macroblocks are like.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Character {
    /// How much finer its steps should be than others, -127 to 127.
    pub care: i32,
    /// How busy it is compared to others, 0 to 255.
    pub business: i32,
}

/// Quantisers and what goes with them.
#[derive(Clone)]
pub struct Segment {
    /// Quantiser index, as in the header.
    pub index: u8,
    /// Strength of the loop filter, as in the header.
    pub filter: u8,
    /// Luma.
    pub luma: Matrix,
    /// The first coefficients of luma.
    pub first: Matrix,
    /// Chroma.
    pub chroma: Matrix,
    /// What 1/256 bit weighs against distortion when a mode of the whole macroblock is chosen.
    pub lambda_whole: i64,
    /// The same for modes of 4x4 blocks.
    pub lambda_block: i64,
    /// The same for chroma modes.
    pub lambda_chroma: i64,
    /// The same for the choice between whole macroblock and 4x4 blocks.
    pub lambda_mode: i64,
    /// Weight of lost texture, in 1/256 of squared error.
    pub texture: u32,
    /// Error above which a flat macroblock may need a stronger filter.
    pub least_error: u32,
    /// The highest step between flat blocks seen so far.
    pub edge: i32,
}

/// Offsets of the quantiser indices of chroma, the same for all segments.
#[derive(Clone, Copy)]
pub struct ChromaOffsets {
    /// Of first coefficients.
    pub dc: i32,
    /// Of all others.
    pub ac: i32,
}

impl ChromaOffsets {
    /// From how well chroma bears coarse steps, which is about 60 in most pictures.
    pub fn new(tolerance: i32) -> Self {
        const COARSEST: i32 = 6;
        const FINEST: i32 = -4;
        let ac = (tolerance - 64) * (COARSEST - FINEST) / (100 - 30) * SHAPING / 100;
        Self {
            // Flat chroma blocks are the first thing that looks bad.
            dc: -4 * SHAPING / 100,
            ac: ac.clamp(FINEST, COARSEST),
        }
    }
}

/// How strongly coefficients are kept, from a quality of 0 to 100: steps shrink with the third root,
/// and 75 is in the middle.
fn compression(quality: f32) -> f64 {
    let quality = f64::from(quality) / 100.0;
    let linear = if quality < 0.75 {
        quality * (2.0 / 3.0)
    } else {
        2.0 * quality - 1.0
    };
    libm::pow(linear, 1.0 / 3.0)
}

/// The quantiser index for a quality and the care that a segment needs.
fn quantiser(quality: f32, care: i32) -> u8 {
    let amplitude = 0.9 * f64::from(SHAPING) / 100.0 / 128.0;
    let exponent = 1.0 - amplitude * f64::from(care);
    let kept = libm::pow(compression(quality), exponent);
    (127.0 * (1.0 - kept)).clamp(0.0, 127.0) as u8
}

fn step(table: &[u16; 128], index: i32, most: i32) -> u16 {
    table[index.clamp(0, most) as usize]
}

impl Segment {
    /// For a quality of 0 to 100.
    pub fn new(quality: f32, character: Character, chroma: ChromaOffsets) -> Self {
        let index = quantiser(quality, character.care);
        let q = i32::from(index);
        let ac = step(&AC_STEPS, q, 127);
        let luma = Matrix::new([step(&DC_STEPS, q, 127), ac], [96, 110], true);
        let first = Matrix::new(
            [
                2 * step(&DC_STEPS, q, 127),
                (u32::from(ac) * 155 / 100).max(8) as u16,
            ],
            [96, 108],
            false,
        );
        let chroma = Matrix::new(
            [
                step(&DC_STEPS, q + chroma.dc, 117),
                step(&AC_STEPS, q + chroma.ac, 127),
            ],
            [110, 115],
            false,
        );
        let square =
            |matrix: &Matrix| i64::from(matrix.mean_step()) * i64::from(matrix.mean_step());
        let (luma2, first2, chroma2) = (square(&luma), square(&first), square(&chroma));
        Self {
            index,
            filter: filter_strength(i32::from(ac), character.business),
            lambda_whole: 3 * first2,
            lambda_block: ((3 * luma2) >> 7).max(1),
            lambda_chroma: ((3 * chroma2) >> 6).max(1),
            lambda_mode: (luma2 >> 7).max(1),
            texture: ((SHAPING * luma.mean_step()) >> 5).max(1) as u32,
            least_error: 20 * u32::from(step(&DC_STEPS, q, 127)),
            edge: 0,
            luma,
            first,
            chroma,
        }
    }

    /// Whether another segment would be written alike.
    pub fn same(&self, other: &Self) -> bool {
        (self.index, self.filter) == (other.index, other.filter)
    }

    /// Remembers how high a step between flat blocks is, from the levels of the first coefficients.
    pub fn note_edge(&mut self, first: &[i16; 16]) {
        let height = [first[1], first[2], first[4]]
            .into_iter()
            .map(|level| i32::from(level).abs())
            .max();
        self.edge = self.edge.max(height.unwrap_or(0));
    }

    /// The filter's strength, now that all steps between flat blocks are known: they shall be
    /// smoothed.
    pub fn final_filter(&self) -> u8 {
        let height = (self.edge * self.first.ac_step()) >> 3;
        self.filter.max(height.clamp(0, 63) as u8)
    }
}

/// The strength that smooths what a step of quantisation leaves. Without sharpness, a filter of
/// some strength is needed for a step of the same height.
fn filter_strength(ac_step: i32, business: i32) -> u8 {
    let height = (ac_step >> 2).min(63);
    let strength = height * 5 * FILTER / (256 + business);
    if strength < LEAST_FILTER {
        0
    } else {
        strength.min(63) as u8
    }
}
