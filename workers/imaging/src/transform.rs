//! What is to be done with an image.

use crate::{Colour, Dpr, Side, Sigma, Turn};

/// What is to be done, in this order whatever the order of the options: the orientation tag,
/// `turn`, `flip`, `flop`, `crop`, `trim`, the resize (`width`, `height`, `dpr`, `fit`, `focus`,
/// `enlarge`, `max`), `blur`, `sharpen`, `mask`, `background`. The default changes nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Transform {
    /// Clockwise rotation.
    pub turn: Turn,
    /// Upside down.
    pub flip: bool,
    /// Left and right exchanged.
    pub flop: bool,
    /// The part that is kept.
    pub crop: Option<Crop>,
    /// Takes borders of one colour away.
    pub trim: Option<Trim>,
    /// Wanted width.
    pub width: Option<Side>,
    /// Wanted height.
    pub height: Option<Side>,
    /// Multiplies `width`, `height` and the border.
    pub dpr: Dpr,
    /// How both sides together are meant; without effect if only one is given.
    pub fit: Fit,
    /// What stays visible when `fit` cuts something off.
    pub focus: Focus,
    /// Whether the image may become larger than it is.
    pub enlarge: bool,
    /// The longest side that the result may have, after `dpr`.
    pub max: Option<Side>,
    /// Gaussian blur.
    pub blur: Option<Sigma>,
    /// Unsharp mask of this radius.
    pub sharpen: Option<Sigma>,
    /// Everything outside of a shape becomes transparent.
    pub mask: Option<Mask>,
    /// What is put behind transparent pixels and around the image (`fit=pad`). Without one,
    /// transparent where the target has alpha, else white.
    pub background: Option<Colour>,
}

impl Transform {
    /// Whether nothing is asked but, perhaps, another format.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// How an image is fitted into `width` × `height`. Without [`Transform::enlarge`] a box larger than
/// the image is made smaller in proportion, so that no pixel is invented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fit {
    /// As large as fits into the box; proportions kept; the result may be smaller than the box.
    #[default]
    Inside,
    /// As small as covers the box; proportions kept; the result may be larger than the box.
    Outside,
    /// Covers the box; what is outside is cut off.
    Cover,
    /// Fits into the box and is placed in it by [`Transform::focus`], on the background. The result
    /// is always exactly the box.
    Pad,
    /// Exactly the box; proportions lost.
    Fill,
}

/// The point of an image that matters, each from 0 (left, top) to 1 (right, bottom).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Focus {
    x: f32,
    y: f32,
}

impl Focus {
    /// The middle.
    pub const CENTRE: Self = Self { x: 0.5, y: 0.5 };

    /// A point.
    ///
    /// # Errors
    /// If either is not between 0 and 1.
    pub fn new(x: f32, y: f32) -> Result<Self, crate::Invalid> {
        let unit = 0.0..=1.0;
        match unit.contains(&x) && unit.contains(&y) {
            true => Ok(Self { x, y }),
            false => Err(crate::Invalid("a number from 0 to 1")),
        }
    }

    /// From the left, 0 to 1.
    pub const fn x(self) -> f32 {
        self.x
    }

    /// From the top, 0 to 1.
    pub const fn y(self) -> f32 {
        self.y
    }
}

impl Default for Focus {
    fn default() -> Self {
        Self::CENTRE
    }
}

/// A part of an image, in pixels of the upright image (after orientation, `turn`, `flip` and
/// `flop`). What reaches beyond the image is cut; nothing left is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crop {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// Its width.
    pub width: Side,
    /// Its height.
    pub height: Side,
}

/// Takes away borders that differ from the top left pixel by no more than `tolerance` in any
/// channel. An image of one colour is left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trim {
    /// 0 to 255.
    pub tolerance: u8,
}

/// A shape that is cut out of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mask {
    /// Which.
    pub shape: MaskShape,
    /// A line along the inside of its edge.
    pub border: Option<Border>,
}

/// Shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaskShape {
    /// The ellipse that touches all four sides; of a square image, a circle.
    Circle,
    /// The whole image: only the border is drawn.
    Square,
}

/// A line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Border {
    /// In pixels, before `dpr`.
    pub width: Side,
    /// Its colour.
    pub colour: Colour,
}
