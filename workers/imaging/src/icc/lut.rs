//! Tables of colours: `lut8Type`, `lut16Type` and `lutAToBType` (ICC.1:2022, 10.10 to 10.12).

use super::{Connection, clamped, curve::Curve, fixed, number, short, space};

/// Most input channels.
const MOST: usize = 4;

/// Curves, a table, and more curves.
pub(crate) struct Lut<'a> {
    inputs: Vec<Curve<'a>>,
    grid: Option<Grid<'a>>,
    /// Curves and a matrix with offsets, row by row.
    middle: Option<(Vec<Curve<'a>>, [[f32; 4]; 3])>,
    outputs: Vec<Curve<'a>>,
    to: Connection,
    /// Whether Lab is written as version 2 did with sixteen bits (ICC.1:2022, 10.10).
    old: bool,
}

/// Colours at the crossings of a grid; the last channel changes first.
struct Grid<'a> {
    sizes: Vec<usize>,
    /// Bytes of a number.
    width: usize,
    numbers: &'a [u8],
}

impl<'a> Lut<'a> {
    /// Reads a table of `channels` that leads to `to`.
    pub fn read(body: &'a [u8], channels: usize, to: Connection) -> Option<Self> {
        if usize::from(*body.get(8)?) != channels || *body.get(9)? != 3 {
            return None;
        }
        match body.first_chunk::<4>()? {
            b"mft1" => Self::old(body, channels, 1, to),
            b"mft2" => Self::old(body, channels, 2, to),
            b"mAB " => Self::new(body, channels, to),
            _ => None,
        }
    }

    /// The first two kinds, whose numbers have `width` bytes. Their matrix is for XYZ only.
    fn old(body: &'a [u8], channels: usize, width: usize, to: Connection) -> Option<Self> {
        let (entries, exits, start) = match width {
            1 => (256, 256, 48),
            _ => (short(body, 48)?.into(), short(body, 50)?.into(), 52),
        };
        if entries < 2 || exits < 2 {
            return None;
        }
        let sizes = vec![usize::from(*body.get(10)?); channels];
        let (inputs, rest) = tables(body.get(start..)?, channels, entries * width, width)?;
        let (grid, rest) = Grid::read(rest, sizes, width)?;
        let (outputs, _) = tables(rest, 3, exits * width, width)?;
        Some(Self {
            inputs,
            grid: Some(grid),
            middle: None,
            outputs,
            to,
            old: width == 2,
        })
    }

    /// The third kind.
    fn new(body: &'a [u8], channels: usize, to: Connection) -> Option<Self> {
        let part = |at: usize| {
            let offset = number(body, at)?;
            (offset != 0).then(|| body.get(offset..).unwrap_or_default())
        };
        let grid = match part(24) {
            Some(part) => {
                let sizes = part.get(..channels)?.iter().map(|&size| size.into());
                let width = (*part.get(16)?).into();
                Some(Grid::read(part.get(20..)?, sizes.collect(), width)?.0)
            }
            None => None,
        };
        // Without a grid there is nothing that makes three channels of others.
        if grid.is_none() && channels != 3 {
            return None;
        }
        let inputs = match (part(28), &grid) {
            (Some(part), Some(_)) => curves(part, channels)?,
            _ => Vec::new(),
        };
        let middle = match (part(20), part(16)) {
            (Some(middle), Some(matrix)) => {
                let cell = |row: usize, column: usize| match column {
                    3 => fixed(matrix, 36 + 4 * row),
                    _ => fixed(matrix, 12 * row + 4 * column),
                };
                let mut rows = [[0.0; 4]; 3];
                for (row, cells) in rows.iter_mut().enumerate() {
                    for (column, place) in cells.iter_mut().enumerate() {
                        *place = cell(row, column)?;
                    }
                }
                Some((curves(middle, 3)?, rows))
            }
            _ => None,
        };
        Some(Self {
            inputs,
            grid,
            middle,
            outputs: curves(part(12)?, 3)?,
            to,
            old: false,
        })
    }

    /// Linear sRGB of samples from 0 to 1, of which three or four count.
    pub fn linear(&self, mut samples: [f32; MOST]) -> [f32; 3] {
        for (sample, curve) in samples.iter_mut().zip(&self.inputs) {
            *sample = curve.at(*sample);
        }
        let mut colour = match &self.grid {
            Some(grid) => grid.at(samples),
            None => [samples[0], samples[1], samples[2]],
        };
        if let Some((curves, rows)) = &self.middle {
            apply(&mut colour, curves);
            let [x, y, z] = colour;
            colour = rows.map(|row| clamped(row[0] * x + row[1] * y + row[2] * z + row[3]));
        }
        apply(&mut colour, &self.outputs);
        space::linear_of_xyz(self.xyz(colour))
    }

    /// What numbers from 0 to 1 stand for (ICC.1:2022, 6.3.4.2 and table 42).
    fn xyz(&self, colour: [f32; 3]) -> [f32; 3] {
        let [first, second, third] = colour;
        match (self.to, self.old) {
            (Connection::Xyz, _) => colour.map(|value| value * (1.0 + 32767.0 / 32768.0)),
            (Connection::Lab, false) => {
                let opponent = |value: f32| value * 255.0 - 128.0;
                space::xyz_of_lab([first * 100.0, opponent(second), opponent(third)])
            }
            (Connection::Lab, true) => {
                let lightness = first * (65535.0 / 65280.0) * 100.0;
                let opponent = |value: f32| value * (65535.0 / 256.0) - 128.0;
                space::xyz_of_lab([lightness, opponent(second), opponent(third)])
            }
        }
    }
}

fn apply(colour: &mut [f32; 3], curves: &[Curve]) {
    for (value, curve) in colour.iter_mut().zip(curves) {
        *value = curve.at(*value);
    }
}

/// `count` tables of `length` bytes, and what follows them.
fn tables(
    bytes: &[u8],
    count: usize,
    length: usize,
    width: usize,
) -> Option<(Vec<Curve<'_>>, &[u8])> {
    let (tables, rest) = bytes.split_at_checked(count * length)?;
    let curve = |table| match width {
        1 => Curve::Bytes(table),
        _ => Curve::Table(table),
    };
    Some((tables.chunks(length).map(curve).collect(), rest))
}

/// `count` curves one after the other, each on a multiple of four bytes.
fn curves(mut bytes: &[u8], count: usize) -> Option<Vec<Curve<'_>>> {
    let mut curves = Vec::with_capacity(count);
    for _ in 0..count {
        let (curve, length) = Curve::read(bytes)?;
        curves.push(curve);
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Some(curves)
}

impl<'a> Grid<'a> {
    /// A grid of three numbers at each crossing, and what follows it.
    fn read(bytes: &'a [u8], sizes: Vec<usize>, width: usize) -> Option<(Self, &'a [u8])> {
        let crossings = sizes
            .iter()
            .try_fold(1_usize, |all, size| all.checked_mul(*size))?;
        let length = crossings.checked_mul(3)?.checked_mul(width)?;
        let sound = matches!(width, 1 | 2) && sizes.iter().all(|size| *size >= 2);
        let (numbers, rest) = bytes.split_at_checked(length)?;
        let grid = Self {
            sizes,
            width,
            numbers,
        };
        sound.then_some((grid, rest))
    }

    /// The colour between the crossings around `samples`, by all of them.
    fn at(&self, samples: [f32; MOST]) -> [f32; 3] {
        // Where each is, as an index and what is above it.
        let mut places = [(0, 0.0); MOST];
        let mut step = 1;
        let mut steps = [0; MOST];
        for index in (0..self.sizes.len().min(MOST)).rev() {
            let last = self.sizes[index] - 1;
            let place = clamped(samples[index]) * last as f32;
            let low = (place as usize).min(last - 1);
            places[index] = (low * step, place - low as f32);
            steps[index] = step;
            step *= self.sizes[index];
        }
        let mut colour = [0.0; 3];
        for corner in 0..1_usize << self.sizes.len().min(MOST) {
            let (mut crossing, mut weight) = (0, 1.0);
            for (index, (low, above)) in places.iter().enumerate().take(self.sizes.len()) {
                let is_high = corner >> index & 1 == 1;
                crossing += low + if is_high { steps[index] } else { 0 };
                weight *= if is_high { *above } else { 1.0 - above };
            }
            if weight > 0.0 {
                for (channel, value) in colour.iter_mut().enumerate() {
                    *value += weight * self.number(crossing * 3 + channel);
                }
            }
        }
        colour
    }

    fn number(&self, index: usize) -> f32 {
        match self.width {
            1 => f32::from(self.numbers.get(index).copied().unwrap_or(0)) / 255.0,
            _ => f32::from(short(self.numbers, index * 2).unwrap_or(0)) / 65535.0,
        }
    }
}
