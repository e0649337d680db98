//! Images: what is accepted is an image of the promised kind and size, within the promised memory.
//! The first byte chooses what is asked; the rest is the file.
#![no_main]
#![allow(unsafe_code, reason = "an allocator that counts has to be one")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use imaging::{Limits, Quality, Side, Target, Transform, probe, render, sniff};
use libfuzzer_sys::fuzz_target;

/// Counts what is held, and the most that was.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

fn more(bytes: usize) {
    let held = HELD.fetch_add(bytes, Relaxed) + bytes;
    MOST.fetch_max(held, Relaxed);
}

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        more(layout.size());
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Small enough for many tries in a second.
const LIMITS: Limits = Limits {
    pixels: 1 << 16,
    memory: 4 << 20,
    frames: 20,
    animation_pixels: 1 << 17,
    output_pixels: 1 << 16,
    output_bytes: 1 << 20,
    profile: 1 << 20,
};

/// What decoders hold that is not in proportion to the picture, on top of the limit.
const APART: usize = 8 << 20;

fuzz_target!(|data: &[u8]| {
    let Some((&choice, file)) = data.split_first() else {
        return;
    };
    let file = summed(file);
    let _ = sniff(&file);
    let before = HELD.load(Relaxed);
    MOST.store(before, Relaxed);
    let known = probe(&file);
    let transform = Transform {
        width: (choice & 1 == 1)
            .then(|| Side::new(u32::from(choice >> 3) + 1).ok())
            .flatten(),
        ..Transform::default()
    };
    let quality = Quality::DEFAULT;
    let target = match choice >> 1 & 3 {
        0 => Target::Webp { quality },
        1 => Target::Jpeg { quality },
        2 => Target::Png,
        _ => Target::WebpLossless,
    };
    let made = render(&file, &transform, target, &LIMITS);
    let held = MOST.load(Relaxed) - before;
    assert!(held < LIMITS.memory as usize + APART, "{held} bytes");
    if let Ok(made) = made {
        assert!(known.is_ok(), "rendered, but not known: {known:?}");
        let info = probe(&made.bytes);
        let info = info.unwrap_or_else(|error| panic!("what was made is {error}"));
        assert_eq!(
            (info.format, info.width, info.height, info.frames),
            (target.format(), made.width, made.height, made.frames)
        );
    }
});

/// A PNG with its checksums put right, so that what comes after them is reached.
fn summed(file: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    if !file.starts_with(b"\x89PNG\r\n\x1a\n") {
        return file;
    }
    let mut place = 8;
    while let Some(length) = file.get(place..).and_then(|rest| rest.first_chunk()) {
        let end = place + 8 + u32::from_be_bytes(*length) as usize;
        let Some(sum) = file.get(place + 4..end).map(crc32fast::hash) else {
            break;
        };
        let Some(bytes) = file.get_mut(end..end + 4) else {
            break;
        };
        bytes.copy_from_slice(&sum.to_be_bytes());
        place = end + 4;
    }
    file
}
