//! How what is already published changes its place: replaced, finished, taken back, or set for one
//! generation of Foundry.

use edge::Timestamp;

use super::{ChannelsRecord, Head, PromoteError, ReleaseSummary};
use crate::{Channel, Compatibility, Generation, Version};

/// Generations of Foundry that are thought of where all are: far more than there are.
const GENERATIONS: std::ops::RangeInclusive<u16> = 1..=99;

impl ChannelsRecord {
    /// The same package as if the release had never been.
    #[must_use]
    pub fn without(&self, version: &Version) -> Self {
        let mut channels = self.clone();
        channels.releases.retain(|r| r.version != *version);
        channels
    }

    /// Takes over what is known of a release that is there, but for where it is and whether it is
    /// withdrawn. Returns whether anything changed.
    pub fn renew(&mut self, release: ReleaseSummary) -> bool {
        let known = self.releases.iter_mut();
        let Some(known) = known.into_iter().find(|r| r.version == release.version) else {
            return false;
        };
        let renewed = ReleaseSummary {
            channel: known.channel.clone(),
            also: known.also.clone(),
            off: known.off.clone(),
            yanked: known.yanked,
            ..release
        };
        let changed = *known != renewed;
        if changed {
            *known = renewed;
            self.revision += 1;
        }
        changed
    }

    /// Puts a release that was a prerelease on `stable`, as if it were published there now: `stable`
    /// is set to it if it is newer by Foundry's rule, and so are generations of Foundry that were set
    /// to an older one. Returns whether anything changed.
    pub fn finish(&mut self, version: &Version, now: Timestamp) -> bool {
        let stable = Channel::stable();
        let is_to_come = |release: &&ReleaseSummary| !release.yanked && !release.is_on(&stable);
        let Some(release) = self.find(version).filter(is_to_come).cloned() else {
            return false;
        };
        let is_newer = self
            .served(&stable)
            .is_none_or(|served| version.is_newer_than(&served.version));
        self.advance_cores(&release, now);
        match is_newer {
            true => self.set(&stable, version, now),
            // Perhaps a fix for an old generation of Foundry.
            false => self.admit(&stable, version),
        }
        self.revision += 1;
        true
    }

    /// Puts a release of `stable` that was taken from it back there: `stable` serves it again if it
    /// is what it was last set to. Returns whether anything changed.
    pub fn put_back(&mut self, version: &Version) -> bool {
        let mut releases = self.releases.iter_mut();
        let Some(release) = releases.find(|r| r.version == *version) else {
            return false;
        };
        let before = release.off.len();
        release.off.retain(|channel| !channel.is_stable());
        let changed = release.off.len() != before;
        self.revision += u64::from(changed);
        changed
    }

    /// Takes a release from `stable`, which falls back to the one before it, and puts it on `beta`
    /// if it is the newest there. Returns whether anything changed.
    pub fn unfinish(&mut self, version: &Version, now: Timestamp) -> bool {
        let (stable, beta) = (Channel::stable(), Channel::beta());
        let on_stable = |release: &&mut ReleaseSummary| {
            release.version == *version && release.is_on(&Channel::stable())
        };
        let Some(release) = self.releases.iter_mut().find(on_stable) else {
            return false;
        };
        release.off.push(stable);
        let is_newest = self
            .served(&beta)
            .is_none_or(|served| version.precedence(&served.version).is_gt());
        if is_newest {
            self.set(&beta, version, now);
        }
        self.revision += 1;
        true
    }

    /// Sets a generation of Foundry to a stable release, up or down; with `None` it follows
    /// `stable` again. Returns whether anything changed.
    ///
    /// # Errors
    /// [`PromoteError`] where there is no such release, or it cannot be served there.
    pub fn set_core(
        &mut self,
        generation: Generation,
        version: Option<&Version>,
        now: Timestamp,
    ) -> Result<bool, PromoteError> {
        let Some(version) = version else {
            let changed = self.cores.remove(&generation).is_some();
            self.revision += u64::from(changed);
            return Ok(changed);
        };
        let stable = Channel::stable();
        match self.find(version) {
            Some(release) if release.yanked => return Err(PromoteError::Yanked(version.clone())),
            Some(release) if !release.compatibility.admits(generation) => {
                let version = version.clone();
                return Err(PromoteError::NotFor {
                    version,
                    generation,
                });
            }
            Some(release) if release.is_on(&stable) => {}
            _ => return Err(PromoteError::Unknown(version.clone())),
        }
        let before = self.cores.get(&generation);
        if before.is_some_and(|head| head.version == *version) {
            return Ok(false);
        }
        self.cores.insert(generation, head(version, now));
        self.revision += 1;
        Ok(true)
    }

    /// The generations of Foundry that a stable release is news to although `stable` serves a newer
    /// one: those that the newer one does not admit. Such a release is a fix for an old generation.
    pub fn fixes(&self, version: &Version, compatibility: &Compatibility) -> Vec<Generation> {
        let Some(served) = self.served(&Channel::stable()) else {
            return Vec::new();
        };
        if !version.precedence(&served.version).is_lt() {
            return Vec::new();
        }
        let is_news = |generation: &Generation| {
            compatibility.admits(*generation)
                && !served.compatibility.admits(*generation)
                && self.for_core(*generation).is_none_or(|now| {
                    version.is_newer_than(&now.version) && version.precedence(&now.version).is_gt()
                })
        };
        let generations = GENERATIONS.filter_map(Generation::new);
        generations.filter(is_news).collect()
    }

    /// Generations that were set to a release go on to a newer one of `stable` that is for them.
    pub(super) fn advance_cores(&mut self, release: &ReleaseSummary, now: Timestamp) {
        let is_newer = |generation: &Generation, head: &Head| {
            release.compatibility.admits(*generation)
                && release.version.is_newer_than(&head.version)
        };
        for (generation, set) in &mut self.cores {
            if is_newer(generation, set) {
                *set = head(&release.version, now);
            }
        }
    }
}

fn head(version: &Version, now: Timestamp) -> Head {
    Head {
        version: version.clone(),
        since: now,
    }
}
