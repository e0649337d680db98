//! The suite as a function, so that a real runtime can run it: test equipment, never deployed.

use std::time::Duration;

use edge::{
    Body, Clock, Config, Defer, Fetch, Function, HeaderValue, Method, Objects, Problem, Request,
    Response, StatusCode, Unhealthy, header,
    objects::{Get, Got, Object, ObjectError, Put, Written},
    range,
};
use serde_json::json;

use super::{Case, all};
use crate::pattern;

/// Largest object that `GET /contract/generate` makes, in bytes.
const MOST_GENERATED: u64 = 4 * 1024 * 1024 * 1024;

/// The function `contract`.
///
/// - `GET /contract` names the cases; `POST /contract/{case}` runs one: `200` `ok`, or `500` with
///   what a caller would trip over.
/// - `PUT`, `GET` (with `Range`) and `DELETE /contract/objects/{key}` pass bodies through. The key
///   is taken as it stands in the path and is stored below `contract/objects/`.
/// - `GET /contract/generate?bytes=N` stores N bytes of [`pattern`] as `generated-N`.
/// - `POST /contract/defer?key=K&milliseconds=N` answers `202` at once and stores `K` after N ms.
pub struct Contract;

impl<H> Function<H> for Contract
where
    H: Objects + Fetch + Clock + Config + Defer + Clone + 'static,
{
    const NAME: &'static str = "contract";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    async fn handle(host: &H, request: Request) -> Response {
        let path = request.path.clone();
        let rest = path.strip_prefix("/contract").unwrap_or("?");
        match (&request.method, rest.trim_start_matches('/')) {
            (&Method::GET, "") => names::<H>(),
            (&Method::GET, "generate") => generate(host, &request).await,
            (&Method::POST, "defer") => defer(host, &request),
            (_, rest) => match rest.strip_prefix("objects/") {
                Some(key) => object(host, &format!("contract/objects/{key}"), request).await,
                None => run(host, rest).await,
            },
        }
    }

    async fn health(host: &H) -> Result<(), Unhealthy> {
        let answer = host.object_head("contract/health").await;
        answer.map(drop).map_err(|error| Unhealthy {
            dependency: "objects",
            cause: error.to_string(),
        })
    }
}

fn names<H>() -> Response
where
    H: Objects + Fetch + Clock + Config + Defer + Clone + 'static,
{
    let describe = |case: &Case<H>| json!({ "port": case.port, "name": case.name });
    let cases: Vec<_> = all::<H>().iter().map(describe).collect();
    Response::json(StatusCode::OK, &json!({ "cases": cases })).on("/contract")
}

async fn run<H>(host: &H, name: &str) -> Response
where
    H: Objects + Fetch + Clock + Config + Defer + Clone + 'static,
{
    let cases = all::<H>();
    let Some(case) = cases.iter().find(|case| case.name == name) else {
        return Problem::not_found(format!("there is no case {name}")).into();
    };
    let response = match (case.run)(host).await {
        Ok(()) => Response::new(StatusCode::OK).with_body("ok"),
        Err(text) => Response::new(StatusCode::INTERNAL_SERVER_ERROR).with_body(text),
    };
    response.on("/contract/{case}")
}

async fn generate<H: Objects>(host: &H, request: &Request) -> Response {
    const ROUTE: &str = "/contract/generate";
    let bytes = request.query_value("bytes").and_then(|n| n.parse().ok());
    let Some(bytes) = bytes.filter(|bytes| *bytes <= MOST_GENERATED) else {
        let detail = format!("bytes must be a number up to {MOST_GENERATED}");
        return Response::from(Problem::bad_request(detail)).on(ROUTE);
    };
    let key = format!("contract/objects/generated-{bytes}");
    write(host, &key, pattern::stream(bytes)).await.on(ROUTE)
}

fn defer<H: Defer + Objects + Clock + Clone + 'static>(host: &H, request: &Request) -> Response {
    let key = request.query_value("key").unwrap_or_default();
    let wait = request.query_value("milliseconds");
    let wait = wait.and_then(|n| n.parse().ok()).unwrap_or_default();
    let worker = host.clone();
    host.defer(async move {
        worker.sleep(Duration::from_millis(wait)).await;
        let key = format!("contract/objects/{key}");
        // Where this fails, the object stays away, which is what the suite looks for.
        let _ = worker
            .object_put(&key, "deferred".into(), Put::default())
            .await;
    });
    Response::new(StatusCode::ACCEPTED)
        .with_body("accepted")
        .on("/contract/defer")
}

async fn object<H: Objects>(host: &H, key: &str, request: Request) -> Response {
    let response = match request.method {
        Method::GET => read(host, key, &request).await,
        Method::PUT => write(host, key, request.body).await,
        Method::DELETE => match host.object_delete(key).await {
            Ok(()) => Response::new(StatusCode::NO_CONTENT),
            Err(error) => failed(&error),
        },
        _ => Problem::method_not_allowed("GET, HEAD, PUT, DELETE").into(),
    };
    response.on("/contract/objects/{key}")
}

async fn write<H: Objects>(host: &H, key: &str, body: Body) -> Response {
    let put = Put {
        content_type: Some("application/octet-stream"),
        ..Put::default()
    };
    match host.object_put(key, body, put).await {
        Ok(Written::Stored(meta)) => {
            let facts = json!({ "key": meta.key, "size": meta.size, "etag": meta.etag });
            Response::json(StatusCode::CREATED, &facts)
        }
        Ok(Written::Refused) => Response::new(StatusCode::PRECONDITION_FAILED),
        Err(error) => failed(&error),
    }
}

async fn read<H: Objects>(host: &H, key: &str, request: &Request) -> Response {
    let range = request.header(header::RANGE);
    let get = Get {
        range: range.as_deref().and_then(range::parse),
        unless_etag: None,
    };
    let partial = get.range.is_some();
    match host.object_get(key, get).await {
        Ok(Got::Found(object)) => found(object, partial),
        Ok(Got::Missing | Got::Unchanged(_)) => Problem::not_found("no such object").into(),
        Err(error) => failed(&error),
    }
}

fn found(object: Object, partial: bool) -> Response {
    let size = object.meta.size;
    let status = if partial {
        StatusCode::PARTIAL_CONTENT
    } else {
        StatusCode::OK
    };
    let response = Response::new(status)
        .with(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"))
        .with_text(header::ETAG, &format!("\"{}\"", object.meta.etag))
        .with_text(
            header::CONTENT_TYPE,
            object.meta.content_type.as_deref().unwrap_or_default(),
        );
    let response = match partial {
        true => {
            let (first, last) = (object.range.start, object.range.end.saturating_sub(1));
            let range = format!("bytes {first}-{last}/{size}");
            response.with_text(header::CONTENT_RANGE, &range)
        }
        false => response,
    };
    response.with_body(object.body)
}

fn failed(error: &ObjectError) -> Response {
    let status = match error {
        ObjectError::RangeNotSatisfiable { .. } => StatusCode::RANGE_NOT_SATISFIABLE,
        ObjectError::Key | ObjectError::Checksum | ObjectError::LengthRequired => {
            StatusCode::BAD_REQUEST
        }
        ObjectError::Unavailable(_) | ObjectError::Misconfigured(_) | ObjectError::Body(_) => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    };
    Response::new(status).with_body(error.to_string())
}
