//! The ways in which every file is rendered.

use imaging::{
    Border, Colour, Error, Fit, Limits, Mask, MaskShape, Quality, Side, Sigma, Target, Transform,
    render,
};

/// How many there are. The first one loses nothing, so that another reader can say whether it is right.
pub const WAYS: usize = 6;

/// `source` in one of the [`WAYS`], by its index.
///
/// # Errors
/// Why it is refused.
pub fn made(source: &[u8], way: usize) -> Result<Vec<u8>, Error> {
    let quality = Quality::DEFAULT;
    let none = Transform::default();
    let (transform, target) = match way {
        0 => (none, Target::WebpLossless),
        1 => (boxed(40, 30, Fit::Inside), Target::Webp { quality }),
        2 => (token(), Target::Png),
        3 => (none, Target::Jpeg { quality }),
        4 => (none, Target::Png),
        _ => (
            Transform {
                enlarge: true,
                sharpen: Sigma::new(1.5).ok(),
                ..boxed(150, 130, Fit::Fill)
            },
            Target::Webp { quality },
        ),
    };
    let rendered = render(source, &transform, target, &Limits::default())?;
    Ok(rendered.bytes)
}

fn boxed(width: u32, height: u32, fit: Fit) -> Transform {
    Transform {
        width: Side::new(width).ok(),
        height: Side::new(height).ok(),
        fit,
        ..Transform::default()
    }
}

/// A round one with a border, blurred.
fn token() -> Transform {
    let border = Side::new(3).ok().map(|width| Border {
        width,
        colour: Colour::rgba(200, 30, 0, 255),
    });
    Transform {
        blur: Sigma::new(0.8).ok(),
        mask: Some(Mask {
            shape: MaskShape::Circle,
            border,
        }),
        ..boxed(24, 24, Fit::Cover)
    }
}
