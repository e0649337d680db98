//! Function `proxy`: images of other sites, for canvases that need CORS, as large as they have to be.
//!
//! A request passes through: its address is read ([`address`]), whoever asks is checked
//! (`access`), the options become a plan (`plan`), and the plan is served (`serve`): from the cache
//! (`cache`), or from the image's own site (`source`), which has to be on the operator's list.
//!
//! Every form of address is read into one canonical form, of which signatures and cache keys are made.
//! What is small, or worked on, is in memory and checked whole; what is large streams to the client
//! and beside that into the store, and breaks off for both if its end is not right. Requests for the
//! same image at once wait for one of them by timers of their own: a lease is a time in the isolate's
//! memory, never a future, and on Spin a mark in the store besides, for the node's other instances.
//! Before an image is stored its bytes are added to a ledger, and the oldest make room. On Workers the
//! data centre's own cache is in front ([`edge::Nearby`]). A cache that fails costs a fetch, never an
//! answer.

mod accept;
mod access;
pub mod address;
mod cache;
mod limits;
mod make;
mod nearby;
pub mod options;
mod pass;
mod percent;
mod plan;
mod refusal;
mod reply;
mod routes;
mod serve;
mod settings;
mod source;

use edge::{
    Clock, Config, Defer, Fetch, Function, Log, Nearby, Objects, Platform, Relay, Request,
    Response, Unhealthy,
};

/// What the function may do on its platform.
pub trait Host:
    Objects + Nearby + Relay + Fetch + Clock + Config + Defer + Log + Platform + Clone + 'static
{
}

impl<H> Host for H where
    H: Objects + Nearby + Relay + Fetch + Clock + Config + Defer + Log + Platform + Clone + 'static
{
}

/// Function `proxy`.
pub struct Proxy;

impl<H: Host> Function<H> for Proxy {
    const NAME: &'static str = "proxy";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    async fn handle(host: &H, request: Request) -> Response {
        routes::handle(host, request).await
    }

    async fn health(host: &H) -> Result<(), Unhealthy> {
        host.object_head("health").await?;
        settings::Settings::read(host).await?;
        Ok(())
    }
}
