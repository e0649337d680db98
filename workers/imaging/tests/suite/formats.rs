//! Every kind of file.

use imaging::{Format, Info, Side, Transform, probe};

use crate::common::{expected, fixture, picture};

/// A file, how close a small version of it has to come to Pillow's, and the picture in full size. In
/// decibels; 99 is exactly.
const FILES: &[(&str, f64, f64)] = &[
    ("photo.png", 46.0, 99.0),
    ("token.png", 44.0, 99.0),
    ("palette.png", 44.0, 99.0),
    // Patterns of single pixels are where averages and the filter alone differ most.
    ("one-bit.png", 29.0, 99.0),
    ("grey.png", 46.0, 99.0),
    ("grey-alpha.png", 44.0, 99.0),
    ("keyed.png", 43.0, 99.0),
    ("interlaced.png", 46.0, 99.0),
    ("deep.png", 46.0, 99.0),
    ("full.jpg", 44.0, 55.0),
    ("grey.jpg", 44.0, 60.0),
    ("cmyk.jpg", 44.0, 55.0),
    // Where colour has fewer samples, libjpeg and libwebp spread them with a softer filter than ours.
    ("baseline.jpg", 39.0, 36.0),
    ("half.jpg", 39.0, 36.0),
    ("progressive.jpg", 39.0, 36.0),
    ("restarts.jpg", 39.0, 36.0),
    ("odd.jpg", 31.0, 31.0),
    ("odd-progressive.jpg", 31.0, 31.0),
    ("lossy.webp", 39.0, 36.0),
    ("lossless.webp", 46.0, 99.0),
    ("token.webp", 44.0, 99.0),
    ("token-lossless.webp", 44.0, 99.0),
    ("photo.bmp", 46.0, 99.0),
    ("palette.bmp", 44.0, 99.0),
    ("one-bit.bmp", 29.0, 99.0),
];

/// Fixtures whose full size is that of another one.
fn full(name: &str) -> String {
    match name {
        "interlaced.png" | "deep.png" | "photo.bmp" | "photo.png" => "photo".into(),
        "token.png" => "token".into(),
        "palette.bmp" => "full-palette-png".into(),
        "one-bit.bmp" => "full-one-bit-png".into(),
        other => format!("full-{}", other.replace('.', "-")),
    }
}

#[test]
fn pixels_are_what_another_decoder_says() {
    for (name, _, least) in FILES {
        let wanted = match full(name).as_str() {
            own @ ("photo" | "token") => crate::common::read_png(&fixture(&format!("{own}.png"))),
            other => expected(other),
        };
        let found = picture(&fixture(name), &Transform::default()).psnr(&wanted);
        assert!(found >= *least, "{name}: {found:.1} dB");
    }
}

#[test]
fn small_versions_are_as_sharp_as_another_resizer_has_them() {
    for (name, least, _) in FILES {
        let transform = Transform {
            width: Side::new(24).ok(),
            ..Transform::default()
        };
        let wanted = expected(&format!("small-{}", name.replace('.', "-")));
        let found = picture(&fixture(name), &transform).psnr(&wanted);
        assert!(found >= *least, "{name}: {found:.1} dB");
    }
}

#[test]
fn headers_are_read() {
    let cases = [
        ("photo.png", Format::Png, (96, 72), 1, false, 1),
        ("token.png", Format::Png, (64, 64), 1, true, 1),
        ("keyed.png", Format::Png, (96, 72), 1, true, 1),
        ("moving.png", Format::Png, (48, 36), 4, false, 1),
        ("orientation.png", Format::Png, (72, 96), 1, false, 8),
        ("baseline.jpg", Format::Jpeg, (96, 72), 1, false, 1),
        ("orientation-3.jpg", Format::Jpeg, (96, 72), 1, false, 3),
        ("orientation-6.jpg", Format::Jpeg, (72, 96), 1, false, 6),
        ("lossy.webp", Format::WebP, (96, 72), 1, false, 1),
        ("token.webp", Format::WebP, (64, 64), 1, true, 1),
        ("token-lossless.webp", Format::WebP, (64, 64), 1, true, 1),
        ("orientation.webp", Format::WebP, (72, 96), 1, false, 8),
        ("moving.gif", Format::Gif, (48, 36), 4, false, 1),
        ("clear.gif", Format::Gif, (32, 32), 3, true, 1),
        ("photo.bmp", Format::Bmp, (96, 72), 1, false, 1),
        ("still.avif", Format::Avif, (96, 72), 1, false, 1),
    ];
    for (name, format, (width, height), frames, alpha, orientation) in cases {
        let info = probe(&fixture(name)).unwrap();
        let found = (
            info.format,
            info.width,
            info.height,
            info.frames,
            info.orientation.tag(),
        );
        assert_eq!(
            found,
            (format, width, height, frames, orientation),
            "{name}"
        );
        // Pillow marks every picture of an animation as one with alpha.
        let Info { alpha: found, .. } = info;
        assert!(found == alpha || name.starts_with("moving"), "{name}");
    }
}

#[test]
fn all_orientations_become_upright() {
    for tag in 1..=8 {
        let name = format!("orientation-{tag}");
        let wanted = expected(&name);
        let transform = Transform {
            width: Side::new(wanted.width).ok(),
            ..Transform::default()
        };
        let found = picture(&fixture(&format!("{name}.jpg")), &transform).psnr(&wanted);
        assert!(found >= 45.0, "{name}: {found:.1} dB");
    }
    for name in ["orientation.png", "orientation.webp"] {
        let wanted = expected("left");
        assert_eq!(
            picture(&fixture(name), &Transform::default()),
            wanted,
            "{name}"
        );
    }
}

#[test]
fn other_profiles_are_converted_and_srgb_is_left_alone() {
    let wanted = expected("wide");
    for (name, least) in [("wide.png", 45.0), ("wide.webp", 45.0), ("wide.jpg", 36.0)] {
        let found = picture(&fixture(name), &Transform::default()).psnr(&wanted);
        assert!(found >= least, "{name}: {found:.1} dB");
    }
    let plain = picture(&fixture("photo.png"), &Transform::default());
    assert!(plain.psnr(&wanted) < 30.0, "the profile changes nothing");
    assert_eq!(picture(&fixture("srgb.png"), &Transform::default()), plain);
}

/// By LittleCMS: every kind of table and curve, of one, three and four channels.
#[test]
fn profiles_of_every_kind_are_converted() {
    for (name, least) in [
        ("profile-cmyk-8.jpg", 36.0),
        ("profile-cmyk-16.jpg", 36.0),
        ("profile-cmyk-4.jpg", 36.0),
        ("profile-rgb-16.webp", 40.0),
        ("profile-rgb-4.webp", 40.0),
        ("profile-grey.png", 48.0),
        ("profile-grey-lab.jpg", 40.0),
    ] {
        let (stem, _) = name.split_once('.').expect("an ending");
        let found = picture(&fixture(name), &Transform::default()).psnr(&expected(stem));
        assert!(found >= least, "{name}: {found:.1} dB");
    }
}
