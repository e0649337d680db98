//! Animations: what is shown when, put together from parts of pictures.

use crate::Error;

/// The frames of an animation, in order.
pub(crate) trait Animation {
    /// The next one; `None` after the last.
    ///
    /// # Errors
    /// If the file is not complete and sound.
    fn next(&mut self) -> Result<Option<Shown<'_>>, Error>;
}

/// What is shown.
pub(crate) struct Shown<'a> {
    /// The whole canvas, RGBA with straight alpha.
    pub pixels: &'a [u8],
    /// For how many milliseconds.
    pub delay: u32,
}

/// A part of the canvas that changes.
pub(crate) struct Patch {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
    /// RGBA with straight alpha.
    pub pixels: Vec<u8>,
    /// Whether it is laid over what is there, rather than put in its place.
    pub blended: bool,
    pub disposal: Disposal,
}

/// What becomes of a part after it was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disposal {
    /// It stays.
    Keep,
    /// It becomes transparent.
    Clear,
    /// What was there before comes back.
    Restore,
}

/// The picture that patches are put on.
pub(crate) struct Canvas {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
    /// What has to be done before the next patch.
    pending: Option<Pending>,
}

/// What becomes of the last patch.
struct Pending {
    area: Clip,
    /// What was there; nothing to make it transparent.
    before: Option<Vec<u8>>,
}

/// The part of a patch that lies on the canvas.
#[derive(Clone, Copy)]
struct Clip {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

impl Canvas {
    /// A transparent one.
    pub fn new(width: u32, height: u32) -> Self {
        Self {
            width,
            height,
            pixels: vec![0; width as usize * height as usize * 4],
            pending: None,
        }
    }

    /// Bytes that a canvas and the largest patch hold.
    pub fn predict(width: u32, height: u32) -> u64 {
        u64::from(width) * u64::from(height) * 12
    }

    /// Puts a patch on the canvas; gives what is shown then.
    pub fn show(&mut self, patch: Patch, delay: u32) -> Shown<'_> {
        self.dispose();
        let area = self.clip(&patch);
        self.pending = match patch.disposal {
            Disposal::Keep => None,
            Disposal::Clear => Some(Pending { area, before: None }),
            Disposal::Restore => {
                let before = Some(self.copy(area));
                Some(Pending { area, before })
            }
        };
        for row in 0..area.height {
            let start = row * patch.width as usize * 4;
            let source = patch.pixels.get(start..start + area.width * 4);
            let (Some(source), Some(place)) = (source, self.row(area, row)) else {
                break;
            };
            match patch.blended {
                true => blend(place, source),
                false => place.copy_from_slice(source),
            }
        }
        let pixels = &self.pixels;
        Shown { pixels, delay }
    }

    fn dispose(&mut self) {
        let Some(Pending { area, before }) = self.pending.take() else {
            return;
        };
        for row in 0..area.height {
            let start = row * area.width * 4;
            let old = before
                .as_ref()
                .and_then(|old| old.get(start..start + area.width * 4));
            match (self.row(area, row), old) {
                (Some(place), Some(old)) => place.copy_from_slice(old),
                (Some(place), None) => place.fill(0),
                (None, _) => break,
            }
        }
    }

    fn clip(&self, patch: &Patch) -> Clip {
        let (x, y) = (patch.x.min(self.width), patch.y.min(self.height));
        Clip {
            x: x as usize,
            y: y as usize,
            width: patch.width.min(self.width - x) as usize,
            height: patch.height.min(self.height - y) as usize,
        }
    }

    fn row(&mut self, area: Clip, row: usize) -> Option<&mut [u8]> {
        let start = ((area.y + row) * self.width as usize + area.x) * 4;
        self.pixels.get_mut(start..start + area.width * 4)
    }

    fn copy(&mut self, area: Clip) -> Vec<u8> {
        let mut pixels = Vec::with_capacity(area.width * area.height * 4);
        for row in 0..area.height {
            pixels.extend_from_slice(self.row(area, row).unwrap_or(&mut []));
        }
        pixels
    }
}

/// Lays pixels over others (APNG, "over"; with alpha of 0 or 255 as in GIF: one or the other).
fn blend(below: &mut [u8], above: &[u8]) {
    let (below, _) = below.as_chunks_mut::<4>();
    let (above, _) = above.as_chunks::<4>();
    for (below, above) in below.iter_mut().zip(above) {
        match above[3] {
            0 => {}
            255 => *below = *above,
            alpha => *below = over(*below, *above, alpha),
        }
    }
}

fn over(below: [u8; 4], above: [u8; 4], alpha: u8) -> [u8; 4] {
    let upper = u32::from(alpha) * 255;
    let lower = (255 - u32::from(alpha)) * u32::from(below[3]);
    let total = upper + lower;
    let mix = |above: u8, below: u8| {
        ((u32::from(above) * upper + u32::from(below) * lower + total / 2) / total) as u8
    };
    let alpha = ((total + 127) / 255) as u8;
    let [r, g, b, _] = std::array::from_fn(|part| mix(above[part], below[part]));
    [r, g, b, alpha]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patch(x: u32, width: u32, value: u8, disposal: Disposal) -> Patch {
        let pixels = [value, value, value, 255].repeat(width as usize);
        Patch {
            x,
            y: 0,
            width,
            height: 1,
            pixels,
            blended: true,
            disposal,
        }
    }

    fn greys(shown: &Shown) -> Vec<u8> {
        shown.pixels.iter().step_by(4).copied().collect()
    }

    #[test]
    fn patches_stay_vanish_or_give_way() {
        let mut canvas = Canvas::new(3, 1);
        assert_eq!(
            greys(&canvas.show(patch(0, 3, 1, Disposal::Keep), 0)),
            [1, 1, 1]
        );
        assert_eq!(
            greys(&canvas.show(patch(0, 2, 2, Disposal::Restore), 0)),
            [2, 2, 1]
        );
        assert_eq!(
            greys(&canvas.show(patch(2, 1, 3, Disposal::Clear), 0)),
            [1, 1, 3]
        );
        assert_eq!(
            greys(&canvas.show(patch(1, 1, 4, Disposal::Keep), 0)),
            [1, 4, 0]
        );
    }

    #[test]
    fn what_reaches_beyond_is_cut() {
        let mut canvas = Canvas::new(2, 1);
        assert_eq!(
            greys(&canvas.show(patch(1, 5, 7, Disposal::Restore), 0)),
            [0, 7]
        );
        assert_eq!(
            greys(&canvas.show(patch(9, 5, 7, Disposal::Restore), 0)),
            [0, 0]
        );
    }

    #[test]
    fn half_transparent_pixels_mix() {
        let mut below = [0, 0, 0, 255, 0, 0, 0, 0];
        blend(&mut below, &[200, 100, 0, 128, 200, 100, 0, 128]);
        assert_eq!(below, [100, 50, 0, 255, 200, 100, 0, 128]);
    }
}
