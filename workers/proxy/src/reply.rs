//! Answers that canvases, browsers and caches can use.

use edge::{
    Body, HeaderName, HeaderValue, Request, Response, StatusCode, Timestamp, conditional, header,
    open,
};
use registry::Digest;

use crate::{
    access::Access,
    cache::{Image, Record},
    limits,
    plan::Plan,
    routes::Ask,
};

/// What scripts of other sites may read.
const EXPOSED: &str = "Cache-Status, Content-Disposition, Content-Length, ETag, Repr-Digest, \
    Warning, X-Request-Id";

/// How an answer came about, as `Cache-Status` tells it (RFC 9211).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Served {
    /// From the cache, fresh.
    Hit,
    /// From the copy that the platform keeps near.
    Nearby,
    /// From the cache, and its source is asked afterwards.
    Stale,
    /// From the cache because its source failed.
    InError,
    /// From the cache after its source said that nothing has changed.
    Confirmed,
    /// Fetched, or made.
    Miss,
}

impl Served {
    fn status(self) -> &'static str {
        match self {
            Self::Hit => "vtta-edge; hit",
            Self::Nearby => "vtta-edge; hit; detail=nearby",
            Self::Stale => "vtta-edge; hit; ttl=0; detail=stale-while-revalidate",
            Self::InError => "vtta-edge; hit; fwd=stale; detail=stale-if-error",
            Self::Confirmed => "vtta-edge; hit; fwd=stale; fwd-status=304",
            Self::Miss => "vtta-edge; fwd=miss",
        }
    }
}

/// An image, or `304` where the client has it; `body` is asked for where it is needed.
pub struct Picture<'a> {
    /// What was asked for.
    pub plan: &'a Plan,
    /// What let the request pass.
    pub access: Access,
    /// Its media type.
    pub kind: &'a str,
    /// What names its bytes.
    pub version: &'a Digest,
    /// The digest of its bytes, where it is known already.
    pub digest: Option<Digest>,
    /// Until when it is fresh.
    pub fresh_until: Timestamp,
    /// Whether others may keep it.
    pub storable: bool,
    /// How it came about.
    pub served: Served,
}

impl<'a> Picture<'a> {
    /// The picture that a record has.
    pub fn of(ask: &'a Ask, record: &'a Record, image: &'a Image, served: Served) -> Self {
        Self {
            plan: &ask.plan,
            access: ask.access,
            kind: &image.kind,
            version: &image.version,
            digest: image.digest,
            fresh_until: record.fresh_until,
            storable: true,
            served,
        }
    }

    /// Its entity tag.
    fn etag(&self) -> String {
        let hex = self.version.hex();
        format!("\"{}\"", hex.get(..32).unwrap_or(&hex))
    }

    /// Whether the client has it already.
    pub fn is_known(&self, request: &Request) -> bool {
        conditional::unchanged(request, &self.etag())
    }

    /// `304`.
    pub fn unchanged(&self, now: Timestamp) -> Response {
        self.dress(Response::new(StatusCode::NOT_MODIFIED), now)
    }

    /// `200` with its bytes.
    pub fn whole(&self, body: Body, now: Timestamp) -> Response {
        let mut response = Response::new(StatusCode::OK)
            .with_text(header::CONTENT_TYPE, self.kind)
            .with_text(header::CONTENT_DISPOSITION, &self.disposition())
            // Whatever else the bytes are, no script in them runs.
            .with(
                header::CONTENT_SECURITY_POLICY,
                HeaderValue::from_static("default-src 'none'; sandbox"),
            );
        if let Some(digest) = self.digest {
            let name = HeaderName::from_static("repr-digest");
            response = response.with_text(name, &digest.repr_digest());
        }
        if let Some(length) = body.length() {
            response = response.with(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        self.dress(response.with_body(body), now)
    }

    fn dress(&self, response: Response, now: Timestamp) -> Response {
        let response = response
            .with_text(header::ETAG, &self.etag())
            .with_text(header::CACHE_CONTROL, &self.cache_control(now))
            .with(
                HeaderName::from_static("cache-status"),
                HeaderValue::from_static(self.served.status()),
            );
        let response = match self.plan.varies {
            true => response.with(header::VARY, HeaderValue::from_static("Accept")),
            false => response,
        };
        match self.served {
            Served::InError => response.with(
                header::WARNING,
                HeaderValue::from_static("111 vtta-edge \"Revalidation Failed\""),
            ),
            _ => response,
        }
    }

    fn cache_control(&self, now: Timestamp) -> String {
        if !self.storable {
            return "no-store".to_owned();
        }
        let left = self.fresh_until.milliseconds() - now.milliseconds();
        let left = u64::try_from(left / 1000).unwrap_or(0);
        let seconds = match (self.served, self.plan.maxage) {
            // What is about to change is not kept for long.
            (Served::Stale | Served::InError, _) => limits::FAILED,
            (_, Some(maxage)) => maxage.into(),
            (_, None) => left,
        };
        // Whoever keeps an answer does not ask here whether its address is still good.
        let (who, seconds, afterwards) = match self.access {
            Access::Everybody => ("public", seconds, u64::MAX),
            Access::Bearer => ("private", seconds, u64::MAX),
            Access::Address { until } => {
                let left = until.milliseconds().saturating_sub(now.milliseconds());
                let left = u64::try_from(left / 1000).unwrap_or(0);
                let seconds = seconds.min(left);
                ("public", seconds, left - seconds)
            }
        };
        format!(
            "{who}, max-age={seconds}, stale-while-revalidate={}, stale-if-error={}",
            limits::STALE_WHILE_REVALIDATE.min(afterwards),
            limits::STALE_IF_ERROR.min(afterwards)
        )
    }

    fn disposition(&self) -> String {
        let how = match self.plan.download {
            Some(_) => "attachment",
            None => "inline",
        };
        let name = match self.plan.download.as_deref() {
            Some(name) if !name.is_empty() => name.to_owned(),
            _ => file_name(self.plan, self.kind),
        };
        format!("{how}; filename=\"{name}\"")
    }
}

/// The last segment of the source's path, with the ending of what it has become.
fn file_name(plan: &Plan, kind: &str) -> String {
    let last = plan
        .source
        .path_segments()
        .and_then(|mut segments| segments.next_back())
        .unwrap_or_default();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let stem: String = stem.chars().filter(plain).take(60).collect();
    let stem = stem.trim_start_matches('.');
    let stem = if stem.is_empty() { "image" } else { stem };
    let ending = imaging::Format::ALL
        .iter()
        .find(|format| format.media_type() == kind)
        .map_or("json", |format| format.extension());
    format!("{stem}.{ending}")
}

/// Lets every site's scripts read `response`, and how long it took.
pub fn open_to_all(response: Response) -> Response {
    open::to_all(response, EXPOSED).with(
        HeaderName::from_static("timing-allow-origin"),
        HeaderValue::from_static("*"),
    )
}

/// The answer to `OPTIONS`; ddb-importer sends `x-requested-with`.
pub fn preflight() -> Response {
    open::preflight("*, Authorization, X-Requested-With")
}
