//! Function `discord`: slash commands, buttons and forms of Discord.
//!
//! <https://docs.discord.com/developers/interactions/receiving-and-responding>
//!
//! An interaction passes the [`gate`], is read ([`interaction`]) and looked up in the command table
//! ([`table`]). What one or two reads of the store can tell is answered at once; everything else is
//! acknowledged, done after the response and put in its place ([`later`]).
//!
//! A direct answer is there within two seconds or is an excuse, which only the person who asked
//! sees; what was acknowledged is put in its place by `PATCH`, which may be repeated. A change is
//! made only after a button was pressed that carries the change itself, sealed for the person who
//! asked and for ten minutes. Messages are made of types that trim, so that no limit of Discord's
//! is met by chance.

#![allow(
    async_fn_in_trait,
    reason = "both platforms are single-threaded; a Send bound would only cost wrappers"
)]

#[macro_use]
mod locale;

pub mod answer;
mod commands;
mod complete;
mod confirm;
mod context;
mod dispatch;
mod failure;
pub mod gate;
mod hex;
pub mod interaction;
mod later;
pub mod message;
mod permission;
mod routes;
pub mod table;

use edge::{
    Clock, Config, Defer, Fetch, Function, Log, Objects, Platform, Request, Response, Unhealthy,
    config::{self, name},
};

pub use commands::status::FUNCTIONS;
pub use edge::Json;
pub use locale::Locale;

/// What the function may do on its platform.
pub trait Host:
    Objects + Fetch + Clock + Config + Defer + Log + Platform + Clone + 'static
{
}

impl<H> Host for H where
    H: Objects + Fetch + Clock + Config + Defer + Log + Platform + Clone + 'static
{
}

/// Function `discord`.
pub struct Discord;

impl<H: Host> Function<H> for Discord {
    const NAME: &'static str = "discord";
    const VERSION: &'static str = VERSION;

    async fn handle(host: &H, request: Request) -> Response {
        routes::handle(host, request).await
    }

    /// A deployment without an application at Discord has no key, which is no fault of it; its
    /// interactions answer `503`. A key that is none is one.
    async fn health(host: &H) -> Result<(), Unhealthy> {
        host.object_head("health").await?;
        config::required(host, name::PUBLIC_URL).await?;
        match gate::key(host).await {
            Ok(_) | Err(config::ConfigError::Missing { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// The version of this crate.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
