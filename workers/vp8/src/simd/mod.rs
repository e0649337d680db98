//! Vectors of 128 bits: what the transforms are written in.
//!
//! There are two implementations with the same results: WebAssembly's `simd128`, whose intrinsics
//! are safe there, and arrays, which any other target's compiler vectorises as well as it can.

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod portable;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub use portable::{I16x8, I32x4, U8x16};

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use simd128::{I16x8, I32x4, U8x16};
