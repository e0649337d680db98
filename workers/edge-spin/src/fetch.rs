//! Requests to other servers, over the platform's HTTP client. It follows no redirect.

use std::pin::pin;

use edge::{
    Bytes, Fetch, FetchError, FetchRequest, FetchResponse, HeaderValue, StatusCode, header,
};
use futures_util::future::{Either, select};
use spin_sdk::{
    wasip3::{
        http::{
            client,
            types::{ErrorCode, Method, Request, RequestOptions, Response, Scheme, Trailers},
        },
        spawn, wit_future, wit_stream,
    },
    wit_bindgen::{FutureWriter, StreamWriter},
};

use crate::{Host, fields, incoming};

const SECOND: u64 = 1_000_000_000;

/// Upper bounds in nanoseconds, in place of the platform's 600 s each: callers bound an exchange
/// more tightly, but a wait without any end would pin the instance.
const CONNECT: u64 = 30 * SECOND;
const FIRST_BYTE: u64 = 120 * SECOND;
const BETWEEN_BYTES: u64 = 120 * SECOND;

impl Fetch for Host {
    async fn fetch(&self, request: FetchRequest) -> Result<FetchResponse, FetchError> {
        let host = edge::outbound::host_of(&request.url);
        let method = request.method.clone();
        let response = exchange(request)
            .await
            .map_err(|error| failure(error, host))?;
        let fields = response.get_headers();
        Ok(FetchResponse {
            status: StatusCode::from_u16(response.get_status_code())
                .unwrap_or(StatusCode::BAD_GATEWAY),
            body: incoming::response_body(response, &fields, &method),
            headers: incoming::headers(fields),
        })
    }
}

fn failure(error: ErrorCode, host: String) -> FetchError {
    match error {
        // Spin's words for `allowed_outbound_hosts` and for `block_networks`.
        ErrorCode::HttpRequestDenied | ErrorCode::DestinationIpProhibited => {
            FetchError::Forbidden { host }
        }
        error => FetchError::Failed {
            host,
            cause: error.to_string(),
        },
    }
}

/// Sends `request`, its body beside it, and waits for the head of the answer.
async fn exchange(mut request: FetchRequest) -> Result<Response, ErrorCode> {
    let body = std::mem::take(&mut request.body);
    if body.is_empty() {
        let (_, ending) = wit_future::new(|| Ok(None));
        return client::send(platform_request(&request, None, ending)?).await;
    }
    let length = HeaderValue::from(body.len());
    if !request
        .headers
        .iter()
        .any(|(name, _)| *name == header::CONTENT_LENGTH)
    {
        request.headers.push((header::CONTENT_LENGTH, length));
    }
    let (pieces, contents) = wit_stream::new();
    let (ending, trailers) = wit_future::new(|| Err(ErrorCode::InternalError(None)));
    let sending = client::send(platform_request(&request, Some(contents), trailers)?);
    // The body is written beside the exchange and not by a spawned task: that would not be polled
    // before the exchange makes progress, which may wait for the body.
    match select(pin!(sending), Box::pin(write(body, pieces, ending))).await {
        Either::Left((answer, writing)) => {
            // Some servers answer before they have read everything.
            spawn(writing);
            answer
        }
        Either::Right(((), sending)) => sending.await,
    }
}

type Contents = spin_sdk::wit_bindgen::StreamReader<u8>;
type Ending = spin_sdk::wit_bindgen::FutureReader<Result<Option<Trailers>, ErrorCode>>;

fn platform_request(
    request: &FetchRequest,
    contents: Option<Contents>,
    ending: Ending,
) -> Result<Request, ErrorCode> {
    let invalid = |()| ErrorCode::HttpRequestUriInvalid;
    let headers = fields::outgoing(&request.headers)
        .map_err(|error| ErrorCode::InternalError(Some(format!("a header: {error}"))))?;
    let platform = Request::new(headers, contents, ending, Some(options())).0;
    platform
        .set_method(&method(&request.method))
        .map_err(|()| ErrorCode::HttpRequestMethodInvalid)?;
    let scheme = match request.url.scheme() {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        _ => return Err(ErrorCode::HttpRequestUriInvalid),
    };
    platform.set_scheme(Some(&scheme)).map_err(invalid)?;
    let authority = edge::outbound::host_of(&request.url);
    platform.set_authority(Some(&authority)).map_err(invalid)?;
    let target = match request.url.query() {
        Some(query) => format!("{}?{query}", request.url.path()),
        None => request.url.path().to_owned(),
    };
    platform
        .set_path_with_query(Some(&target))
        .map_err(invalid)?;
    Ok(platform)
}

/// The time limits. A platform that knows none of them keeps its own.
fn options() -> RequestOptions {
    let options = RequestOptions::new();
    let _ = options.set_connect_timeout(Some(CONNECT));
    let _ = options.set_first_byte_timeout(Some(FIRST_BYTE));
    let _ = options.set_between_bytes_timeout(Some(BETWEEN_BYTES));
    options
}

fn method(method: &edge::Method) -> Method {
    match method.as_str() {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "DELETE" => Method::Delete,
        "CONNECT" => Method::Connect,
        "OPTIONS" => Method::Options,
        "TRACE" => Method::Trace,
        "PATCH" => Method::Patch,
        other => Method::Other(other.to_owned()),
    }
}

/// Writes the body of a request; whether the server took it shows in its answer.
async fn write(
    body: Bytes,
    mut pieces: StreamWriter<u8>,
    ending: FutureWriter<Result<Option<Trailers>, ErrorCode>>,
) {
    let unwritten = pieces.write_all(body.into()).await;
    drop(pieces);
    let end = if unwritten.is_empty() {
        Ok(None)
    } else {
        Err(ErrorCode::ConnectionTerminated)
    };
    let _ = ending.write(end).await;
}
