//! Which entry is the package's manifest.

use crate::Directory;
use crate::error::{Error, shown};

/// What kind of package a manifest describes; its file name decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ManifestKind {
    /// `module.json`
    Module,
    /// `system.json`
    System,
    /// `world.json`
    World,
}

impl ManifestKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Module, Self::System, Self::World];

    /// The manifest's file name.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Module => "module.json",
            Self::System => "system.json",
            Self::World => "world.json",
        }
    }

    /// The kind whose manifest has that name.
    pub fn from_file_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.file_name() == name)
    }
}

/// Where in an archive the manifest is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestEntry {
    /// Its place in [`Directory::entries`].
    pub index: usize,
    /// What it describes.
    pub kind: ManifestKind,
    /// The single top folder that holds everything, without a slash: `{repo}-{sha}` in GitHub's
    /// source archives. [`crate::Plan`] strips it.
    pub folder: Option<String>,
}

impl ManifestEntry {
    /// The name that an entry has in this archive, from the path that the manifest gives
    /// (`./scripts/a.js` and `scripts/a.js` are the same).
    pub fn path(&self, relative: &str) -> String {
        let relative = relative.strip_prefix("./").unwrap_or(relative);
        match &self.folder {
            Some(folder) => format!("{folder}/{relative}"),
            None => relative.to_owned(),
        }
    }
}

/// Resource forks that macOS' Finder packs beside a folder; nobody's package.
pub(crate) const FINDER_FOLDER: &str = "__MACOSX/";

/// At most so many manifests are listed in a finding.
const LISTED: usize = 5;

impl Directory {
    /// Finds the manifest: at the top of the archive, or in the single top folder that holds
    /// everything else, too (macOS' `__MACOSX` aside). A `module.json` deeper down, in a compendium
    /// or in `node_modules`, is none.
    ///
    /// # Errors
    /// [`Error::NoManifest`], [`Error::SeveralManifests`], [`Error::OutsideFolder`].
    pub fn find_manifest(&self) -> Result<ManifestEntry, Error> {
        let all: Vec<ManifestEntry> = self.manifests().collect();
        let at_top = |found: &&ManifestEntry| found.folder.is_none();
        let in_top_folder =
            |found: &&ManifestEntry| matches!(&found.folder, Some(folder) if !folder.contains('/'));
        let mut found: Vec<&ManifestEntry> = all.iter().filter(at_top).collect();
        if found.is_empty() {
            found = all.iter().filter(in_top_folder).collect();
        }
        match found.as_slice() {
            [] => Err(Error::NoManifest {
                deeper: self.listed(all.iter()),
            }),
            [one] => self.alone((*one).clone()),
            several => Err(Error::SeveralManifests {
                names: self.listed(several.iter().copied()),
            }),
        }
    }

    /// Every file that has a manifest's name, wherever it lies.
    fn manifests(&self) -> impl Iterator<Item = ManifestEntry> {
        self.entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| !entry.is_link())
            .filter_map(|(index, entry)| {
                let (folder, file) = match entry.name.rsplit_once('/') {
                    Some((folder, file)) => (Some(folder.to_owned()), file),
                    None => (None, entry.name.as_str()),
                };
                let kind = ManifestKind::from_file_name(file)?;
                Some(ManifestEntry {
                    index,
                    kind,
                    folder,
                })
            })
    }

    fn listed<'m>(&self, found: impl Iterator<Item = &'m ManifestEntry>) -> Vec<String> {
        found
            .take(LISTED)
            .map(|found| shown(&self.entries[found.index].name))
            .collect()
    }

    /// The manifest again, provided that nothing lies outside of its folder.
    fn alone(&self, found: ManifestEntry) -> Result<ManifestEntry, Error> {
        let Some(folder) = &found.folder else {
            return Ok(found);
        };
        let outside = self.entries.iter().find(|entry| {
            !entry.name.starts_with(FINDER_FOLDER)
                && !entry
                    .name
                    .strip_prefix(folder.as_str())
                    .is_some_and(|rest| rest.starts_with('/'))
        });
        match outside {
            None => Ok(found),
            Some(entry) => Err(Error::OutsideFolder {
                folder: shown(folder),
                entry: shown(&entry.name),
            }),
        }
    }
}
