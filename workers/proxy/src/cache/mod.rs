//! What is kept of images, and how requests for the same one keep out of each other's way.
//!
//! A record (`proxied/{hash of an address}.json`) says which image an address has, and until when
//! that is so; the image's bytes are in `images/{hash}`. Nothing depends on either being there: a
//! cache that fails costs a fetch, never an answer.

mod absent;
mod content;
mod leases;
mod ledger;
mod record;
mod room;
mod store;
mod turn;

pub use absent::remember;
pub use content::name_by_content;
pub use leases::Lease;
pub use record::{Age, Found, Image, Record, Validators, seconds_later};
pub use room::Room;
pub use store::{forget, keep, open, read, write};
pub use turn::Turn;
