//! What is in an archive, to be looked up by the paths of a manifest.

/// The names in an archive, relative to the folder of the manifest.
///
/// Folders are found by the names below them: to keep every folder of every name would take
/// gigabytes for an archive of deep ones.
#[derive(Debug, Clone, Default)]
pub struct EntryNames {
    /// Sorted.
    names: Vec<String>,
    /// Each name in lower case, with its place in `names`; sorted.
    folded: Vec<(String, usize)>,
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
        let mut names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        names.sort_unstable();
        let folded = names.iter().map(|name| name.to_lowercase());
        let mut folded: Vec<(String, usize)> = folded.zip(0..).collect();
        folded.sort_unstable();
        Self { names, folded }
    }

    /// Looks up a file, by a path without a slash at its end.
    pub fn file(&self, path: &str) -> Lookup {
        if path.is_empty() || path.ends_with('/') {
            return Lookup::Missing;
        }
        if self.first(path).is_some_and(|name| name == path) {
            return Lookup::Found;
        }
        let wanted = path.to_lowercase();
        match self.first_folded(&wanted) {
            Some((folded, name)) if folded == wanted => Lookup::OtherCase(name.to_owned()),
            _ => Lookup::Missing,
        }
    }

    /// Looks up a folder, by itself or as part of other names; a path without a slash at its end.
    pub fn folder(&self, path: &str) -> Lookup {
        let prefix = format!("{path}/");
        if self
            .first(&prefix)
            .is_some_and(|name| name.starts_with(&prefix))
        {
            return Lookup::Found;
        }
        let wanted = prefix.to_lowercase();
        match self.first_folded(&wanted) {
            Some((folded, name)) if folded.starts_with(&wanted) => {
                let depth = wanted.matches('/').count();
                let parts: Vec<&str> = name.split('/').take(depth).collect();
                Lookup::OtherCase(parts.join("/"))
            }
            _ => Lookup::Missing,
        }
    }

    /// The first name that does not come before `name`.
    fn first(&self, name: &str) -> Option<&str> {
        let at = self.names.partition_point(|other| other.as_str() < name);
        self.names.get(at).map(String::as_str)
    }

    /// The first name in lower case that does not come before `wanted`, and the name itself.
    fn first_folded(&self, wanted: &str) -> Option<(&str, &str)> {
        let at = self
            .folded
            .partition_point(|(other, _)| other.as_str() < wanted);
        let (folded, index) = self.folded.get(at)?;
        Some((folded, self.names.get(*index)?))
    }
}
