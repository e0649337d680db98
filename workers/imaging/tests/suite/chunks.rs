//! Containers whose parts contradict each other, or come in any order.

use imaging::{Error, Fit, Side, Target, Transform, probe};

use crate::common::{fixture, quality, rendered};
use crate::containers::{ALPHA, ANIMATED, canvas, chunk, forever, frame, lossless, lossy, riff};

/// The chunk of a complete lossy picture of 16 × 16.
fn square() -> Vec<u8> {
    let transform = Transform {
        width: Side::new(16).ok(),
        height: Side::new(16).ok(),
        fit: Fit::Fill,
        ..Transform::default()
    };
    let target = Target::Webp {
        quality: quality(60),
    };
    let file = rendered(&fixture("photo.bmp"), &transform, target).unwrap();
    file.bytes[12..].to_vec()
}

/// Opaque, not packed.
fn opacity(pixels: usize) -> Vec<u8> {
    chunk(b"ALPH", &[&[0][..], &vec![255; pixels]].concat())
}

#[test]
fn webps_that_contradict_themselves_are_damaged() {
    let moving = |frames: &[Vec<u8>]| {
        let before = [canvas(ANIMATED | ALPHA, 16, 16), forever()];
        riff(&[&before[..], frames].concat())
    };
    let whole = (16, 16);
    let cases = [
        (
            "an animation only from its second header on",
            riff(&[
                canvas(0, 1, 1),
                lossless(1, 1),
                canvas(ANIMATED, 1, 1),
                forever(),
                frame((0, 0), (1, 1), &[lossless(1, 1)]),
            ]),
        ),
        (
            "a header after the picture",
            riff(&[square(), canvas(0, 16, 16)]),
        ),
        (
            "a still picture with a frame",
            riff(&[
                canvas(0, 16, 16),
                square(),
                frame((0, 0), whole, &[square()]),
            ]),
        ),
        (
            "opacity of fewer pixels than there are",
            moving(&[frame((0, 0), (1, 1), &[opacity(1), square()])]),
        ),
        (
            "opacity of fewer pixels than a still picture has",
            riff(&[canvas(ALPHA, 1, 1), opacity(1), square()]),
        ),
        (
            "a lossy picture smaller than its frame",
            moving(&[frame((0, 0), whole, &[lossy(8, 8)])]),
        ),
        (
            "a frame outside of its canvas",
            moving(&[frame((2, 0), whole, &[square()])]),
        ),
        (
            "a frame with opacity only",
            moving(&[frame((0, 0), whole, &[opacity(256), opacity(256)])]),
        ),
        (
            "a second frame that one reader sees and another does not",
            moving(&[
                frame((0, 0), whole, &[square()]),
                [&b"ANMF\x01\0\0\0\0A"[..], b"NMF\x30\0\0\0\0", &[0; 48]].concat(),
            ]),
        ),
    ];
    for (name, bytes) in cases {
        for result in [
            probe(&bytes).map(drop),
            rendered(&bytes, &Transform::default(), Target::Png).map(drop),
            rendered(&bytes, &Transform::default(), Target::WebpLossless).map(drop),
        ] {
            let error = result.expect_err(name);
            assert!(
                matches!(error, Error::Damaged { .. } | Error::Truncated(_)),
                "{name}: {error}"
            );
        }
    }
    let sound = moving(&[
        frame((0, 0), whole, &[square()]),
        frame((0, 0), whole, &[opacity(256), square()]),
    ]);
    rendered(&sound, &Transform::default(), Target::WebpLossless).unwrap();
}
