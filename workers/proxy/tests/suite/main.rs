//! Function `proxy` on the in-memory platform.

mod access;
mod bounds;
mod caching;
mod making;
mod passing;
mod world;
