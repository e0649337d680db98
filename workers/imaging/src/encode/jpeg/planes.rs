//! Sixteen rows of a picture as brightness and colour differences.

use crate::raster::Raster;

/// Sixteen rows of Y, eight rows of Cb and Cr, filled up to whole units.
pub(super) struct Bands {
    /// Samples of a row of Y: a multiple of 16.
    pub wide: usize,
    luminance: Vec<u8>,
    chrominance: [Vec<u8>; 2],
    /// Cb and Cr of two rows, before they are averaged.
    full: [Vec<u16>; 2],
}

impl Bands {
    /// Room for the bands of `raster`.
    pub fn new(raster: &Raster) -> Self {
        let wide = raster.width.next_multiple_of(16);
        Self {
            wide,
            luminance: vec![0; wide * 16],
            chrominance: [vec![0; wide * 4], vec![0; wide * 4]],
            full: [vec![0; wide], vec![0; wide]],
        }
    }

    /// Takes the sixteen rows from `top` on; below the picture its last row is repeated.
    pub fn load(&mut self, raster: &Raster, top: usize) {
        let length = raster.width * raster.channels();
        for row in 0..16 {
            let index = (top + row).min(raster.height - 1);
            let Some(pixels) = raster.pixels.get(index * length..(index + 1) * length) else {
                return;
            };
            match raster.alpha {
                true => self.convert::<4>(pixels, row),
                false => self.convert::<3>(pixels, row),
            }
            if row % 2 == 1 {
                self.halve(row / 2);
            }
        }
    }

    /// The samples of Y from a place on.
    pub fn luminance(&self, x: usize, y: usize) -> &[u8] {
        &self.luminance[y * self.wide + x..]
    }

    /// The samples of Cb or Cr from a place on.
    pub fn chrominance(&self, colour: usize, x: usize) -> &[u8] {
        &self.chrominance[colour][x..]
    }

    /// One row of pixels (JFIF 1.02, with 16 bits of fraction). The last pixel is repeated.
    fn convert<const CHANNELS: usize>(&mut self, pixels: &[u8], row: usize) {
        let (pixels, _) = pixels.as_chunks::<CHANNELS>();
        let start = row * self.wide;
        let y = &mut self.luminance[start..start + self.wide];
        let [cb, cr] = &mut self.full;
        let is_first = row.is_multiple_of(2);
        let places = y.iter_mut().zip(cb.iter_mut().zip(cr.iter_mut()));
        for (pixel, (y, (cb, cr))) in pixels.iter().zip(places) {
            let [r, g, b] = [pixel[0], pixel[1], pixel[2]].map(i32::from);
            *y = ((19_595 * r + 38_470 * g + 7_471 * b + 0x8000) >> 16) as u8;
            let blue = ((-11_059 * r - 21_709 * g + 32_768 * b + 0x80_7fff) >> 16) as u16;
            let red = ((32_768 * r - 27_439 * g - 5_329 * b + 0x80_7fff) >> 16) as u16;
            (*cb, *cr) = match is_first {
                true => (blue, red),
                false => (*cb + blue, *cr + red),
            };
        }
        let width = pixels.len();
        y.copy_within(width - 1..width, width.min(self.wide - 1));
        let last = y[width - 1];
        y[width..].fill(last);
        for colour in [cb, cr] {
            let last = colour[width - 1];
            colour[width..].fill(last);
        }
    }

    /// The means of two by two samples. Halves are rounded up and down in turns, as libjpeg does it,
    /// so that nothing becomes brighter as a whole.
    fn halve(&mut self, row: usize) {
        let half = self.wide / 2;
        for (full, place) in self.full.iter().zip(&mut self.chrominance) {
            let places = &mut place[row * half..(row + 1) * half];
            let pairs = full.as_chunks::<2>().0;
            for (index, (place, pair)) in places.iter_mut().zip(pairs).enumerate() {
                let bias = 1 + (index as u16 & 1);
                *place = ((pair[0] + pair[1] + bias) >> 2) as u8;
            }
        }
    }
}
