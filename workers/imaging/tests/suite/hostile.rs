//! Files that are cut short, lie, or are something else.

use imaging::{Error, Limit, Limits, Target, Transform, probe, render};

use crate::common::{fixture, rendered};

const COMPLETE: &[&str] = &[
    "baseline.jpg",
    "progressive.jpg",
    "restarts.jpg",
    "photo.png",
    "interlaced.png",
    "lossy.webp",
    "lossless.webp",
    "token.webp",
    "moving.webp",
    "moving.gif",
    "moving.png",
    "photo.bmp",
];

#[test]
fn an_image_that_is_cut_short_is_never_half_a_picture() {
    for name in COMPLETE {
        let whole = fixture(name);
        rendered(&whole, &Transform::default(), Target::WebpLossless).unwrap();
        // Everywhere near the ends, and in steps between.
        let near = 40;
        let lengths = (0..near).chain((near..whole.len() - near).step_by(97));
        for length in lengths.chain(whole.len() - near..whole.len()) {
            let cut = &whole[..length];
            let result = rendered(cut, &Transform::default(), Target::WebpLossless);
            let error = result.expect_err(&format!("{name} cut to {length} of {}", whole.len()));
            assert!(
                matches!(
                    error,
                    Error::Truncated(_) | Error::Damaged { .. } | Error::NotAnImage(_)
                ),
                "{name} cut to {length}: {error}"
            );
        }
    }
}

#[test]
fn what_comes_after_the_end_does_not_matter() {
    for name in COMPLETE.iter().filter(|name| !name.ends_with(".png")) {
        let mut longer = fixture(name);
        longer.extend_from_slice(b"and then some");
        rendered(&longer, &Transform::default(), Target::Png).unwrap();
    }
}

#[test]
fn other_files_are_refused_with_what_they_are() {
    let cases: &[(&[u8], &str)] = &[
        (b"<!doctype html><title>Not found</title>", "an HTML page"),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            "an SVG document",
        ),
        (b"%PDF-1.7", "a PDF document"),
        (b"\x1a\x45\xdf\xa3", "a WebM or Matroska video"),
        (b"", "nothing"),
        (b"\0\x01\x02\x03", "no known kind of file"),
    ];
    for (bytes, what) in cases {
        assert_eq!(probe(bytes), Err(Error::NotAnImage(what)));
        let result = rendered(bytes, &Transform::default(), Target::Png);
        assert_eq!(result, Err(Error::NotAnImage(what)));
    }
}

#[test]
fn avif_is_recognised_but_not_transformed() {
    let still = fixture("still.avif");
    probe(&still).unwrap();
    let refused = rendered(&still, &Transform::default(), Target::Png).unwrap_err();
    assert!(matches!(refused, Error::Unsupported { .. }), "{refused}");
    for length in 16..still.len() {
        probe(&still[..length]).expect_err(&format!("cut to {length}"));
    }
}

#[test]
fn every_bound_is_named() {
    let none = Limits::default();
    let cases = [
        (
            Limit::Pixels,
            Limits {
                pixels: 96 * 72 - 1,
                ..none
            },
            96 * 72,
        ),
        (
            Limit::OutputPixels,
            Limits {
                output_pixels: 96 * 72 - 1,
                ..none
            },
            96 * 72,
        ),
    ];
    for (limit, limits, found) in cases {
        let allowed = found - 1;
        for name in ["photo.png", "baseline.jpg", "lossy.webp", "photo.bmp"] {
            let refused = render(&fixture(name), &Transform::default(), Target::Png, &limits);
            assert_eq!(
                refused,
                Err(Error::Limit {
                    limit,
                    found,
                    allowed
                }),
                "{name}"
            );
        }
    }
    for (wanted, limits) in [
        (
            Limit::Memory,
            Limits {
                memory: 10_000,
                ..none
            },
        ),
        (
            Limit::OutputBytes,
            Limits {
                output_bytes: 100,
                ..none
            },
        ),
    ] {
        let refused = render(
            &fixture("photo.png"),
            &Transform::default(),
            Target::Png,
            &limits,
        );
        let Err(Error::Limit { limit, .. }) = refused else {
            panic!("{wanted}: {refused:?}");
        };
        assert_eq!(limit, wanted);
    }
}
