//! One bounded request for an image, without anything of the client's.

use edge::{
    Body, Bytes, Clock, Fetch, FetchRequest, HeaderName, HeaderValue, Headers, Log, Method,
    StatusCode, Url, header, log,
    outbound::{self, Bounds, OutboundError},
};
use imaging::{Format, SNIFF_BYTES, Sniffed, sniff};
use serde_json::json;

use super::freshness::{self, Freshness};
use crate::{
    cache::Validators,
    limits,
    refusal::{Reason, Refusal},
    settings::Settings,
};

/// Formats that are understood, and then whatever a site has.
const ACCEPT: &str =
    "image/webp,image/png,image/jpeg,image/gif,image/bmp,image/avif;q=0.5,*/*;q=0.1";

/// Some sites refuse requests without a name.
const USER_AGENT: &str = concat!("vtta-edge/", env!("CARGO_PKG_VERSION"), " (image proxy)");

/// What a source answered.
pub enum Answer {
    /// It still has what the validators are of.
    Unchanged(Freshness),
    /// An image, by its first bytes.
    Arrived(Arrived),
}

/// An image of which only the first bytes have come.
pub struct Arrived {
    /// Its format.
    pub format: Format,
    /// Its first bytes: what it is was read off them.
    pub head: Bytes,
    /// The whole, of at most [`limits::PASSED_BYTES`] and as long as was announced.
    pub body: Body,
    /// What to ask with next time.
    pub validators: Validators,
    /// For how long it is fresh.
    pub freshness: Freshness,
}

/// Asks `source`, which the caller has checked, for its image, and its redirects' targets after
/// checking them; conditionally where `known` has validators.
///
/// # Errors
/// [`Refusal`], in words for whoever asked.
pub async fn fetch<H>(
    host: &H,
    settings: &Settings,
    source: &Url,
    known: Option<&Validators>,
) -> Result<Answer, Refusal>
where
    H: Fetch + Clock + Log + Clone + 'static,
{
    let request = FetchRequest {
        method: Method::GET,
        url: source.clone(),
        headers: headers(known),
        body: Bytes::new(),
    };
    let bounds = Bounds {
        redirect_hosts: &settings.hosts,
        redirects: limits::REDIRECTS,
        head: limits::HEAD_TIME,
        total: limits::TOTAL_TIME,
        bytes: limits::PASSED_BYTES,
    };
    let answer = match outbound::send(host, request, bounds).await {
        Ok(answer) => answer,
        Err(error) => {
            if let OutboundError::HostNotAllowed { from, to } = &error {
                let members = json!({ "from": from, "to": to });
                log::event(host, host.now(), "a redirect was not followed", members);
            }
            return Err(error.into());
        }
    };
    let freshness = freshness::of(&answer.headers, host.now());
    match answer.status {
        StatusCode::OK => {}
        StatusCode::NOT_MODIFIED if known.is_some() => return Ok(Answer::Unchanged(freshness)),
        status => return Err(refused(&answer.host, status)),
    }
    if let Some(coding) = answer.headers.get(header::CONTENT_ENCODING)
        && !coding.trim().eq_ignore_ascii_case("identity")
    {
        let detail = format!(
            "{} sends its images compressed, although that was not asked for",
            answer.host
        );
        return Err(Refusal::new(Reason::SourceFailed, detail));
    }
    let (head, body) = begin(answer.body).await?;
    match sniff(&head) {
        Sniffed::Image(format) => Ok(Answer::Arrived(Arrived {
            format,
            head,
            body,
            validators: validators(&answer.headers),
            freshness,
        })),
        other => Err(no_image(other)),
    }
}

/// What is asked with: nothing of it comes from the client.
fn headers(known: Option<&Validators>) -> Vec<(HeaderName, HeaderValue)> {
    let mut headers = vec![
        (header::ACCEPT, HeaderValue::from_static(ACCEPT)),
        (
            header::ACCEPT_ENCODING,
            HeaderValue::from_static("identity"),
        ),
        (header::USER_AGENT, HeaderValue::from_static(USER_AGENT)),
    ];
    let mut condition = |name, value: Option<&String>| {
        if let Some(Ok(value)) = value.map(|value| HeaderValue::from_str(value)) {
            headers.push((name, value));
        }
    };
    if let Some(known) = known {
        condition(header::IF_NONE_MATCH, known.etag.as_ref());
        condition(header::IF_MODIFIED_SINCE, known.modified.as_ref());
    }
    headers
}

fn validators(headers: &Headers) -> Validators {
    let short = |value: &String| value.len() <= 256;
    Validators {
        etag: headers.get(header::ETAG).filter(short),
        modified: headers.get(header::LAST_MODIFIED).filter(short),
    }
}

/// The first bytes of `body`, and the whole again.
async fn begin(mut body: Body) -> Result<(Bytes, Body), Refusal> {
    let length = body.length();
    let mut pieces = Vec::new();
    let mut head = Vec::new();
    while head.len() < SNIFF_BYTES {
        let Some(piece) = body.next().await else {
            break;
        };
        let piece = piece?;
        let wanted = piece.get(..SNIFF_BYTES - head.len()).unwrap_or(&piece);
        head.extend_from_slice(wanted);
        pieces.push(Body::from(piece));
    }
    pieces.push(body);
    let whole = Body::chain(pieces);
    // What was announced holds for the whole, which a chain with a part of it would not know.
    Ok((head.into(), Body::stream(whole, length)))
}

/// The whole of `body` in memory, at most `limit` bytes.
///
/// # Errors
/// [`Refusal`] where it is longer, or does not come to its end.
pub async fn collect(mut body: Body, limit: u64) -> Result<Bytes, Refusal> {
    let too_large = || Refusal::from(edge::BodyError::TooLarge { limit });
    let length = body.length();
    if length.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    // Exactly as much as comes, where that is known: growing would take twice as much for a while.
    let room = length.and_then(|length| usize::try_from(length).ok());
    let mut whole = Vec::with_capacity(room.unwrap_or(0));
    while let Some(piece) = body.next().await {
        let piece = piece?;
        if (whole.len() + piece.len()) as u64 > limit {
            return Err(too_large());
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.into())
}

fn refused(host: &str, status: StatusCode) -> Refusal {
    let (reason, detail) = match status.as_u16() {
        404 => (
            Reason::SourceNotFound,
            format!("{host} has no image at this address (404)"),
        ),
        410 => (
            Reason::SourceGone,
            format!("{host} has no image at this address any more (410)"),
        ),
        status => (
            Reason::SourceFailed,
            format!("{host} answered {status} instead of an image"),
        ),
    };
    Refusal::new(reason, detail)
}

fn no_image(found: Sniffed) -> Refusal {
    let detail = match found {
        Sniffed::Svg => "this is an SVG document, which can hold programs: it is not passed on; \
            JPEG, PNG, WebP, GIF, BMP and AVIF are"
            .to_owned(),
        other => format!(
            "this is {}; JPEG, PNG, WebP, GIF, BMP and AVIF images are passed on",
            other.describe()
        ),
    };
    Refusal::new(Reason::NotAnImage, detail)
}
