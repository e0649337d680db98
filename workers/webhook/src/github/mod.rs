//! GitHub: its deliveries and its API.

pub mod allowed;
mod answer;
pub mod client;
pub mod deliver;
pub mod event;
mod intake;
pub mod signature;

pub use client::Client;
pub use event::{Asset, ReleaseEvent};
