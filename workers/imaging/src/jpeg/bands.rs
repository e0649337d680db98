//! The samples of one row of units, which is all that is held of a picture.

use super::frame::{Component, Frame};
use super::idct;
use crate::source::Sink;

/// The samples of one component in one row of units.
pub(super) struct Band {
    pub samples: Vec<u8>,
    pub stride: usize,
    factors: Vec<f32>,
    size: usize,
    /// Samples of a row without padding.
    width: usize,
    /// Rows that are still to be given.
    rows: u32,
}

/// The bands of all components.
pub(super) struct Bands(pub Vec<Band>);

impl Bands {
    /// Bytes that the band of `component` holds.
    pub fn predict(component: &Component) -> u64 {
        u64::from(component.padded_across * component.size)
            * u64::from(component.down * component.size)
    }

    /// Empty bands; `None` if a component has no quantisation table.
    pub fn new(frame: &Frame, quantisation: &[Option<[u16; 64]>]) -> Option<Self> {
        let bands = frame.components.iter().zip(quantisation);
        let bands = bands.map(|(component, table)| Some(Band::new(component, table.as_ref()?)));
        bands.collect::<Option<_>>().map(Self)
    }

    /// Gives the rows of a finished row of units.
    pub fn emit(&mut self, sink: &mut dyn Sink) {
        for (plane, band) in self.0.iter_mut().enumerate() {
            let rows = band.samples.chunks_exact(band.stride.max(1));
            for row in rows.take(band.rows as usize) {
                sink.row(plane, row.get(..band.width).unwrap_or(row));
                band.rows -= 1;
            }
        }
    }
}

impl Band {
    fn new(component: &Component, table: &[u16; 64]) -> Self {
        let stride = component.padded_across * component.size;
        let rows = component.down * component.size;
        Self {
            samples: vec![0; stride as usize * rows as usize],
            stride: stride as usize,
            factors: idct::factors(table, component.size as usize),
            size: component.size as usize,
            width: component.reduced_width() as usize,
            rows: component.reduced_height(),
        }
    }

    /// Puts a block where it belongs: `column` and `row` count blocks in the band.
    #[inline(always)]
    pub fn put(&mut self, column: usize, row: usize, block: &[i16], is_detailed: bool) {
        let start = (row * self.stride + column) * self.size;
        let Some(place) = self.samples.get_mut(start..) else {
            return;
        };
        match is_detailed {
            true => idct::transform(self.size, block, &self.factors, place, self.stride),
            false => idct::constant(self.size, block, &self.factors, place, self.stride),
        }
    }
}
