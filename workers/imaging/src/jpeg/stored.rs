//! JPEGs whose blocks are complete only after the last scan.

use super::bands::Bands;
use super::bits::Bits;
use super::block::{self, BadCode};
use super::frame::Frame;
use super::huffman::Huffman;
use super::progressive;
use super::scan::Scan;
use super::sequential::{broken, table};
use super::store::Store;
use super::tables::Tables;
use super::{CUT, damaged, marker};
use crate::Error;
use crate::source::Sink;

/// Counts the units between restarts (T.81, B.2.4.4).
pub(super) struct Restarts {
    interval: u32,
    left: u32,
    number: u8,
}

impl Restarts {
    /// With `interval` units between restarts; 0 if there are none.
    pub fn new(interval: u32) -> Self {
        Self {
            interval,
            left: interval,
            number: 0,
        }
    }

    /// Counts a unit; gives whether a restart comes before it.
    #[inline(always)]
    pub fn is_due(&mut self) -> bool {
        if self.interval == 0 {
            return false;
        }
        if self.left > 0 {
            self.left -= 1;
            return false;
        }
        self.left = self.interval - 1;
        true
    }

    /// Passes over the restart marker that comes next.
    pub fn pass<'a>(&mut self, bits: &Bits, data: &'a [u8]) -> Result<Bits<'a>, Error> {
        let at = bits.marker();
        if bits.is_overrun() || at >= data.len() {
            return Err(CUT);
        }
        let expected = marker::RST0 + self.number;
        self.number = (self.number + 1) % 8;
        match data.get(at + 1) == Some(&expected) {
            true => Ok(Bits::new(data, at + 2)),
            false => Err(damaged("a restart marker is missing")),
        }
    }
}

/// What is known between the blocks of a scan.
#[derive(Default)]
struct State {
    predictions: [i32; 4],
    run: u32,
}

/// A component of the scan with its tables; a refinement needs none, so each may be missing.
struct Channel<'a> {
    component: usize,
    dc: Option<&'a Huffman>,
    ac: Option<&'a Huffman>,
}

/// Reads the scan whose data starts at `data.1` into the stores; gives where it ends.
pub(super) fn read(
    data: (&[u8], usize),
    frame: &Frame,
    scan: &Scan,
    tables: &Tables,
    stores: &mut [Store],
) -> Result<usize, Error> {
    let channels = channels(scan, tables)?;
    let mut bits = Bits::new(data.0, data.1);
    let mut restarts = Restarts::new(tables.restart);
    let mut state = State::default();
    let (across, down) = units(frame, scan);
    for y in 0..down {
        for x in 0..across {
            if restarts.is_due() {
                bits = restarts.pass(&bits, data.0)?;
                state = State::default();
            }
            for channel in &channels {
                let (width, height) = blocks(frame, scan, channel.component);
                for at in 0..width * height {
                    let (x, y) = (x * width + at % width, y * height + at / width);
                    one(&mut bits, frame, scan, channel, &mut state, stores, (x, y))
                        .map_err(|BadCode| broken(&bits))?;
                }
            }
        }
        if bits.is_overrun() {
            return Err(CUT);
        }
    }
    Ok(bits.marker())
}

fn channels<'a>(scan: &Scan, tables: &'a Tables) -> Result<Vec<Channel<'a>>, Error> {
    let needs_dc = scan.first == 0 && scan.high == 0;
    let needs_ac = scan.last > 0;
    let parts = scan.parts.iter().map(|part| {
        let dc = needs_dc.then(|| table(&tables.dc, part.dc)).transpose()?;
        let ac = needs_ac.then(|| table(&tables.ac, part.ac)).transpose()?;
        let component = part.component;
        Ok(Channel { component, dc, ac })
    });
    parts.collect()
}

/// Units of a scan, along a row and down a column. Of a component alone, a unit is a block and there
/// is no padding (A.2.2).
fn units(frame: &Frame, scan: &Scan) -> (usize, usize) {
    let (across, down) = match scan.parts.as_slice() {
        [part] => {
            let component = &frame.components[part.component];
            (component.blocks_across, component.blocks_down)
        }
        _ => (frame.units_across, frame.units_down),
    };
    (across as usize, down as usize)
}

/// Blocks of a component in a unit.
fn blocks(frame: &Frame, scan: &Scan, component: usize) -> (usize, usize) {
    let component = &frame.components[component];
    match scan.parts.len() {
        1 => (1, 1),
        _ => (component.across as usize, component.down as usize),
    }
}

#[inline(always)]
fn one(
    bits: &mut Bits,
    frame: &Frame,
    scan: &Scan,
    channel: &Channel,
    state: &mut State,
    stores: &mut [Store],
    (x, y): (usize, usize),
) -> Result<(), BadCode> {
    let component = channel.component;
    let store = stores.get_mut(component).ok_or(BadCode)?;
    let mut block = store.block(x, y).ok_or(BadCode)?;
    let prediction = &mut state.predictions[component];
    match (channel.dc, channel.ac) {
        (Some(dc), Some(ac)) if !frame.progressive => {
            block::store(bits, dc, ac, prediction, &mut block)
        }
        (Some(dc), _) => progressive::constant_first(bits, dc, prediction, scan.low, &mut block),
        (None, None) => {
            progressive::constant_refined(bits, scan.low, &mut block);
            Ok(())
        }
        (None, Some(ac)) if scan.high == 0 => {
            progressive::band_first(bits, ac, scan, &mut state.run, &mut block)
        }
        (None, Some(ac)) => progressive::band_refined(bits, ac, scan, &mut state.run, &mut block),
    }
}

/// Gives all rows of finished stores.
pub(super) fn emit(
    frame: &Frame,
    stores: &[Store],
    quantisation: &[Option<[u16; 64]>],
    sink: &mut dyn Sink,
) -> Result<(), Error> {
    let missing = "a component or its quantisation table is missing";
    let mut bands = Bands::new(frame, quantisation).ok_or(damaged(missing))?;
    for unit in 0..frame.units_down as usize {
        for ((component, store), band) in frame.components.iter().zip(stores).zip(&mut bands.0) {
            let down = component.down as usize;
            for row in 0..down {
                for column in 0..component.padded_across as usize {
                    if let Some((block, is_detailed)) = store.finished(column, unit * down + row) {
                        band.put(column, row, block, is_detailed);
                    }
                }
            }
        }
        bands.emit(sink);
    }
    Ok(())
}
