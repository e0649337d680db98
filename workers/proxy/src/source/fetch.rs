//! One bounded request for an image, without anything of the client's.

use edge::{
    Body, Bytes, Clock, Fetch, FetchRequest, HeaderName, HeaderValue, Headers, Log, Method,
    StatusCode, Url, header, log,
    outbound::{self, Bounds, OutboundError},
};
use imaging::{Format, SNIFF_BYTES, Sniffed, sniff};
use serde_json::json;

use super::{
    coding,
    freshness::{self, Freshness},
};
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
    /// Its format, by its first bytes.
    pub format: Format,
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
    let coding = coding::named(&answer.headers);
    let (mut head, mut body) = match (begin(answer.body).await, &coding) {
        // What cannot be undone is told as what it is.
        (
            Err(Refusal {
                reason: Reason::SourceFailed,
                ..
            }),
            Some(coding),
        ) => {
            return Err(compressed(&answer.host, coding));
        }
        (begun, _) => begun?,
    };
    if coding.is_some() && coding::is_gzip(&head) {
        (head, body) = begin(coding::unpacked(body, limits::PASSED_BYTES)).await?;
    }
    match (sniff(&head), coding) {
        (Sniffed::Unknown | Sniffed::Empty, Some(coding)) => Err(compressed(&answer.host, &coding)),
        (Sniffed::Image(format), _) => Ok(Answer::Arrived(Arrived {
            format,
            body,
            validators: validators(&answer.headers),
            freshness,
        })),
        (other, _) => Err(no_image(other)),
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
    Ok((head.into(), Body::chain(pieces)))
}

/// What has been collected of a body.
pub enum Collected {
    /// All of it.
    Whole(Bytes),
    /// More than was to be collected: the body again, nothing of it lost.
    More(Body),
}

/// The whole of `body` in memory, if it has at most `limit` bytes.
///
/// # Errors
/// [`Refusal`] where it does not come to its end.
pub async fn collect_some(mut body: Body, limit: u64) -> Result<Collected, Refusal> {
    let length = body.length();
    if length.is_some_and(|length| length > limit) {
        return Ok(Collected::More(body));
    }
    // Exactly as much as comes, where that is known: growing would take twice as much for a while.
    let room = length.and_then(|length| usize::try_from(length).ok());
    let mut whole = Vec::with_capacity(room.unwrap_or(0));
    while let Some(piece) = body.next().await {
        let piece = piece?;
        if (whole.len() + piece.len()) as u64 > limit {
            let parts = [Body::from(whole), Body::from(piece), body];
            return Ok(Collected::More(Body::chain(parts)));
        }
        grow(&mut whole, piece.len(), limit);
        whole.extend_from_slice(&piece);
    }
    Ok(Collected::Whole(whole.into()))
}

/// Makes room for `more` bytes of `limit` in all: twice as much as there is, but never more than the
/// limit, and at once for all of it where that would be most of it.
fn grow(whole: &mut Vec<u8>, more: usize, limit: u64) {
    if whole.capacity() - whole.len() >= more {
        return;
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let twice = (2 * whole.capacity()).max(whole.len() + more);
    let room = if twice > limit / 4 * 3 { limit } else { twice };
    whole.reserve_exact(room.saturating_sub(whole.len()).max(more));
}

/// The whole of `body` in memory, at most `limit` bytes.
///
/// # Errors
/// [`Refusal`] where it is longer, or does not come to its end.
pub async fn collect(body: Body, limit: u64) -> Result<Bytes, Refusal> {
    match collect_some(body, limit).await? {
        Collected::Whole(bytes) => Ok(bytes),
        Collected::More(_) => Err(edge::BodyError::TooLarge { limit }.into()),
    }
}

/// For what is packed in a way that is not understood. Its name is the site's own.
fn compressed(host: &str, coding: &str) -> Refusal {
    let coding: String = coding.chars().take(20).collect();
    let detail = format!(
        "{host} sends its image compressed ({coding}), although that was not asked for; it cannot \
         be unpacked"
    );
    Refusal::new(Reason::SourceFailed, detail)
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
