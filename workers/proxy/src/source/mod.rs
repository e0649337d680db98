//! Images at their own sites: asked for, checked by their first bytes, judged for how long they are
//! fresh, and checked at their ends.

mod coding;
mod ending;
mod fetch;
mod freshness;

pub use ending::Ending;
pub use fetch::{Answer, Arrived, Collected, collect, collect_some, fetch};
