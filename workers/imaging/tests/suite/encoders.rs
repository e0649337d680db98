//! What is written, read by decoders that are not ours.

use imaging::{Colour, Fit, Format, Side, Target, Transform};

use crate::common::{Picture, expected, fixture, picture, quality, read_png, rendered};

fn read_jpeg(bytes: &[u8]) -> Picture {
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    let samples = decoder.decode().unwrap();
    let info = decoder.info().unwrap();
    Picture::new(info.width.into(), info.height.into(), &samples)
}

fn read_webp(bytes: &[u8]) -> Picture {
    let mut decoder = image_webp::WebPDecoder::new(std::io::Cursor::new(bytes)).unwrap();
    let (width, height) = decoder.dimensions();
    let mut samples = vec![0; decoder.output_buffer_size().unwrap()];
    decoder.read_image(&mut samples).unwrap();
    Picture::new(width, height, &samples)
}

#[test]
fn every_target_is_read_by_others() {
    let jpeg = |value| Target::Jpeg {
        quality: quality(value),
    };
    let webp = |value| Target::Webp {
        quality: quality(value),
    };
    // The least similarity of photo and token, in decibels. Pillow's own files of the photo come to
    // 27.3, 25.8, 27.4 and 23.8: its edges are hard, and colour is halved in resolution.
    let cases = [
        (Target::Png, 99.0, 99.0),
        (Target::WebpLossless, 99.0, 99.0),
        (webp(90), 27.0, 27.0),
        (webp(40), 25.3, 25.0),
        (jpeg(95), 27.0, 27.0),
        (jpeg(40), 23.5, 23.5),
    ];
    for (target, photo, token) in cases {
        for (name, least) in [("photo.png", photo), ("token.png", token)] {
            let source = fixture(name);
            let rendered = rendered(&source, &Transform::default(), target).unwrap();
            assert_eq!(rendered.format, target.format());
            let found = match rendered.format {
                Format::Png => read_png(&rendered.bytes),
                Format::WebP => read_webp(&rendered.bytes),
                _ => read_jpeg(&rendered.bytes),
            };
            let wanted = match (rendered.format, name) {
                (Format::Jpeg, "token.png") => expected("white"),
                _ => read_png(&source),
            };
            let found = found.psnr(&wanted);
            assert!(found >= least, "{name} as {target:?}: {found:.1} dB");
        }
    }
}

#[test]
fn sides_that_are_no_multiple_of_a_unit_are_written_whole() {
    for (width, height) in [(1, 1), (1, 40), (17, 1), (15, 33), (16, 16), (31, 2)] {
        let transform = Transform {
            width: Side::new(width).ok(),
            height: Side::new(height).ok(),
            fit: Fit::Fill,
            ..Transform::default()
        };
        let source = fixture("photo.png");
        let wanted = picture(&source, &transform);
        let jpeg = rendered(
            &source,
            &transform,
            Target::Jpeg {
                quality: quality(95),
            },
        )
        .unwrap();
        let webp = rendered(
            &source,
            &transform,
            Target::Webp {
                quality: quality(95),
            },
        )
        .unwrap();
        for found in [read_jpeg(&jpeg.bytes), read_webp(&webp.bytes)] {
            assert!(found.psnr(&wanted) > 16.0, "{width}×{height}");
        }
    }
}

#[test]
fn quality_and_size_go_together() {
    let sizes = |target: fn(u8) -> Target| -> Vec<usize> {
        let size = |value| {
            let source = fixture("photo.png");
            rendered(&source, &Transform::default(), target(value))
                .unwrap()
                .bytes
                .len()
        };
        [5, 30, 60, 90, 100].map(size).into()
    };
    let rising = |sizes: Vec<usize>| assert!(sizes.is_sorted(), "{sizes:?}");
    rising(sizes(|value| Target::Jpeg {
        quality: quality(value),
    }));
    rising(sizes(|value| Target::Webp {
        quality: quality(value),
    }));
}

#[test]
fn opaque_pictures_have_no_alpha() {
    let transform = Transform {
        background: Some(Colour::WHITE),
        ..Transform::default()
    };
    let file = rendered(
        &fixture("token.png"),
        &transform,
        Target::Webp {
            quality: quality(80),
        },
    );
    let info = imaging::probe(&file.unwrap().bytes).unwrap();
    assert!(!info.alpha);
}

#[test]
fn what_is_written_is_read_again_by_ourselves() {
    let source = fixture("photo.png");
    for target in [
        Target::Jpeg {
            quality: quality(80),
        },
        Target::Webp {
            quality: quality(80),
        },
    ] {
        let first = rendered(&source, &Transform::default(), target).unwrap();
        let again = picture(&first.bytes, &Transform::default());
        assert!(again.psnr(&read_png(&source)) > 25.0, "{target:?}");
    }
}
