//! Writing baseline JPEG (ITU-T T.81): colour at half the resolution in both directions, as JPEG is
//! usually shown and as sharp writes it, and Huffman codes made for the picture.

mod codes;
mod entropy;
mod planes;
mod transform;

use crate::Quality;
use crate::jpeg::NATURAL;
use crate::raster::Raster;
use codes::Codes;
use entropy::{Count, Write};
use planes::Bands;

/// Blocks of one unit: four of brightness, one of each colour difference.
const BLOCKS: usize = 6;

/// One block, quantised, in the order it is written.
type Block = [i16; 64];

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

/// The file of an opaque picture; alpha, if there is any, is left out.
pub(super) fn encode(raster: &Raster, quality: Quality) -> Vec<u8> {
    let tables = [scaled(&LUMINANCE, quality), scaled(&CHROMINANCE, quality)];
    let blocks = quantised(raster, &tables);
    let mut counts = [Count::default(), Count::default()];
    entropy::pass(&blocks, &mut counts);
    let codes = counts.map(|count| count.codes());
    let mut file = headers(raster, &tables, &codes);
    file.reserve(blocks.len() * 8);
    let mut writers = Write::new(&codes, file);
    entropy::pass(&blocks, &mut writers);
    let mut file = writers.finish();
    file.extend_from_slice(&[0xff, 0xd9]);
    file
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

/// All blocks, unit by unit.
fn quantised(raster: &Raster, tables: &[[u8; 64]; 2]) -> Vec<Block> {
    let factors = [
        transform::factors(&tables[0]),
        transform::factors(&tables[1]),
    ];
    let (across, down) = (raster.width.div_ceil(16), raster.height.div_ceil(16));
    let mut blocks = Vec::with_capacity(across * down * BLOCKS);
    let mut bands = Bands::new(raster);
    for row in 0..down {
        bands.load(raster, row * 16);
        for column in 0..across {
            for (y, x) in [(0, 0), (0, 8), (8, 0), (8, 8)] {
                let samples = bands.luminance(column * 16 + x, y);
                blocks.push(transform::quantised(samples, bands.wide, &factors[0]));
            }
            for colour in 0..2 {
                let samples = bands.chrominance(colour, column * 8);
                blocks.push(transform::quantised(samples, bands.wide / 2, &factors[1]));
            }
        }
    }
    blocks
}

/// Everything before the data of the scan (annex B).
fn headers(raster: &Raster, tables: &[[u8; 64]; 2], codes: &[[Codes; 2]; 2]) -> Vec<u8> {
    let mut file = vec![0xff, 0xd8];
    segment(&mut file, 0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    for (number, table) in (0..).zip(tables) {
        let mut body = vec![number];
        body.extend(NATURAL.iter().map(|&natural| table[usize::from(natural)]));
        segment(&mut file, 0xdb, &body);
    }
    let [h1, h0] = (raster.height as u16).to_be_bytes();
    let [w1, w0] = (raster.width as u16).to_be_bytes();
    let components = [1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1];
    let head = [8, h1, h0, w1, w0, 3];
    segment(&mut file, 0xc0, &[&head[..], &components].concat());
    for (number, [dc, ac]) in (0..).zip(codes) {
        segment(&mut file, 0xc4, &dc.segment(number));
        segment(&mut file, 0xc4, &ac.segment(0x10 | number));
    }
    segment(&mut file, 0xda, &[3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0]);
    file
}

fn segment(file: &mut Vec<u8>, marker: u8, body: &[u8]) {
    file.extend_from_slice(&[0xff, marker]);
    file.extend_from_slice(&(body.len() as u16 + 2).to_be_bytes());
    file.extend_from_slice(body);
}
