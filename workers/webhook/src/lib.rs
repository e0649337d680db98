//! Function `webhook`: GitHub deliveries, publishing and administration.
//!
//! A delivery is verified, journalled and acknowledged within the request; the work runs after the
//! response as a journalled pipeline (see [`pipeline`]) that can be resumed from any point.

#![allow(
    async_fn_in_trait,
    reason = "both platforms are single-threaded; a Send bound would only cost wrappers"
)]

pub mod admin;
pub mod announce;
pub mod failure;
pub mod github;
mod hashing;
mod limited;
pub mod pipeline;
mod routes;

use edge::{
    Clock, Config, Defer, Fetch, Function, Log, Objects, Platform, Request, Response, Unhealthy,
    config::name,
};

/// What the function may do on its platform.
pub trait Host:
    Objects + Fetch + Clock + Config + Defer + Log + Platform + Clone + 'static
{
}

impl<H> Host for H where
    H: Objects + Fetch + Clock + Config + Defer + Log + Platform + Clone + 'static
{
}

/// Function `webhook`.
pub struct Webhook;

impl<H: Host> Function<H> for Webhook {
    const NAME: &'static str = "webhook";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    async fn handle(host: &H, request: Request) -> Response {
        routes::handle(host, request).await
    }

    async fn health(host: &H) -> Result<(), Unhealthy> {
        host.object_head("health").await?;
        for variable in [name::PUBLIC_URL, name::GITHUB_WEBHOOK_SECRET] {
            edge::config::required(host, variable).await?;
        }
        Ok(())
    }

    async fn tick(host: &H) {
        pipeline::resume::tick(host).await;
    }
}
