//! From the platform's request to the function and back.

use edge::{Function, Method};
use edge_cache::aged;
use spin_sdk::wasip3::http::types::{ErrorCode, Request, Response};

use crate::{Host, incoming, outgoing, store::Storage};

/// Answers the platform's `request` with the function `F`, whose objects are in `S`.
///
/// # Errors
/// A request whose method no HTTP library would take.
pub async fn serve<F: Function<Host<S>>, S: Storage>(
    request: Request,
) -> Result<Response, ErrorCode> {
    let request = incoming::request(request)?;
    let is_head = request.method == Method::HEAD;
    let response = edge::serve::<F, Host<S>>(&Host::new(), request).await;
    let response = aged(response, S::behind());
    outgoing::response(response, is_head)
}
