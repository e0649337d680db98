//! Test equipment: hosts this project's Spin components on the `wasmtime` crates.
//!
//! The `spin` command is on no package registry, so a machine that only has cargo
//! cannot run the Spin side of the test suite. This host runs the very same wasm
//! components there. It is **not a runtime for users**: no TLS, no pooling of
//! connections, no metrics, no limits on traffic, and only those parts of the Spin
//! manifest that this project uses (anything else is refused at start, never
//! silently ignored). Where `spin` 4.1 or newer is present, the same suite runs on it.
//!
//! What it does, it does as Spin does, because tests must not pass here and fail
//! there. The model is Spin's own source (4.1.0-pre0, 2026-08-21); each module names
//! the crate that it follows. In particular:
//! - instances live and are shared as in `spin up`: `wasmtime_wasi_http`'s
//!   `ProxyHandler` with Spin's default limits ([`instance`]);
//! - work that a component spawns goes on after its response until it ends;
//! - `allowed_outbound_hosts` is enforced by Spin's rules ([`hosts`]);
//! - `spin:sqlite` rows are streamed from one database file ([`sqlite`]);
//! - routes are matched by the same library ([`routes`]).

pub mod args;
pub mod hosts;
pub mod instance;
pub mod manifest;
pub mod meter;
pub mod outbound;
pub mod routes;
pub mod server;
pub mod sqlite;
pub mod template;
pub mod variables;
pub mod wit;
