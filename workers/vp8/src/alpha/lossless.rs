//! The stream of a lossless image with but one channel.

use super::{
    bits::BitWriter,
    distance::{Distances, prefix},
    groups::Groups,
    huffman::Code,
    palette::Palette,
    parse::{Histogram, Token, parse},
    predictor::Predicted,
};

/// Most values of a plane that is tried both with and without prediction.
const BOTH: usize = 1 << 20;

/// The stream of a plane of this width.
pub fn encode(width: usize, plane: &[u8]) -> Vec<u8> {
    let mut writer = BitWriter::default();
    if let Some(palette) = Palette::new(width, plane) {
        palette.write(&mut writer);
        write_main(&mut writer, palette.width, &palette.data);
        return writer.finish();
    }
    let mut predicted = BitWriter::default();
    let prediction = Predicted::new(width, plane);
    prediction.write(&mut predicted);
    write_main(&mut predicted, width, &prediction.rest);
    let predicted = predicted.finish();
    if plane.len() > BOTH {
        return predicted;
    }
    write_main(&mut writer, width, plane);
    let plain = writer.finish();
    if predicted.len() < plain.len() {
        predicted
    } else {
        plain
    }
}

/// Writes the image itself, after its transforms.
fn write_main(writer: &mut BitWriter, width: usize, plane: &[u8]) {
    writer.put(0, 1); // No further transform.
    writer.put(0, 1); // No colour cache.
    let distances = Distances::new(width);
    let tokens = parse(width, plane, &distances);
    let groups = Groups::new(width, plane.len() / width, &tokens, &distances);
    let several = groups.histograms.len() > 1;
    writer.put(u32::from(several), 1);
    if several {
        writer.put(groups.side_bits - 2, 3);
        write_small(writer, groups.across, &groups.squares);
    }
    let sets = groups
        .histograms
        .iter()
        .map(|histogram| Codes::write(writer, histogram));
    let sets: Vec<Codes> = sets.collect();
    let mut place = 0;
    for token in tokens {
        let set = groups.at(place % width, place / width);
        sets[set].put(writer, token, &distances);
        place += token.length();
    }
}

/// Writes an image that belongs to another one.
pub fn write_small(writer: &mut BitWriter, width: usize, plane: &[u8]) {
    writer.put(0, 1); // No colour cache.
    write_data(writer, width, plane);
}

fn write_data(writer: &mut BitWriter, width: usize, plane: &[u8]) {
    let distances = Distances::new(width);
    let tokens = parse(width, plane, &distances);
    let mut histogram = Histogram::default();
    tokens
        .iter()
        .for_each(|&token| histogram.add(token, &distances));
    let codes = Codes::write(writer, &histogram);
    for token in tokens {
        codes.put(writer, token, &distances);
    }
}

/// The codes of values and of distances.
struct Codes {
    values: Code,
    distances: Code,
}

impl Codes {
    /// The best codes, which are written at once.
    fn write(writer: &mut BitWriter, histogram: &Histogram) -> Self {
        let mut codes = Self {
            values: Code::new(&histogram.values),
            distances: Code::new(&histogram.distances),
        };
        codes.values.write(writer);
        for _ in 0..3 {
            // Red, blue and alpha are zero everywhere.
            Code::new(&[1]).write(writer);
        }
        codes.distances.write(writer);
        codes
    }

    fn put(&self, writer: &mut BitWriter, token: Token, distances: &Distances) {
        match token.content() {
            Ok(value) => self.values.put(writer, usize::from(value)),
            Err(distance) => {
                let length = prefix(token.length() as u32);
                self.values.put(writer, 256 + usize::from(length.code));
                writer.put(length.extra, length.bits);
                let distance = prefix(distances.code(distance));
                self.distances.put(writer, usize::from(distance.code));
                writer.put(distance.extra, distance.bits);
            }
        }
    }
}
