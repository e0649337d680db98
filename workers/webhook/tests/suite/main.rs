//! Function `webhook` on the in-memory platform.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

mod afterwards;
mod again;
mod announcing;
mod anything;
mod faults;
mod generations;
mod heeding;
mod intake;
mod journey;
mod late;
mod links;
mod meanwhile;
mod operations;
mod refusals;
mod replacing;
mod retry;
mod subscriptions;
mod upstream;
mod world;
