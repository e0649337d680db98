//! Telling others of a release: Discord and Foundry's package listing.
//!
//! Whatever happens here never takes the release back.

pub mod discord;
pub mod foundry;
mod text;

use std::time::Duration;

use edge::{
    Clock, Fetch, FetchRequest,
    outbound::{self, AllowedHosts, Answer, Bounds, OutboundError},
};
use registry::{Channel, Compatibility, PackageId, Version};

/// What is told of a release.
#[derive(Debug, Clone)]
pub struct Announcement {
    /// The package.
    pub id: PackageId,
    /// Its title.
    pub title: String,
    /// The version.
    pub version: Version,
    /// The channel that the release belongs to.
    pub channel: Channel,
    /// Which Foundry versions it is for.
    pub compatibility: Compatibility,
    /// What changed, in Markdown.
    pub notes: Option<String>,
    /// Page of the release for people.
    pub page: Option<String>,
    /// What a user pastes into Foundry.
    pub manifest: String,
    /// The manifest of exactly this version.
    pub pinned_manifest: String,
}

/// An announcement that is ready to be sent, or the reason why there is none.
#[derive(Debug)]
pub enum Prepared {
    /// There is nothing to do; the words say why.
    Skip(String),
    /// This is to be sent.
    Send(Box<FetchRequest>),
}

/// What became of one announcement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver confirmed it.
    Sent,
    /// There was nothing to do; the words say why.
    Skipped(String),
    /// The receiver certainly did not take it, and may later.
    Later {
        /// What it said.
        message: String,
        /// How long it asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// The receiver may or may not have taken it: nobody answered in time. It is not sent again,
    /// since a second announcement is worse than a missing one.
    Unconfirmed(String),
    /// The receiver does not want it; the words say what it said.
    Refused(String),
}

/// Time for an answer.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Largest answer that is read, in bytes.
const MAX_ANSWER: u64 = 256 << 10;

/// Sends `request`, following no redirect. Where nobody answered, it may have arrived all the same.
async fn exchange<H>(host: &H, request: FetchRequest) -> Result<Answer, Outcome>
where
    H: Fetch + Clock + Clone + 'static,
{
    let bounds = Bounds {
        redirect_hosts: &AllowedHosts::default(),
        redirects: 0,
        head: TIMEOUT,
        total: TIMEOUT,
        bytes: MAX_ANSWER,
    };
    outbound::send(host, request, bounds)
        .await
        .map_err(|error| match error {
            OutboundError::Fetch(edge::FetchError::Forbidden { host }) => {
                Outcome::Refused(format!("the platform does not allow requests to {host}"))
            }
            error => Outcome::Unconfirmed(error.to_string()),
        })
}
