//! A row of macroblocks as it is taken from the picture's rows.

use crate::{
    colour::{Converter, Pixels},
    macroblock::Source,
    transform::Block,
};

/// Samples of a row of macroblocks, padded to whole macroblocks.
#[derive(Clone)]
pub struct Strip {
    columns: usize,
    luma: Vec<u8>,
    chroma: [Vec<u8>; 2],
}

impl Strip {
    /// Bytes of a strip this many macroblocks wide.
    pub fn bytes(columns: usize) -> usize {
        columns * 384
    }

    /// From up to sixteen rows of pixels, which are repeated to the right and downwards.
    pub fn new(converter: &Converter, pixels: &Pixels) -> Self {
        let columns = pixels.width.div_ceil(16);
        let mut strip = Self {
            columns,
            luma: vec![0; columns * 256],
            chroma: [vec![0; columns * 64], vec![0; columns * 64]],
        };
        let (width, stride) = (pixels.width, columns * 16);
        let rows = pixels.rows().min(16);
        for row in 0..rows {
            let line = &mut strip.luma[row * stride..][..stride];
            converter.luma(pixels, row, line);
            repeat_last(line, width);
        }
        let [u, v] = &mut strip.chroma;
        for pair in 0..rows.div_ceil(2) {
            let range = pair * stride / 2..(pair + 1) * stride / 2;
            let (u, v) = (&mut u[range.clone()], &mut v[range]);
            converter.chroma(pixels, 2 * pair, u, v);
            repeat_last(u, width.div_ceil(2));
            repeat_last(v, width.div_ceil(2));
        }
        if pixels.has_alpha() {
            crate::transparent::smooth(pixels, rows, stride, &mut strip.luma, &mut strip.chroma);
        }
        repeat_rows(&mut strip.luma, stride, rows);
        for plane in &mut strip.chroma {
            repeat_rows(plane, stride / 2, rows.div_ceil(2));
        }
        strip
    }

    /// One macroblock.
    pub fn macroblock(&self, column: usize) -> Source {
        let mut source = Source::default();
        copy(
            &self.luma,
            self.columns * 16,
            column * 16,
            4,
            &mut source.luma,
        );
        let (u, v) = source.chroma.split_at_mut(4);
        copy(&self.chroma[0], self.columns * 8, column * 8, 2, u);
        copy(&self.chroma[1], self.columns * 8, column * 8, 2, v);
        source
    }
}

/// Cuts blocks out of a plane.
fn copy(plane: &[u8], stride: usize, left: usize, across: usize, blocks: &mut [Block]) {
    for (index, block) in blocks.iter_mut().enumerate() {
        let start = index / across * 4 * stride + left + index % across * 4;
        for (row, samples) in block.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            if let Some(four) = plane[start + row * stride..].first_chunk() {
                *samples = *four;
            }
        }
    }
}

fn repeat_last(line: &mut [u8], width: usize) {
    if let Some(&last) = line.get(width.wrapping_sub(1)) {
        line[width..].fill(last);
    }
}

fn repeat_rows(plane: &mut [u8], stride: usize, rows: usize) {
    let (used, rest) = plane.split_at_mut(rows * stride);
    if let Some(last) = used.chunks_exact(stride).last() {
        for row in rest.chunks_exact_mut(stride) {
            row.copy_from_slice(last);
        }
    }
}
