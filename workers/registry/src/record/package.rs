//! What is known of a package whatever its version.

use edge::{FromJson, Timestamp};
use serde::Serialize;

use super::record;
use crate::{Manifest, PackageId, PackageType, Repository, text};

/// Longest description that is kept, in characters.
const LONGEST_DESCRIPTION: usize = 500;

/// Most authors that are kept.
const MOST_AUTHORS: usize = 20;

/// A package: `packages/{id}/package.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct PackageRecord {
    /// Version of the record's form.
    #[serde(default)]
    pub schema: u32,
    /// Its id.
    pub id: PackageId,
    /// Module, system or world.
    #[serde(rename = "type", default)]
    pub kind: PackageType,
    /// The repository that owns it: the first that published it.
    pub repository: Repository,
    /// Its title, as plain text of at most 200 characters.
    #[serde(default)]
    pub title: String,
    /// What it is, as plain text of at most 500 characters; may be empty.
    #[serde(default)]
    pub description: String,
    /// The names of its authors, at most 20, each at most 200 characters.
    #[serde(default)]
    pub authors: Vec<String>,
    /// Its page on the web, an http or https URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its icon, an http or https URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// When it was first published.
    #[serde(default)]
    pub created_at: Timestamp,
    /// When these facts were last written.
    #[serde(default)]
    pub updated_at: Timestamp,
}

record!(PackageRecord, "package");

impl PackageRecord {
    /// The facts of a package that is published for the first time, read from its manifest.
    pub fn new(
        id: PackageId,
        kind: PackageType,
        repository: Repository,
        manifest: &Manifest,
        now: Timestamp,
    ) -> Self {
        let mut record = Self {
            schema: super::SCHEMA,
            id,
            kind,
            repository,
            title: String::new(),
            description: String::new(),
            authors: Vec::new(),
            url: None,
            icon: None,
            created_at: now,
            updated_at: now,
        };
        record.describe(manifest, now);
        record
    }

    /// Takes over what a later manifest says of the package. Returns whether anything changed.
    pub fn describe(&mut self, manifest: &Manifest, now: Timestamp) -> bool {
        let before = self.clone();
        let title = manifest.title().unwrap_or(self.id.as_str());
        self.title = text::name(title);
        self.description = text::plain(
            manifest.text("description").unwrap_or_default(),
            LONGEST_DESCRIPTION,
        );
        self.authors = manifest
            .authors()
            .iter()
            .take(MOST_AUTHORS)
            .map(|author| text::name(author))
            .collect();
        self.url = manifest.text("url").and_then(text::web_url);
        self.icon = manifest.icon();
        let changed = *self != before;
        if changed {
            self.updated_at = now;
        }
        changed
    }
}

/// Who owns an id, whatever its case: `ids/{id in lower case}.json`.
///
/// Created before a package's first release and never taken over by another repository, so that
/// two repositories that publish one id at once cannot both succeed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct IdClaim {
    /// Version of the record's form.
    #[serde(default)]
    pub schema: u32,
    /// The id as its owner writes it.
    pub id: PackageId,
    /// The owner.
    pub repository: Repository,
    /// When it was claimed.
    #[serde(default)]
    pub claimed_at: Timestamp,
}

record!(IdClaim, "claim on an id");

impl IdClaim {
    /// A claim on an id.
    pub fn new(id: PackageId, repository: Repository, now: Timestamp) -> Self {
        Self {
            schema: super::SCHEMA,
            id,
            repository,
            claimed_at: now,
        }
    }

    /// What the claim means to `repository`, which wants to publish `id`.
    pub fn ownership(&self, id: &PackageId, repository: &Repository) -> crate::Ownership {
        if self.id != *id {
            crate::Ownership::Lookalike {
                id: self.id.clone(),
                repository: self.repository.clone(),
            }
        } else if self.repository.is_same_as(repository) {
            crate::Ownership::Ours
        } else {
            crate::Ownership::Other {
                repository: self.repository.clone(),
            }
        }
    }
}
