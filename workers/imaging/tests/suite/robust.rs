//! Damage of every kind: never a panic, and never more memory than was predicted (see
//! `tests/memory.rs`).

use imaging::{Crop, Fit, Focus, Limits, Side, Target, Transform, Trim, probe, render, sniff};
use proptest::prelude::*;

use crate::common::{fixture, quality};

const SOURCES: &[&str] = &[
    "baseline.jpg",
    "half.jpg",
    "progressive.jpg",
    "restarts.jpg",
    "cmyk.jpg",
    "wide.jpg",
    "orientation-6.jpg",
    "photo.png",
    "token.png",
    "keyed.png",
    "one-bit.png",
    "interlaced.png",
    "deep.png",
    "wide.png",
    "moving.png",
    "lossy.webp",
    "lossless.webp",
    "token.webp",
    "wide.webp",
    "moving.webp",
    "moving.gif",
    "clear.gif",
    "photo.bmp",
    "palette.bmp",
    "one-bit.bmp",
    "still.avif",
];

/// Small enough for many runs.
fn limits() -> Limits {
    Limits {
        pixels: 200_000,
        memory: 8 << 20,
        frames: 20,
        animation_pixels: 400_000,
        output_pixels: 100_000,
        ..Limits::default()
    }
}

/// Whatever comes out is what it says; whatever does not, is an error.
pub fn check(bytes: &[u8], transform: &Transform, target: Target) {
    sniff(bytes);
    let _ = probe(bytes);
    let Ok(rendered) = render(bytes, transform, target, &limits()) else {
        return;
    };
    let info = probe(&rendered.bytes).unwrap();
    let found = (info.format, info.width, info.height, info.frames);
    let said = (
        rendered.format,
        rendered.width,
        rendered.height,
        rendered.frames,
    );
    assert_eq!(found, said);
}

fn targets() -> impl Strategy<Value = Target> {
    prop_oneof![
        Just(Target::Png),
        Just(Target::WebpLossless),
        Just(Target::Webp {
            quality: quality(60)
        }),
        Just(Target::Jpeg {
            quality: quality(60)
        }),
    ]
}

fn sides() -> impl Strategy<Value = Option<Side>> {
    prop_oneof![
        Just(None),
        (1_u32..120).prop_map(|side| Side::new(side).ok())
    ]
}

prop_compose! {
    fn transforms()(
        width in sides(),
        height in sides(),
        max in sides(),
        fit in prop_oneof![Just(Fit::Inside), Just(Fit::Outside), Just(Fit::Cover), Just(Fit::Pad), Just(Fit::Fill)],
        enlarge in any::<bool>(),
        (flip, flop) in any::<(bool, bool)>(),
        turn in 0..4,
        focus in (0.0_f32..=1.0, 0.0_f32..=1.0),
        crop in proptest::option::of((0_u32..100, 0_u32..100, 1_u32..100, 1_u32..100)),
        trim in proptest::option::of(any::<u8>()),
    ) -> Transform {
        Transform {
            width,
            height,
            max,
            fit,
            enlarge,
            flip,
            flop,
            turn: imaging::Turn::from_degrees(turn * 90).unwrap(),
            focus: Focus::new(focus.0, focus.1).unwrap(),
            crop: crop.map(|(x, y, width, height)| Crop {
                x,
                y,
                width: Side::new(width).unwrap(),
                height: Side::new(height).unwrap(),
            }),
            trim: trim.map(|tolerance| Trim { tolerance }),
            ..Transform::default()
        }
    }
}

/// Bytes that are put over others.
fn damages() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
    prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_transform_of_any_source(
        name in prop::sample::select(SOURCES),
        transform in transforms(),
        target in targets(),
    ) {
        check(&fixture(name), &transform, target);
    }

    #[test]
    fn any_damage(
        name in prop::sample::select(SOURCES),
        damages in damages(),
        in_head in any::<bool>(),
        target in targets(),
    ) {
        let mut bytes = fixture(name);
        let length = if in_head { bytes.len().min(700) } else { bytes.len() };
        for (index, byte) in damages {
            bytes[index.index(length)] = byte;
        }
        check(&bytes, &Transform { width: Side::new(20).ok(), ..Transform::default() }, target);
    }

    #[test]
    fn any_piece_left_out_or_repeated(
        name in prop::sample::select(SOURCES),
        from in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(),
    ) {
        let bytes = fixture(name);
        let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
        let changed = [&bytes[..from], &bytes[to..]].concat();
        check(&changed, &Transform::default(), Target::Png);
    }

    #[test]
    fn any_bytes_behind_a_signature(
        name in prop::sample::select(SOURCES),
        kept in 0_usize..64,
        bytes in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let head = fixture(name);
        check(&[&head[..kept], &bytes].concat(), &Transform::default(), Target::Png);
    }
}
