//! Test equipment: an in-memory platform with faults, the contract suite of the ports, signers,
//! and fakes of GitHub, Discord and Foundry that speak the real protocols.
//!
//! [`contract`], [`pattern`] and [`sign`] compile for both WebAssembly targets, so that the suite
//! runs on the real runtimes; everything else is native.
#![allow(
    async_fn_in_trait,
    reason = "both platforms are single-threaded; a Send bound would only cost wrappers"
)]

pub mod contract;
#[cfg(not(target_arch = "wasm32"))]
pub mod fake;
#[cfg(not(target_arch = "wasm32"))]
pub mod image;
#[cfg(not(target_arch = "wasm32"))]
pub mod memory;
#[cfg(not(target_arch = "wasm32"))]
pub mod package;
pub mod pattern;
#[cfg(not(target_arch = "wasm32"))]
pub mod payload;
pub mod sign;
