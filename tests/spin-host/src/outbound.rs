//! Outgoing requests, as in Spin's `crates/factor-outbound-http`.
//!
//! A request to what `allowed_outbound_hosts` does not name fails with
//! `HTTP-request-denied` before anything is resolved or sent. Redirects come back as
//! they are. Each of the three time-outs is 600 s unless the component sets it. Unlike
//! Spin, this host neither pools connections nor speaks TLS (tests run on loopback):
//! an allowed `https` request fails with `TLS-protocol-error`.

mod body;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::HOST;
use http::uri::{Authority, Scheme};
use http::{HeaderValue, Request, Response, Uri};
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use wasmtime_wasi::TrappableError;
use wasmtime_wasi_http::p3::bindings::http::types::{DnsErrorPayload, ErrorCode};
use wasmtime_wasi_http::p3::{RequestOptions, WasiHttpHooks};

use crate::hosts::{AllowedHosts, is_service_chaining};

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);

type Body = UnsyncBoxBody<Bytes, ErrorCode>;
type Io = Box<dyn Future<Output = Result<(), ErrorCode>> + Send>;
type Sent = Result<(Response<Body>, Io), TrappableError<ErrorCode>>;

/// One component's way out.
#[derive(Clone)]
pub struct Outbound(pub Arc<AllowedHosts>);

impl WasiHttpHooks for Outbound {
    fn send_request(
        &mut self,
        request: Request<Body>,
        options: Option<RequestOptions>,
        _response_read: Io,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        let allowed = self.0.clone();
        Box::new(async move {
            let response = send(&allowed, request, Timeouts::new(options)).await?;
            // What goes wrong on the connection later shows in the response's body.
            Ok((response, Box::new(std::future::ready(Ok(()))) as Io))
        })
    }
}

struct Timeouts {
    connect: Duration,
    first_byte: Duration,
    between_bytes: Duration,
}

impl Timeouts {
    fn new(options: Option<RequestOptions>) -> Self {
        let of = |get: fn(&RequestOptions) -> Option<Duration>| {
            options.as_ref().and_then(get).unwrap_or(DEFAULT_TIMEOUT)
        };
        Self {
            connect: of(|options| options.connect_timeout),
            first_byte: of(|options| options.first_byte_timeout),
            between_bytes: of(|options| options.between_bytes_timeout),
        }
    }
}

async fn send(
    allowed: &AllowedHosts,
    mut request: Request<Body>,
    timeouts: Timeouts,
) -> Result<Response<Body>, ErrorCode> {
    let authority = permitted(allowed, request.uri())?.clone();
    if request.uri().scheme() == Some(&Scheme::HTTPS) {
        return Err(ErrorCode::TlsProtocolError);
    }
    let stream = timeout(timeouts.connect, connect(&authority))
        .await
        .map_err(|_| ErrorCode::ConnectionTimeout)??;
    to_origin_form(&mut request, &authority)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(body::request_error)?;
    tokio::spawn(connection);
    let response = timeout(timeouts.first_byte, sender.send_request(request))
        .await
        .map_err(|_| ErrorCode::ConnectionReadTimeout)?
        .map_err(body::request_error)?;
    Ok(response.map(|incoming| body::Timed::new(incoming, timeouts.between_bytes).boxed_unsync()))
}

/// The request's authority, if the component may send there.
fn permitted<'a>(allowed: &AllowedHosts, uri: &'a Uri) -> Result<&'a Authority, ErrorCode> {
    let named = uri
        .authority()
        .filter(|authority| !authority.host().is_empty());
    match named.filter(|authority| authority.host() != "self.alt") {
        Some(authority) if !allowed.allows(&uri.to_string()) => {
            let scheme = uri.scheme_str().unwrap_or("https");
            eprintln!(
                "spin-host: refused outbound request to {scheme}://{}",
                public(authority)
            );
            Err(ErrorCode::HttpRequestDenied)
        }
        Some(authority) if is_service_chaining(authority.host()) => Err(ErrorCode::InternalError(
            Some("no service chaining on the test host".to_owned()),
        )),
        Some(authority) => Ok(authority),
        None if !allowed.allows_self() => Err(ErrorCode::HttpRequestDenied),
        None => Err(ErrorCode::HttpRequestUriInvalid),
    }
}

/// The authority without user information, which may be a password.
fn public(authority: &Authority) -> &str {
    authority.as_str().rsplit('@').next().unwrap_or_default()
}

async fn connect(authority: &Authority) -> Result<TcpStream, ErrorCode> {
    let host = authority
        .host()
        .trim_start_matches('[')
        .trim_end_matches(']');
    let addresses: Vec<_> = tokio::net::lookup_host((host, authority.port_u16().unwrap_or(80)))
        .await
        .map_err(|_| unknown_address())?
        .collect();
    TcpStream::connect(&*addresses)
        .await
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::AddrNotAvailable => unknown_address(),
            _ => ErrorCode::ConnectionRefused,
        })
}

fn unknown_address() -> ErrorCode {
    let rcode = Some("address not available".to_owned());
    ErrorCode::DnsError(DnsErrorPayload {
        rcode,
        info_code: Some(0),
    })
}

/// Moves the authority from the request line to the `Host` header.
fn to_origin_form(request: &mut Request<Body>, authority: &Authority) -> Result<(), ErrorCode> {
    let host = public(authority);
    let host = host.strip_suffix(":80").unwrap_or(host);
    let host = HeaderValue::from_str(host).map_err(|_| ErrorCode::HttpRequestUriInvalid)?;
    request.headers_mut().insert(HOST, host);
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    *request.uri_mut() = path.parse().map_err(|_| ErrorCode::HttpRequestUriInvalid)?;
    Ok(())
}
