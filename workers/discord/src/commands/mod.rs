//! What the commands do.

pub mod changelog;
pub mod look;
pub mod package;
pub mod proxy;
pub mod release;
pub mod status;
pub mod subscribe;
pub mod versions;
