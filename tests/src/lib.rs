//! Black-box suite: the same cases against every runtime, or against any URL.
//!
//! ```text
//! RUNTIME=workerd cargo test -p blackbox --test blackbox [-- words of names]
//! ```
//!
//! The server is a process of its own ([`target`]); GitHub, Discord and Foundry are fakes on
//! loopback that it was configured with ([`fakes`]). One server answers nearly all cases, each with
//! packages and repositories of its own. Cases that are one request are data ([`table`]), those
//! that tell a story are functions ([`stories`]).

pub mod base64;
pub mod contract;
pub mod demo;
pub mod fakes;
pub mod fleet;
pub mod http;
pub mod interactions;
pub mod newer;
pub mod node;
pub mod outside;
pub mod package;
pub mod processes;
pub mod publish;
pub mod readers;
pub mod runtime;
pub mod settings;
pub mod shelf;
pub mod stories;
pub mod suite;
pub mod table;
pub mod target;
pub mod transcript;
pub mod values;
pub mod wanted;
pub mod world;
