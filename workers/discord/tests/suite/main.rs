//! What Discord and the people there see of the function, in memory.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

mod completing;
mod deliveries;
mod everyone;
mod gate;
mod hostile;
mod languages;
mod later;
mod meanwhile;
mod operators;
mod refused;
mod registering;
mod slow;
mod status;
mod store_use;
mod subscribing;
mod world;
