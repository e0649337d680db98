//! Requests to other servers, over the platform's HTTP client. It follows no redirect.

use std::pin::pin;

use edge::{
    Body, Fetch, FetchError, FetchRequest, FetchResponse, HeaderValue, StatusCode, Upload, header,
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

use crate::{Host, fields, incoming, store::Storage};

const SECOND: u64 = 1_000_000_000;

/// Upper bounds in nanoseconds, in place of the platform's 600 s each: callers bound an exchange
/// more tightly, but a wait without any end would pin the instance.
const CONNECT: u64 = 30 * SECOND;
const FIRST_BYTE: u64 = 120 * SECOND;
const BETWEEN_BYTES: u64 = 120 * SECOND;

/// The same for the answer to an upload, which comes when all of it has been sent.
const UPLOADED: u64 = 3600 * SECOND;

impl<S: Storage> Fetch for Host<S> {
    async fn fetch(&self, mut request: FetchRequest) -> Result<FetchResponse, FetchError> {
        let body = std::mem::take(&mut request.body).into();
        answer(request, body, FIRST_BYTE).await
    }
}

impl<S: Storage> Upload for Host<S> {
    async fn upload(&self, request: FetchRequest, body: Body) -> Result<FetchResponse, FetchError> {
        answer(request, body, UPLOADED).await
    }
}

async fn answer(
    request: FetchRequest,
    body: Body,
    first_byte: u64,
) -> Result<FetchResponse, FetchError> {
    let host = edge::outbound::host_of(&request.url);
    let method = request.method.clone();
    let response = exchange(request, body, first_byte)
        .await
        .map_err(|error| failure(error, host))?;
    let fields = response.get_headers();
    Ok(FetchResponse {
        status: StatusCode::from_u16(response.get_status_code()).unwrap_or(StatusCode::BAD_GATEWAY),
        body: incoming::response_body(response, &fields, &method),
        headers: incoming::headers(fields),
    })
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
async fn exchange(
    mut request: FetchRequest,
    body: Body,
    first_byte: u64,
) -> Result<Response, ErrorCode> {
    let options = options(first_byte);
    let length = body.length();
    if let Some(length) = length {
        announce(&mut request, length);
    }
    if length == Some(0) {
        let (_, ending) = wit_future::new(|| Ok(None));
        return client::send(platform_request(&request, None, ending, options)?).await;
    }
    let in_memory = matches!(body, Body::Bytes(_));
    let (pieces, contents) = wit_stream::new();
    let (ending, trailers) = wit_future::new(|| Err(ErrorCode::InternalError(None)));
    let request = platform_request(&request, Some(contents), trailers, options)?;
    let sending = client::send(request);
    // The body is written beside the exchange and not by a spawned task: that would not be polled
    // before the exchange makes progress, which may wait for the body.
    match select(pin!(sending), Box::pin(write(body, pieces, ending))).await {
        Either::Left((answer, writing)) => {
            // Some servers answer before they have read everything. What is in memory is sent to
            // its end; a large body is not, for nobody wants the rest.
            if in_memory {
                spawn(writing);
            }
            answer
        }
        Either::Right(((), sending)) => sending.await,
    }
}

/// Announces the length of a body, also that there is none where one is expected: some servers take
/// the body of such a request for one of unknown length otherwise.
fn announce(request: &mut FetchRequest, length: u64) {
    let expected = length > 0 || matches!(request.method, edge::Method::PUT | edge::Method::POST);
    let is_named = |(name, _): &(edge::HeaderName, HeaderValue)| *name == header::CONTENT_LENGTH;
    if expected && !request.headers.iter().any(is_named) {
        let length = HeaderValue::from(length);
        request.headers.push((header::CONTENT_LENGTH, length));
    }
}

type Contents = spin_sdk::wit_bindgen::StreamReader<u8>;
type Ending = spin_sdk::wit_bindgen::FutureReader<Result<Option<Trailers>, ErrorCode>>;

fn platform_request(
    request: &FetchRequest,
    contents: Option<Contents>,
    ending: Ending,
    options: RequestOptions,
) -> Result<Request, ErrorCode> {
    let invalid = |()| ErrorCode::HttpRequestUriInvalid;
    let headers = fields::outgoing(&request.headers)
        .map_err(|error| ErrorCode::InternalError(Some(format!("a header: {error}"))))?;
    let platform = Request::new(headers, contents, ending, Some(options)).0;
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
fn options(first_byte: u64) -> RequestOptions {
    let options = RequestOptions::new();
    let _ = options.set_connect_timeout(Some(CONNECT));
    let _ = options.set_first_byte_timeout(Some(first_byte));
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

/// Writes the body of a request; whether the server took it shows in its answer. The exchange of a
/// body that fails is broken off.
async fn write(
    mut body: Body,
    mut pieces: StreamWriter<u8>,
    ending: FutureWriter<Result<Option<Trailers>, ErrorCode>>,
) {
    let mut end = Ok(None);
    while let Some(piece) = body.next().await {
        let unwritten = match piece {
            Ok(piece) if piece.is_empty() => continue,
            Ok(piece) => pieces.write_all(piece.into()).await,
            Err(error) => {
                end = Err(ErrorCode::InternalError(Some(error.to_string())));
                break;
            }
        };
        if !unwritten.is_empty() {
            end = Err(ErrorCode::ConnectionTerminated);
            break;
        }
    }
    drop(pieces);
    let _ = ending.write(end).await;
}
