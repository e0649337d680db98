//! What is known of one release.

use edge::{FromJson, Timestamp};
use serde::Serialize;

use super::{ReleaseSummary, record};
use crate::{
    Channel, Compatibility, DeliveryId, Digest, DigestState, Findings, PackageId, PackageType,
    Repository, Version,
};

/// The two stored files of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, FromJson)]
pub struct Packed {
    /// Names the two files among all that were ever packed for this version: a digest of the
    /// fetched archive and of the manifest. Two publishers of one version never write to one key,
    /// and whose release record is created first decides.
    pub artifact: Digest,
    /// SHA-256 of the archive that was fetched: a release of the same bytes is the same, whatever
    /// address or channel its manifest would name today. Absent for releases of before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetched: Option<Digest>,
    /// Size of the archive, in bytes.
    pub size: u64,
    /// SHA-256 of the archive.
    pub sha256: Digest,
    /// Where in the archive the tail begins: the local header of the manifest, which is its last
    /// entry. Everything before is the same on every track.
    pub tail_offset: u64,
    /// SHA-256 of what lies before the tail, so that the digest of another track's archive needs
    /// only that track's tail. Absent for releases of before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_tail: Option<DigestState>,
    /// Size of the manifest, in bytes.
    pub manifest_size: u64,
    /// SHA-256 of the manifest.
    pub manifest_sha256: Digest,
}

/// Why and when a release was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Yank {
    /// Why, in the admin's words.
    #[serde(default)]
    pub reason: String,
    /// When.
    #[serde(default)]
    pub at: Timestamp,
    /// Whether its publisher withdrew it where it came from; then publishing it there again takes
    /// the withdrawal back.
    #[serde(default, skip_serializing_if = "is_false")]
    pub upstream: bool,
}

impl Yank {
    /// Whether publishing the release again where it came from takes the withdrawal back, where that
    /// was heard of at `heard`: one that was withdrawn since stays so.
    pub fn is_lifted_by_publishing(&self, heard: Timestamp) -> bool {
        self.upstream && self.at <= heard
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(value: &bool) -> bool {
    !value
}

/// That an admin put other files under a version that was published before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Replacement {
    /// Part of the URL of the archive, so that no cache answers with the one before: the beginning
    /// of the digest of what was fetched.
    pub edition: String,
    /// When it was asked for: of several, the last one stands, whichever is done first.
    #[serde(default)]
    pub at: Timestamp,
    /// The delivery that did it.
    pub delivery: DeliveryId,
    /// The files that were served before, oldest first, at most two: whoever is
    /// downloading them gets them whole, and an operator may look at them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Digest>,
    /// The files that are kept no longer since then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone: Option<Digest>,
}

/// Of how many editions the files are kept besides those that are served.
const KEPT_EDITIONS: usize = 2;

impl Replacement {
    /// The replacement by the delivery `delivery`, which came `at`.
    pub fn new(edition: String, at: Timestamp, delivery: DeliveryId) -> Self {
        Self {
            edition,
            at,
            delivery,
            before: Vec::new(),
            gone: None,
        }
    }

    /// The same in the place of the files of `known`.
    fn after(&self, known: &ReleaseRecord, now: &Packed) -> Self {
        let earlier = known.replaced.as_ref().map(|earlier| &earlier.before);
        let mut before: Vec<Digest> = earlier.cloned().unwrap_or_default();
        before.push(known.packed.artifact);
        // What is served again is not what was served before.
        before.retain(|artifact| *artifact != now.artifact);
        let gone = (before.len() > KEPT_EDITIONS).then(|| before.remove(0));
        Self {
            before,
            gone,
            ..self.clone()
        }
    }
}

/// A release on GitHub that is published here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, FromJson)]
pub struct Origin {
    /// GitHub's number of it.
    pub number: u64,
    /// When it was heard that it was published there.
    #[serde(default)]
    pub heard_at: Timestamp,
}

/// A release: `packages/{id}/releases/{version}/release.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct ReleaseRecord {
    /// Version of the record's form.
    #[serde(default)]
    pub schema: u32,
    /// The package.
    pub id: PackageId,
    /// Module, system or world.
    #[serde(rename = "type", default)]
    pub kind: PackageType,
    /// The version.
    pub version: Version,
    /// The channel that it was released on; the stored manifest names this one.
    pub channel: Channel,
    /// Whether its publisher marked it as a prerelease.
    #[serde(default)]
    pub prerelease: bool,
    /// The package's title at that time.
    #[serde(default)]
    pub title: String,
    /// When it was published here.
    #[serde(default)]
    pub published_at: Timestamp,
    /// Its stored files.
    pub packed: Packed,
    /// What Foundry versions it is for.
    #[serde(default)]
    pub compatibility: Compatibility,
    /// The repository that published it.
    pub repository: Repository,
    /// The tag that it was released under, if it came from GitHub.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Where its notes can be read, an http or https URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes_url: Option<String>,
    /// The delivery that published it.
    pub delivery: DeliveryId,
    /// What the lint warned of.
    #[serde(default, skip_serializing_if = "Findings::is_empty")]
    pub warnings: Findings,
    /// Set while the release is withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yanked: Option<Yank>,
    /// Set once an admin has replaced its files: what is served under the version may change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced: Option<Replacement>,
    /// The release on GitHub that it belongs to: the last one that was published with this content.
    /// What happens to another one is not about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Origin>,
    /// When what its publisher said last of it was heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub followed_at: Option<Timestamp>,
    /// The delivery that made a finished release of a prerelease.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_by: Option<DeliveryId>,
    /// The delivery that made a prerelease of a finished one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unfinished_by: Option<DeliveryId>,
}

record!(ReleaseRecord, "release");

impl ReleaseRecord {
    /// This release with the files of `new` and what belongs to them; everything else that is known
    /// of it stays. `None` where a later replacement stands.
    pub fn replaced_by(&self, new: &Self) -> Option<Self> {
        let (replacement, known) = (new.replaced.as_ref(), self.replaced.as_ref());
        let is_older = known
            .zip(replacement)
            .is_some_and(|(known, new)| known.at > new.at);
        if is_older {
            return None;
        }
        Some(Self {
            title: new.title.clone(),
            packed: new.packed,
            compatibility: new.compatibility.clone(),
            warnings: new.warnings.clone(),
            replaced: replacement.map(|later| later.after(self, &new.packed)),
            ..self.clone()
        })
    }

    /// The files of it that are kept no longer; never those that are served.
    pub fn gone(&self) -> Option<Digest> {
        let gone = self.replaced.as_ref()?.gone?;
        (gone != self.packed.artifact).then_some(gone)
    }

    /// What the package's channels need to know of the release.
    pub fn summary(&self) -> ReleaseSummary {
        ReleaseSummary {
            version: self.version.clone(),
            channel: self.channel.clone(),
            also: Vec::new(),
            off: Vec::new(),
            prerelease: self.prerelease,
            published_at: self.published_at,
            artifact: self.packed.artifact,
            edition: self.replaced.as_ref().map(|r| r.edition.clone()),
            size: self.packed.size,
            notes_url: self.notes_url.clone(),
            compatibility: self.compatibility.clone(),
            yanked: self.yanked.is_some(),
        }
    }
}
