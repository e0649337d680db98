//! Coefficients that have to be kept until the last scan.

use super::block::{DROPPED, Places, places};
use super::frame::Component;

/// The coefficients of a component, as few as its reduced size needs.
///
/// Later scans of a progressive JPEG have to know of every coefficient whether it is zero, also of
/// those that are not kept: that is one bit each.
pub(super) struct Store {
    places: Places,
    /// Coefficients kept of each block.
    kept: usize,
    blocks_across: usize,
    /// A bit for each coefficient that is not zero, in the order they are written.
    present: Vec<u64>,
    values: Vec<i16>,
}

impl Store {
    pub fn new(component: &Component) -> Self {
        let blocks = component.blocks() as usize;
        let kept = (component.size * component.size) as usize;
        Self {
            places: places(component.size),
            kept,
            blocks_across: component.padded_across as usize,
            present: vec![0; blocks],
            values: vec![0; blocks * kept],
        }
    }

    /// Bytes that a store for `component` holds.
    pub fn predict(component: &Component) -> u64 {
        component.blocks() * (8 + 2 * u64::from(component.size * component.size))
    }

    /// The block at a place, if there is one.
    #[inline(always)]
    pub fn block(&mut self, x: usize, y: usize) -> Option<Block<'_>> {
        let index = y * self.blocks_across + x;
        let start = index * self.kept;
        Some(Block {
            places: &self.places,
            present: self.present.get_mut(index)?,
            values: self.values.get_mut(start..start + self.kept)?,
        })
    }

    /// The kept coefficients of a block, and whether any but the first is not zero.
    pub fn finished(&self, x: usize, y: usize) -> Option<(&[i16], bool)> {
        let index = y * self.blocks_across + x;
        let start = index * self.kept;
        let values = self.values.get(start..start + self.kept)?;
        Some((values, self.present.get(index)? & !1 != 0))
    }
}

/// A block in a [`Store`].
pub(super) struct Block<'a> {
    places: &'a Places,
    /// See [`Store`].
    pub present: &'a mut u64,
    values: &'a mut [i16],
}

impl Block<'_> {
    /// Sets a coefficient, counted in the order they are written, 0 to 63.
    #[inline(always)]
    pub fn set(&mut self, index: usize, value: i16) {
        *self.present |= 1 << (index & 63);
        if let Some(place) = self.place(index) {
            *place = value;
        }
    }

    /// Moves a coefficient away from zero by `step`, unless an earlier refinement did so already.
    #[inline(always)]
    pub fn grow(&mut self, index: usize, step: i16) {
        if let Some(place) = self.place(index)
            && *place & step == 0
        {
            *place = place.wrapping_add(if *place < 0 { -step } else { step });
        }
    }

    /// Sets bits of the constant coefficient.
    #[inline(always)]
    pub fn refine_constant(&mut self, bit: i16) {
        if let Some(place) = self.values.first_mut() {
            *place |= bit;
        }
    }

    #[inline(always)]
    fn place(&mut self, index: usize) -> Option<&mut i16> {
        let place = *self.places.get(index)?;
        if place == DROPPED {
            return None;
        }
        self.values.get_mut(usize::from(place))
    }
}
