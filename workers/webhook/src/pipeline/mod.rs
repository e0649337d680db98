//! A delivery's way from its verification to the announced release.
//!
//! `received → fetched → packaged → published → announced → done | failed`
//!
//! Each step is idempotent, and the journal is written by compare-and-swap before the next one
//! begins. So a crash anywhere, a redelivery, or two workers at once end in the same state.

mod announce;
mod fetch;
mod heed;
mod pack;
mod patience;
mod publish;
mod repackage;
pub mod resume;
mod run;
mod session;
mod staged;
pub mod upstream;

pub(crate) use pack::public_url;
pub use run::{run, run_deferred, run_until_published};
pub use session::{open, worker_name};
pub(crate) use staged::store as store_staged;
