//! The cases of requests to other servers. They talk to `testkit::fake::Peer`, whose address
//! stands in `GITHUB_API_URL`.

use std::time::Duration;

use edge::{
    Body, BodyError, Bytes, Clock, Config, Fetch, FetchError, FetchRequest, FetchResponse,
    HeaderName, HeaderValue, Method, Objects, Url,
    config::{base_url, name},
    objects::{ObjectError, Put},
    outbound::{self, AllowedHosts, Answer, Bounds, OutboundError},
};
use serde_json::Value;

use super::{
    Outcome,
    case::{ensure, same, same_bytes},
    space::{Space, whole},
};
use crate::{pattern, sign};

async fn peer<H: Config>(host: &H, path: &str) -> Result<Url, String> {
    let base = base_url(host, name::GITHUB_API_URL, None).await;
    let base = base.map_err(|error| error.to_string())?;
    base.join(path).map_err(|error| error.to_string())
}

async fn request<H: Config>(
    host: &H,
    method: Method,
    path: &str,
    headers: &[(&'static str, &'static str)],
    body: Bytes,
) -> Result<FetchRequest, String> {
    let header = |(name, value): &(&'static str, &'static str)| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )
    };
    Ok(FetchRequest {
        method,
        url: peer(host, path).await?,
        headers: headers.iter().map(header).collect(),
        body,
    })
}

async fn get<H: Fetch + Config>(host: &H, path: &str) -> Result<FetchResponse, String> {
    let request = request(host, Method::GET, path, &[], Bytes::new()).await?;
    let response = host.fetch(request).await;
    response.map_err(|error| format!("GET {path}: {error}"))
}

/// An error unless the peer answers. A case that takes an error for right asks this first: without
/// a peer it would find one whatever the platform does.
async fn peer_answers<H: Fetch + Config>(host: &H) -> Outcome {
    let response = get(host, "/answer").await?;
    same("the peer's status", response.status.as_u16(), 203)?;
    let body = whole(response.body).await?;
    same_bytes("the peer's answer", &body, b"the answer")
}

/// Through the shared code above the port, as functions do it.
async fn bounded<H>(host: &H, path: &str, head: Duration) -> Result<Answer, OutboundError>
where
    H: Fetch + Config + Clock + Clone + 'static,
{
    let failed = |cause| FetchError::Failed {
        host: "peer".into(),
        cause,
    };
    let request = request(host, Method::GET, path, &[], Bytes::new()).await;
    let bounds = Bounds {
        redirect_hosts: &AllowedHosts::default(),
        redirects: 0,
        head,
        total: Duration::from_secs(60),
        bytes: 16 * 1024 * 1024,
    };
    outbound::send(host, request.map_err(failed)?, bounds).await
}

const PATIENCE: Duration = Duration::from_secs(30);

pub async fn request_arrives_as_sent<H: Fetch + Config>(host: &H) -> Outcome {
    let headers = [
        ("accept", "application/octet-stream"),
        ("authorization", "Bearer some-token"),
        ("user-agent", "contract-suite"),
        ("x-custom", "a, b;c=\"d\""),
    ];
    let path = "/echo/a%20b/%C3%BC/%2e?x=1&y=%2F&y=+&empty=";
    for (method, body) in [
        (Method::GET, Bytes::new()),
        (Method::POST, pattern::piece(0, 100_000)),
        (Method::POST, Bytes::new()),
        (Method::PUT, Bytes::from_static(b"{\"text\":\"\xc3\xbc\"}")),
        (Method::PATCH, Bytes::from_static(b"x")),
        (Method::DELETE, Bytes::new()),
    ] {
        let request = request(host, method.clone(), path, &headers, body.clone()).await?;
        let target = request.url.path().to_owned() + "?" + request.url.query().unwrap_or_default();
        let response = host.fetch(request).await;
        let response = response.map_err(|error| error.to_string())?;
        let echo: Value = serde_json::from_slice(&whole(response.body).await?)
            .map_err(|error| format!("the echo is not JSON: {error}"))?;
        same("the method", echo["method"].as_str(), Some(method.as_str()))?;
        same("the target", echo["target"].as_str(), Some(target.as_str()))?;
        let sha256 = sign::sha256_hex(&body);
        same("the body", echo["sha256"].as_str(), Some(sha256.as_str()))?;
        for (name, value) in headers {
            same(name, echo["headers"][name].as_str(), Some(value))?;
        }
    }
    Ok(())
}

pub async fn answer_arrives_as_sent<H: Fetch + Config>(host: &H) -> Outcome {
    let response = get(host, "/answer").await?;
    same("the status", response.status.as_u16(), 203)?;
    for (name, expected) in [
        ("content-type", Some("text/plain; charset=utf-8")),
        ("content-length", Some("10")),
        ("etag", Some("\"tag\"")),
        ("x-several", Some("one, two")),
        ("x-absent", None),
    ] {
        let found = response.headers.get(name);
        same(name, found.as_deref(), expected)?;
    }
    same_bytes("the body", &whole(response.body).await?, b"the answer")
}

pub async fn statuses_are_no_errors<H: Fetch + Config>(host: &H) -> Outcome {
    for status in [201, 204, 304, 400, 401, 403, 404, 410, 429, 500, 503] {
        let response = get(host, &format!("/status/{status}")).await?;
        same("the status", response.status.as_u16(), status)?;
        let body = whole(response.body).await?;
        let bodiless = matches!(status, 204 | 304);
        same("whether there is a body", body.is_empty(), bodiless)?;
    }
    Ok(())
}

pub async fn redirects_are_not_followed<H: Fetch + Config>(host: &H) -> Outcome {
    for status in [301, 302, 303, 307, 308] {
        let response = get(host, &format!("/redirect/{status}")).await?;
        same("the status", response.status.as_u16(), status)?;
        let location = response.headers.get("location");
        same("the location", location.as_deref(), Some("/answer?a=1"))?;
    }
    Ok(())
}

pub async fn large_body_arrives_whole<H: Fetch + Config>(host: &H) -> Outcome {
    let response = get(host, "/bytes/3000001").await?;
    let length = response.headers.get("content-length");
    same("the length", length.as_deref(), Some("3000001"))?;
    let expected = pattern::piece(0, 3_000_001);
    same_bytes("the body", &whole(response.body).await?, &expected)
}

pub async fn body_of_unknown_length_arrives_whole<H: Fetch + Config>(host: &H) -> Outcome {
    let response = get(host, "/chunked/3000001").await?;
    same("the length", response.body.length(), None)?;
    let expected = pattern::piece(0, 3_000_001);
    same_bytes("the body", &whole(response.body).await?, &expected)
}

pub async fn truncated_body_is_noticed<H>(host: &H) -> Outcome
where
    H: Fetch + Config + Clock + Clone + 'static,
{
    peer_answers(host).await?;
    for (announced, sent) in [(10, 5), (10, 0), (3_000_000, 2_999_999)] {
        let path = format!("/truncated/{announced}/{sent}");
        // Where the platform notices so early that there is no answer at all, that is as good.
        let Ok(answer) = bounded(host, &path, PATIENCE).await else {
            continue;
        };
        let read = answer.body.bytes(16 * 1024 * 1024).await;
        ensure!(
            matches!(read, Err(BodyError::Length { .. } | BodyError::Failed(_))),
            "{sent} of {announced} bytes were read as {:?}",
            read.map(|bytes| bytes.len())
        );
    }
    Ok(())
}

pub async fn broken_chunked_body_is_noticed<H: Fetch + Config>(host: &H) -> Outcome {
    peer_answers(host).await?;
    for sent in [5, 1_000_000] {
        let Ok(response) = get(host, &format!("/broken/{sent}")).await else {
            continue;
        };
        let read = response.body.bytes(16 * 1024 * 1024).await;
        ensure!(
            matches!(read, Err(BodyError::Failed(_))),
            "a connection that broke off after {sent} bytes was read as {:?}",
            read.map(|bytes| bytes.len())
        );
    }
    Ok(())
}

/// An upstream archive on its way into the store: of known length, of unknown length, broken off.
pub async fn body_goes_straight_into_the_store<H>(host: &H) -> Outcome
where
    H: Fetch + Config + Objects + Clock + Clone + 'static,
{
    let space = Space::new(host, "body_goes_straight_into_the_store").await?;
    let expected = pattern::piece(0, 6_000_001);
    for path in ["/bytes/6000001", "/chunked/6000001"] {
        let answer = bounded(host, path, PATIENCE).await;
        let answer = answer.map_err(|error| error.to_string())?;
        space.store("object", answer.body).await?;
        space.holds("object", &expected).await?;
        space.delete("object").await?;
    }
    for path in ["/truncated/3000000/2999999", "/broken/1000000"] {
        let Ok(answer) = bounded(host, path, PATIENCE).await else {
            continue;
        };
        let written = space.put("object", answer.body, Put::default()).await;
        ensure!(
            matches!(written, Err(ObjectError::Body(_))),
            "storing {path} ended as {written:?}"
        );
        space.lacks("object").await?;
    }
    Ok(())
}

pub async fn slow_answer_can_be_given_up<H>(host: &H) -> Outcome
where
    H: Fetch + Config + Clock + Clone + 'static,
{
    let before = host.now().milliseconds();
    let answer = bounded(host, "/slow/20000", Duration::from_millis(200)).await;
    ensure!(
        matches!(answer, Err(OutboundError::Deadline { .. })),
        "a slow answer ended as {:?}",
        answer.map(|answer| answer.status)
    );
    let took = host.now().milliseconds() - before;
    ensure!(took < 10_000, "giving up after 200 ms took {took} ms");
    // The platform still works after an exchange was dropped.
    peer_answers(host).await
}

/// Port 9 (discard) is not listened on; a platform may also forbid it.
pub async fn nobody_answers<H: Fetch + Config>(host: &H) -> Outcome {
    peer_answers(host).await?;
    let url = Url::parse("http://127.0.0.1:9/").map_err(|error| error.to_string())?;
    let request = FetchRequest {
        method: Method::GET,
        url,
        headers: Vec::new(),
        body: Bytes::new(),
    };
    match host.fetch(request).await {
        Err(FetchError::Failed { host, .. } | FetchError::Forbidden { host }) => {
            ensure!(host.starts_with("127.0.0.1"), "the error names {host}");
            Ok(())
        }
        // Some platforms tell the failure only as an answer of their own or in the body.
        Ok(FetchResponse { status, body, .. }) => {
            let body: Result<Bytes, BodyError> = Body::bytes(body, 10_000).await;
            Err(format!("nobody answered with {status} and {body:?}"))
        }
    }
}
