//! From what is asked and what the planes are to a resize of each plane; no pixel is touched.

use crate::geometry::{Canvas, Geometry};
use crate::placement::{Area, Placement};
use crate::resize::{Job, Part, Stretch};
use crate::source::Plane;
use crate::{Error, Transform};

/// What is to be done with a stored picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Plan {
    /// From stored to upright.
    pub placement: Placement,
    /// The part of the stored picture that is kept.
    kept: Part,
    /// The part of the stored picture that is resized.
    window: Area,
    /// What it is resized to, before it is placed.
    pub width: u32,
    /// What it is resized to, before it is placed.
    pub height: u32,
    /// Upright.
    pub canvas: Option<Canvas>,
}

/// From stored to what the caller sees.
pub(crate) fn placement(transform: &Transform, stored: Placement) -> Placement {
    let turned = stored.then(transform.turn.into());
    turned.then(Placement::mirrored(transform.flop, transform.flip))
}

/// The part of a stored picture that `crop` keeps.
///
/// # Errors
/// [`Error::CropOutside`].
pub(crate) fn cropped(
    transform: &Transform,
    placement: Placement,
    (width, height): (u32, u32),
) -> Result<Part, Error> {
    let Some(crop) = transform.crop else {
        return Ok(Part {
            x: 0,
            y: 0,
            width,
            height,
        });
    };
    let (across, down) = placement.sides(width, height);
    if crop.x >= across || crop.y >= down {
        return Err(Error::CropOutside {
            x: crop.x,
            y: crop.y,
            width: across,
            height: down,
        });
    }
    let area = Area {
        x: crop.x.into(),
        y: crop.y.into(),
        width: crop.width.get().min(across - crop.x).into(),
        height: crop.height.get().min(down - crop.y).into(),
    };
    let Area {
        x,
        y,
        width,
        height,
    } = placement.stored(area, across.into(), down.into());
    let [x, y, width, height] = [x, y, width, height].map(|side| side as u32);
    Ok(Part {
        x,
        y,
        width,
        height,
    })
}

impl Plan {
    /// For the part `kept` of a stored picture.
    pub fn new(transform: &Transform, placement: Placement, kept: Part) -> Self {
        let (across, down) = placement.sides(kept.width, kept.height);
        let geometry = Geometry::new(transform, across, down);
        let mut window = placement.stored(geometry.window, across.into(), down.into());
        window.x += f64::from(kept.x);
        window.y += f64::from(kept.y);
        let (width, height) = placement.sides(geometry.width, geometry.height);
        Self {
            placement,
            kept,
            window,
            width,
            height,
            canvas: geometry.canvas,
        }
    }

    /// Pixels of the result, or of what it is made of if that is more.
    pub fn pixels(&self) -> u64 {
        let inner = u64::from(self.width) * u64::from(self.height);
        let outer = self.canvas.map_or(0, |canvas| {
            u64::from(canvas.width) * u64::from(canvas.height)
        });
        inner.max(outer)
    }

    /// Of the result.
    pub fn size(&self) -> (u32, u32) {
        let inner = self.placement.sides(self.width, self.height);
        self.canvas
            .map_or(inner, |canvas| (canvas.width, canvas.height))
    }

    /// How many times smaller a plane becomes, in the direction in which it is less.
    pub fn ratio(&self, plane: &Plane) -> f64 {
        let across = self.window.width * plane.across / f64::from(self.width);
        let down = self.window.height * plane.down / f64::from(self.height);
        across.min(down)
    }

    /// The samples of a plane that lie in the part that is kept.
    pub fn bounds(kept: Part, plane: &Plane) -> Part {
        let (x, width) = samples(kept.x, kept.width, plane.across, plane.width);
        let (y, height) = samples(kept.y, kept.height, plane.down, plane.height);
        Part {
            x,
            y,
            width,
            height,
        }
    }

    /// What is to be made of a plane.
    pub fn job(&self, plane: &Plane) -> Job {
        let bounds = Self::bounds(self.kept, plane);
        let stretch = |start: f64, length: f64, scale: f64, origin: u32| Stretch {
            start: start * scale - f64::from(origin),
            length: length * scale,
        };
        let Area {
            x,
            y,
            width,
            height,
        } = self.window;
        Job {
            bounds,
            columns: stretch(x, width, plane.across, bounds.x),
            rows: stretch(y, height, plane.down, bounds.y),
            width: self.width,
            height: self.height,
            channels: plane.channels,
            alpha: plane.alpha,
        }
    }
}

/// Whole samples that cover `length` pixels from `start` on; one at least.
fn samples(start: u32, length: u32, scale: f64, most: u32) -> (u32, u32) {
    let first = ((f64::from(start) * scale) as u32).min(most.saturating_sub(1));
    let end = (f64::from(start) + f64::from(length)) * scale;
    let end = (end.ceil() as u32).clamp(first + 1, most.max(1));
    (first, end - first)
}
