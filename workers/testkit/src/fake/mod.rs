//! Fakes of the other servers: state and a [`Service`] each, answering in process
//! (`memory::MemoryHost::serve`) or on loopback ([`Server`]).

mod bucket;
pub mod client;
pub mod discord;
mod exchange;
pub mod foundry;
pub mod github;
mod http1;
mod peer;
mod script;
pub mod server;
mod site;

pub use bucket::{Bucket, BucketServer, Verify};
pub use discord::Discord;
pub use exchange::{Asked, Delivery, Reply, Service, Silence};
pub use foundry::Foundry;
pub use github::Github;
pub use peer::Peer;
pub use script::{Mode, Rule};
pub use server::{Listener, Server};
pub use site::{Site, SiteServer};
