//! Which path is answered by what.

use std::borrow::Cow;

use edge::{Method, Problem, Request, Response};

use crate::{Host, admin, github::deliver};

const GITHUB: &str = "/webhooks/github";

/// Answers one request.
pub async fn handle<H: Host>(host: &H, request: Request) -> Response {
    let segments: Vec<String> = request
        .segments()
        .into_iter()
        .map(Cow::into_owned)
        .collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let (route, answered) = match segments.as_slice() {
        ["webhooks", "github"] => (
            GITHUB,
            match request.method {
                Method::POST => deliver::receive(host, request).await,
                _ => Err(Problem::method_not_allowed("POST")),
            },
        ),
        ["webhooks", "deliveries", delivery] => (
            "/webhooks/deliveries/{delivery}",
            match request.method {
                Method::GET => admin::deliveries::show(host, &request, delivery).await,
                _ => Err(Problem::method_not_allowed("GET, HEAD")),
            },
        ),
        ["webhooks", "deliveries", delivery, "retry"] => (
            "/webhooks/deliveries/{delivery}/retry",
            match request.method {
                Method::POST => admin::deliveries::retry(host, &request, delivery).await,
                _ => Err(Problem::method_not_allowed("POST")),
            },
        ),
        ["webhooks", "resume"] => (
            "/webhooks/resume",
            match request.method {
                Method::POST => admin::deliveries::resume(host, &request).await,
                _ => Err(Problem::method_not_allowed("POST")),
            },
        ),
        ["admin", "v1", "packages", id, "releases", version] => (
            "/admin/v1/packages/{id}/releases/{version}",
            match request.method {
                Method::PUT => admin::upload::put(host, request, id, version).await,
                _ => Err(Problem::method_not_allowed("PUT")),
            },
        ),
        ["admin", "v1", "packages", id, "tokens"] => (
            "/admin/v1/packages/{id}/tokens",
            match request.method {
                Method::GET => admin::tokens::list(host, &request, id).await,
                Method::POST => admin::tokens::create(host, request, id).await,
                _ => Err(Problem::method_not_allowed("GET, HEAD, POST")),
            },
        ),
        ["admin", "v1", "packages", id, "tokens", token] => (
            "/admin/v1/packages/{id}/tokens/{token}",
            match request.method {
                Method::DELETE => admin::tokens::revoke(host, &request, id, token).await,
                _ => Err(Problem::method_not_allowed("DELETE")),
            },
        ),
        ["admin", "v1", "packages", id, "channels", channel] => (
            "/admin/v1/packages/{id}/channels/{channel}",
            match request.method {
                Method::PUT => admin::channels::put(host, request, id, channel).await,
                _ => Err(Problem::method_not_allowed("PUT")),
            },
        ),
        ["admin", "v1", "packages", id, "releases", version, "yank"] => (
            "/admin/v1/packages/{id}/releases/{version}/yank",
            match request.method {
                Method::POST => admin::releases::yank(host, request, id, version).await,
                _ => Err(Problem::method_not_allowed("POST")),
            },
        ),
        [
            "admin",
            "v1",
            "packages",
            id,
            "releases",
            version,
            "restore",
        ] => (
            "/admin/v1/packages/{id}/releases/{version}/restore",
            match request.method {
                Method::POST => admin::releases::restore(host, request, id, version).await,
                _ => Err(Problem::method_not_allowed("POST")),
            },
        ),
        _ => ("", Err(Problem::not_found("there is nothing at this path"))),
    };
    let response = answered.unwrap_or_else(Response::from);
    let challenge = match route {
        GITHUB => "X-Hub-Signature-256 realm=\"vtta-edge\"",
        _ => "Bearer realm=\"vtta-edge\"",
    };
    admin::auth::challenge(response, challenge).on(route)
}
