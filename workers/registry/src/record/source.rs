//! Which release a release on GitHub became.

use serde::{Deserialize, Serialize};

use super::record;
use crate::{PackageId, Version};

/// What a release on GitHub was published as:
/// `repositories/{owner}/{name}/releases/{GitHub's number}.json`. What happens to it there later is
/// told by that number alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRecord {
    /// Version of the record's form.
    #[serde(default)]
    pub schema: u32,
    /// The package.
    pub id: PackageId,
    /// The version.
    pub version: Version,
}

record!(SourceRecord, "source of a release");

impl SourceRecord {
    /// That it became the release `version` of `id`.
    pub fn new(id: PackageId, version: Version) -> Self {
        Self {
            schema: super::SCHEMA,
            id,
            version,
        }
    }
}
