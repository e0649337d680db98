//! Which release a release on GitHub became.

use edge::{FromJson, Timestamp};
use serde::Serialize;

use super::record;
use crate::{DeliveryId, PackageId, Version};

/// What is known of a release on GitHub, by its number there:
/// `repositories/{owner}/{name}/releases/{number}.json`. What happens to it later is told by that
/// number alone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, FromJson)]
pub struct SourceRecord {
    /// Version of the record's form.
    #[serde(default)]
    pub schema: u32,
    /// The package that it was published in; absent until it is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<PackageId>,
    /// The version that it was published as; absent until it is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// The last delivery that told that it was published there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<Heard>,
    /// When it was last taken back there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Withdrawn>,
    /// What was last said of it there after it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub described: Option<Described>,
}

record!(SourceRecord, "source of a release");

/// A delivery, and when it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Heard {
    /// The delivery.
    pub delivery: DeliveryId,
    /// When.
    #[serde(default)]
    pub at: Timestamp,
}

/// That a release was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Withdrawn {
    /// When that was heard.
    #[serde(default)]
    pub at: Timestamp,
    /// How, for people: `deleted`, `made a draft again`.
    #[serde(default)]
    pub how: String,
}

/// What a publisher says of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Described {
    /// The delivery that told it.
    pub delivery: DeliveryId,
    /// When it came.
    #[serde(default)]
    pub at: Timestamp,
    /// Whether it is marked as a prerelease.
    #[serde(default)]
    pub prerelease: bool,
    /// Where its notes can be read, an http or https URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes_url: Option<String>,
}

/// What is heard of a release on GitHub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// It was published.
    Published(Heard),
    /// It was taken back.
    Withdrawn(Withdrawn),
    /// It is described otherwise.
    Described(Described),
}

impl SourceRecord {
    /// Takes over what is `said` of it; whether that is news. Of several things of one kind, the one
    /// that was heard last stands.
    pub fn take_over(&mut self, said: &Said) -> bool {
        match said {
            Said::Published(heard) => self.hear(heard),
            Said::Withdrawn(withdrawn) => {
                let known = self.withdrawn.as_ref();
                let is_news = known.is_none_or(|known| known.at < withdrawn.at);
                if is_news {
                    self.withdrawn = Some(withdrawn.clone());
                }
                is_news
            }
            Said::Described(described) => {
                let known = self.described.as_ref();
                let is_news = known.is_none_or(|known| known.at <= described.at);
                if is_news {
                    self.described = Some(described.clone());
                }
                is_news
            }
        }
    }

    /// How it was taken back after `at` and not published again since, as far as was heard.
    pub fn withdrawn_after(&self, at: Timestamp) -> Option<&Withdrawn> {
        let withdrawn = self.withdrawn.as_ref().filter(|known| known.at > at);
        withdrawn.filter(|withdrawn| self.published_after(withdrawn.at).is_none())
    }

    /// What was said of it after `at`.
    pub fn described_after(&self, at: Timestamp) -> Option<&Described> {
        self.described.as_ref().filter(|known| known.at > at)
    }

    /// Takes over that `heard` told of it; whether that is news.
    fn hear(&mut self, heard: &Heard) -> bool {
        let is_news = self
            .heard
            .as_ref()
            .is_none_or(|known| known.at <= heard.at && known != heard);
        if is_news {
            self.heard = Some(heard.clone());
        }
        is_news
    }

    /// The last delivery that told that it was published again after `at`.
    pub fn published_after(&self, at: Timestamp) -> Option<&Heard> {
        self.heard.as_ref().filter(|heard| heard.at > at)
    }
}
