//! Function `proxy` on the in-memory platform.

mod access;
mod bounds;
mod caching;
mod passing;
mod world;
