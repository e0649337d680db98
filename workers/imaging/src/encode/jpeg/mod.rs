//! Writing baseline JPEG (ITU-T T.81): colour at half the resolution in both directions, as JPEG is
//! usually shown and as sharp writes it, and Huffman codes made for the picture.

mod codes;
mod entropy;
mod planes;
mod transform;

use super::failed;
use crate::jpeg::NATURAL;
use crate::raster::Raster;
use crate::{Error, Format, Quality};
use codes::Codes;
use entropy::Coder;
use planes::{Band, ROWS};

/// Bytes of a colour profile that a segment has room for.
const PROFILE_PART: usize = 65_519;

/// Annex K.1, in rows of eight.
const LUMINANCE: [u8; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113,
    92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];

/// Annex K.1, in rows of eight.
const CHROMINANCE: [u8; 64] = [
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99,
    47, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
];

/// Encodes an opaque picture whose rows come in pieces.
pub(crate) struct Jpeg {
    width: usize,
    height: usize,
    tables: [[u8; 64]; 2],
    factors: [[f32; 64]; 2],
    band: Band,
    coder: Coder,
    profile: Vec<u8>,
    /// Rows that are coded.
    rows: usize,
}

impl Jpeg {
    /// For a picture of that size, in pixels, with a colour profile if it needs one.
    pub fn new(width: usize, height: usize, quality: Quality, profile: Option<&[u8]>) -> Self {
        let tables = [scaled(&LUMINANCE, quality), scaled(&CHROMINANCE, quality)];
        Self {
            width,
            height,
            tables,
            factors: [
                transform::factors(&tables[0]),
                transform::factors(&tables[1]),
            ],
            band: Band::new(width),
            coder: Coder::new(),
            profile: profile.unwrap_or_default().to_vec(),
            rows: 0,
        }
    }

    /// Takes the next rows; alpha is left out.
    pub fn push(&mut self, rows: &Raster) {
        for row in rows.pixels.chunks_exact(rows.width * rows.channels()) {
            self.pixels(row, rows.alpha);
            if self.band.rows == ROWS {
                self.code();
            }
        }
    }

    /// Takes the next rows as samples of Y, Cb and Cr (JFIF), sixteen rows of Y and eight of the
    /// others at a time, or what is left at the end; half a column more of these where the width is
    /// odd, and half a row likewise.
    pub fn push_planes(&mut self, planes: [&[u8]; 3]) {
        let widths = [self.width, self.width.div_ceil(2)];
        let lengths = [widths[0] * ROWS, widths[1] * ROWS / 2];
        let [y, cb, cr] = planes;
        let colours = cb.chunks(lengths[1]).zip(cr.chunks(lengths[1]));
        for (y, (cb, cr)) in y.chunks(lengths[0]).zip(colours) {
            self.band.push_samples([y, cb, cr], widths);
            if self.band.rows == ROWS {
                self.code();
            }
        }
    }

    /// Bytes of the file so far, apart from what waits for its codes.
    pub fn len(&self) -> usize {
        self.coder.len()
    }

    /// The file, if all rows came.
    pub fn finish(mut self) -> Result<Vec<u8>, Error> {
        if self.rows + self.band.rows != self.height {
            return Err(failed(Format::Jpeg, "rows are missing"));
        }
        if self.band.rows > 0 {
            self.code();
        }
        self.begin(false);
        let mut file = self.coder.finish();
        file.extend_from_slice(&[0xff, 0xd9]);
        Ok(file)
    }

    fn pixels(&mut self, row: &[u8], alpha: bool) {
        match alpha {
            true => self.band.push_pixels::<4>(row),
            false => self.band.push_pixels::<3>(row),
        }
    }

    /// Codes the band, whose last row is repeated where it is not full.
    fn code(&mut self) {
        self.rows += self.band.rows;
        self.band.complete();
        let wide = self.band.wide;
        for column in 0..wide / 16 {
            for (y, x) in [(0, 0), (0, 8), (8, 0), (8, 8)] {
                let samples = self.band.luminance(column * 16 + x, y);
                let block = transform::quantised(samples, wide, &self.factors[0]);
                self.coder.block(0, &block);
            }
            for colour in 0..2 {
                let samples = self.band.chrominance(colour, column * 8);
                let block = transform::quantised(samples, wide / 2, &self.factors[1]);
                self.coder.block(colour + 1, &block);
            }
        }
        self.band.rows = 0;
        if self.coder.is_full() {
            self.begin(true);
        }
    }

    fn begin(&mut self, others: bool) {
        let (size, tables, profile) = ((self.width, self.height), &self.tables, &self.profile);
        let begin = |codes: &_| headers(size, profile, tables, codes);
        self.coder.begin(others, begin);
    }
}

/// A table of annex K at libjpeg's scale of quality (jcparam.c, jpeg_quality_scaling).
fn scaled(table: &[u8; 64], quality: Quality) -> [u8; 64] {
    let quality = u32::from(quality.get());
    let scale = match quality {
        ..50 => 5000 / quality,
        _ => 200 - quality * 2,
    };
    table.map(|step| ((u32::from(step) * scale + 50) / 100).clamp(1, 255) as u8)
}

/// Everything before the data of the scan (annex B).
fn headers(
    (width, height): (usize, usize),
    profile: &[u8],
    tables: &[[u8; 64]; 2],
    codes: &[Codes; 4],
) -> Vec<u8> {
    let mut file = vec![0xff, 0xd8];
    segment(&mut file, 0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    // ICC.1:2022, B.4.
    let parts = profile.chunks(PROFILE_PART);
    for (number, part) in (1_u8..).zip(parts.clone()) {
        let head = [&b"ICC_PROFILE\0"[..], &[number, parts.len() as u8]].concat();
        segment(&mut file, 0xe2, &[&head, part].concat());
    }
    for (number, table) in (0..).zip(tables) {
        let mut body = vec![number];
        body.extend(NATURAL.iter().map(|&natural| table[usize::from(natural)]));
        segment(&mut file, 0xdb, &body);
    }
    let [h1, h0] = (height as u16).to_be_bytes();
    let [w1, w0] = (width as u16).to_be_bytes();
    let components = [1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1];
    let head = [8, h1, h0, w1, w0, 3];
    segment(&mut file, 0xc0, &[&head[..], &components].concat());
    for (kind, codes) in [0, 0x10, 1, 0x11].into_iter().zip(codes) {
        segment(&mut file, 0xc4, &codes.segment(kind));
    }
    segment(&mut file, 0xda, &[3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0]);
    file
}

fn segment(file: &mut Vec<u8>, marker: u8, body: &[u8]) {
    file.extend_from_slice(&[0xff, marker]);
    file.extend_from_slice(&(body.len() as u16 + 2).to_be_bytes());
    file.extend_from_slice(body);
}
