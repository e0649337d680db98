//! Every option.

use imaging::{
    Border, Colour, Crop, Dpr, Error, Fit, Focus, Mask, MaskShape, Side, Sigma, Target, Transform,
    Trim, Turn,
};

use crate::common::{expected, fixture, picture, rendered};

fn side(pixels: u32) -> Side {
    Side::new(pixels).unwrap()
}

fn boxed(width: u32, height: u32, fit: Fit) -> Transform {
    Transform {
        width: Some(side(width)),
        height: Some(side(height)),
        fit,
        ..Transform::default()
    }
}

fn focused(width: u32, height: u32, x: f32, y: f32) -> Transform {
    Transform {
        focus: Focus::new(x, y).unwrap(),
        ..boxed(width, height, Fit::Cover)
    }
}

fn cropped(x: u32, y: u32, width: u32, height: u32) -> Option<Crop> {
    let (width, height) = (side(width), side(height));
    Some(Crop {
        x,
        y,
        width,
        height,
    })
}

fn masked(shape: MaskShape, border: u32) -> Option<Mask> {
    let border = (border > 0).then(|| Border {
        width: side(border),
        colour: Colour::rgba(255, 0, 0, 255),
    });
    Some(Mask { shape, border })
}

#[test]
fn every_option_does_what_pillow_does() {
    let none = Transform::default;
    let turned = |turn| Transform { turn, ..none() };
    let cases = [
        (
            "width",
            "photo.png",
            50.0,
            Transform {
                width: Some(side(40)),
                ..none()
            },
        ),
        (
            "height",
            "photo.png",
            50.0,
            Transform {
                height: Some(side(24)),
                ..none()
            },
        ),
        (
            "dpr",
            "photo.png",
            50.0,
            Transform {
                width: Some(side(20)),
                dpr: Dpr::new(2.0).unwrap(),
                ..none()
            },
        ),
        (
            "width",
            "photo.png",
            50.0,
            Transform {
                max: Some(side(40)),
                ..none()
            },
        ),
        ("width", "photo.png", 50.0, boxed(40, 70, Fit::Inside)),
        ("outside", "photo.png", 50.0, boxed(20, 30, Fit::Outside)),
        ("fill", "photo.png", 48.0, boxed(30, 30, Fit::Fill)),
        ("cover", "photo.png", 50.0, boxed(30, 30, Fit::Cover)),
        ("cover-corner", "photo.png", 50.0, focused(30, 30, 1.0, 0.0)),
        ("cover-point", "photo.png", 50.0, focused(20, 40, 0.3, 0.9)),
        (
            "pad",
            "photo.png",
            50.0,
            Transform {
                background: Some(Colour::rgba(0, 0, 255, 255)),
                ..boxed(40, 40, Fit::Pad)
            },
        ),
        ("pad-clear", "photo.png", 50.0, boxed(40, 40, Fit::Pad)),
        (
            "enlarge",
            "photo.png",
            48.0,
            Transform {
                width: Some(side(150)),
                enlarge: true,
                ..none()
            },
        ),
        (
            "crop",
            "photo.png",
            48.0,
            Transform {
                crop: cropped(20, 10, 40, 60),
                width: Some(side(20)),
                ..none()
            },
        ),
        ("right", "photo.png", 99.0, turned(Turn::Right)),
        ("half", "photo.png", 99.0, turned(Turn::Half)),
        ("left", "photo.png", 99.0, turned(Turn::Left)),
        (
            "flip",
            "photo.png",
            99.0,
            Transform {
                flip: true,
                ..none()
            },
        ),
        (
            "flop",
            "photo.png",
            99.0,
            Transform {
                flop: true,
                ..none()
            },
        ),
        (
            "turned-crop",
            "photo.png",
            99.0,
            Transform {
                crop: cropped(5, 10, 40, 60),
                ..turned(Turn::Right)
            },
        ),
        (
            "turned-flip",
            "photo.png",
            99.0,
            Transform {
                flip: true,
                ..turned(Turn::Right)
            },
        ),
        (
            "trim",
            "bordered.png",
            99.0,
            Transform {
                trim: Some(Trim { tolerance: 4 }),
                ..none()
            },
        ),
        (
            "blur",
            "photo.png",
            44.0,
            Transform {
                blur: Sigma::new(3.0).ok(),
                ..none()
            },
        ),
        (
            "blur-much",
            "photo.png",
            44.0,
            Transform {
                blur: Sigma::new(12.0).ok(),
                ..none()
            },
        ),
        (
            "sharpen",
            "photo.png",
            44.0,
            Transform {
                sharpen: Sigma::new(2.0).ok(),
                ..none()
            },
        ),
        (
            "circle",
            "photo.png",
            48.0,
            Transform {
                mask: masked(MaskShape::Circle, 0),
                ..boxed(40, 40, Fit::Cover)
            },
        ),
        (
            "circle-border",
            "photo.png",
            44.0,
            Transform {
                mask: masked(MaskShape::Circle, 4),
                ..boxed(40, 40, Fit::Cover)
            },
        ),
        (
            "circle-border",
            "photo.png",
            44.0,
            Transform {
                mask: masked(MaskShape::Circle, 2),
                dpr: Dpr::new(2.0).unwrap(),
                ..boxed(20, 20, Fit::Cover)
            },
        ),
        (
            "ellipse",
            "photo.png",
            44.0,
            Transform {
                mask: masked(MaskShape::Circle, 0),
                ..boxed(48, 36, Fit::Cover)
            },
        ),
        (
            "square-border",
            "photo.png",
            50.0,
            Transform {
                mask: masked(MaskShape::Square, 4),
                ..boxed(40, 40, Fit::Cover)
            },
        ),
        (
            "background",
            "token.png",
            60.0,
            Transform {
                background: Colour::from_hex("f80").ok(),
                ..none()
            },
        ),
        (
            "token-small",
            "token.png",
            48.0,
            Transform {
                width: Some(side(20)),
                ..none()
            },
        ),
    ];
    for (name, source, least, transform) in cases {
        let found = picture(&fixture(source), &transform).psnr(&expected(name));
        assert!(found >= least, "{name}: {found:.1} dB");
    }
}

#[test]
fn a_crop_is_in_pixels_of_the_upright_image() {
    // The same part of a picture, however it is stored.
    let transform = Transform {
        crop: cropped(5, 10, 40, 60),
        ..Transform::default()
    };
    let wanted = picture(
        &fixture("orientation-1.jpg"),
        &Transform {
            crop: cropped(5, 10, 40, 60),
            ..Transform::default()
        },
    );
    let stored = Transform {
        crop: cropped(10, 96 - 45, 60, 40),
        turn: Turn::Left,
        ..Transform::default()
    };
    let upright = picture(&fixture("orientation-1.jpg"), &stored);
    assert_eq!(
        (wanted.width, wanted.height, upright.width, upright.height),
        (40, 60, 60, 40)
    );
    let turned = picture(&fixture("orientation-6.jpg"), &transform);
    let again = picture(
        &fixture("orientation-1.jpg"),
        &Transform {
            turn: Turn::Right,
            ..transform
        },
    );
    assert!(turned.psnr(&again) > 60.0);
}

#[test]
fn what_reaches_beyond_is_cut_and_what_is_outside_is_refused() {
    let photo = fixture("photo.png");
    let at = |x, y| Transform {
        crop: cropped(x, y, 50, 50),
        ..Transform::default()
    };
    let found = picture(&photo, &at(90, 70));
    assert_eq!((found.width, found.height), (6, 2));
    let refused = rendered(&photo, &at(96, 0), Target::Png).unwrap_err();
    let wanted = Error::CropOutside {
        x: 96,
        y: 0,
        width: 96,
        height: 72,
    };
    assert_eq!(refused, wanted);
}

#[test]
fn an_image_of_one_colour_has_no_border() {
    let photo = fixture("photo.png");
    let plain = Transform {
        crop: cropped(3, 3, 1, 1),
        trim: Some(Trim { tolerance: 0 }),
        ..Transform::default()
    };
    let found = picture(&photo, &plain);
    assert_eq!((found.width, found.height), (1, 1));
}
