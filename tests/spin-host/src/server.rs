//! The HTTP side: routing, Spin's own paths and headers, and the way to a component.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, Request, Response, StatusCode, Uri};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use wasmtime_wasi_http::handler::ErrorCode;
use wasmtime_wasi_http::p3::bindings::http::types as p3_types;

use crate::instance::Handler;
use crate::meter::{self, Meter};
use crate::routes::{Match, Routes};

/// Paths that Spin itself answers.
const WELL_KNOWN: &str = "/.well-known/spin/";

/// This host's own path, which Spin does not have.
const REPORT: &str = "/.well-known/spin-host/report";

type Body = UnsyncBoxBody<Bytes, wasmtime::Error>;

/// An application that is ready to be served.
pub struct Server {
    /// Its routes.
    pub routes: Routes,
    /// Its components, by id.
    pub handlers: BTreeMap<String, Handler>,
    /// Their memory, by id.
    pub meters: BTreeMap<String, Arc<Meter>>,
}

impl Server {
    /// Serves until the listener fails.
    ///
    /// # Errors
    /// The listener's error; Spin ends with it as well.
    pub async fn serve(self: Arc<Self>, listener: TcpListener) -> std::io::Result<()> {
        loop {
            let (stream, client) = listener.accept().await?;
            tokio::spawn(self.clone().connection(stream, client));
        }
    }

    async fn connection(self: Arc<Self>, stream: TcpStream, client: SocketAddr) {
        let service = service_fn(move |request| {
            let server = self.clone();
            async move { Ok::<_, Infallible>(server.answer(request, client).await) }
        });
        // An error here is the client's (it left) or a component's body that broke off.
        if let Err(error) = http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service)
            .await
            && !error.is_incomplete_message()
        {
            eprintln!("spin-host: connection ended: {error}");
        }
    }

    async fn answer(&self, request: Request<Incoming>, client: SocketAddr) -> Response<Body> {
        let path = request.uri().path();
        if path == REPORT {
            return json(meter::report(&self.meters).to_string());
        }
        if let Some(name) = path.strip_prefix(WELL_KNOWN) {
            return match name {
                "health" => Response::new(full("OK")),
                _ => empty(StatusCode::NOT_FOUND),
            };
        }
        let path = path.to_owned();
        match self.routes.find(&path) {
            None => empty(StatusCode::NOT_FOUND),
            Some(found) => self
                .run(request, &found, client)
                .await
                .unwrap_or_else(|error| {
                    eprintln!("spin-host: error processing request: {error:?}");
                    empty(StatusCode::INTERNAL_SERVER_ERROR)
                }),
        }
    }

    async fn run(
        &self,
        mut request: Request<Incoming>,
        found: &Match<'_>,
        client: SocketAddr,
    ) -> wasmtime::Result<Response<Body>> {
        prepare(&mut request, found, client)?;
        let handler = self
            .handlers
            .get(&found.route.component)
            .ok_or_else(|| wasmtime::format_err!("no component {:?}", found.route.component))?;
        let request = request.map(|body| body.map_err(body_error).boxed_unsync());
        handler.handle((), request).await
    }
}

/// Makes the URI absolute and the headers what Spin's components see.
fn prepare(
    request: &mut Request<Incoming>,
    found: &Match<'_>,
    client: SocketAddr,
) -> wasmtime::Result<()> {
    let headers = request.headers_mut();
    headers.remove(CONNECTION);
    if headers
        .values()
        .any(|value| std::str::from_utf8(value.as_bytes()).is_err())
    {
        wasmtime::bail!("a header is not UTF-8");
    }
    let host = headers
        .get(HOST)
        .ok_or_else(|| wasmtime::format_err!("no 'Host' header"))?;
    let authority: Authority = host.to_str()?.parse()?;
    let mut parts = request.uri().clone().into_parts();
    let target = parts
        .path_and_query
        .get_or_insert(PathAndQuery::from_static("/"))
        .to_string();
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = Some(authority.clone());
    *request.uri_mut() = Uri::from_parts(parts)?;

    let pattern = &found.route.pattern;
    let full_url = format!("http://{authority}{target}");
    let headers = request.headers_mut();
    set(headers, "spin-path-info", &found.path_info)?;
    set(headers, "spin-full-url", &full_url)?;
    set(headers, "spin-matched-route", pattern)?;
    set(headers, "spin-base-path", "/")?;
    set(headers, "spin-raw-component-route", pattern)?;
    set(headers, "spin-component-route", found.prefix())?;
    set(headers, "spin-client-addr", &client.to_string())
}

/// Replaces nothing: a header of that name that the client sent stays beside it, as in Spin.
fn set(headers: &mut HeaderMap, name: &'static str, value: &str) -> wasmtime::Result<()> {
    headers.append(HeaderName::from_static(name), HeaderValue::from_str(value)?);
    Ok(())
}

/// Spin's mapping of a request body that breaks off.
fn body_error(_: hyper::Error) -> ErrorCode {
    ErrorCode::P3(p3_types::ErrorCode::HttpProtocolError)
}

fn full(text: impl Into<Bytes>) -> Body {
    Full::new(text.into())
        .map_err(|never| match never {})
        .boxed_unsync()
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(full(""));
    *response.status_mut() = status;
    response
}

fn json(text: String) -> Response<Body> {
    let mut response = Response::new(full(text));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
