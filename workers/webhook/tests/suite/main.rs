//! Function `webhook` on the in-memory platform.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

mod announcing;
mod faults;
mod journey;
mod refusals;
mod subscriptions;
mod world;
