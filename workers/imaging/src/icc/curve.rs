//! Curves of one channel.

use super::{clamped, fixed, number, short};

/// From 0 to 1, to 0 to 1.
#[derive(Debug, Clone, Copy)]
pub(super) enum Curve<'a> {
    /// Sixteen bits each, evenly spread (ICC.1:2022, 10.6).
    Table(&'a [u8]),
    /// Eight bits each, evenly spread (ICC.1:2022, 10.11).
    Bytes(&'a [u8]),
    /// A formula's parameters `g a b c d e f` (ICC.1:2022, 10.18).
    Formula([f32; 7]),
}

impl<'a> Curve<'a> {
    /// Reads a curve, and says how many bytes it takes.
    pub fn read(body: &'a [u8]) -> Option<(Self, usize)> {
        match body.first_chunk::<4>()? {
            b"curv" => {
                let count = number(body, 8)?;
                let length = count.checked_mul(2)?;
                let table = body.get(12..)?.get(..length)?;
                let curve = match count {
                    0 => Self::power(1.0),
                    1 => Self::power(f32::from(short(table, 0)?) / 256.0),
                    _ => Self::Table(table),
                };
                Some((curve, 12 + length))
            }
            b"para" => {
                let parameter = |index: usize| fixed(body, 12 + 4 * index);
                let first = |count: usize| (0..count).map(parameter).collect::<Option<Vec<_>>>();
                let (count, formula) = match short(body, 8)? {
                    0 => (1, Self::power(parameter(0)?)),
                    kind @ 1..=4 => {
                        let count = [3, 4, 5, 7][usize::from(kind) - 1];
                        (count, Self::Formula(formula(kind, &first(count)?)?))
                    }
                    _ => return None,
                };
                Some((formula, 12 + 4 * count))
            }
            _ => None,
        }
    }

    fn power(exponent: f32) -> Self {
        Self::Formula([exponent, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    }

    /// What becomes of `x`.
    pub fn at(&self, x: f32) -> f32 {
        let x = clamped(x);
        match self {
            Self::Table(table) => {
                let table = table.as_chunks::<2>().0;
                let value = |two: &[u8; 2]| f32::from(u16::from_be_bytes(*two)) / 65535.0;
                between(x, table, value)
            }
            Self::Bytes(table) => between(x, table, |byte| f32::from(*byte) / 255.0),
            Self::Formula([g, a, b, c, d, e, f]) => clamped(match x >= *d {
                true => (a * x + b).max(0.0).powf(*g) + e,
                false => c * x + f,
            }),
        }
    }
}

/// All seven parameters of a formula of kind 1 to 4.
fn formula(kind: u16, given: &[f32]) -> Option<[f32; 7]> {
    let [g, a, b, rest @ ..] = given else {
        return None;
    };
    // Where the straight part ends in the first two kinds.
    let edge = if *a == 0.0 { 0.0 } else { -b / a };
    Some(match (kind, rest) {
        (1, []) => [*g, *a, *b, 0.0, edge, 0.0, 0.0],
        (2, [c]) => [*g, *a, *b, 0.0, edge, *c, *c],
        (3, [c, d]) => [*g, *a, *b, *c, *d, 0.0, 0.0],
        (4, [c, d, e, f]) => [*g, *a, *b, *c, *d, *e, *f],
        _ => return None,
    })
}

/// The value at `x` of a table.
fn between<T>(x: f32, table: &[T], value: impl Fn(&T) -> f32) -> f32 {
    let place = x * table.len().saturating_sub(1) as f32;
    let low = place as usize;
    let at = |index: usize| table.get(index).or(table.last()).map_or(0.0, &value);
    let (below, above) = (at(low), at(low + 1));
    below + (above - below) * (place - low as f32)
}
