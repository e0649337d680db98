//! Animations stay animations, within bounds.

use imaging::{Error, Limit, Limits, Side, Target, Transform, render};

use crate::common::{Picture, expected, fixture, picture, quality, rendered};

const FILMS: &[(&str, u16, &[u32])] = &[
    ("moving.gif", 0, &[80, 120, 200, 40]),
    ("moving.webp", 3, &[80, 120, 200, 40]),
    ("moving.png", 2, &[80, 120, 200, 40]),
    ("clear.gif", 2, &[100, 100, 100]),
];

fn half(source: &[u8]) -> Transform {
    let width = imaging::probe(source).unwrap().width;
    Transform {
        width: Side::new(width / 2).ok(),
        ..Transform::default()
    }
}

#[test]
fn frames_times_and_loops_are_kept() {
    for (name, loops, delays) in FILMS {
        let source = fixture(name);
        let file = rendered(&source, &half(&source), Target::WebpLossless).unwrap();
        assert_eq!(file.frames as usize, delays.len(), "{name}");
        let mut decoder = image_webp::WebPDecoder::new(std::io::Cursor::new(&file.bytes)).unwrap();
        let found = match decoder.loop_count() {
            image_webp::LoopCount::Forever => 0,
            image_webp::LoopCount::Times(times) => times.get(),
        };
        assert_eq!(found, *loops, "{name}");
        let mut samples = vec![0; decoder.output_buffer_size().unwrap()];
        for (index, delay) in delays.iter().enumerate() {
            assert_eq!(
                decoder.read_frame(&mut samples).unwrap(),
                *delay,
                "{name} {index}"
            );
            let frame = Picture::new(file.width, file.height, &samples);
            let wanted = expected(&format!("{}-{index}", name.replace('.', "-")));
            let found = frame.psnr(&wanted);
            assert!(found > 42.0, "{name} {index}: {found:.1} dB");
        }
    }
}

#[test]
fn lossy_animations_are_animations_too() {
    let source = fixture("moving.gif");
    let target = Target::Webp {
        quality: quality(80),
    };
    let file = rendered(&source, &half(&source), target).unwrap();
    let info = imaging::probe(&file.bytes).unwrap();
    assert_eq!((info.frames, info.width, info.height), (4, 24, 18));
}

#[test]
fn a_still_target_gets_the_first_frame() {
    for (name, ..) in FILMS {
        let source = fixture(name);
        let wanted = expected(&format!("{}-0", name.replace('.', "-")));
        let found = picture(&source, &half(&source)).psnr(&wanted);
        assert!(found > 42.0, "{name}: {found:.1} dB");
    }
}

#[test]
fn bounds_are_kept_and_named() {
    let limits = Limits {
        frames: 3,
        ..Limits::default()
    };
    let pixels = Limits {
        animation_pixels: 48 * 36 * 4 - 1,
        ..Limits::default()
    };
    for (limits, limit, found, allowed) in [
        (limits, Limit::Frames, 4, 3),
        (pixels, Limit::AnimationPixels, 48 * 36 * 4, 48 * 36 * 4 - 1),
    ] {
        for (name, ..) in &FILMS[..3] {
            let source = fixture(name);
            let refused = render(
                &source,
                &Transform::default(),
                Target::WebpLossless,
                &limits,
            );
            let wanted = Error::Limit {
                limit,
                found,
                allowed,
            };
            assert_eq!(refused, Err(wanted), "{name}");
            // A picture of it is no animation.
            render(&source, &Transform::default(), Target::Png, &limits).unwrap();
        }
    }
}

/// Two frames of 40 × 40 on a canvas of one pixel: nothing of them is seen, but all is unpacked.
#[test]
fn frames_larger_than_the_canvas_count_in_full() {
    let mut gif = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff".to_vec();
    for _ in 0..2 {
        gif.extend(b"\x2c\0\0\0\0\x28\0\x28\0\0\x02\x02\x44\x01\0");
    }
    gif.push(0x3b);
    let limits = Limits {
        animation_pixels: 2 * 40 * 40 - 1,
        ..Limits::default()
    };
    let refused = render(&gif, &Transform::default(), Target::WebpLossless, &limits);
    let wanted = Error::Limit {
        limit: Limit::AnimationPixels,
        found: 2 * 40 * 40,
        allowed: 2 * 40 * 40 - 1,
    };
    assert_eq!(refused, Err(wanted));
}

/// An APNG's frames cannot leave the canvas.
#[test]
fn a_frame_outside_of_the_canvas_is_damage() {
    let mut png = fixture("moving.png");
    let is_control = |at: &usize| &png[*at..at + 4] == b"fcTL";
    let last = (0..png.len() - 30).rfind(is_control).unwrap();
    // Its width.
    png[last + 8..last + 12].copy_from_slice(&10_000_u32.to_be_bytes());
    let sum = crc32fast::hash(&png[last..last + 30]);
    png[last + 30..last + 34].copy_from_slice(&sum.to_be_bytes());
    let refused = rendered(&png, &Transform::default(), Target::WebpLossless);
    assert!(matches!(refused, Err(Error::Damaged { .. })), "{refused:?}");
}

/// A picture of 60 × 40 pixels on a canvas of 64 × 48, beginning at 7, 5: it is transparent around it,
/// and cut at the right.
fn still(interlaced: bool) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = gif::Encoder::new(&mut file, 64, 48, &[0, 0, 0, 250, 90, 10]).unwrap();
    let pixels: Vec<u8> = (0..60 * 40)
        .map(|at| u8::from(at % 7 < 3 && at / 60 % 5 > 1))
        .collect();
    // Stored as the specification says: every eighth row, those between, and so on.
    let order = [(0, 8), (4, 8), (2, 4), (1, 2)];
    let rows = order
        .iter()
        .flat_map(|&(first, step)| (first..40).step_by(step));
    let stored = match interlaced {
        true => rows
            .flat_map(|row| pixels[row * 60..][..60].to_vec())
            .collect(),
        false => pixels,
    };
    let frame = gif::Frame {
        left: 7,
        top: 5,
        width: 60,
        height: 40,
        interlaced,
        buffer: stored.into(),
        ..gif::Frame::default()
    };
    encoder.write_frame(&frame).unwrap();
    drop(encoder);
    file
}

#[test]
fn a_still_one_is_the_same_in_whatever_order_its_rows_are() {
    for transform in [Transform::default(), half(&still(false))] {
        let streamed = picture(&still(false), &transform);
        assert_eq!(streamed, picture(&still(true), &transform));
        assert_eq!(streamed.pixels[0], [0; 4], "what is not covered");
    }
    let whole = still(false);
    for length in 0..whole.len() {
        let refused = rendered(&whole[..length], &Transform::default(), Target::Png);
        refused.expect_err("half a picture");
    }
}
