//! Macroblocks of source and reconstruction, and what lies around them.

use crate::{predict::Edges, transform::Block};

/// Samples of a macroblock: 16x16 of luma as sixteen blocks, 8x8 of each chroma plane as four.
#[derive(Clone, Default)]
pub struct Source {
    /// Luma.
    pub luma: [Block; 16],
    /// Both chroma planes.
    pub chroma: [Block; 8],
}

impl Source {
    /// Whether all of luma has one value.
    pub fn is_flat(&self) -> bool {
        let value = self.luma[0][0];
        self.luma.iter().all(|block| *block == [value; 16])
    }
}

/// What lies around a macroblock.
#[derive(Clone)]
pub struct Neighbours {
    /// Around luma.
    pub luma: Edges<16>,
    /// The four samples above the macroblock to the right.
    pub above_right: [u8; 4],
    /// Around both chroma planes.
    pub chroma: [Edges<8>; 2],
}

/// Planes.
const PLANES: usize = 3;

/// The samples that later macroblocks are predicted from: the lowest row of those above, the
/// rightmost column of the one to the left.
pub struct Border {
    columns: usize,
    has_top: bool,
    tops: [Vec<u8>; PLANES],
    left: [[u8; 16]; PLANES],
    corners: [u8; PLANES],
}

impl Border {
    /// Of a picture this many macroblocks wide, before its first row.
    pub fn new(columns: usize) -> Self {
        Self {
            columns,
            has_top: false,
            tops: [16, 8, 8].map(|size| vec![127; columns * size]),
            left: [[129; 16]; PLANES],
            corners: [127; PLANES],
        }
    }

    /// Goes to the next row.
    pub fn next_row(&mut self) {
        self.has_top = true;
        self.left = [[129; 16]; PLANES];
        self.corners = [129; PLANES];
    }

    /// What lies around the macroblock in this column.
    pub fn around(&self, column: usize) -> Neighbours {
        let luma = self.edges::<16>(0, column);
        let above_right = match self.tops[0].get(16 * column + 16..16 * column + 20) {
            Some(samples) => std::array::from_fn(|i| samples[i]),
            // Past the right edge the last sample is repeated.
            None => [luma.top[15]; 4],
        };
        Neighbours {
            luma,
            above_right,
            chroma: [self.edges::<8>(1, column), self.edges::<8>(2, column)],
        }
    }

    fn edges<const N: usize>(&self, plane: usize, column: usize) -> Edges<N> {
        debug_assert!(column < self.columns);
        Edges {
            top: std::array::from_fn(|i| self.tops[plane][N * column + i]),
            left: std::array::from_fn(|i| self.left[plane][i]),
            corner: self.corners[plane],
            has_top: self.has_top,
            has_left: column > 0,
        }
    }

    /// Takes over the macroblock in this column.
    pub fn save(&mut self, column: usize, luma: &[Block; 16], chroma: &[Block; 8]) {
        self.save_plane::<16>(0, column, luma);
        self.save_plane::<8>(1, column, &chroma[..4]);
        self.save_plane::<8>(2, column, &chroma[4..]);
    }

    fn save_plane<const N: usize>(&mut self, plane: usize, column: usize, blocks: &[Block]) {
        let across = N / 4;
        let top = &mut self.tops[plane][N * column..][..N];
        self.corners[plane] = top[N - 1];
        let lowest = &blocks[across * (across - 1)..];
        for (samples, block) in top.as_chunks_mut::<4>().0.iter_mut().zip(lowest) {
            *samples = [block[12], block[13], block[14], block[15]];
        }
        for (index, value) in self.left[plane].iter_mut().enumerate().take(N) {
            *value = blocks[index / 4 * across + across - 1][index % 4 * 4 + 3];
        }
    }
}
