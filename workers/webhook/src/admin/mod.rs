//! Calls that only an admin may make; holders of a publish token may upload.

pub mod auth;
pub mod channels;
pub mod deliveries;
pub(crate) mod input;
pub mod releases;
pub mod tokens;
pub mod upload;
