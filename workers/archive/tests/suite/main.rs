//! Archives by other writers in, archives for other readers out; and everything that must be
//! refused.

#![allow(
    clippy::unwrap_used,
    reason = "a test that finds nothing to unwrap has failed"
)]

mod common;
mod hostile;
mod hostile_ends;
mod large;
mod manifests;
mod repackage;
mod robust;
mod verified;
