//! Telling others of a release: Discord and Foundry's package listing.
//!
//! Whatever happens here never takes the release back.

pub mod discord;
pub mod foundry;
pub mod markdown;
mod post;
mod words;

pub use post::{Call, Outcome, TIMEOUT};

use registry::{Channel, Compatibility, Findings, PackageId, Version};

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
    /// What the lint warned its author of.
    pub warnings: Findings,
}

/// An announcement that is ready to be sent, or the reason why there is none.
#[derive(Debug)]
pub enum Prepared {
    /// There is nothing to do; the words say why.
    Skip(String),
    /// This is to be sent.
    Send(Box<Call>),
}
