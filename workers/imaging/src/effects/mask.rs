//! A shape cut out, with a line along its edge.

use crate::raster::Raster;
use crate::{Colour, MaskShape};

/// Makes everything outside of the shape transparent and draws a line of `border` pixels along the
/// inside of its edge. Edges are smooth: a pixel that is half outside is half transparent.
pub(crate) fn mask(raster: Raster, shape: MaskShape, border: Option<(f32, Colour)>) -> Raster {
    let mut raster = raster.with_alpha();
    let (width, height) = (raster.width as f32, raster.height as f32);
    let outer = Shape::new(shape, width, height, 0.0);
    let inner = border.map(|(line, colour)| (Shape::new(shape, width, height, line), colour));
    for (index, pixel) in raster.pixels.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let x = (index % raster.width) as f32 + 0.5;
        let y = (index / raster.width) as f32 + 0.5;
        if let Some((inner, colour)) = &inner {
            *pixel = mix(*pixel, colour.bytes(), inner.cover(x, y));
        }
        pixel[3] = (f32::from(pixel[3]) * outer.cover(x, y) + 0.5) as u8;
    }
    raster
}

/// A shape whose middle is that of the picture.
struct Shape {
    shape: MaskShape,
    x: f32,
    y: f32,
    /// Half of its sides.
    across: f32,
    down: f32,
}

impl Shape {
    fn new(shape: MaskShape, width: f32, height: f32, inset: f32) -> Self {
        let (x, y) = (width / 2.0, height / 2.0);
        let (across, down) = ((x - inset).max(0.0), (y - inset).max(0.0));
        Self {
            shape,
            x,
            y,
            across,
            down,
        }
    }

    /// How much of the pixel around a point is inside, 0 to 1.
    fn cover(&self, x: f32, y: f32) -> f32 {
        let (x, y) = ((x - self.x).abs(), (y - self.y).abs());
        match self.shape {
            MaskShape::Square => {
                let part = |inside: f32| (inside + 0.5).clamp(0.0, 1.0);
                part(self.across - x) * part(self.down - y)
            }
            MaskShape::Circle => (self.inside(x, y) + 0.5).clamp(0.0, 1.0),
        }
    }

    /// How far a point is inside of the ellipse, negative outside: the equation's value over the
    /// length of its gradient, exact for circles and close to the edge.
    fn inside(&self, x: f32, y: f32) -> f32 {
        if self.across <= 0.0 || self.down <= 0.0 {
            return -1.0;
        }
        let (u, v) = (x / self.across, y / self.down);
        let value = (u * u + v * v).sqrt();
        if value < 1e-6 {
            return self.across.min(self.down);
        }
        let gradient = (u / self.across).hypot(v / self.down) / value;
        (1.0 - value) / gradient
    }
}

/// `share` of one colour and the rest of the other, weighted by alpha.
fn mix(one: [u8; 4], other: [u8; 4], share: f32) -> [u8; 4] {
    let (first, second) = (
        f32::from(one[3]) * share,
        f32::from(other[3]) * (1.0 - share),
    );
    // The line is laid over the picture, of which nothing is left below where it is opaque.
    let below = f32::from(one[3]) * (1.0 - share) * (1.0 - f32::from(other[3]) / 255.0);
    let total = first + second + below;
    if total < 0.5 {
        return [0; 4];
    }
    let part = |index: usize| {
        let sum = f32::from(one[index]) * (first + below) + f32::from(other[index]) * second;
        (sum / total + 0.5) as u8
    };
    [part(0), part(1), part(2), (total + 0.5) as u8]
}
