//! Function `manifest`: update checks, downloads and the read API.
//!
//! It only reads. What a channel serves is decided by one record (`channels.json`); everything else
//! that is read never changes once it is there. What an update check was answered is remembered, and
//! answered again for as long as that record has the same entity tag.

mod answers;
mod api;
mod archives;
mod lookup;
mod manifests;
mod reply;
mod routes;

use edge::{
    Clock, Config, Function, Log, Objects, Platform, Remember, Request, Response, Unhealthy,
    config::name, objects::Get,
};
use registry::Key;

/// What the function may do on its platform.
pub trait Host: Objects + Clock + Config + Log + Platform + Remember + Clone + 'static {}

impl<H> Host for H where H: Objects + Clock + Config + Log + Platform + Remember + Clone + 'static {}

/// Function `manifest`.
pub struct Manifest;

impl<H: Host> Function<H> for Manifest {
    const NAME: &'static str = "manifest";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    async fn handle(host: &H, request: Request) -> Response {
        routes::handle(host, &request).await
    }

    async fn health(host: &H) -> Result<(), Unhealthy> {
        let public = lookup::public_url(host).await;
        public.map_err(|problem| Unhealthy {
            dependency: name::PUBLIC_URL,
            cause: problem.detail().to_owned(),
        })?;
        // A node that has a copy of what every list is made of goes on without its bucket; reading it
        // keeps one. A Worker's copies are brief, so there the bucket itself is looked at.
        let catalogue = Key::Catalogue.path();
        host.object_get(&catalogue, Get::default()).await?;
        host.object_head(&catalogue).await?;
        Ok(())
    }
}
