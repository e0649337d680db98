//! The read API: JSON for the website, bots and CI.

mod badge;
mod package;
mod page;
mod releases;

use edge::{Request, Response};
use registry::CachePolicy;
use serde::Serialize;

pub use badge::badge;
pub use package::{package, packages};
pub use releases::releases;

use crate::reply::Document;

fn json(request: &Request, value: &impl Serialize) -> Response {
    let bytes = serde_json::to_vec(value).unwrap_or_default();
    let kind = "application/json; charset=utf-8";
    Document::new(bytes.into()).answer(request, kind, CachePolicy::Brief)
}
