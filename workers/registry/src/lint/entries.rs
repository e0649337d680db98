//! What is in an archive, to be looked up by the paths of a manifest.

use std::collections::{HashMap, HashSet};

/// The names in an archive, relative to the folder of the manifest.
#[derive(Debug, Clone, Default)]
pub struct EntryNames {
    files: HashSet<String>,
    folders: HashSet<String>,
    /// Lower case → a name that really is there.
    folded: HashMap<String, String>,
}

/// What looking up a path found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// It is there.
    Found,
    /// Only a name that differs in case is there; on Linux that is another file.
    OtherCase(String),
    /// It is not there.
    Missing,
}

impl EntryNames {
    /// The given names, with forward slashes; those that end in a slash are folders.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut entries = Self::default();
        for name in names {
            entries.add(name);
        }
        entries
    }

    fn add(&mut self, name: &str) {
        let mut end = 0;
        for (index, _) in name.match_indices('/') {
            self.folders.insert(name[..index].to_owned());
            self.fold(&name[..index]);
            end = index + 1;
        }
        if end < name.len() {
            self.files.insert(name.to_owned());
            self.fold(name);
        }
    }

    fn fold(&mut self, name: &str) {
        self.folded
            .entry(name.to_lowercase())
            .or_insert_with(|| name.to_owned());
    }

    /// Looks up a file.
    pub fn file(&self, path: &str) -> Lookup {
        if self.files.contains(path) {
            return Lookup::Found;
        }
        self.other_case(path)
    }

    /// Looks up a folder, or any file below it.
    pub fn folder(&self, path: &str) -> Lookup {
        if self.folders.contains(path) {
            return Lookup::Found;
        }
        self.other_case(path)
    }

    fn other_case(&self, path: &str) -> Lookup {
        match self.folded.get(&path.to_lowercase()) {
            Some(name) if name != path => Lookup::OtherCase(name.clone()),
            _ => Lookup::Missing,
        }
    }
}
