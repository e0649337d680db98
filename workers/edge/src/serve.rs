//! What every function does around its own work: request ids, health, one log line a request.

use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::json;

use crate::{Clock, Function, Log, Platform, Problem, Request, Response, Timestamp, log};

/// The header that carries the request id both ways.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Answers `request` with the function `F`: `GET /health/{function}` itself, everything else by
/// [`Function::handle`]; puts the request id on the answer, takes the body off an answer to
/// `HEAD`, and logs one line.
pub async fn serve<F, H>(host: &H, mut request: Request) -> Response
where
    F: Function<H>,
    H: Clock + Log + Platform,
{
    let started = host.now();
    let (id, is_named) = request_id(host, &request);
    let method = request.method.clone();
    request.head = method == Method::HEAD;
    request.method = match method {
        // A handler answers HEAD as GET; the body is taken off below, its length stays.
        Method::HEAD => Method::GET,
        ref other => other.clone(),
    };
    let mut response = match request.path.strip_prefix("/health/") {
        Some(name) if name == F::NAME => health::<F, H>(host, &request).await,
        _ => F::handle(host, request).await,
    };
    if method == Method::HEAD {
        strip_body(&mut response);
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers.push((REQUEST_ID, value));
    }
    // Whoever names a request finds it in the log; of others that are alike a count will do.
    let status = response.status.as_u16();
    if is_named || !response.routine || !host.tally(F::NAME, response.route, status) {
        log_request::<F, H>(host, started, &method, &response, &id);
    }
    response
}

/// Runs the scheduled tick of the function `F` and logs one line.
pub async fn tick<F, H>(host: &H)
where
    F: Function<H>,
    H: Clock + Log,
{
    let started = host.now();
    F::tick(host).await;
    let milliseconds = host.now().milliseconds() - started.milliseconds();
    let members = json!({ "function": F::NAME, "milliseconds": milliseconds });
    log::event(host, started, "tick", members);
}

/// The caller's request id where it is a sane one (1 to 64 of `A-Z a-z 0-9 - _ .`), else a new one;
/// and whether it is the caller's.
fn request_id<H: Platform>(host: &H, request: &Request) -> (String, bool) {
    let sane = |id: &String| {
        (1..=64).contains(&id.len())
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    match request.header(REQUEST_ID).filter(sane) {
        Some(id) => (id, true),
        None => (new_request_id(host), false),
    }
}

/// A request id that nothing else has.
pub fn new_request_id<H: Platform>(host: &H) -> String {
    let bytes = host.random();
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

async fn health<F, H>(host: &H, request: &Request) -> Response
where
    F: Function<H>,
    H: Clock + Log + Platform,
{
    const ROUTE: &str = "/health/{function}";
    if request.method != Method::GET {
        return Response::from(Problem::method_not_allowed("GET, HEAD")).on(ROUTE);
    }
    let facts = json!({
        "status": "ok", "function": F::NAME, "version": F::VERSION, "runtime": host.runtime(),
    });
    let response = match F::health(host).await {
        Ok(()) => Response::json(StatusCode::OK, &facts)
            .with(header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        Err(unhealthy) => {
            let members = json!({
                "function": F::NAME, "dependency": unhealthy.dependency, "cause": unhealthy.cause,
            });
            log::event(host, host.now(), "unhealthy", members);
            Problem::unavailable(unhealthy.dependency)
                .with("function", F::NAME)
                .with("dependency", unhealthy.dependency)
                .into()
        }
    };
    response.on(ROUTE)
}

/// Drops the body of an answer to `HEAD`, keeping the length it would have had.
fn strip_body(response: &mut Response) {
    let length = std::mem::take(&mut response.body).length();
    if let (Some(length), None) = (length, response.header(&header::CONTENT_LENGTH)) {
        response
            .headers
            .push((header::CONTENT_LENGTH, HeaderValue::from(length)));
    }
}

fn log_request<F, H>(host: &H, started: Timestamp, method: &Method, response: &Response, id: &str)
where
    F: Function<H>,
    H: Clock + Log,
{
    let members = json!({
        "function": F::NAME,
        "method": method.as_str(),
        "route": response.route,
        "status": response.status.as_u16(),
        "milliseconds": host.now().milliseconds() - started.milliseconds(),
        "request_id": id,
    });
    log::event(host, started, "request", members);
}
