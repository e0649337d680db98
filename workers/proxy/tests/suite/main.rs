//! Function `proxy` on the in-memory platform.

mod access;
mod bounds;
mod caching;
mod content;
mod making;
mod passing;
mod pixels;
mod world;
