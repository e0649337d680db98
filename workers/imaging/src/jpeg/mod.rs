//! JPEG, decoded a row of units at a time and at a reduced size where that is enough.
//!
//! Baseline, extended (8 bits) and progressive files with Huffman codes, as ITU-T T.81 has them;
//! grey, colour and CMYK. The components are given as they are stored, also where colour has fewer
//! samples than brightness: whoever resizes them brings them together anyway.

mod bands;
mod bits;
mod block;
mod frame;
mod huffman;
mod idct;
mod progressive;
mod scan;
mod sequential;
mod store;
mod stored;
mod tables;

use crate::source::{Model, Plane, Sink, Source};
use crate::{Error, Format, Limit, Limits, Orientation, exif};
use frame::{Component, Frame};
use scan::Scan;
use store::Store;
pub(crate) use tables::NATURAL;
use tables::{Notes, Tables};

/// The most scans a progressive file may have. Encoders write about ten; no file needs more than a
/// few dozen.
const SCANS_MAX: u64 = 64;

/// How many times more samples than needed a reduced component keeps in each direction.
const MARGIN: f64 = 2.0;

/// A JPEG file whose headers are read, up to its first scan.
pub(crate) struct Jpeg<'a> {
    bytes: &'a [u8],
    /// The segment of the first scan's header.
    position: usize,
    frame: Frame,
    tables: Tables,
    notes: Notes,
}

/// A marker with the segment that follows it.
struct Segment<'a> {
    marker: u8,
    /// Where `body` starts in the file.
    start: usize,
    body: &'a [u8],
}

/// Markers (T.81, table B.1).
mod marker {
    pub const SOF0: u8 = 0xc0;
    pub const SOF2: u8 = 0xc2;
    pub const SOF15: u8 = 0xcf;
    pub const DHT: u8 = 0xc4;
    pub const JPG: u8 = 0xc8;
    pub const DAC: u8 = 0xcc;
    pub const RST0: u8 = 0xd0;
    pub const RST7: u8 = 0xd7;
    pub const SOI: u8 = 0xd8;
    pub const EOI: u8 = 0xd9;
    pub const SOS: u8 = 0xda;
    pub const DQT: u8 = 0xdb;
    pub const DRI: u8 = 0xdd;
    pub const APP0: u8 = 0xe0;
    pub const APP15: u8 = 0xef;
}

fn damaged(what: &'static str) -> Error {
    Error::damaged(Format::Jpeg, what)
}

const CUT: Error = Error::Truncated(Format::Jpeg);

impl<'a> Jpeg<'a> {
    /// Reads the headers.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Error> {
        let (mut tables, mut notes, mut frame) = (Tables::default(), Notes::default(), None);
        let mut position = 2;
        loop {
            let (segment, next) = segment(bytes, position)?;
            match segment.marker {
                marker::SOS => break,
                marker::EOI => return Err(damaged("it ends before its first scan")),
                marker::SOF0..=marker::SOF2 if frame.is_none() => {
                    let progressive = segment.marker == marker::SOF2;
                    frame = Some(Frame::parse(segment.body, progressive).map_err(damaged)?);
                }
                marker::SOF0..=marker::SOF2 => return Err(damaged("it has two frames")),
                _ => between(&segment, &mut tables, Some(&mut notes))?,
            }
            position = next;
        }
        Ok(Self {
            bytes,
            position,
            frame: frame.ok_or(damaged("its first scan comes before its frame header"))?,
            tables,
            notes,
        })
    }

    /// Of the stored picture, in pixels.
    pub fn width(&self) -> u32 {
        self.frame.width
    }

    /// Of the stored picture, in pixels.
    pub fn height(&self) -> u32 {
        self.frame.height
    }

    /// How it has to be turned.
    pub fn orientation(&self) -> Orientation {
        let exif = self
            .notes
            .exif
            .and_then(|(start, end)| self.bytes.get(start..end));
        exif.map_or(Orientation::NORMAL, exif::orientation)
    }

    /// Its colour profile, put together.
    pub fn profile(&self, limits: &Limits) -> Result<Option<Vec<u8>>, Error> {
        let mut parts: Vec<_> = self.notes.profile.clone();
        parts.sort_by_key(|(number, ..)| *number);
        let found = parts
            .iter()
            .map(|(_, start, end)| (end - start) as u64)
            .sum();
        Limit::Profile.check(found, limits.profile)?;
        let bodies = parts
            .iter()
            .filter_map(|(_, start, end)| self.bytes.get(*start..*end));
        let profile = bodies.collect::<Vec<_>>().concat();
        Ok((!profile.is_empty()).then_some(profile))
    }

    /// Whether all components come together in one scan, so that nothing has to be kept.
    fn is_streamed(&self, scan: &Scan) -> bool {
        !self.frame.progressive && scan.parts.len() == self.frame.components.len()
    }

    fn first_scan(&self) -> Result<(Scan, usize), Error> {
        let (segment, next) = segment(self.bytes, self.position)?;
        let scan = Scan::parse(segment.body, &self.frame).map_err(damaged)?;
        Ok((scan, next))
    }

    /// Decodes all scans into stores, then gives the rows.
    fn decode_stored(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        // Scans change the tables, and the rows may be asked for twice.
        self.tables = Self::open(self.bytes)?.tables;
        let components = &self.frame.components;
        let mut stores: Vec<Store> = components.iter().map(Store::new).collect();
        let mut quantisation = vec![None; components.len()];
        let (mut scan, mut position) = self.first_scan()?;
        for count in 1.. {
            Limit::Scans.check(count, SCANS_MAX)?;
            for part in &scan.parts {
                let component = &self.frame.components[part.component];
                let table = self.tables.quantisation[component.table];
                // The first scan of a component decides.
                quantisation[part.component] = quantisation[part.component].or(table);
            }
            let data = (self.bytes, position);
            position = stored::read(data, &self.frame, &scan, &self.tables, &mut stores)?;
            match self.next_scan(position)? {
                Some((next, start)) => (scan, position) = (next, start),
                None => break,
            }
        }
        stored::emit(&self.frame, &stores, &quantisation, sink)
    }

    /// The next scan and where its data starts; `None` at the end of the image.
    fn next_scan(&mut self, mut position: usize) -> Result<Option<(Scan, usize)>, Error> {
        loop {
            let (segment, next) = segment(self.bytes, position)?;
            match segment.marker {
                marker::EOI => return Ok(None),
                marker::SOS => {
                    let scan = Scan::parse(segment.body, &self.frame).map_err(damaged)?;
                    return Ok(Some((scan, next)));
                }
                _ => between(&segment, &mut self.tables, None)?,
            }
            position = next;
        }
    }
}

impl Source for Jpeg<'_> {
    fn model(&self) -> Model {
        let ids: Vec<u8> = self.frame.components.iter().map(|part| part.id).collect();
        // As libjpeg guesses it (jdapimin.c, default_decompress_parms).
        match (ids.as_slice(), self.notes.adobe) {
            ([_], _) => Model::Grey,
            ([_, _, _], Some(0)) => Model::Rgb,
            ([b'R', b'G', b'B'], None) if !self.notes.is_jfif => Model::Rgb,
            ([_, _, _], _) => Model::Ycc,
            (_, Some(2)) => Model::Ycck,
            _ => Model::Cmyk,
        }
    }

    fn planes(&self) -> Vec<Plane> {
        let plane = |component: &Component| {
            let reduced = f64::from(component.size) / 8.0;
            Plane {
                width: component.reduced_width(),
                height: component.reduced_height(),
                across: reduced * f64::from(component.across) / f64::from(self.frame.across),
                down: reduced * f64::from(component.down) / f64::from(self.frame.down),
                channels: 1,
                alpha: false,
            }
        };
        self.frame.components.iter().map(plane).collect()
    }

    fn reduce(&mut self, plane: usize, ratio: f64) {
        if let Some(component) = self.frame.components.get_mut(plane) {
            let fits = |size: &u32| ratio * f64::from(*size) / 8.0 >= MARGIN;
            component.size = [1, 2, 4].into_iter().find(fits).unwrap_or(8);
        }
    }

    fn memory(&self) -> u64 {
        let components = &self.frame.components;
        match self.first_scan() {
            Ok((scan, _)) if self.is_streamed(&scan) => {
                components.iter().map(bands::Bands::predict).sum()
            }
            _ => {
                let stores = components.iter().map(Store::predict);
                stores
                    .chain(components.iter().map(bands::Bands::predict))
                    .sum()
            }
        }
    }

    fn decode(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        let (scan, position) = self.first_scan()?;
        if !self.is_streamed(&scan) {
            return self.decode_stored(sink);
        }
        let data = (self.bytes, position);
        let position = sequential::decode(data, &self.frame, &scan, &self.tables, sink)?;
        match self.next_scan(position)? {
            Some(_) => Err(damaged("it has a scan too many")),
            None => Ok(()),
        }
    }
}

/// The segment whose marker is at `position` or after fill bytes, and what comes after it. Restart
/// markers that some encoders leave behind are passed over.
fn segment(bytes: &[u8], mut position: usize) -> Result<(Segment<'_>, usize), Error> {
    loop {
        let rest = bytes.get(position..).unwrap_or(&[]);
        let marker = match rest {
            [0xff, 0xff, ..] => {
                position += 1;
                continue;
            }
            [0xff, marker::RST0..=marker::RST7, ..] => {
                position += 2;
                continue;
            }
            [0xff, marker, ..] => *marker,
            [] | [0xff] => return Err(CUT),
            _ => return Err(damaged("there is something else where a marker should be")),
        };
        let start = position + 4;
        if marker == marker::EOI {
            let body = &[][..];
            return Ok((
                Segment {
                    marker,
                    start,
                    body,
                },
                position + 2,
            ));
        }
        if marker == marker::SOI {
            return Err(damaged("it begins a second time"));
        }
        let length = rest.get(2..4).ok_or(CUT)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        let body = rest.get(4..2 + length.max(2)).ok_or(CUT)?;
        return Ok((
            Segment {
                marker,
                start,
                body,
            },
            start + body.len(),
        ));
    }
}

/// Segments that may stand before any scan.
fn between(segment: &Segment, tables: &mut Tables, notes: Option<&mut Notes>) -> Result<(), Error> {
    let body = segment.body;
    match segment.marker {
        marker::DQT => tables
            .quantisation(body)
            .ok_or(damaged("a quantisation table makes no sense")),
        marker::DHT => tables
            .huffman(body)
            .ok_or(damaged("a Huffman table makes no sense")),
        marker::DRI => tables
            .restart(body)
            .ok_or(damaged("its restart interval makes no sense")),
        number @ marker::APP0..=marker::APP15 => {
            if let Some(notes) = notes {
                notes.read(number - marker::APP0, body, segment.start);
            }
            Ok(())
        }
        marker::DAC | marker::JPG | marker::SOF0..=marker::SOF15 => Err(Error::Unsupported {
            format: Format::Jpeg,
            what: "it is neither baseline nor progressive with Huffman codes",
        }),
        _ => Ok(()),
    }
}
