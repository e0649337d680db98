//! Fakes of the other servers: state and a [`Service`] each, answering in process
//! (`memory::MemoryHost::serve`) or on loopback ([`Server`]).

pub mod client;
mod exchange;
mod http1;
mod peer;
mod server;

pub use exchange::{Asked, Delivery, Reply, Service, Silence};
pub use peer::Peer;
pub use server::{Listener, Server};
