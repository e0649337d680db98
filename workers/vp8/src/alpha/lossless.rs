//! The stream of a lossless image with but one channel.

use super::{
    bits::BitWriter,
    distance::prefix,
    groups::Groups,
    huffman::Code,
    palette::Palette,
    parse::{Histogram, Token, log2, parse},
    predictor::Predicted,
};

/// Both ways, with prediction and without, are tried if what they promise differs by no more than one
/// part in so many.
const CLOSE: u64 = 16;

/// The stream of a plane of this width.
pub fn encode(width: usize, plane: &[u8]) -> Vec<u8> {
    let mut writer = BitWriter::default();
    if let Some(palette) = Palette::new(width, plane) {
        palette.write(&mut writer);
        write_main(&mut writer, palette.width, &palette.data);
        return writer.finish();
    }
    let prediction = Predicted::new(width, plane);
    let (plain, predicted) = (information(plane), information(&prediction.rest));
    let mut best: Option<Vec<u8>> = None;
    let mut keep = |writer: BitWriter| {
        let stream = writer.finish();
        if best.as_ref().is_none_or(|best| stream.len() < best.len()) {
            best = Some(stream);
        }
    };
    if predicted <= plain + plain / CLOSE {
        let mut writer = BitWriter::default();
        prediction.write(&mut writer);
        write_main(&mut writer, width, &prediction.rest);
        keep(writer);
    }
    if plain < predicted + predicted / CLOSE {
        write_main(&mut writer, width, plane);
        keep(writer);
    }
    best.unwrap_or_default()
}

/// About what the values take that do not just go on as the one before, in 1/256 bit.
fn information(plane: &[u8]) -> u64 {
    let mut counts = [0_u32; 256];
    for pair in plane.windows(2) {
        counts[usize::from(pair[1])] += u32::from(pair[0] != pair[1]);
    }
    let all = u64::from(log2(counts.iter().sum::<u32>().max(1)));
    let used = counts.iter().filter(|&&count| count > 0);
    used.map(|&count| u64::from(count) * (all - u64::from(log2(count))))
        .sum()
}

/// Writes the image itself, after its transforms.
fn write_main(writer: &mut BitWriter, width: usize, plane: &[u8]) {
    writer.put(0, 1); // No further transform.
    writer.put(0, 1); // No colour cache.
    let tokens = parse(width, plane);
    let groups = Groups::new(width, plane.len() / width, &tokens);
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
        sets[set].put(writer, token);
        place += token.length();
    }
}

/// Writes an image that belongs to another one.
pub fn write_small(writer: &mut BitWriter, width: usize, plane: &[u8]) {
    writer.put(0, 1); // No colour cache.
    write_data(writer, width, plane);
}

fn write_data(writer: &mut BitWriter, width: usize, plane: &[u8]) {
    let tokens = parse(width, plane);
    let mut histogram = Histogram::default();
    tokens.iter().for_each(|&token| histogram.add(token));
    let codes = Codes::write(writer, &histogram);
    for token in tokens {
        codes.put(writer, token);
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

    fn put(&self, writer: &mut BitWriter, token: Token) {
        match token.content() {
            Ok(value) => self.values.put(writer, usize::from(value)),
            Err(code) => {
                let length = prefix(token.length() as u32);
                self.values.put(writer, 256 + usize::from(length.code));
                writer.put(length.extra, length.bits);
                let distance = prefix(code);
                self.distances.put(writer, usize::from(distance.code));
                writer.put(distance.extra, distance.bits);
            }
        }
    }
}
