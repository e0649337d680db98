//! A sequential JPEG whose components come together: decoded a row of units at a time.

use super::bands::Bands;
use super::bits::Bits;
use super::block::{BadCode, Places, ROOM, places, read};
use super::frame::Frame;
use super::huffman::Huffman;
use super::scan::Scan;
use super::stored::Restarts;
use super::tables::Tables;
use super::{CUT, damaged};
use crate::Error;
use crate::source::Sink;

/// A component of the scan with all that its blocks need.
struct Channel<'a> {
    band: usize,
    dc: &'a Huffman,
    ac: &'a Huffman,
    places: Places,
    /// Coefficients of a block that are kept.
    kept: usize,
    prediction: i32,
    across: usize,
    down: usize,
}

/// Decodes the scan whose data starts at `data.1` and gives all rows; gives where it ends.
pub(super) fn decode(
    data: (&[u8], usize),
    frame: &Frame,
    scan: &Scan,
    tables: &Tables,
    sink: &mut dyn Sink,
) -> Result<usize, Error> {
    let mut channels = channels(frame, scan, tables)?;
    let quantisation: Vec<_> = frame
        .components
        .iter()
        .map(|component| tables.quantisation[component.table])
        .collect();
    let mut bands =
        Bands::new(frame, &quantisation).ok_or(damaged("a quantisation table is missing"))?;
    let mut bits = Bits::new(data.0, data.1);
    let mut restarts = Restarts::new(tables.restart);
    let mut block = [0; ROOM];
    for _ in 0..frame.units_down {
        for column in 0..frame.units_across as usize {
            if restarts.is_due() {
                bits = restarts.pass(&bits, data.0)?;
                channels
                    .iter_mut()
                    .for_each(|channel| channel.prediction = 0);
            }
            for channel in &mut channels {
                unit(&mut bits, channel, column, &mut bands, &mut block)
                    .map_err(|BadCode| broken(&bits))?;
            }
        }
        if bits.is_overrun() {
            return Err(CUT);
        }
        bands.emit(sink);
    }
    Ok(bits.marker())
}

/// The blocks of one component in one unit.
#[inline(always)]
fn unit(
    bits: &mut Bits,
    channel: &mut Channel,
    column: usize,
    bands: &mut Bands,
    block: &mut [i16; ROOM],
) -> Result<(), BadCode> {
    let Some(band) = bands.0.get_mut(channel.band) else {
        return Ok(());
    };
    for y in 0..channel.down {
        for x in 0..channel.across {
            let kept = block.get_mut(..channel.kept);
            kept.into_iter().for_each(|kept| kept.fill(0));
            let (dc, ac) = (channel.dc, channel.ac);
            let prediction = &mut channel.prediction;
            let is_detailed = read(bits, dc, ac, prediction, &channel.places, block)?;
            let kept = block.get(..channel.kept).unwrap_or(&[]);
            band.put(column * channel.across + x, y, kept, is_detailed);
        }
    }
    Ok(())
}

fn channels<'a>(frame: &Frame, scan: &Scan, tables: &'a Tables) -> Result<Vec<Channel<'a>>, Error> {
    let parts = scan.parts.iter().map(|part| {
        let component = &frame.components[part.component];
        Ok(Channel {
            band: part.component,
            dc: table(&tables.dc, part.dc)?,
            ac: table(&tables.ac, part.ac)?,
            places: places(component.size),
            kept: (component.size * component.size) as usize,
            prediction: 0,
            across: component.across as usize,
            down: component.down as usize,
        })
    });
    parts.collect()
}

/// The table of that number.
pub(super) fn table(tables: &[Option<Huffman>; 4], number: usize) -> Result<&Huffman, Error> {
    let table = tables.get(number).and_then(Option::as_ref);
    table.ok_or(damaged("a Huffman table is missing"))
}

/// What is wrong when there is no such code: usually that the data is at its end.
pub(super) fn broken(bits: &Bits) -> Error {
    match bits.is_overrun() {
        true => CUT,
        false => damaged("there is a code that no table has"),
    }
}
