//! Sixteen rows of a picture as brightness and colour differences.

/// Rows of Y in a band.
pub(super) const ROWS: usize = 16;

/// Sixteen rows of Y, eight rows of Cb and Cr, filled up to whole units.
pub(super) struct Band {
    /// Samples of a row of Y: a multiple of 16.
    pub wide: usize,
    /// Rows of Y that are there.
    pub rows: usize,
    luminance: Vec<u8>,
    chrominance: [Vec<u8>; 2],
    /// Cb and Cr of a pair of rows of pixels, before they are averaged.
    full: [Vec<u16>; 2],
    /// Whether the second row of the pair is still to come.
    is_odd: bool,
}

impl Band {
    /// Room for rows of `width` pixels.
    pub fn new(width: usize) -> Self {
        let wide = width.next_multiple_of(16);
        Self {
            wide,
            rows: 0,
            luminance: vec![0; wide * ROWS],
            chrominance: [vec![0; wide * ROWS / 4], vec![0; wide * ROWS / 4]],
            full: [vec![0; wide], vec![0; wide]],
            is_odd: false,
        }
    }

    /// Takes the next row of pixels.
    pub fn push_pixels<const CHANNELS: usize>(&mut self, pixels: &[u8]) {
        let row = self.rows;
        self.rows += 1;
        self.convert::<CHANNELS>(pixels, row);
        self.is_odd = !self.is_odd;
        if !self.is_odd {
            self.halve(row / 2);
        }
    }

    /// Takes rows of samples as they are: of Y, and half as many of Cb and Cr, each half as long.
    /// There have to be none of another kind in the band.
    pub fn push_samples(&mut self, planes: [&[u8]; 3], widths: [usize; 2]) {
        let [y, cb, cr] = planes;
        let [width, half] = widths;
        let first = self.rows;
        for row in y.chunks_exact(width).take(ROWS - first) {
            fill(&mut self.luminance, self.wide, self.rows, row);
            self.rows += 1;
        }
        for (place, plane) in self.chrominance.iter_mut().zip([cb, cr]) {
            for (index, row) in (first / 2..ROWS / 2).zip(plane.chunks_exact(half)) {
                fill(place, self.wide / 2, index, row);
            }
        }
    }

    /// Repeats the last row as often as rows are missing.
    pub fn complete(&mut self) {
        if self.rows == 0 {
            return;
        }
        if std::mem::take(&mut self.is_odd) {
            let sums = self.full.iter_mut().flatten();
            sums.for_each(|sum| *sum *= 2);
            self.halve(self.rows / 2);
        }
        repeat(&mut self.luminance, self.wide, self.rows);
        for plane in &mut self.chrominance {
            repeat(plane, self.wide / 2, self.rows.div_ceil(2));
        }
        self.rows = ROWS;
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
        let is_first = !self.is_odd;
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

/// Puts samples into a row, whose end repeats the last of them.
fn fill(plane: &mut [u8], wide: usize, row: usize, samples: &[u8]) {
    let Some(place) = plane.get_mut(row * wide..(row + 1) * wide) else {
        return;
    };
    let (inside, outside) = place.split_at_mut(samples.len().min(wide));
    inside.copy_from_slice(&samples[..inside.len()]);
    outside.fill(samples.last().copied().unwrap_or(0));
}

/// Repeats the last of `rows` rows down to the end.
fn repeat(plane: &mut [u8], wide: usize, rows: usize) {
    let (known, rest) = plane.split_at_mut(rows * wide);
    let last = &known[known.len() - wide..];
    for row in rest.chunks_exact_mut(wide) {
        row.copy_from_slice(last);
    }
}
