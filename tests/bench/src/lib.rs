//! Images as `cargo xtask bench` measures them: the crate that the proxy uses, called by pointers, so
//! that nothing but it is measured and its memory can be read off.

#![allow(unsafe_code, reason = "names that JavaScript can call are given so")]

use std::cell::RefCell;

use imaging::{Limits, Quality, Side, Target, Transform};

thread_local! {
    static SOURCE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static RESULT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Makes room for a source of `length` bytes; gives where it goes.
#[unsafe(no_mangle)]
pub extern "C" fn source(length: usize) -> *mut u8 {
    SOURCE.with_borrow_mut(|source| {
        source.clear();
        source.resize(length, 0);
        source.as_mut_ptr()
    })
}

/// Renders the source `width` pixels wide (0: as it is) as WebP (0), JPEG (1) or PNG (2); gives how
/// long the result is, or -1 and the reason as the result.
#[unsafe(no_mangle)]
pub extern "C" fn render(width: u32, target: u32, quality: u8) -> i32 {
    let transform = Transform {
        width: Side::new(width).ok(),
        ..Transform::default()
    };
    let quality = Quality::new(quality).unwrap_or_default();
    let target = match target {
        0 => Target::Webp { quality },
        1 => Target::Jpeg { quality },
        _ => Target::Png,
    };
    // Whatever it costs is to be measured.
    let limits = Limits {
        memory: 2 << 30,
        ..Limits::default()
    };
    let source = SOURCE.take();
    let rendered = imaging::render(&source, &transform, target, &limits);
    drop(source);
    let (bytes, length) = match rendered {
        Ok(rendered) => {
            let length = i32::try_from(rendered.bytes.len()).unwrap_or(-1);
            (rendered.bytes, length)
        }
        Err(error) => (error.to_string().into_bytes(), -1),
    };
    RESULT.set(bytes);
    length
}

/// Where the result begins.
#[unsafe(no_mangle)]
pub extern "C" fn result() -> *const u8 {
    RESULT.with_borrow(|result| result.as_ptr())
}

/// How long the result is.
#[unsafe(no_mangle)]
pub extern "C" fn result_length() -> usize {
    RESULT.with_borrow(Vec::len)
}
