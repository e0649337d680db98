//! What is encoded is decoded by an independent decoder, close to what it was.

mod pictures;

use pictures::{Picture, Pixel, decode, noise, scene};
use proptest::prelude::*;
use vp8::{Encoder, Error, Layout, Options};

fn rgb(picture: &Picture) -> Vec<u8> {
    let pixels = picture.rgba.chunks_exact(4);
    pixels
        .flat_map(|pixel| [pixel[0], pixel[1], pixel[2]])
        .collect()
}

fn opaque(picture: &Picture) -> bool {
    picture.rgba.chunks_exact(4).all(|pixel| pixel[3] == 255)
}

/// Mean squared error of luma where pixels are opaque.
fn error(a: &Picture, b: &Picture) -> f64 {
    let luma = |pixel: &[u8]| {
        0.299 * f64::from(pixel[0]) + 0.587 * f64::from(pixel[1]) + 0.114 * f64::from(pixel[2])
    };
    let pairs = a.rgba.chunks_exact(4).zip(b.rgba.chunks_exact(4));
    let squares: Vec<f64> = pairs
        .filter(|(pixel, _)| pixel[3] == 255)
        .map(|(a, b)| (luma(a) - luma(b)).powi(2))
        .collect();
    squares.iter().sum::<f64>() / squares.len().max(1) as f64
}

/// The picture comes back in its size, with its opacity, and as near as the quality promises.
fn check(picture: &Picture, quality: f32, most: f64) {
    let file = picture.encode(quality);
    let decoded = decode(&file);
    assert_eq!(
        (decoded.width, decoded.height),
        (picture.width, picture.height)
    );
    let opacity = |picture: &Picture| -> Vec<u8> {
        picture.rgba.chunks_exact(4).map(|pixel| pixel[3]).collect()
    };
    assert_eq!(opacity(&decoded), opacity(picture));
    let error = error(picture, &decoded);
    assert!(
        error <= most,
        "{}x{} at {quality}: {error}",
        picture.width,
        picture.height
    );
    assert_eq!(&file[12..16] == b"VP8X", !opaque(picture));
}

#[test]
fn every_size_from_one_pixel_on() {
    for (width, height) in [
        (1, 1),
        (1, 40),
        (40, 1),
        (2, 3),
        (15, 17),
        (16, 16),
        (17, 15),
        (33, 70),
    ] {
        check(&Picture::of(width, height, scene), 90.0, 60.0);
    }
}

#[test]
fn every_quality() {
    let picture = Picture::of(100, 80, scene);
    for (quality, most) in [
        (0.0, 1500.0),
        (10.0, 250.0),
        (50.0, 80.0),
        (75.0, 40.0),
        (95.0, 10.0),
        (100.0, 3.0),
    ] {
        check(&picture, quality, most);
    }
}

#[test]
fn better_quality_is_larger_and_nearer() {
    let picture = Picture::of(200, 150, scene);
    let results: Vec<(usize, f64)> = [10.0, 40.0, 70.0, 90.0, 99.0]
        .map(|quality| picture.encode(quality))
        .map(|file| (file.len(), error(&picture, &decode(&file))))
        .into();
    assert!(
        results
            .windows(2)
            .all(|pair| pair[0].0 < pair[1].0 && pair[0].1 > pair[1].1),
        "{results:?}"
    );
}

#[test]
fn every_kind_of_content() {
    let kinds: [(&str, Pixel, f64); 5] = [
        ("flat", |_, _| [200, 30, 90, 255], 4.0),
        (
            "gradient",
            |x, y| [x as u8, y as u8, (x + y) as u8, 255],
            12.0,
        ),
        (
            "noise",
            |x, y| {
                let n = noise(x, y);
                [n as u8, (n >> 8) as u8, (n >> 16) as u8, 255]
            },
            400.0,
        ),
        (
            "lines",
            |x, y| {
                if x % 7 == 0 || y % 5 == 0 {
                    [0, 0, 0, 255]
                } else {
                    [255; 4]
                }
            },
            120.0,
        ),
        (
            "extremes",
            |x, y| {
                if noise(x, y).is_multiple_of(2) {
                    [0, 0, 0, 255]
                } else {
                    [255; 4]
                }
            },
            2500.0,
        ),
    ];
    for (name, pixel, most) in kinds {
        println!("{name}");
        check(&Picture::of(130, 120, pixel), 80.0, most);
    }
}

#[test]
fn every_kind_of_opacity() {
    let soft = |x: u32, y: u32| {
        let distance = ((f64::from(x) - 60.0).powi(2) + (f64::from(y) - 50.0).powi(2)).sqrt();
        ((55.0 - distance) * 20.0).clamp(0.0, 255.0) as u8
    };
    let kinds: [fn(u32, u32) -> u8; 6] = [
        |_, _| 0,
        |_, _| 128,
        |x, _| if x < 60 { 0 } else { 255 },
        |x, y| (x ^ y) as u8,
        |x, y| noise(x, y) as u8,
        |x, y| [0, 85, 170, 255][(x / 20 + y / 30) as usize % 4],
    ];
    for (index, opacity) in kinds.into_iter().enumerate() {
        println!("{index}");
        check(
            &Picture::of(121, 103, |x, y| {
                let [r, g, b, _] = scene(x, y);
                [r, g, b, opacity(x, y)]
            }),
            85.0,
            60.0,
        );
    }
    check(
        &Picture::of(121, 103, |x, y| {
            let [r, g, b, _] = scene(x, y);
            [r, g, b, soft(x, y)]
        }),
        85.0,
        60.0,
    );
}

#[test]
fn pieces_make_the_same_file_as_the_whole() {
    let picture = Picture::of(75, 61, |x, y| {
        let [r, g, b, _] = scene(x, y);
        [r, g, b, if y > 40 { x as u8 } else { 255 }]
    });
    let whole = picture.encode(70.0);
    for piece in [1, 7, 300, 4800, 5000, 100_000] {
        let mut encoder =
            Encoder::new(75, 61, Layout::Rgba, &Options { quality: 70.0 }).expect("fits");
        picture
            .rgba
            .chunks(piece)
            .for_each(|piece| encoder.push(piece));
        assert!(
            encoder.finish().expect("complete").into_file() == whole,
            "{piece}"
        );
    }
    let mut opaque = Encoder::new(75, 61, Layout::Rgb, &Options { quality: 70.0 }).expect("fits");
    opaque.push(&rgb(&picture));
    assert!(opaque.finish().expect("complete").alpha.is_none());
}

#[test]
fn a_picture_larger_than_the_window() {
    // Two strips of 16368 x 16 pixels are 0.8 MB of samples each: the window is full after ten.
    let picture = Picture::of(16368, 180, |x, y| [(x / 64) as u8, (y * 3) as u8, 90, 255]);
    check(&picture, 30.0, 60.0);
}

#[test]
fn what_cannot_be_encoded_is_refused() {
    let encode = |width, height, bytes: usize, quality| {
        vp8::encode_rgb(width, height, &vec![0; bytes], &Options { quality }).map(drop)
    };
    assert_eq!(
        encode(16384, 1, 3 * 16384, 75.0),
        Err(Error::Size {
            width: 16384,
            height: 1
        })
    );
    assert_eq!(
        encode(0, 5, 0, 75.0),
        Err(Error::Size {
            width: 0,
            height: 5
        })
    );
    assert_eq!(
        encode(2, 2, 11, 75.0),
        Err(Error::Length {
            expected: 12,
            found: 11
        })
    );
    assert_eq!(
        encode(2, 2, 13, 75.0),
        Err(Error::Length {
            expected: 12,
            found: 13
        })
    );
    assert_eq!(encode(2, 2, 12, 100.1), Err(Error::Quality));
    assert_eq!(encode(2, 2, 12, f32::NAN), Err(Error::Quality));
    assert_eq!(encode(16383, 1, 3 * 16383, 0.0), Ok(()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_picture_comes_back(
        width in 1..70_u32,
        height in 1..70_u32,
        seed in any::<u32>(),
        blur in 1..12_u32,
        quality in 60..=100_u8,
        opaque in any::<bool>(),
    ) {
        let picture = Picture::of(width, height, |x, y| {
            let [r, g, b, a] = noise((x / blur) ^ seed, y / blur).to_le_bytes();
            [r, g, b, if opaque { 255 } else { a }]
        });
        check(&picture, f32::from(quality), 1200.0);
    }
}
