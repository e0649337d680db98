//! Why there is no image: what the caller is told, and what is remembered for a while.

use edge::{BodyError, FetchError, Problem, StatusCode, outbound::OutboundError};
use serde::{Deserialize, Serialize};

use crate::limits;

/// Which kind of reason it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The source's host, or one that it redirects to, may not be asked.
    HostNotAllowed,
    /// The source says that there is nothing.
    SourceNotFound,
    /// The source says that there is nothing any more.
    SourceGone,
    /// More bytes than are taken.
    TooLarge,
    /// Something else than an image.
    NotAnImage,
    /// An image that cannot be worked on: damaged, too costly, or not fit for what is asked.
    Unprocessable,
    /// The source redirects too often.
    TooManyRedirects,
    /// The source failed, refused, or broke off.
    SourceFailed,
    /// The source took too long.
    SourceTimeout,
    /// Too much is being worked on.
    Busy,
    /// Something of ours failed.
    Internal,
}

/// A reason, and words for whoever asked. They hold no path and no query of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The reason.
    pub reason: Reason,
    /// The words.
    pub detail: String,
}

impl Refusal {
    /// A refusal.
    pub fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
        }
    }

    /// Whether it may pass, so that an older copy is served in the meantime.
    pub fn may_pass(&self) -> bool {
        matches!(
            self.reason,
            Reason::SourceFailed | Reason::SourceTimeout | Reason::Busy | Reason::Internal
        )
    }

    /// For how many seconds it is remembered; not at all where it says nothing about the source.
    pub fn remembered(&self) -> Option<u64> {
        match self.reason {
            Reason::HostNotAllowed | Reason::Busy | Reason::Internal => None,
            Reason::SourceFailed | Reason::SourceTimeout => Some(limits::FAILED),
            _ => Some(limits::ABSENT),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let (status, kind, title) = match refusal.reason {
            Reason::HostNotAllowed => (403, "host-not-allowed", "Host not allowed"),
            Reason::SourceNotFound => (404, "source-not-found", "No such image"),
            Reason::SourceGone => (410, "source-gone", "Image gone"),
            Reason::TooLarge => (413, "too-large", "Image too large"),
            Reason::NotAnImage => (415, "not-an-image", "Not an image"),
            Reason::Unprocessable => (422, "unprocessable", "Image cannot be processed"),
            Reason::TooManyRedirects => (422, "too-many-redirects", "Too many redirects"),
            Reason::SourceFailed => (502, "source-failed", "The image's site failed"),
            Reason::SourceTimeout => (504, "source-timeout", "The image's site is too slow"),
            Reason::Busy => (503, "busy", "Too much to do"),
            Reason::Internal => return Problem::internal(),
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
        Problem::new(status, kind, title, refusal.detail)
    }
}

impl From<OutboundError> for Refusal {
    fn from(error: OutboundError) -> Self {
        let reason = match &error {
            // Where to is nobody's business who asks here: it may be inside somebody's network.
            OutboundError::HostNotAllowed { from, .. } => {
                let detail = format!("{from} redirects to a host whose images are not proxied");
                return Self::new(Reason::HostNotAllowed, detail);
            }
            OutboundError::TooManyRedirects { .. } => Reason::TooManyRedirects,
            OutboundError::Deadline { .. } => Reason::SourceTimeout,
            OutboundError::TooLarge { .. } => Reason::TooLarge,
            OutboundError::BadRedirect { .. } => Reason::SourceFailed,
            OutboundError::Fetch(FetchError::Forbidden { host }) => {
                let detail = format!(
                    "the server's sandbox does not let requests to {host} through; its operator \
                     has to allow it there too"
                );
                return Self::new(Reason::HostNotAllowed, detail);
            }
            OutboundError::Fetch(FetchError::Failed { host, .. }) => {
                return Self::new(Reason::SourceFailed, format!("{host} gave no answer"));
            }
        };
        Self::new(reason, error.to_string())
    }
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Self {
        let (reason, detail) = match error {
            BodyError::TooLarge { limit } => (
                Reason::TooLarge,
                format!("the image has more than {limit} bytes, which is the limit here"),
            ),
            BodyError::Length { expected, received } => (
                Reason::SourceFailed,
                format!("the image's site announced {expected} bytes and sent {received}"),
            ),
            BodyError::Deadline { milliseconds } => (
                Reason::SourceTimeout,
                format!("the image did not arrive within {milliseconds} ms, which is the limit"),
            ),
            BodyError::Failed(_) => (
                Reason::SourceFailed,
                "the connection to the image's site broke".to_owned(),
            ),
        };
        Self::new(reason, detail)
    }
}
