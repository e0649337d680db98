//! What `imaging` makes of a file in a few ways that reach all of its parts, for a comparison: the
//! same natively and as WebAssembly, whose vectors are other code.

#![allow(unsafe_code, reason = "names that JavaScript can call are given so")]

#[cfg(target_arch = "wasm32")]
mod exports;
mod ways;

pub use ways::{WAYS, made};
