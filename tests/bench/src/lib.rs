//! Images as `cargo xtask bench` measures them: the crate that the proxy uses, called by pointers, so
//! that nothing but it is measured and its memory can be read off.

#![allow(unsafe_code, reason = "names that JavaScript can call are given so")]

#[allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "it is a part of tests, which use more of it"
)]
#[path = "../../../workers/imaging/tests/bombs/mod.rs"]
mod bombs;
#[allow(dead_code, reason = "tests use more of it")]
#[path = "../../../workers/imaging/tests/containers/mod.rs"]
mod containers;

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

/// Makes bomb number `index` the result, if there is one; gives its length, or -1.
#[unsafe(no_mangle)]
pub extern "C" fn bomb(index: usize) -> i32 {
    let Some((_, bytes, _)) = bombs::all().into_iter().nth(index) else {
        return -1;
    };
    given(bytes)
}

/// Makes the name of bomb number `index` the result; gives its length, or -1.
#[unsafe(no_mangle)]
pub extern "C" fn bomb_name(index: usize) -> i32 {
    let name = bombs::all().get(index).map(|(name, ..)| *name);
    name.map_or(-1, |name| given(name.as_bytes().to_vec()))
}

/// Renders the source as the proxy does, within the limits that it has; gives -1 and the reason as the
/// result if it is refused.
#[unsafe(no_mangle)]
pub extern "C" fn judge() -> i32 {
    let transform = Transform {
        width: Side::new(100).ok(),
        ..Transform::default()
    };
    let quality = Quality::default();
    let source = SOURCE.take();
    let webp = Target::Webp { quality };
    match imaging::render(&source, &transform, webp, &Limits::default()) {
        Ok(rendered) => given(rendered.bytes),
        Err(error) => {
            given(error.to_string().into_bytes());
            -1
        }
    }
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
    match rendered {
        Ok(rendered) => given(rendered.bytes),
        Err(error) => {
            given(error.to_string().into_bytes());
            -1
        }
    }
}

/// Makes this the result; gives its length.
fn given(bytes: Vec<u8>) -> i32 {
    let length = i32::try_from(bytes.len()).unwrap_or(-1);
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
