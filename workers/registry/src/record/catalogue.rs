//! The list of all packages, for the website and the read API.

use std::collections::BTreeMap;

use edge::FromJson;
use serde::Serialize;

use super::{ChannelsRecord, PackageRecord, ReleaseSummary, record};
use crate::{Channel, PackageId, PackageType, Repository, Version};

/// A package in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct CatalogueEntry {
    /// Its id.
    pub id: PackageId,
    /// Module, system or world.
    #[serde(rename = "type", default)]
    pub kind: PackageType,
    /// The repository that owns it.
    pub repository: Repository,
    /// Its title, as plain text.
    #[serde(default)]
    pub title: String,
    /// What it is, as plain text.
    #[serde(default)]
    pub description: String,
    /// The names of its authors.
    #[serde(default)]
    pub authors: Vec<String>,
    /// Its page on the web.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The release that is shown: what `stable` serves, else what the first other channel does;
    /// `None` while every release is withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Shown>,
    /// What every channel serves.
    #[serde(default)]
    pub channels: BTreeMap<Channel, Version>,
    /// Revision of the channels that this was made from.
    #[serde(default)]
    pub revision: u64,
}

/// The release that a list shows of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Shown {
    /// The channel that serves it.
    pub channel: Channel,
    /// The release.
    pub release: ReleaseSummary,
}

impl CatalogueEntry {
    /// The entry of a package.
    pub fn new(package: &PackageRecord, channels: &ChannelsRecord) -> Self {
        let stable = Channel::stable();
        let shown = std::iter::once(&stable)
            .chain(channels.channels.keys())
            .find_map(|channel| {
                Some(Shown {
                    channel: channel.clone(),
                    release: channels.served(channel)?.clone(),
                })
            });
        let served = channels.channels.keys().filter_map(|channel| {
            let release = channels.served(channel)?;
            Some((channel.clone(), release.version.clone()))
        });
        Self {
            id: package.id.clone(),
            kind: package.kind,
            repository: package.repository.clone(),
            title: package.title.clone(),
            description: package.description.clone(),
            authors: package.authors.clone(),
            url: package.url.clone(),
            shown,
            channels: served.collect(),
            revision: channels.revision,
        }
    }
}

/// All packages: `catalogue.json`. Made from the packages' own records after each change of them;
/// what is served never depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, FromJson)]
pub struct Catalogue {
    /// Version of the record's form.
    #[serde(default)]
    pub schema: u32,
    /// The packages, by id in lower case.
    #[serde(default)]
    pub packages: Vec<CatalogueEntry>,
}

record!(Catalogue, "catalogue");

impl Catalogue {
    /// Puts a package's entry in its place, unless a later one is there. Returns whether anything
    /// changed.
    pub fn put(&mut self, entry: CatalogueEntry) -> bool {
        self.schema = super::SCHEMA;
        let folded = entry.id.folded();
        let place = self
            .packages
            .binary_search_by(|other| other.id.folded().cmp(&folded));
        match place {
            Ok(index) => {
                let known = &self.packages[index];
                let changes = known.revision <= entry.revision && *known != entry;
                if changes {
                    self.packages[index] = entry;
                }
                changes
            }
            Err(index) => {
                self.packages.insert(index, entry);
                true
            }
        }
    }

    /// The entry of a package.
    pub fn get(&self, id: &PackageId) -> Option<&CatalogueEntry> {
        self.packages.iter().find(|entry| entry.id == *id)
    }
}
