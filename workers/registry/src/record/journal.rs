//! The journal of a delivery: what is known of it and what was done.
//!
//! It holds no secret: no token, no signature, no signed URL.

use edge::{FromJson, Timestamp};
use serde::Serialize;

use super::{Announcements, Packed, State, Step, record, stored};
use crate::{
    Channel, Compatibility, DeliveryId, Digest, Findings, Generation, PackageId, PackageType,
    Repository, Track, Version, text,
};

/// Longest excerpt of a release's notes that is kept, in characters; Discord shows 4,096.
const LONGEST_NOTES: usize = 4000;

/// Longest message of a failure that is kept, in characters.
const LONGEST_MESSAGE: usize = 2000;

/// What the publisher said of the release: what a resumed delivery needs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, FromJson)]
pub struct ReleaseSource {
    /// The tag.
    #[serde(default)]
    pub tag: String,
    /// GitHub's number of the release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_id: Option<u64>,
    /// The release's title.
    #[serde(default)]
    pub name: String,
    /// The beginning of its notes, at most 4,000 characters of Markdown.
    #[serde(default)]
    pub notes: String,
    /// Whether it is marked as a prerelease.
    #[serde(default)]
    pub prerelease: bool,
    /// The release's page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// What a direct publish was addressed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direct: Option<Direct>,
}

/// What the URL of a direct publish named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Direct {
    /// The package.
    pub id: PackageId,
    /// The version.
    pub version: Version,
    /// Whether the upload may take the place of other files of that version.
    #[serde(default)]
    pub replace: bool,
}

impl ReleaseSource {
    /// Keeps the beginning of the release's notes.
    pub fn set_notes(&mut self, notes: &str) {
        self.notes = text::excerpt(notes, LONGEST_NOTES);
    }
}

/// Where a staged archive came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
#[serde(
    rename_all = "lowercase",
    tag = "kind",
    try_from = "stored::StagedFrom"
)]
pub enum StagedFrom {
    /// A file attached to the release.
    Asset {
        /// Its file name.
        name: String,
    },
    /// The source archive of the tag.
    Source,
    /// The body of a direct publish.
    Upload,
}

/// The archive that was fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Staged {
    /// Where it came from.
    pub from: StagedFrom,
    /// Its size, in bytes.
    pub size: u64,
    /// Its SHA-256, where it was computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
    /// Entity tag that the store gave it: tells whether it is still the same one.
    #[serde(default)]
    pub etag: String,
    /// Whether wherever it came from gives the same SHA-256 of it.
    #[serde(default)]
    pub vouched: bool,
}

/// A wait for something that is expected to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Waiting {
    /// What for and why, for people.
    #[serde(default)]
    pub reason: String,
    /// Since when.
    #[serde(default)]
    pub since: Timestamp,
    /// After that it goes on without.
    #[serde(default)]
    pub until: Timestamp,
    /// How often it was looked for.
    #[serde(default)]
    pub looks: u32,
}

/// The release as it was packed: what is left to do needs nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct PackageFacts {
    /// The package.
    pub id: PackageId,
    /// Module, system or world.
    #[serde(rename = "type", default)]
    pub kind: PackageType,
    /// Its title, as [`text::name`] keeps it.
    #[serde(default)]
    pub title: String,
    /// The version.
    pub version: Version,
    /// The channel.
    pub channel: Channel,
    /// What Foundry versions it is for.
    #[serde(default)]
    pub compatibility: Compatibility,
    /// Its stored files.
    pub packed: Packed,
    /// What the lint warned of.
    #[serde(default, skip_serializing_if = "Findings::is_empty")]
    pub warnings: Findings,
    /// Where it replaces the files of its version, what tells its archive from the one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    /// Where it is a fix of an older release, the generations of Foundry that it is for; `stable`
    /// serves a newer one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cores: Vec<Generation>,
}

impl PackageFacts {
    /// The track that users of the release follow.
    pub fn track(&self) -> Track {
        match self.cores.last() {
            Some(generation) => Track::Core(*generation),
            None => Track::Channel(self.channel.clone()),
        }
    }
}

/// Why a delivery does not go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Failure {
    /// Stable name of the kind of failure.
    pub code: String,
    /// What happened and what would help, for the author.
    pub message: String,
    /// What the lint found, if it was that.
    #[serde(default, skip_serializing_if = "Findings::is_empty")]
    pub findings: Findings,
}

impl Failure {
    /// A failure. Of its message at most 2,000 characters are kept.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: text::excerpt(&message.into(), LONGEST_MESSAGE),
            findings: Findings::default(),
        }
    }

    /// The failure of a release that the lint refuses; the message repeats its first errors.
    pub fn refused(findings: Findings) -> Self {
        let errors: Vec<String> = findings.errors().map(ToString::to_string).collect();
        let shown = errors.iter().take(3).cloned().collect::<Vec<_>>();
        let more = match errors.len().saturating_sub(shown.len()) {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let message = format!("the release was not published: {}{more}", shown.join("; "));
        Self {
            code: "lint".to_owned(),
            message,
            findings,
        }
    }
}

/// The journal of one delivery: `deliveries/{delivery}.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Journal {
    /// Version of the record's form.
    #[serde(default)]
    pub schema: u32,
    /// The delivery.
    pub delivery: DeliveryId,
    /// Who publishes.
    pub repository: Repository,
    /// What was delivered: `release`, or `direct`.
    #[serde(default)]
    pub event: String,
    /// What happened to it: `published`.
    #[serde(default)]
    pub action: String,
    /// What is done.
    pub state: State,
    /// When the delivery came.
    #[serde(default)]
    pub received_at: Timestamp,
    /// When the journal was last written.
    #[serde(default)]
    pub updated_at: Timestamp,
    /// What the publisher said.
    #[serde(default)]
    pub source: ReleaseSource,
    /// What was fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staged: Option<Staged>,
    /// What was packed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<PackageFacts>,
    /// Who was told.
    #[serde(default)]
    pub announcements: Announcements,
    /// What happened, oldest first.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// How often the present state's work has failed.
    #[serde(default)]
    pub attempts: u32,
    /// How often a worker has begun on the present state. A worker that is stopped in the middle
    /// of it counts no attempt, so this is what tells a delivery that kills its workers.
    #[serde(default)]
    pub begun: u32,
    /// How often what was fetched was lost before it was packed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub lost: u32,
    /// Not before this is it tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<Timestamp>,
    /// What the present state waits for, where that is no failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
    /// Until then somebody is working on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub busy_until: Option<Timestamp>,
    /// Who worked on it last: a random name, by which a worker knows its own writes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub worker: String,
    /// The state that a failed delivery failed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_in: Option<State>,
    /// Why it does not go on, or did not the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
}

record!(Journal, "journal");

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Journal {
    /// The journal of a delivery that was just verified.
    pub fn new(
        delivery: DeliveryId,
        repository: Repository,
        event: impl Into<String>,
        action: impl Into<String>,
        source: ReleaseSource,
        now: Timestamp,
    ) -> Self {
        let mut journal = Self {
            schema: super::SCHEMA,
            delivery,
            repository,
            event: event.into(),
            action: action.into(),
            state: State::Received,
            received_at: now,
            updated_at: now,
            source,
            staged: None,
            package: None,
            announcements: Announcements::default(),
            steps: Vec::new(),
            attempts: 0,
            begun: 0,
            lost: 0,
            next_attempt_at: None,
            waiting: None,
            busy_until: None,
            worker: String::new(),
            failed_in: None,
            error: None,
        };
        journal.note(now, "verified");
        journal
    }
}
