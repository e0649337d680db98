//! What macroblocks are like: how well each bears coarse quantisation, and which of them are alike.
//! The measure and the grouping are libwebp's (`VP8EncAnalyze`).

use crate::{
    macroblock::{Neighbours, Source},
    predict::{DC, TRUE_MOTION},
    segment::{Character, SEGMENTS},
    simd::I16x8,
    transform::{Block, forward, rows},
};

/// The highest tolerance.
const MOST: i32 = 255;

/// Number of classes of amounts in a histogram.
const CLASSES: usize = 32;

/// What one macroblock is like.
#[derive(Clone, Copy)]
pub struct Look {
    /// How little it tolerates, 0 to 255.
    pub difficulty: u8,
    /// How well its chroma tolerates coarse steps.
    pub chroma: i32,
}

/// Looks at a macroblock, with what lies around it in the source.
pub fn look(source: &Source, around: &Neighbours) -> Look {
    let mut predicted = [[0; 16]; 16];
    let mut luma = -1;
    for mode in [DC, TRUE_MOTION] {
        around.luma.predict(mode, &mut predicted);
        luma = luma.max(tolerance(&source.luma, &predicted));
    }
    let mut chroma = -1;
    let mut predicted = [[0; 16]; 8];
    for mode in [DC, TRUE_MOTION] {
        let (u, v) = predicted.split_at_mut(4);
        around.chroma[0].predict(mode, u);
        around.chroma[1].predict(mode, v);
        chroma = chroma.max(tolerance(&source.chroma, &predicted));
    }
    let mixed = (3 * luma + chroma + 2) >> 2;
    Look {
        difficulty: (MOST - mixed).clamp(0, MOST) as u8,
        chroma,
    }
}

/// How well blocks tolerate coarse steps after this prediction: high where few amounts prevail but
/// some are large.
fn tolerance(source: &[Block], predicted: &[Block]) -> i32 {
    // Neighbours count in different places: often they are of one class, and would wait for each other.
    let mut histograms = [[0_u16; CLASSES]; 4];
    let limit = I16x8::splat(CLASSES as i16 - 1);
    for (block, prediction) in source.iter().zip(predicted) {
        let (upper, lower) = forward(rows(block), rows(prediction));
        for half in [upper, lower] {
            let mut classes = [0; 8];
            half.magnitude()
                .shift_right::<3>()
                .least(limit)
                .store(&mut classes);
            for (index, class) in classes.into_iter().enumerate() {
                histograms[index % 4][class as usize % CLASSES] += 1;
            }
        }
    }
    let [a, b, c, d] = histograms;
    let histogram: [u16; CLASSES] = std::array::from_fn(|i| a[i] + b[i] + c[i] + d[i]);
    let most = histogram.iter().copied().max().unwrap_or(0);
    let last = histogram
        .iter()
        .rposition(|&count| count > 0)
        .unwrap_or(0)
        .max(1);
    if most > 1 {
        2 * MOST * last as i32 / i32::from(most)
    } else {
        0
    }
}

/// What a whole picture, or the part of it that was looked at, is like.
#[derive(Clone)]
pub struct Survey {
    difficulties: [u32; MOST as usize + 1],
    chroma: i64,
    count: i64,
}

impl Default for Survey {
    fn default() -> Self {
        Self {
            difficulties: [0; MOST as usize + 1],
            chroma: 0,
            count: 0,
        }
    }
}

/// The segments that came of a survey.
pub struct Groups {
    /// The segment for each difficulty.
    pub of: [u8; MOST as usize + 1],
    /// What each segment is like.
    pub characters: [Character; SEGMENTS],
    /// How well chroma tolerates coarse steps.
    pub chroma: i32,
}

impl Survey {
    /// Adds a macroblock.
    pub fn add(&mut self, look: Look) {
        self.difficulties[usize::from(look.difficulty)] += 1;
        self.chroma += i64::from(look.chroma);
        self.count += 1;
    }

    /// Groups macroblocks of similar difficulty, by a few rounds of k-means.
    pub fn groups(&self) -> Groups {
        let used = |&&count: &&u32| count > 0;
        let least = self
            .difficulties
            .iter()
            .take_while(|count| !used(count))
            .count() as i32;
        let most = MOST
            - self
                .difficulties
                .iter()
                .rev()
                .take_while(|count| !used(count))
                .count() as i32;
        let (least, most) = if least > most { (0, 0) } else { (least, most) };
        let mut centres: [i32; SEGMENTS] = std::array::from_fn(|k| {
            least + (2 * k as i32 + 1) * (most - least) / (2 * SEGMENTS as i32)
        });
        let mut mean = 0;
        for _ in 0..6 {
            let moved;
            (mean, moved) = self.improve(&mut centres);
            if moved < 5 {
                break;
            }
        }
        Groups {
            of: std::array::from_fn(|difficulty| nearest(&centres, difficulty as i32) as u8),
            characters: characters(&centres, mean),
            chroma: (self.chroma / self.count.max(1)) as i32,
        }
    }

    /// Moves each centre to the middle of what is nearest to it; the mean of all, and how far the
    /// centres moved.
    fn improve(&self, centres: &mut [i32; SEGMENTS]) -> (i32, i32) {
        let mut sums = [(0_i64, 0_i64); SEGMENTS];
        for (difficulty, &count) in self.difficulties.iter().enumerate() {
            let (weighted, all) = &mut sums[nearest(centres, difficulty as i32)];
            *weighted += difficulty as i64 * i64::from(count);
            *all += i64::from(count);
        }
        let (mut moved, mut weighted, mut total) = (0, 0, 0);
        for (centre, (sum, count)) in centres.iter_mut().zip(sums) {
            if count > 0 {
                let middle = ((sum + count / 2) / count) as i32;
                moved += (*centre - middle).abs();
                *centre = middle;
                weighted += i64::from(middle) * count;
                total += count;
            }
        }
        (((weighted + total / 2) / total.max(1)) as i32, moved)
    }
}

/// The first of the nearest centres, which ascend.
fn nearest(centres: &[i32; SEGMENTS], difficulty: i32) -> usize {
    let mut best = 0;
    while best + 1 < SEGMENTS
        && (difficulty - centres[best + 1]).abs() < (difficulty - centres[best]).abs()
    {
        best += 1;
    }
    best
}

fn characters(centres: &[i32; SEGMENTS], mean: i32) -> [Character; SEGMENTS] {
    let least = centres.iter().copied().min().unwrap_or(0);
    let most = centres.iter().copied().max().unwrap_or(0).max(least + 1);
    centres.map(|centre| Character {
        care: (255 * (centre - mean) / (most - least)).clamp(-127, 127),
        business: (255 * (centre - least) / (most - least)).clamp(0, 255),
    })
}
