//! A picture that is held as a whole: the result on its way out.

use crate::Colour;
use crate::geometry::Canvas;
use crate::placement::Placement;

/// A picture in sRGB, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Raster {
    pub width: usize,
    pub height: usize,
    /// Whether there is a fourth channel, straight alpha.
    pub alpha: bool,
    pub pixels: Vec<u8>,
}

impl Raster {
    /// Bytes of a pixel.
    pub fn channels(&self) -> usize {
        if self.alpha { 4 } else { 3 }
    }

    /// Turned and mirrored.
    pub fn placed(self, placement: Placement) -> Self {
        if placement == Placement::default() {
            return self;
        }
        let pixels = match self.alpha {
            true => placement.apply::<4>(&self.pixels, self.width, self.height),
            false => placement.apply::<3>(&self.pixels, self.width, self.height),
        };
        let (width, height) = placement.sides(self.width, self.height);
        Self {
            width,
            height,
            pixels,
            ..self
        }
    }

    /// With alpha, opaque if there was none.
    pub fn with_alpha(self) -> Self {
        if self.alpha {
            return self;
        }
        let (pixels, _) = self.pixels.as_chunks::<3>();
        let mut wide = Vec::with_capacity(pixels.len() * 4);
        for [r, g, b] in pixels {
            wide.extend_from_slice(&[*r, *g, *b, 255]);
        }
        Self {
            alpha: true,
            pixels: wide,
            ..self
        }
    }

    /// Without alpha if every pixel is opaque.
    pub fn simplified(self) -> Self {
        let is_opaque = |pixel: &[u8; 4]| pixel[3] == 255;
        if !self.alpha || !self.pixels.as_chunks::<4>().0.iter().all(is_opaque) {
            return self;
        }
        self.without_alpha()
    }

    fn without_alpha(self) -> Self {
        let (pixels, _) = self.pixels.as_chunks::<4>();
        let mut narrow = Vec::with_capacity(pixels.len() * 3);
        for [r, g, b, _] in pixels {
            narrow.extend_from_slice(&[*r, *g, *b]);
        }
        Self {
            alpha: false,
            pixels: narrow,
            ..self
        }
    }

    /// On a background, which may be transparent itself.
    pub fn on(mut self, background: Colour) -> Self {
        if !self.alpha || background.alpha == 0 {
            return self;
        }
        for pixel in self.pixels.as_chunks_mut::<4>().0 {
            *pixel = over(*pixel, background.bytes());
        }
        self.simplified()
    }

    /// Placed in a larger picture of one colour.
    pub fn on_canvas(self, canvas: Canvas, colour: Colour) -> Self {
        let is_opaque = colour.alpha == 255 && !self.alpha;
        let inner = if is_opaque { self } else { self.with_alpha() };
        let channels = inner.channels();
        let (width, height) = (canvas.width as usize, canvas.height as usize);
        let mut pixels = colour.bytes()[..channels].repeat(width * height);
        let rows = inner.pixels.chunks_exact(inner.width * channels);
        for (row, source) in rows.enumerate() {
            let start = ((canvas.y as usize + row) * width + canvas.x as usize) * channels;
            if let Some(place) = pixels.get_mut(start..start + source.len()) {
                place.copy_from_slice(source);
            }
        }
        Self {
            width,
            height,
            alpha: inner.alpha,
            pixels,
        }
    }
}

/// `above` laid over `below`, both with straight alpha.
fn over(above: [u8; 4], below: [u8; 4]) -> [u8; 4] {
    let [upper, lower] = [
        u32::from(above[3]) * 255,
        (255 - u32::from(above[3])) * u32::from(below[3]),
    ];
    let total = upper + lower;
    if total == 0 {
        return [0; 4];
    }
    let mix = |part: usize| {
        let sum = u32::from(above[part]) * upper + u32::from(below[part]) * lower;
        ((sum + total / 2) / total) as u8
    };
    [mix(0), mix(1), mix(2), ((total + 127) / 255) as u8]
}
