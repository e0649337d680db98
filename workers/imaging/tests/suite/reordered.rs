//! Chunks repeated, swapped, left out, damaged and taken from elsewhere, with lengths and checksums
//! that fit, so that what lies behind them is reached: never a panic.

use imaging::{Fit, Side, Target, Transform};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::common::{fixture, quality, rendered};
use crate::containers::{chunk, riff};
use crate::robust::check;

/// Names and payloads.
type Chunks = Vec<([u8; 4], Vec<u8>)>;

/// Where the chunks of a frame begin in its payload.
const FRAME_HEAD: usize = 16;

/// The chunks of a WebP or of one of its frames, as far as they are complete.
fn split_webp(mut rest: &[u8]) -> Chunks {
    let mut chunks = Vec::new();
    while let Some((head, tail)) = rest.split_first_chunk::<8>() {
        let length = u32::from_le_bytes(head[4..].try_into().unwrap()) as usize;
        let Some(body) = tail.get(..length) else {
            break;
        };
        chunks.push((head[..4].try_into().unwrap(), body.to_vec()));
        rest = tail.get(length.next_multiple_of(2)..).unwrap_or(&[]);
    }
    chunks
}

fn joined(chunks: &Chunks) -> Vec<Vec<u8>> {
    let chunks = chunks.iter();
    chunks.map(|(name, body)| chunk(name, body)).collect()
}

fn split_png(mut rest: &[u8]) -> Chunks {
    let mut chunks = Vec::new();
    while let Some((head, tail)) = rest.split_first_chunk::<8>() {
        let length = u32::from_be_bytes(head[..4].try_into().unwrap()) as usize;
        chunks.push((head[4..].try_into().unwrap(), tail[..length].to_vec()));
        rest = &tail[length + 4..];
    }
    chunks
}

fn png(chunks: &Chunks) -> Vec<u8> {
    let chunks = chunks.iter().flat_map(|(name, body)| {
        let named = [&name[..], body].concat();
        let sum = crc32fast::hash(&named).to_be_bytes();
        [&(body.len() as u32).to_be_bytes()[..], &named, &sum].concat()
    });
    b"\x89PNG\r\n\x1a\n".iter().copied().chain(chunks).collect()
}

/// WebPs of every kind: lossy and lossless, still and moving, with and without opacity.
fn webps() -> Vec<Chunks> {
    let transform = Transform {
        width: Side::new(20).ok(),
        height: Side::new(20).ok(),
        fit: Fit::Fill,
        ..Transform::default()
    };
    let target = Target::Webp {
        quality: quality(60),
    };
    let made = ["clear.gif", "moving.gif", "token.png", "photo.png"]
        .map(|name| rendered(&fixture(name), &transform, target).unwrap().bytes);
    let read = ["moving.webp", "lossless.webp", "wide.webp"].map(fixture);
    let all = made.iter().chain(&read);
    all.map(|file| split_webp(&file[12..])).collect()
}

fn pngs() -> Vec<Chunks> {
    let names = ["moving.png", "wide.png", "orientation.png", "palette.png"];
    names.map(|name| split_png(&fixture(name)[8..])).into()
}

/// Bytes of which counts and offsets become extreme, or any.
fn edge_bytes() -> impl Strategy<Value = u8> {
    prop_oneof![Just(0), Just(1), Just(255), any::<u8>()]
}

/// Files around their colour profile: what comes before, the profile, what comes after.
fn profiles() -> Vec<(Vec<u8>, Vec<u8>, Vec<u8>)> {
    let around = |name: &str| {
        let file = fixture(name);
        let mark = file.windows(4).position(|four| four == b"acsp")?;
        let start = mark - 36;
        let length = u32::from_be_bytes(file[start..start + 4].try_into().unwrap()) as usize;
        let (before, rest) = file.split_at(start);
        let (profile, after) = rest.split_at_checked(length)?;
        Some((before.to_vec(), profile.to_vec(), after.to_vec()))
    };
    [
        "wide.webp",
        "wide.jpg",
        "profile-cmyk-8.jpg",
        "profile-cmyk-16.jpg",
        "profile-cmyk-4.jpg",
        "profile-rgb-16.webp",
        "profile-rgb-4.webp",
        "profile-grey-lab.jpg",
    ]
    .map(|name| around(name).unwrap())
    .into()
}

#[derive(Debug, Clone, Copy)]
enum Change {
    Repeat,
    Swap,
    Remove,
    /// One byte near the start of a chunk, where headers are.
    Damage(u8),
    /// A chunk of another file is put in.
    Foreign,
}

/// What is done, where, and with what; and whether within a frame.
type Step = (Change, Index, Index, bool);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let change = prop_oneof![
        Just(Change::Repeat),
        Just(Change::Swap),
        Just(Change::Remove),
        any::<u8>().prop_map(Change::Damage),
        Just(Change::Foreign),
    ];
    let step = (change, any::<Index>(), any::<Index>(), any::<bool>());
    prop::collection::vec(step, 1..5)
}

fn apply(chunks: &mut Chunks, foreign: &Chunks, step: Step) {
    let (change, at, other, in_frame) = step;
    let frames = chunks.iter_mut().filter(|(name, _)| name == b"ANMF");
    let mut frames: Vec<_> = frames.map(|(_, body)| body).collect();
    if in_frame && !frames.is_empty() {
        let index = other.index(frames.len());
        let frame = &mut frames[index];
        let mut inner = split_webp(frame.get(FRAME_HEAD..).unwrap_or(&[]));
        apply(&mut inner, foreign, (change, at, other, false));
        frame.truncate(FRAME_HEAD);
        frame.extend(joined(&inner).concat());
        return;
    }
    if chunks.is_empty() {
        return;
    }
    let (at, second) = (at.index(chunks.len()), other.index(chunks.len()));
    match change {
        Change::Repeat => chunks.insert(second, chunks[at].clone()),
        Change::Swap => chunks.swap(at, second),
        Change::Remove => drop(chunks.remove(at)),
        Change::Damage(value) => {
            let body = &mut chunks[at].1;
            if let Some(byte) = body.get_mut(other.index(48)) {
                *byte = value;
            }
        }
        Change::Foreign => chunks.insert(at, foreign[other.index(foreign.len())].clone()),
    }
}

/// That the files hold what is to be reached.
#[test]
fn frames_with_opacity_are_among_them() {
    let frames = webps().into_iter().flatten();
    let mut inner = frames
        .filter(|(name, _)| name == b"ANMF")
        .flat_map(|(_, body)| split_webp(&body[FRAME_HEAD..]));
    assert!(inner.any(|(name, _)| &name == b"ALPH"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn chunks_of_a_webp(
        source in prop::sample::select(webps()),
        foreign in prop::sample::select(webps()),
        steps in steps(),
        target in prop_oneof![Just(Target::Png), Just(Target::WebpLossless)],
    ) {
        let mut chunks = source;
        steps.into_iter().for_each(|step| apply(&mut chunks, &foreign, step));
        check(&riff(&joined(&chunks)), &Transform::default(), target);
    }

    #[test]
    fn bytes_of_a_profile(
        source in prop::sample::select(profiles()),
        damages in prop::collection::vec((any::<bool>(), any::<Index>(), edge_bytes()), 1..6),
    ) {
        let (before, mut profile, after) = source;
        for (in_head, at, value) in damages {
            let length = if in_head { profile.len().min(400) } else { profile.len() };
            profile[at.index(length)] = value;
        }
        check(&[before, profile, after].concat(), &Transform::default(), Target::Png);
    }

    #[test]
    fn chunks_of_a_png(
        source in prop::sample::select(pngs()),
        foreign in prop::sample::select(pngs()),
        steps in steps(),
        target in prop_oneof![Just(Target::Png), Just(Target::WebpLossless)],
    ) {
        let mut chunks = source;
        steps.into_iter().for_each(|step| apply(&mut chunks, &foreign, step));
        check(&png(&chunks), &Transform::default(), target);
    }
}
