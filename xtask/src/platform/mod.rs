//! What the two platforms' manifests say.

pub mod spin;
pub mod wrangler;
