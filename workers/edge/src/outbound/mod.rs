//! Requests to other servers, bounded: which hosts, how many redirects, how long, how many bytes.

pub mod address;
mod allowed;
mod bounded;
mod seconds;

use std::time::Duration;

use http::{StatusCode, header};
use url::{Origin, Url};

pub use allowed::{AllowedHosts, HostPattern};
pub use seconds::seconds;

use crate::{Body, Clock, Fetch, FetchError, FetchRequest, Headers, clock::timeout};

/// The bounds of one exchange, redirects included.
#[derive(Debug, Clone)]
pub struct Bounds<'a> {
    /// Hosts that may be asked besides the origin of the first URL, which the operator configured.
    pub redirect_hosts: &'a AllowedHosts,
    /// Most redirects that are followed.
    pub redirects: u8,
    /// Time for the head of the answer to come, all redirects together.
    pub head: Duration,
    /// Time for the whole exchange until the last byte of the body.
    pub total: Duration,
    /// Most bytes of the body.
    pub bytes: u64,
}

/// An answer within its bounds: reading the body past them is an error.
#[derive(Debug)]
pub struct Answer {
    /// The status; not a followed redirect.
    pub status: StatusCode,
    /// The headers.
    pub headers: Headers,
    /// The body: at most [`Bounds::bytes`], within [`Bounds::total`], and exactly as long as
    /// `Content-Length` said.
    pub body: Body,
    /// Redirects followed.
    pub redirects: u8,
    /// Host that answered.
    pub host: String,
}

/// Why an exchange within bounds failed. Texts are fit for a journal: hosts, never paths or
/// queries, which may hold signatures.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// A redirect leads to a host that is not on the list.
    #[error("the redirect from {from} to {to} leads to a host that is not allowed")]
    HostNotAllowed {
        /// Host that redirected.
        from: String,
        /// Host and port it redirected to.
        to: String,
    },
    /// A redirect without a usable `Location`.
    #[error("{host} answered with a redirect that leads nowhere")]
    BadRedirect {
        /// Host that redirected.
        host: String,
    },
    /// Too many redirects.
    #[error("{host} redirected more than {limit} times")]
    TooManyRedirects {
        /// Host of the first URL.
        host: String,
        /// The limit.
        limit: u8,
    },
    /// No head of an answer in time.
    #[error("{host} did not answer within {milliseconds} ms")]
    Deadline {
        /// Host that was asked.
        host: String,
        /// The limit, in milliseconds.
        milliseconds: u64,
    },
    /// The answer announces more bytes than are allowed.
    #[error("{host} announces a body of {announced} bytes where at most {limit} are accepted")]
    TooLarge {
        /// Host that answered.
        host: String,
        /// Its `Content-Length`, in bytes.
        announced: u64,
        /// The limit, in bytes.
        limit: u64,
    },
    /// The exchange itself failed.
    #[error(transparent)]
    Fetch(#[from] FetchError),
}

impl OutboundError {
    /// The error in words of our own. The platform's may quote the URL, so these are for URLs that
    /// are secrets.
    pub fn discreet(&self) -> String {
        match self {
            Self::Fetch(FetchError::Failed { host, .. }) => format!("no answer from {host}"),
            other => other.to_string(),
        }
    }
}

/// Sends `request` and follows redirects of `GET`s within `bounds`.
///
/// Credentials (`Authorization`, `Cookie`) go to the origin of the first URL only; a redirect to
/// another origin is asked without them, and only where `bounds.redirect_hosts` allows it.
///
/// # Errors
/// [`OutboundError`]; answers of any status but a redirect are no errors.
pub async fn send<H>(
    host: &H,
    request: FetchRequest,
    bounds: Bounds<'_>,
) -> Result<Answer, OutboundError>
where
    H: Fetch + Clock + Clone + 'static,
{
    let first = host_of(&request.url);
    let started = host.now();
    let head = bounds.head.min(bounds.total);
    let answer = timeout(host, head, follow(host, request, &bounds))
        .await
        .unwrap_or(Err(OutboundError::Deadline {
            host: first,
            milliseconds: milliseconds(head),
        }))?;
    let spent = host.now().milliseconds() - started.milliseconds();
    let spent = Duration::from_millis(u64::try_from(spent).unwrap_or(0));
    let left = bounds.total.saturating_sub(spent);
    let announced = content_length(&answer.headers);
    if let Some(announced) = announced.filter(|announced| *announced > bounds.bytes) {
        return Err(OutboundError::TooLarge {
            host: answer.host,
            announced,
            limit: bounds.bytes,
        });
    }
    let limits = bounded::Limits {
        announced,
        bytes: bounds.bytes,
        left,
        total: bounds.total,
    };
    let body = bounded::bounded(host, answer.body, limits);
    Ok(Answer { body, ..answer })
}

async fn follow<H: Fetch>(
    host: &H,
    mut request: FetchRequest,
    bounds: &Bounds<'_>,
) -> Result<Answer, OutboundError> {
    let trusted = request.url.origin();
    let first = host_of(&request.url);
    let mut redirects = 0;
    loop {
        let response = host.fetch(request.clone()).await?;
        let asked = host_of(&request.url);
        if !is_redirect(response.status) || request.method != http::Method::GET {
            return Ok(Answer {
                status: response.status,
                headers: response.headers,
                body: response.body,
                redirects,
                host: asked,
            });
        }
        if redirects == bounds.redirects {
            return Err(OutboundError::TooManyRedirects {
                host: first,
                limit: bounds.redirects,
            });
        }
        redirects += 1;
        let target = response
            .headers
            .get(header::LOCATION)
            .and_then(|location| request.url.join(&location).ok())
            .ok_or(OutboundError::BadRedirect { host: asked })?;
        request = redirected(request, target, &trusted, bounds.redirect_hosts)?;
    }
}

/// The request that follows a redirect to `target`.
fn redirected(
    mut request: FetchRequest,
    target: Url,
    trusted: &Origin,
    hosts: &AllowedHosts,
) -> Result<FetchRequest, OutboundError> {
    let has_credentials = !target.username().is_empty() || target.password().is_some();
    if has_credentials || (target.origin() != *trusted && !hosts.allow(&target)) {
        return Err(OutboundError::HostNotAllowed {
            from: host_of(&request.url),
            to: host_of(&target),
        });
    }
    if target.origin() != request.url.origin() {
        request
            .headers
            .retain(|(name, _)| *name != header::AUTHORIZATION && *name != header::COOKIE);
    }
    request.url = target;
    Ok(request)
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn content_length(headers: &Headers) -> Option<u64> {
    // A content coding that the platform undoes makes the header meaningless for what is read.
    let plain = headers
        .get(header::CONTENT_ENCODING)
        .is_none_or(|coding| coding.eq_ignore_ascii_case("identity"));
    plain
        .then(|| headers.get(header::CONTENT_LENGTH)?.trim().parse().ok())
        .flatten()
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Host and explicit port of `url`, for messages.
pub fn host_of(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => "(no host)".to_owned(),
    }
}
