//! Planes of few values: several of them go into one.

use super::bits::BitWriter;

/// Most values that are worth it.
const MOST: usize = 16;

/// The values of a plane and their packed indices.
pub struct Palette {
    values: Vec<u8>,
    /// Values in a row of the packed plane.
    pub width: usize,
    /// The packed plane.
    pub data: Vec<u8>,
}

impl Palette {
    /// If there are few values.
    pub fn new(width: usize, plane: &[u8]) -> Option<Self> {
        let mut places = [None; 256];
        for &value in plane {
            places[usize::from(value)] = Some(0);
        }
        let used = (0..=255_u8).filter(|value| places[usize::from(*value)].is_some());
        let values: Vec<u8> = used.collect();
        if values.len() > MOST {
            return None;
        }
        for (index, &value) in values.iter().enumerate() {
            places[usize::from(value)] = Some(index as u8);
        }
        let index = |value: u8| places[usize::from(value)].unwrap_or(0);
        let in_one = match values.len() {
            ..=2 => 8,
            3 | 4 => 4,
            _ => 2,
        };
        let bits = 8 / in_one;
        let pack = |values: &[u8]| {
            let indices = values.iter().enumerate();
            indices.fold(0, |packed, (i, &value)| packed | index(value) << (i * bits))
        };
        let rows = plane.chunks_exact(width);
        Some(Self {
            data: rows.flat_map(|row| row.chunks(in_one).map(pack)).collect(),
            width: width.div_ceil(in_one),
            values,
        })
    }

    /// Writes that values are indices, and which ones they stand for.
    pub fn write(&self, writer: &mut BitWriter) {
        writer.put(1, 1); // A transform,
        writer.put(3, 2); // that of indices,
        writer.put(self.values.len() as u32 - 1, 8);
        let mut previous = 0;
        let differences = self.values.iter().map(|&value| {
            let difference = value.wrapping_sub(previous);
            previous = value;
            difference
        });
        let differences: Vec<u8> = differences.collect();
        super::lossless::write_small(writer, differences.len(), &differences);
    }
}
