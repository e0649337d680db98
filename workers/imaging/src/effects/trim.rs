//! Finding borders of one colour, in one pass over the rows of the source.

use crate::resize::Part;
use crate::source::{Plane, Sink};

/// Looks for the smallest part outside of which every sample is close to the first one.
pub(crate) struct Finder {
    planes: Vec<Found>,
    tolerance: u8,
}

/// What was found in one plane.
struct Found {
    plane: Plane,
    /// The only samples that are looked at.
    bounds: Part,
    row: u32,
    border: Vec<u8>,
    /// Left, top, right, bottom; the latter two are exclusive. `None` as long as all is border.
    part: Option<[u32; 4]>,
}

impl Finder {
    /// Looks at `bounds` of each plane.
    pub fn new(planes: Vec<(Plane, Part)>, tolerance: u8) -> Self {
        let found = |(plane, bounds)| Found {
            plane,
            bounds,
            row: 0,
            border: Vec::new(),
            part: None,
        };
        Self {
            planes: planes.into_iter().map(found).collect(),
            tolerance,
        }
    }

    /// The part, in pixels of the stored picture; `None` if everything has one colour.
    pub fn part(&self) -> Option<Part> {
        let parts = self.planes.iter().filter_map(Found::pixels);
        let [left, top, right, bottom] = parts.reduce(|a, b| {
            [
                a[0].min(b[0]),
                a[1].min(b[1]),
                a[2].max(b[2]),
                a[3].max(b[3]),
            ]
        })?;
        Some(Part {
            x: left,
            y: top,
            width: right - left,
            height: bottom - top,
        })
    }
}

impl Found {
    fn pixels(&self) -> Option<[u32; 4]> {
        let [left, top, right, bottom] = self.part?;
        let Plane { across, down, .. } = self.plane;
        let floor = |at: u32, scale: f64| (f64::from(at) / scale).floor() as u32;
        let ceil = |at: u32, scale: f64| (f64::from(at) / scale).ceil() as u32;
        Some([
            floor(left, across),
            floor(top, down),
            ceil(right, across),
            ceil(bottom, down),
        ])
    }
}

impl Sink for Finder {
    fn row(&mut self, plane: usize, row: &[u8]) {
        let tolerance = self.tolerance;
        let Some(found) = self.planes.get_mut(plane) else {
            return;
        };
        let Part {
            x,
            y,
            width,
            height,
        } = found.bounds;
        let index = found.row;
        found.row += 1;
        let channels = found.plane.channels;
        let (start, length) = (x as usize * channels, width as usize * channels);
        let inside = row.get(start..start + length).unwrap_or(&[]);
        if index < y || index - y >= height || inside.is_empty() {
            return;
        }
        if found.border.is_empty() {
            found.border = inside[..channels].to_vec();
        }
        let (border, alpha) = (&found.border, found.plane.alpha);
        let differs = |pixel: &[u8]| is_different(pixel, border, alpha, tolerance);
        let pixels = || inside.chunks_exact(channels);
        let Some(first) = pixels().position(differs) else {
            return;
        };
        let last = pixels().rposition(differs).unwrap_or(first);
        let (left, right) = (x + first as u32, x + last as u32 + 1);
        let part = found.part.get_or_insert([left, index, right, index + 1]);
        *part = [part[0].min(left), part[1], part[2].max(right), index + 1];
    }
}

/// Whether a pixel is something else than border. Transparent pixels have no colour.
fn is_different(pixel: &[u8], border: &[u8], alpha: bool, tolerance: u8) -> bool {
    let transparent = |pixel: &[u8]| alpha && pixel.last() == Some(&0);
    if transparent(pixel) && transparent(border) {
        return false;
    }
    let mut parts = pixel.iter().zip(border);
    parts.any(|(part, border)| part.abs_diff(*border) > tolerance)
}
