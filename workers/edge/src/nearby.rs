//! The port to a cache beside the function: quick, forgetful, of one data centre or none.
//!
//! Nothing may depend on it. What is kept there was read from the object store and comes back as it
//! was, or not at all.

use std::time::Duration;

use crate::Body;

/// Something that is kept.
#[derive(Debug)]
pub struct Kept {
    /// What its keeper wrote to it: one line of ASCII, of at most [`MAX_FACTS`] bytes.
    pub facts: String,
    /// Its bytes, not yet read.
    pub body: Body,
}

/// Longest facts, in bytes.
pub const MAX_FACTS: usize = 4096;

/// A cache beside the function. A platform without one implements it by nothing.
pub trait Nearby {
    /// Whether there is one.
    fn has_nearby(&self) -> bool {
        false
    }

    /// What is kept under `key` (ASCII letters, digits, `-`).
    async fn nearby_get(&self, key: &str) -> Option<Kept> {
        let _ = key;
        None
    }

    /// Keeps something for at most `lifetime`, in the place of what was there.
    async fn nearby_put(&self, key: &str, kept: Kept, lifetime: Duration) {
        let _ = (key, kept, lifetime);
    }
}
