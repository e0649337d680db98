//! What nobody sees need not be coded: samples below fully transparent pixels are made smooth, as
//! libwebp does unless it is told to be exact.

use crate::colour::Pixels;

/// Side of the squares that are looked at.
const SIDE: usize = 8;

/// Smooths luma and chroma of up to sixteen rows.
pub fn smooth(
    pixels: &Pixels,
    rows: usize,
    stride: usize,
    luma: &mut [u8],
    chroma: &mut [Vec<u8>; 2],
) {
    for top in (0..rows).step_by(SIDE) {
        let height = SIDE.min(rows - top);
        // The values of the first of several transparent squares in a row.
        let mut values = None;
        for left in (0..pixels.width).step_by(SIDE) {
            let width = SIDE.min(pixels.width - left);
            let square = Square {
                top,
                left,
                width,
                height,
            };
            let transparent = square.smooth_luma(pixels, luma, stride);
            if !transparent || width < SIDE || height < SIDE {
                values = None;
                continue;
            }
            let at = top / 2 * (stride / 2) + left / 2;
            let [y, u, v] =
                *values.get_or_insert([luma[top * stride + left], chroma[0][at], chroma[1][at]]);
            fill(&mut luma[top * stride + left..], stride, SIDE, y);
            fill(&mut chroma[0][at..], stride / 2, SIDE / 2, u);
            fill(&mut chroma[1][at..], stride / 2, SIDE / 2, v);
        }
    }
}

fn fill(plane: &mut [u8], stride: usize, side: usize, value: u8) {
    for row in plane.chunks_mut(stride).take(side) {
        row[..side].fill(value);
    }
}

struct Square {
    top: usize,
    left: usize,
    width: usize,
    height: usize,
}

impl Square {
    /// Gives transparent pixels the mean luma of the others; whether there are no others.
    fn smooth_luma(&self, pixels: &Pixels, luma: &mut [u8], stride: usize) -> bool {
        let hidden = |row: usize, column: usize| pixels.row(row)[column * 4 + 3] == 0;
        let (mut sum, mut count) = (0, 0);
        for row in self.top..self.top + self.height {
            for column in self.left..self.left + self.width {
                if !hidden(row, column) {
                    sum += u32::from(luma[row * stride + column]);
                    count += 1;
                }
            }
        }
        if count > 0 && (count as usize) < self.width * self.height {
            let mean = (sum / count) as u8;
            for row in self.top..self.top + self.height {
                for column in self.left..self.left + self.width {
                    if hidden(row, column) {
                        luma[row * stride + column] = mean;
                    }
                }
            }
        }
        count == 0
    }
}
