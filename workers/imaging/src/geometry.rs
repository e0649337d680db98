//! From what is asked and what the image is to what becomes of which pixel; no pixel is touched.

use crate::placement::Area;
use crate::{Fit, Transform};

/// What becomes of the upright image, or of the part of it that is kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Geometry {
    /// The part that is resized, relative to what is kept.
    pub window: Area,
    /// What it is resized to.
    pub width: u32,
    /// What it is resized to.
    pub height: u32,
    /// The larger picture that it is placed in.
    pub canvas: Option<Canvas>,
}

/// A picture with another one in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Canvas {
    pub width: u32,
    pub height: u32,
    /// Where the inner picture lies.
    pub x: u32,
    pub y: u32,
}

impl Geometry {
    /// For an upright image, or the part of it that is kept, of `width` × `height`.
    pub fn new(transform: &Transform, width: u32, height: u32) -> Self {
        let (w, h) = (f64::from(width), f64::from(height));
        let ratio = f64::from(transform.dpr.get());
        let wanted = |side: Option<crate::Side>| side.map(|side| f64::from(side.get()) * ratio);
        let max = transform.max.map(|side| f64::from(side.get()));
        let whole = |factor: f64| Self::plain(w, h, factor, max);
        // `dpr` alone has nothing to multiply.
        match (wanted(transform.width), wanted(transform.height)) {
            (None, None) => whole(1.0),
            (Some(wide), None) => whole(at_most(wide / w, transform.enlarge)),
            (None, Some(high)) => whole(at_most(high / h, transform.enlarge)),
            (Some(wide), Some(high)) => {
                let (across, down) = (wide / w, high / h);
                match transform.fit {
                    Fit::Inside => whole(at_most(across.min(down), transform.enlarge)),
                    Fit::Outside => whole(at_most(across.max(down), transform.enlarge)),
                    Fit::Fill => Self::fill(w, h, wide, high, transform.enlarge, max),
                    Fit::Cover => Self::cover(transform, w, h, wide, high, max),
                    Fit::Pad => Self::pad(transform, w, h, wide, high, max),
                }
            }
        }
    }

    /// Everything, times `factor`.
    fn plain(width: f64, height: f64, factor: f64, max: Option<f64>) -> Self {
        let factor = factor * shorten(width * factor, height * factor, max);
        Self::whole(width, height, width * factor, height * factor)
    }

    fn whole(width: f64, height: f64, wide: f64, high: f64) -> Self {
        Self {
            window: Area {
                x: 0.0,
                y: 0.0,
                width,
                height,
            },
            width: pixels(wide),
            height: pixels(high),
            canvas: None,
        }
    }

    fn fill(w: f64, h: f64, wide: f64, high: f64, enlarge: bool, max: Option<f64>) -> Self {
        let least = (wide / w).max(high / h);
        let factor = if enlarge { 1.0 } else { (1.0 / least).min(1.0) };
        let factor = factor * shorten(wide * factor, high * factor, max);
        Self::whole(w, h, wide * factor, high * factor)
    }

    fn cover(
        transform: &Transform,
        w: f64,
        h: f64,
        wide: f64,
        high: f64,
        max: Option<f64>,
    ) -> Self {
        let scale = (wide / w).max(high / h);
        // The part of the source that has the box's proportions.
        let (across, down) = (wide / scale, high / scale);
        let scale = at_most(scale, transform.enlarge);
        let scale = scale * shorten(across * scale, down * scale, max);
        let around = |point: f32, length: f64, part: f64| {
            (f64::from(point) * length - part / 2.0).clamp(0.0, (length - part).max(0.0))
        };
        Self {
            window: Area {
                x: around(transform.focus.x(), w, across),
                y: around(transform.focus.y(), h, down),
                width: across.min(w),
                height: down.min(h),
            },
            width: pixels(across * scale),
            height: pixels(down * scale),
            canvas: None,
        }
    }

    fn pad(transform: &Transform, w: f64, h: f64, wide: f64, high: f64, max: Option<f64>) -> Self {
        let factor = shorten(wide, high, max);
        let (wide, high) = (wide * factor, high * factor);
        let scale = at_most((wide / w).min(high / h), transform.enlarge);
        let (width, height) = (pixels(wide), pixels(high));
        let mut inner = Self::whole(w, h, w * scale, h * scale);
        (inner.width, inner.height) = (inner.width.min(width), inner.height.min(height));
        let place = |point: f32, free: u32| (f64::from(point) * f64::from(free)).round() as u32;
        inner.canvas = Some(Canvas {
            width,
            height,
            x: place(transform.focus.x(), width - inner.width),
            y: place(transform.focus.y(), height - inner.height),
        });
        inner
    }
}

fn at_most(factor: f64, enlarge: bool) -> f64 {
    if enlarge { factor } else { factor.min(1.0) }
}

/// What the sides have to be multiplied with so that the longer one is not longer than `max`.
fn shorten(wide: f64, high: f64, max: Option<f64>) -> f64 {
    max.map_or(1.0, |max| (max / wide.max(high)).min(1.0))
}

fn pixels(length: f64) -> u32 {
    (length.round() as u32).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dpr, Focus, Side};

    impl Geometry {
        fn size(&self) -> (u32, u32) {
            let canvas = self.canvas.map(|canvas| (canvas.width, canvas.height));
            canvas.unwrap_or((self.width, self.height))
        }
    }

    fn side(pixels: u32) -> Option<Side> {
        Some(Side::new(pixels).unwrap())
    }

    fn transform(width: u32, height: u32, fit: Fit) -> Transform {
        Transform {
            width: (width > 0).then(|| side(width)).flatten(),
            height: (height > 0).then(|| side(height)).flatten(),
            fit,
            ..Transform::default()
        }
    }

    #[test]
    fn sizes() {
        let cases = [
            ((0, 0, Fit::Inside), (400, 200)),
            ((100, 0, Fit::Inside), (100, 50)),
            ((0, 100, Fit::Inside), (200, 100)),
            ((100, 100, Fit::Inside), (100, 50)),
            ((100, 100, Fit::Outside), (200, 100)),
            ((100, 100, Fit::Cover), (100, 100)),
            ((100, 100, Fit::Pad), (100, 100)),
            ((100, 100, Fit::Fill), (100, 100)),
            // Nothing is enlarged unless asked.
            ((800, 0, Fit::Inside), (400, 200)),
            ((800, 800, Fit::Inside), (400, 200)),
            ((800, 800, Fit::Outside), (400, 200)),
            ((800, 800, Fit::Cover), (200, 200)),
            ((800, 100, Fit::Cover), (400, 50)),
            ((800, 800, Fit::Fill), (200, 200)),
            ((800, 800, Fit::Pad), (800, 800)),
        ];
        for ((width, height, fit), expected) in cases {
            let transform = transform(width, height, fit);
            let found = Geometry::new(&transform, 400, 200).size();
            assert_eq!(found, expected, "{width}×{height} {fit:?}");
        }
    }

    #[test]
    fn enlarging_when_asked() {
        for (fit, expected) in [
            (Fit::Inside, (800, 400)),
            (Fit::Outside, (1600, 800)),
            (Fit::Cover, (800, 800)),
            (Fit::Fill, (800, 800)),
            (Fit::Pad, (800, 800)),
        ] {
            let mut transform = transform(800, 800, fit);
            transform.enlarge = true;
            assert_eq!(
                Geometry::new(&transform, 400, 200).size(),
                expected,
                "{fit:?}"
            );
            transform.max = side(400);
            let (width, height) = Geometry::new(&transform, 400, 200).size();
            assert_eq!(width.max(height), 400, "{fit:?}");
        }
    }

    #[test]
    fn device_pixels_and_the_longest_side() {
        let mut wide = transform(100, 0, Fit::Inside);
        wide.dpr = Dpr::new(2.0).unwrap();
        assert_eq!(Geometry::new(&wide, 400, 200).size(), (200, 100));
        wide.max = side(50);
        assert_eq!(Geometry::new(&wide, 400, 200).size(), (50, 25));
        let longest = Transform {
            max: side(100),
            ..Transform::default()
        };
        assert_eq!(Geometry::new(&longest, 200, 400).size(), (50, 100));
        assert_eq!(Geometry::new(&longest, 20, 40).size(), (20, 40));
    }

    #[test]
    fn the_focus_stays_in_the_window() {
        let at = |x, y| {
            let mut transform = transform(100, 100, Fit::Cover);
            transform.focus = Focus::new(x, y).unwrap();
            Geometry::new(&transform, 400, 200).window
        };
        let (full, side) = (200.0, 200.0);
        let area = |x| Area {
            x,
            y: 0.0,
            width: side,
            height: full,
        };
        assert_eq!(at(0.0, 0.0), area(0.0));
        assert_eq!(at(0.5, 0.5), area(100.0));
        assert_eq!(at(0.625, 1.0), area(150.0));
        assert_eq!(at(1.0, 1.0), area(200.0));
    }

    #[test]
    fn padding_is_placed_by_the_focus() {
        let mut transform = transform(100, 100, Fit::Pad);
        transform.focus = Focus::new(0.0, 1.0).unwrap();
        let geometry = Geometry::new(&transform, 400, 200);
        assert_eq!((geometry.width, geometry.height), (100, 50));
        let canvas = geometry.canvas.unwrap();
        assert_eq!((canvas.x, canvas.y), (0, 50));
    }

    #[test]
    fn slim_images_keep_a_pixel() {
        let transform = transform(10, 10, Fit::Inside);
        assert_eq!(Geometry::new(&transform, 10_000, 1).size(), (10, 1));
    }
}
