//! Which release a release on GitHub became.

use edge::Timestamp;
use serde::{Deserialize, Serialize};

use super::record;
use crate::{DeliveryId, PackageId, Version};

/// What is known of a release on GitHub, by its number there:
/// `repositories/{owner}/{name}/releases/{number}.json`. What happens to it later is told by that
/// number alone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
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
}

record!(SourceRecord, "source of a release");

/// A delivery, and when it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// The delivery.
    pub delivery: DeliveryId,
    /// When.
    #[serde(default)]
    pub at: Timestamp,
}

impl SourceRecord {
    /// Takes over that `heard` told of it; whether that is news.
    pub fn hear(&mut self, heard: &Heard) -> bool {
        let is_news = self
            .heard
            .as_ref()
            .is_none_or(|known| known.at <= heard.at && known != heard);
        if is_news {
            self.heard = Some(heard.clone());
        }
        is_news
    }

    /// Whether it was published again after `at`, as far as was heard.
    pub fn was_published_after(&self, at: Timestamp) -> bool {
        self.heard.as_ref().is_some_and(|heard| heard.at > at)
    }
}
