//! Pictures in, pictures out, held against what Pillow makes of the same files: see
//! `fixtures/make.py`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that finds nothing to unwrap has failed"
)]

mod animations;
mod chunks;
mod common;
#[path = "../containers/mod.rs"]
mod containers;
mod encoders;
mod formats;
mod hostile;
mod options;
mod reordered;
mod robust;
mod rows;
