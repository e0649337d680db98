//! What images cost in memory: bombs next to nothing, large ones what was predicted.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that finds nothing to unwrap has failed"
)]
#![allow(unsafe_code, reason = "an allocator that counts has to be one")]

mod bombs;
mod containers;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use imaging::{Error, Limit, Limits, Quality, Side, Target, Transform, render};

/// Counts what the thread that runs a test holds.
struct Counting;

thread_local! {
    static HELD: Cell<i64> = const { Cell::new(0) };
    static PEAK: Cell<i64> = const { Cell::new(0) };
}

fn count(bytes: i64) {
    // Memory is also freed while a thread ends.
    let _ = HELD.try_with(|held| {
        held.set(held.get() + bytes);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(held.get())));
    });
}

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as i64));
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as i64 - layout.size() as i64);
        // SAFETY: the caller keeps the contract.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most bytes that `work` holds at a time, on top of what is held already.
fn peak<T>(work: impl FnOnce() -> T) -> (T, u64) {
    let before = HELD.get();
    PEAK.set(before);
    let result = work();
    (result, (PEAK.get() - before) as u64)
}

fn resized(width: u32) -> Transform {
    Transform {
        width: Side::new(width).ok(),
        ..Transform::default()
    }
}

const WEBP: Target = Target::Webp {
    quality: Quality::DEFAULT,
};

#[test]
fn bombs_cost_next_to_nothing() {
    for (name, bytes, wanted) in bombs::all() {
        for target in [Target::Png, WEBP] {
            let limits = Limits::default();
            let (result, held) = peak(|| render(&bytes, &resized(100), target, &limits));
            let error = result.expect_err(name);
            assert!(held < 16 << 20, "{name}: {held} bytes");
            if let Some(wanted) = wanted {
                let is_it = matches!(&error, Error::Limit { limit, .. } if *limit == wanted);
                assert!(is_it, "{name}: {error}");
            }
            let (_, held) = peak(|| imaging::probe(&bytes));
            assert!(held < 16 << 20, "{name}: {held} bytes to read its headers");
        }
    }
}

#[test]
fn endless_scans_end() {
    let bytes = bombs::endless_scans();
    let refused = render(&bytes, &resized(100), WEBP, &Limits::default());
    let is_it = matches!(
        &refused,
        Err(Error::Limit {
            limit: Limit::Scans,
            ..
        })
    );
    assert!(is_it, "{refused:?}");
}

/// A battle map that is not made smaller is never held as a whole.
#[test]
fn maps_are_written_row_by_row() {
    let jpeg = Target::Jpeg {
        quality: Quality::DEFAULT,
    };
    for (from, to) in [
        (jpeg, jpeg),
        (jpeg, Target::Png),
        (Target::Png, Target::Png),
    ] {
        let source = bombs::written(4096, 4096, from);
        let transform = Transform::default();
        let (made, held) = peak(|| render(&source, &transform, to, &Limits::default()));
        assert_eq!(made.map(|made| (made.width, made.height)), Ok((4096, 4096)));
        assert!(held < 48 << 20, "{from:?} to {to:?}: {held} bytes");
    }
}

/// A GIF that is no animation is not held either.
#[test]
fn large_gifs_are_read_row_by_row() {
    let mut source = Vec::new();
    let mut encoder = gif::Encoder::new(&mut source, 5000, 4000, &[0; 6]).unwrap();
    let frame = gif::Frame {
        width: 5000,
        height: 4000,
        buffer: vec![1; 5000 * 4000].into(),
        ..gif::Frame::default()
    };
    encoder.write_frame(&frame).unwrap();
    drop((encoder, frame));
    let (made, held) = peak(|| render(&source, &resized(100), WEBP, &Limits::default()));
    assert_eq!(made.map(|made| (made.width, made.height)), Ok((100, 80)));
    assert!(held < 4 << 20, "{held} bytes");
}

/// Whatever passes the prediction keeps to it.
#[test]
fn what_is_predicted_is_enough() {
    let jpeg = |width, height| {
        bombs::written(
            width,
            height,
            Target::Jpeg {
                quality: Quality::DEFAULT,
            },
        )
    };
    let png = |width, height| bombs::written(width, height, Target::Png);
    let webp = |width, height| bombs::written(width, height, WEBP);
    let cases = [
        ("jpeg", jpeg(1600, 1200)),
        ("png", png(1600, 1200)),
        ("webp", webp(1000, 700)),
        ("wide png", png(8000, 20)),
        ("high jpeg", jpeg(20, 8000)),
    ];
    for (name, source) in cases {
        for width in [1, 700] {
            for target in [
                Target::Png,
                WEBP,
                Target::WebpLossless,
                Target::Jpeg {
                    quality: Quality::DEFAULT,
                },
            ] {
                least(name, &source, width, target);
            }
        }
    }
}

/// Looks for the smallest limit that is accepted; what is held then must be within it.
fn least(name: &str, source: &[u8], width: u32, target: Target) {
    let transform = resized(width);
    let attempt = |memory| {
        let limits = Limits {
            memory,
            ..Limits::default()
        };
        render(source, &transform, target, &limits)
    };
    let Err(Error::Limit {
        limit: Limit::Memory,
        found,
        ..
    }) = attempt(1)
    else {
        panic!("{name} needs no memory");
    };
    let (result, held) = peak(|| attempt(found));
    let result = result.unwrap_or_else(|error| panic!("{name} to {width}: {error}"));
    assert!(
        held <= found + result.bytes.len() as u64,
        "{name} to {width} as {target:?}: {held} bytes held, {found} predicted"
    );
}
