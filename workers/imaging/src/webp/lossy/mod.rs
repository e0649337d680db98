//! Lossy pictures (VP8 key frames, RFC 6386), decoded a row of macroblocks at a time and given as the
//! planes that are stored.

mod band;
mod boolean;
mod filter;
mod header;
mod modes;
mod predict;
mod tokens;
mod transform;

use crate::source::{Model, Plane, Sink, Source};
use crate::{Error, Format};
use band::Band;
use boolean::Bits;
use filter::Strength;
use header::{Header, Segment};
use modes::Modes;
use predict::{ORIGIN, STRIDE, Work};

/// A picture that becomes smaller by so much is not filtered: what the filter smooths is averaged
/// anyway.
const UNFILTERED: f64 = 4.0;

/// A picture, the payload of a chunk `VP8 `.
pub(crate) struct Lossy<'a> {
    stream: &'a [u8],
    width: u32,
    height: u32,
    filtered: bool,
}

fn damaged(what: &'static str) -> Error {
    Error::damaged(Format::WebP, what)
}

impl<'a> Lossy<'a> {
    /// With the size that the outline says.
    pub fn new(stream: &'a [u8], width: u32, height: u32) -> Self {
        Self {
            stream,
            width,
            height,
            filtered: true,
        }
    }
}

impl Source for Lossy<'_> {
    fn model(&self) -> Model {
        Model::NarrowYcc
    }

    fn planes(&self) -> Vec<Plane> {
        let luma = Plane::full(self.width, self.height, Model::Grey);
        let chroma = Plane {
            width: self.width.div_ceil(2),
            height: self.height.div_ceil(2),
            across: 0.5,
            down: 0.5,
            ..luma
        };
        vec![luma, chroma, chroma]
    }

    fn reduce(&mut self, plane: usize, ratio: f64) {
        if plane == 0 {
            self.filtered = ratio < UNFILTERED;
        }
    }

    fn memory(&self) -> u64 {
        let across = u64::from(self.width.div_ceil(16));
        Band::<16>::predict(across) + 2 * Band::<8>::predict(across) + across * 64 + (16 << 10)
    }

    fn decode(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        let (first, partitions) = split(self.stream)?;
        let mut bits = Bits::new(first);
        let header = Header::read(&mut bits);
        let mut parts = parts(partitions, header.partitions)?;
        let mut picture = Picture::new(self, header);
        let down = self.height.div_ceil(16) as usize;
        let count = parts.len();
        for row in 0..down {
            let Some(tokens) = parts.get_mut(row % count) else {
                break;
            };
            picture.row(&mut bits, tokens, row == 0, self.filtered);
            picture.emit(sink, row + 1 == down);
        }
        Ok(())
    }
}

/// The first partition and what comes after it (section 9.1).
fn split(stream: &[u8]) -> Result<(&[u8], &[u8]), Error> {
    const CUT: Error = Error::Truncated(Format::WebP);
    let [a, b, c, ..] = *stream else {
        return Err(CUT);
    };
    let length = (u32::from(a) | u32::from(b) << 8 | u32::from(c) << 16) >> 5;
    let rest = stream.get(10..).ok_or(CUT)?;
    rest.split_at_checked(length as usize).ok_or(CUT)
}

/// The partitions of coefficients (section 9.5).
fn parts(rest: &[u8], count: usize) -> Result<Vec<Bits<'_>>, Error> {
    let what = "its partitions are longer than it is";
    let (sizes, mut rest) = rest
        .split_at_checked(3 * (count - 1))
        .ok_or(damaged(what))?;
    let mut parts = Vec::with_capacity(count);
    for size in sizes.as_chunks::<3>().0 {
        let [a, b, c] = size.map(usize::from);
        let (part, next) = rest
            .split_at_checked(a | b << 8 | c << 16)
            .ok_or(damaged(what))?;
        parts.push(Bits::new(part));
        rest = next;
    }
    parts.push(Bits::new(rest));
    Ok(parts)
}

/// What is known of the macroblocks above or to the left.
#[derive(Debug, Clone, Copy, Default)]
struct Neighbour {
    blocks: [u8; 4],
    /// Whether the blocks at the edge have coefficients: four of luma, two of each chroma, and the
    /// second of luma.
    luma: [bool; 4],
    chroma: [[bool; 2]; 2],
    second: bool,
}

/// The coefficients of a macroblock.
struct Residual {
    /// Sixteen of luma, four of each chroma.
    blocks: [[i32; 16]; 24],
    /// By block: whether there is anything but the first coefficient.
    detailed: [bool; 24],
}

/// The picture so far.
struct Picture {
    header: Header,
    across: usize,
    above: Vec<Neighbour>,
    luma: Band<16>,
    chroma: [Band<8>; 2],
    works: (Work<16>, [Work<8>; 2]),
    residual: Residual,
    strengths: Vec<Option<Strength>>,
}

impl Picture {
    fn new(source: &Lossy, header: Header) -> Self {
        let (width, height) = (source.width as usize, source.height as usize);
        let across = width.div_ceil(16);
        let chroma = || Band::new(width.div_ceil(2), height.div_ceil(2), across);
        Self {
            header,
            across,
            above: vec![Neighbour::default(); across],
            luma: Band::new(width, height, across),
            chroma: [chroma(), chroma()],
            works: (Work::new(), [Work::new(), Work::new()]),
            residual: Residual {
                blocks: [[0; 16]; 24],
                detailed: [false; 24],
            },
            strengths: vec![None; across],
        }
    }

    /// Decodes a row of macroblocks.
    fn row(&mut self, bits: &mut Bits, tokens: &mut Bits, is_first: bool, filtered: bool) {
        let mut left = Neighbour::default();
        self.works.0.begin_row(is_first);
        self.works
            .1
            .iter_mut()
            .for_each(|work| work.begin_row(is_first));
        for column in 0..self.across {
            let above = &mut self.above[column];
            let modes = Modes::read(bits, &self.header, &mut above.blocks, &mut left.blocks);
            let has_coefficients = match modes.skipped {
                true => {
                    self.residual.clear();
                    above.skip(modes.luma.is_some());
                    left.skip(modes.luma.is_some());
                    false
                }
                false => self
                    .residual
                    .read(tokens, &self.header, &modes, above, &mut left),
            };
            self.reconstruct(&modes, column, is_first);
            let segment = &self.header.segments[modes.segment];
            let own = modes.luma.is_none();
            let [frame, mode] = self.header.level_deltas;
            let level = segment.level + frame + if own { mode } else { 0 };
            let inner = own || has_coefficients;
            self.strengths[column] = Strength::new(level, self.header.sharpness, inner);
        }
        self.luma.remember();
        self.chroma.iter_mut().for_each(Band::remember);
        if filtered && self.header.filtered {
            self.filter();
        }
    }

    fn filter(&mut self) {
        let is_simple = self.header.simple_filter;
        for (column, strength) in self.strengths.iter().enumerate() {
            let Some(strength) = *strength else { continue };
            self.luma.filter(column, strength, is_simple);
            if !is_simple {
                let bands = self.chroma.iter_mut();
                bands.for_each(|band| band.filter(column, strength, false));
            }
        }
    }

    fn emit(&mut self, sink: &mut dyn Sink, is_last: bool) {
        self.luma.emit(0, sink, is_last);
        for (plane, band) in (1..).zip(&mut self.chroma) {
            band.emit(plane, sink, is_last);
        }
    }

    /// Predicts a macroblock and adds what differs.
    fn reconstruct(&mut self, modes: &Modes, column: usize, is_first: bool) {
        let has = (!is_first, column > 0);
        let (luma, chroma) = &mut self.works;
        if column > 0 {
            luma.move_on();
            chroma.iter_mut().for_each(Work::move_on);
        }
        if !is_first {
            luma.set_above(&self.luma.above[column * 16..column * 16 + 20]);
        }
        match modes.luma {
            Some(mode) => {
                luma.predict(mode, has);
                for index in 0..16 {
                    self.residual
                        .add(index, &mut luma.samples, ORIGIN + block_at(index, 4));
                }
            }
            None => {
                luma.spread_above();
                for (index, mode) in modes.blocks.iter().enumerate() {
                    let start = ORIGIN + block_at(index, 4);
                    luma.predict_block(*mode, start);
                    self.residual.add(index, &mut luma.samples, start);
                }
            }
        }
        self.luma.put(column, luma);
        for (plane, (work, band)) in chroma.iter_mut().zip(&mut self.chroma).enumerate() {
            if !is_first {
                work.set_above(&band.above[column * 8..column * 8 + 8]);
            }
            work.predict(modes.chroma, has);
            for index in 0..4 {
                let start = ORIGIN + block_at(index, 2);
                self.residual
                    .add(16 + plane * 4 + index, &mut work.samples, start);
            }
            band.put(column, work);
        }
    }
}

/// Where a block begins in a macroblock of `across` × `across` blocks.
fn block_at(index: usize, across: usize) -> usize {
    index / across * 4 * STRIDE + index % across * 4
}

impl Neighbour {
    /// A macroblock without coefficients; whether its second block of luma has any is left as it was
    /// if it has no such block (section 13.3).
    fn skip(&mut self, has_second: bool) {
        (self.luma, self.chroma) = Default::default();
        self.second &= !has_second;
    }
}

impl Residual {
    fn clear(&mut self) {
        self.blocks.iter_mut().for_each(|block| *block = [0; 16]);
        self.detailed = [false; 24];
    }

    /// Reads all coefficients; gives whether there are any.
    fn read(
        &mut self,
        tokens: &mut Bits,
        header: &Header,
        modes: &Modes,
        above: &mut Neighbour,
        left: &mut Neighbour,
    ) -> bool {
        self.clear();
        let segment = &header.segments[modes.segment];
        let kinds = &header.probabilities;
        let (kind, first) = match modes.luma {
            Some(_) => {
                self.second(tokens, kinds, segment, (above, left));
                (&kinds[0], 1)
            }
            None => (&kinds[3], 0),
        };
        for index in 0..16 {
            let (up, side) = (&mut above.luma[index % 4], &mut left.luma[index / 4]);
            let context = usize::from(*up) + usize::from(*side);
            let block = &mut self.blocks[index];
            let end = tokens::read(tokens, kind, context, first, segment.luma, block);
            (*up, *side) = (end > first, end > first);
            self.detailed[index] = end > 1;
        }
        for index in 0..8 {
            let (plane, at) = (index / 4, index % 4);
            let up = &mut above.chroma[plane][at % 2];
            let side = &mut left.chroma[plane][at / 2];
            let context = usize::from(*up) + usize::from(*side);
            let block = &mut self.blocks[16 + index];
            let end = tokens::read(tokens, &kinds[2], context, 0, segment.chroma, block);
            (*up, *side) = (end > 0, end > 0);
            self.detailed[16 + index] = end > 1;
        }
        let has_first = self.blocks.iter().any(|block| block[0] != 0);
        has_first || self.detailed.contains(&true)
    }

    /// The first coefficients of luma, which have a block of their own.
    fn second(
        &mut self,
        tokens: &mut Bits,
        kinds: &[tokens::Kind; 4],
        segment: &Segment,
        (above, left): (&mut Neighbour, &mut Neighbour),
    ) {
        let context = usize::from(above.second) + usize::from(left.second);
        let mut block = [0; 16];
        let end = tokens::read(tokens, &kinds[1], context, 0, segment.second, &mut block);
        (above.second, left.second) = (end > 0, end > 0);
        for (block, first) in self.blocks.iter_mut().zip(transform::walsh(&block)) {
            block[0] = first;
        }
    }

    /// Adds the differences of a block to the samples at `start`.
    #[inline(always)]
    fn add(&self, index: usize, samples: &mut [u8], start: usize) {
        let block = &self.blocks[index];
        match (self.detailed[index], block[0]) {
            (true, _) => transform::add(block, samples, start, STRIDE),
            (false, 0) => {}
            (false, first) => transform::add_constant(first, samples, start, STRIDE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The planes, row by row.
    #[derive(Default)]
    struct Planes([Vec<u8>; 3]);

    impl Sink for Planes {
        fn row(&mut self, plane: usize, row: &[u8]) {
            self.0[plane].extend_from_slice(row);
        }
    }

    /// A picture with soft and hard parts.
    fn picture(width: u32, height: u32) -> Vec<u8> {
        let mut random = 9_u32;
        let pixels = (0..width * height).flat_map(|index| {
            let (x, y) = (index % width, index / width);
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = if x > width / 2 { random >> 27 } else { 0 };
            let disc = if (x / 9 + y / 7) % 3 == 0 { 90 } else { 0 };
            [x * 2 + noise, y * 3 + disc, (x + y) / 2 + noise].map(|part| part as u8)
        });
        pixels.collect()
    }

    /// The same samples as another decoder's, with filters and segments of all strengths.
    #[test]
    fn planes_are_what_another_decoder_says() {
        for (width, height) in [(1, 1), (16, 16), (17, 40), (130, 75)] {
            for quality in [0.0, 15.0, 50.0, 80.0, 100.0] {
                let options = vp8::Options { quality };
                let layout = vp8::Layout::Rgb;
                let pixels = picture(width, height);
                let frame = vp8::encode_frame(width, height, layout, &pixels, &options).unwrap();
                let mut found = Planes::default();
                Lossy::new(&frame.vp8, width, height)
                    .decode(&mut found)
                    .unwrap();
                let wanted = image_webp::vp8::Vp8Decoder::decode_frame(&frame.vp8[..]).unwrap();
                let stride = wanted.ybuf.len() / height.next_multiple_of(16) as usize;
                let cut = |plane: &[u8], stride: usize, width: u32, height: u32| {
                    let rows = plane.chunks_exact(stride).take(height as usize);
                    rows.flat_map(|row| row[..width as usize].to_vec())
                        .collect::<Vec<_>>()
                };
                let (w, h) = (width.div_ceil(2), height.div_ceil(2));
                let name = format!("{width}×{height} {quality}");
                assert!(
                    found.0[0] == cut(&wanted.ybuf, stride, width, height),
                    "Y {name}"
                );
                assert!(
                    found.0[1] == cut(&wanted.ubuf, stride / 2, w, h),
                    "U {name}"
                );
                assert!(
                    found.0[2] == cut(&wanted.vbuf, stride / 2, w, h),
                    "V {name}"
                );
            }
        }
    }
}
