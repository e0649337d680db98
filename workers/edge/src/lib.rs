//! The ports between vtta-edge's functions and the platform they run on.
//!
//! A function is written once against the traits of this crate and runs on Cloudflare Workers
//! (`edge-cloudflare`), on Spin (`edge-spin`) and, in tests, in memory (`testkit`). Its bounds
//! say what it may do: `fn handle<H: Objects + Clock>` cannot send a request anywhere.
//!
//! Every trait has plain `async fn` methods without a `Send` bound, because both platforms run a
//! request on one thread. Nothing here names a platform.
#![allow(
    async_fn_in_trait,
    reason = "both platforms are single-threaded; a Send bound would only cost wrappers"
)]

#[cfg(test)]
extern crate self as edge;

pub mod body;
pub mod clock;
pub mod conditional;
pub mod config;
pub mod fetch;
pub mod function;
pub mod headers;
pub mod json;
pub mod log;
pub mod memory;
pub mod nearby;
pub mod objects;
pub mod open;
pub mod outbound;
pub mod platform;
pub mod problem;
pub mod range;
pub mod relay;
pub mod request;
pub mod response;
pub mod serve;
pub mod tally;
pub mod timestamp;

pub use body::{Body, BodyError, ByteStream, HostStream};
pub use bytes::Bytes;
pub use clock::Clock;
pub use config::{Config, ConfigError};
pub use edge_derive::FromJson;
pub use fetch::{Fetch, FetchError, FetchRequest, FetchResponse, Upload};
pub use function::{Function, Unhealthy};
pub use headers::{HeaderSource, Headers};
pub use http::{HeaderName, HeaderValue, Method, StatusCode, header};
pub use json::{FromJson, Json};
pub use log::Log;
pub use memory::Remember;
pub use nearby::Nearby;
pub use objects::Objects;
pub use platform::{Defer, Platform};
pub use problem::Problem;
pub use relay::Relay;
pub use request::Request;
pub use response::Response;
pub use serve::{serve, tick};
pub use timestamp::Timestamp;
pub use url::Url;
