//! What JavaScript calls.

use std::cell::RefCell;

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

/// Makes of the source what the way of that index says; 1 where that is the result, 0 where the
/// result is why it is refused.
#[unsafe(no_mangle)]
pub extern "C" fn make(way: usize) -> i32 {
    let made = SOURCE.with_borrow(|source| crate::made(source, way));
    let is_made = made.is_ok();
    RESULT.set(made.unwrap_or_else(|error| error.to_string().into_bytes()));
    is_made.into()
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
