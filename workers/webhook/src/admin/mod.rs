//! Calls that only an admin may make.

pub mod auth;
pub mod channels;
pub mod deliveries;
pub(crate) mod input;
pub mod releases;
pub mod upload;
