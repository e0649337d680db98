//! What each channel of a package serves, and how that changes.

use std::collections::BTreeMap;

use edge::{FromJson, Timestamp};
use serde::Serialize;

use super::record;
use crate::{Channel, Compatibility, Digest, Generation, PackageId, PackageType, Track, Version};

/// Most moves that are remembered.
const MOST_MOVES: usize = 50;

/// A release as its package's channels see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct ReleaseSummary {
    /// The version.
    pub version: Version,
    /// The channel that it was released on.
    pub channel: Channel,
    /// Other channels that have served it since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Channel>,
    /// Channels that it was taken from again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub off: Vec<Channel>,
    /// Whether its publisher marked it as a prerelease.
    #[serde(default)]
    pub prerelease: bool,
    /// When it was published here.
    #[serde(default)]
    pub published_at: Timestamp,
    /// Which stored files are its ([`super::Packed::artifact`]).
    pub artifact: Digest,
    /// Tells its files from those that an admin replaced ([`super::Replacement`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    /// Size of its archive, in bytes.
    #[serde(default)]
    pub size: u64,
    /// Where its notes can be read, an http or https URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes_url: Option<String>,
    /// What Foundry versions it is for.
    #[serde(default)]
    pub compatibility: Compatibility,
    /// Whether it is withdrawn.
    #[serde(default)]
    pub yanked: bool,
}

impl ReleaseSummary {
    /// Whether the channel has ever served the release, and it was not taken from there since.
    pub fn is_on(&self, channel: &Channel) -> bool {
        (self.channel == *channel || self.also.contains(channel)) && !self.off.contains(channel)
    }
}

/// The release that a channel was last set to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Head {
    /// Its version.
    pub version: Version,
    /// Since when.
    #[serde(default)]
    pub since: Timestamp,
}

/// A change of what a channel is set to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Move {
    /// When.
    pub at: Timestamp,
    /// Which channel.
    pub channel: Channel,
    /// What it was set to before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Version>,
    /// What it is set to.
    pub to: Version,
}

/// Why a channel cannot be set to a version. Caller's fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PromoteError {
    /// The package has no such release.
    #[error("there is no release {0} of this package")]
    Unknown(Version),
    /// The release is withdrawn.
    #[error("release {0} is yanked; restore it first")]
    Yanked(Version),
    /// The release is not for that generation of Foundry.
    #[error("the compatibility of release {version} does not admit Foundry {generation}")]
    NotFor {
        /// The release.
        version: Version,
        /// The generation.
        generation: Generation,
    },
}

/// The channels of a package: `packages/{id}/channels.json`.
///
/// The one place that decides what is served: publishing ends with writing it, and falling back
/// from a withdrawn release needs no other write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct ChannelsRecord {
    /// Version of the record's form.
    #[serde(default)]
    pub schema: u32,
    /// The package.
    pub id: PackageId,
    /// Module, system or world.
    #[serde(rename = "type", default)]
    pub kind: PackageType,
    /// Counts the changes.
    #[serde(default)]
    pub revision: u64,
    /// What each channel was last set to.
    #[serde(default)]
    pub channels: BTreeMap<Channel, Head>,
    /// What admins have set generations of Foundry to; the others follow `stable`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cores: BTreeMap<Generation, Head>,
    /// All releases, newest first by [`Version::precedence`].
    #[serde(default)]
    pub releases: Vec<ReleaseSummary>,
    /// The last 50 changes, newest last.
    #[serde(default)]
    pub moves: Vec<Move>,
}

record!(ChannelsRecord, "list of channels");

impl ChannelsRecord {
    /// The channels of a package without releases.
    pub fn new(id: PackageId, kind: PackageType) -> Self {
        Self {
            schema: super::SCHEMA,
            id,
            kind,
            revision: 0,
            channels: BTreeMap::new(),
            cores: BTreeMap::new(),
            releases: Vec::new(),
            moves: Vec::new(),
        }
    }

    /// The release of a version.
    pub fn find(&self, version: &Version) -> Option<&ReleaseSummary> {
        self.releases.iter().find(|r| r.version == *version)
    }

    /// What a track serves now.
    ///
    /// `None` where it serves nothing; [`ChannelsRecord::has`] tells a track that never existed
    /// from one whose releases are all withdrawn.
    pub fn serving(&self, track: &Track) -> Option<&ReleaseSummary> {
        match track {
            Track::Channel(channel) => self.served(channel),
            Track::Core(generation) => self.for_core(*generation),
        }
    }

    /// Whether a track has ever served anything.
    pub fn has(&self, track: &Track) -> bool {
        match track {
            Track::Channel(channel) => self.channels.contains_key(channel),
            Track::Core(generation) => self.releases.iter().any(|release| {
                release.is_on(&Channel::stable()) && release.compatibility.admits(*generation)
            }),
        }
    }

    /// What a channel serves now: the release it was last set to; where that is withdrawn, the
    /// newest one before it on the channel; where there is none, what `stable` serves.
    pub fn served(&self, channel: &Channel) -> Option<&ReleaseSummary> {
        let head = self.channels.get(channel)?;
        let own = self
            .find(&head.version)
            .filter(|release| !release.yanked && !release.off.contains(channel))
            .or_else(|| self.newest(|release| self.is_offered(release, channel, head)));
        match own {
            None if !channel.is_stable() => self.served(&Channel::stable()),
            own => own,
        }
    }

    /// The newest stable release that the generation of Foundry installs. Releases above what the
    /// generation, or else `stable`, was set to do not count: it was rolled back from them.
    pub fn for_core(&self, generation: Generation) -> Option<&ReleaseSummary> {
        let stable = Channel::stable();
        let own = self.cores.get(&generation);
        let head = own.or_else(|| self.channels.get(&stable))?;
        self.newest(|release| {
            self.is_offered(release, &stable, head) && release.compatibility.admits(generation)
        })
    }

    /// Whether a release may stand for a channel that is set to `head`.
    fn is_offered(&self, release: &ReleaseSummary, channel: &Channel, head: &Head) -> bool {
        !release.yanked
            && release.is_on(channel)
            && release.version.precedence(&head.version).is_le()
    }

    fn newest(&self, wanted: impl Fn(&ReleaseSummary) -> bool) -> Option<&ReleaseSummary> {
        self.releases
            .iter()
            .filter(|release| wanted(release))
            .max_by(|a, b| a.version.precedence(&b.version))
    }

    /// Adds a release and sets its channel to it, if it is newer there by Foundry's rule. A stable
    /// release that comes after what `beta` serves is served on `beta` too.
    ///
    /// A generation of Foundry that an admin has set to a release goes on in the same way.
    ///
    /// A release that is there already moves nothing, so a publish may be repeated, also after an
    /// admin rolled it back. Returns whether anything changed.
    pub fn publish(&mut self, release: ReleaseSummary, now: Timestamp) -> bool {
        let (version, channel) = (release.version.clone(), release.channel.clone());
        if self.find(&version).is_some() {
            return self.renew(release);
        }
        if channel.is_stable() {
            self.advance_cores(&release, now);
        }
        let is_newer_there = self
            .served(&channel)
            .is_none_or(|served| version.is_newer_than(&served.version));
        let is_news_to_beta = channel.is_stable()
            && self.channels.contains_key(&Channel::beta())
            && self
                .served(&Channel::beta())
                .is_none_or(|served| version.precedence(&served.version).is_gt());
        self.releases.push(release);
        self.releases
            .sort_by(|a, b| b.version.precedence(&a.version));
        self.revision += 1;
        if is_newer_there {
            self.set(&channel, &version, now);
        }
        if is_news_to_beta {
            self.set(&Channel::beta(), &version, now);
        }
        true
    }

    /// Sets a channel to a release, up or down. Returns whether anything changed.
    ///
    /// # Errors
    /// [`PromoteError`] where there is no such release or it is withdrawn.
    pub fn promote(
        &mut self,
        channel: &Channel,
        version: &Version,
        now: Timestamp,
    ) -> Result<bool, PromoteError> {
        match self.find(version) {
            None => return Err(PromoteError::Unknown(version.clone())),
            Some(release) if release.yanked => return Err(PromoteError::Yanked(version.clone())),
            Some(_) => {}
        }
        let is_set = self.channels.get(channel).is_some_and(|head| {
            let there = self.find(version).is_some_and(|r| r.is_on(channel));
            head.version == *version && there
        });
        if !is_set {
            self.revision += 1;
            self.set(channel, version, now);
        }
        Ok(!is_set)
    }

    /// Withdraws a release or restores it. Returns whether anything changed; a release that is not
    /// there changes nothing.
    pub fn set_yanked(&mut self, version: &Version, yanked: bool) -> bool {
        let release = self.releases.iter_mut().find(|r| r.version == *version);
        match release {
            Some(release) if release.yanked != yanked => {
                release.yanked = yanked;
                self.revision += 1;
                true
            }
            _ => false,
        }
    }

    pub(super) fn set(&mut self, channel: &Channel, version: &Version, now: Timestamp) {
        let head = Head {
            version: version.clone(),
            since: now,
        };
        let before = self.channels.insert(channel.clone(), head);
        self.moves.push(Move {
            at: now,
            channel: channel.clone(),
            from: before.map(|head| head.version),
            to: version.clone(),
        });
        let surplus = self.moves.len().saturating_sub(MOST_MOVES);
        self.moves.drain(..surplus);
        self.admit(channel, version);
    }

    /// Lets a release be served on a channel, whatever that is set to.
    pub(super) fn admit(&mut self, channel: &Channel, version: &Version) {
        let release = self.releases.iter_mut().find(|r| r.version == *version);
        if let Some(release) = release.filter(|release| !release.is_on(channel)) {
            release.off.retain(|off| off != channel);
            if release.channel != *channel && !release.also.contains(channel) {
                release.also.push(channel.clone());
            }
        }
    }
}
