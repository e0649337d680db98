//! A function that panics, leaks, or burns CPU when it is told to. `cargo xtask fleet-test` has it in
//! the website's place, to see what the other functions notice of it; it is never deployed.

#[cfg(target_os = "wasi")]
mod function;

#[cfg(target_os = "wasi")]
edge_spin::entry!(crate::function::Unruly);
