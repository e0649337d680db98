//! Archives of modules, systems and worlds, as authors and GitHub make them.

mod build;
mod manifest;

use std::io::{Cursor, Read};

use serde_json::{Map, Value};

pub use build::Layout;

/// A package to make archives of.
#[derive(Debug, Clone)]
pub struct Package {
    /// Name of its manifest: `module.json`, `system.json` or `world.json`.
    pub manifest_name: &'static str,
    /// The fields of its manifest, in order.
    pub manifest: Map<String, Value>,
    /// The manifest's bytes, where they are not simply [`Package::manifest`] written out.
    pub manifest_bytes: Option<Vec<u8>>,
    /// Its other files, by their paths below the manifest, in order.
    pub files: Vec<(String, Vec<u8>)>,
    /// How they lie in the archive.
    pub layout: Layout,
    /// Files outside the package's folder, by their whole paths.
    pub strays: Vec<(String, Vec<u8>)>,
}

impl Package {
    /// The same with the manifest's field `name` set.
    #[must_use]
    pub fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.manifest.insert(name.to_owned(), value.into());
        self
    }

    /// The same without the manifest's field `name`.
    #[must_use]
    pub fn without_field(mut self, name: &str) -> Self {
        self.manifest.shift_remove(name);
        self
    }

    /// The same with the file `path`, in the place of one that it had already.
    #[must_use]
    pub fn file(mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self = self.without_file(path);
        self.files.push((path.to_owned(), bytes.into()));
        self
    }

    /// The same without the file `path`.
    #[must_use]
    pub fn without_file(mut self, path: &str) -> Self {
        self.files.retain(|(name, _)| name != path);
        self
    }

    /// The same, laid out so.
    #[must_use]
    pub fn layout(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
    }

    /// The manifest's bytes.
    pub fn manifest_text(&self) -> Vec<u8> {
        if let Some(bytes) = &self.manifest_bytes {
            return bytes.clone();
        }
        // What a `Map` of `Value`s holds can always be written.
        let text = serde_json::to_string_pretty(&self.manifest).unwrap_or_default();
        format!("{text}\n").into_bytes()
    }
}

/// The files of an archive in its order, folders left out, as an independent reader sees them.
///
/// # Panics
/// Where it cannot be read.
pub fn unzip(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).expect("an entry");
        if entry.is_file() {
            let mut content = Vec::new();
            entry.read_to_end(&mut content).expect("an entry's content");
            let name = entry.name().expect("a name").into_owned();
            files.push((name, content));
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::{Layout, Package, unzip};

    #[test]
    fn archives_hold_what_was_put_in_where_the_layout_says() {
        let codeload = Layout::Codeload {
            repository: "Owner/repo".into(),
            commit: "0123456789abcdef0123456789abcdef01234567".into(),
        };
        for (layout, folder) in [
            (Layout::Root, ""),
            (Layout::Folder("some-module".into()), "some-module/"),
            (codeload, "Owner-repo-0123456/"),
        ] {
            let package = Package::module("some-module", "1.0.0").layout(layout);
            let found = unzip(&package.zip());
            let mut expected = vec![(format!("{folder}module.json"), package.manifest_text())];
            let files = package.files.iter();
            expected.extend(files.map(|(path, bytes)| (format!("{folder}{path}"), bytes.clone())));
            assert_eq!(found, expected);
            assert_eq!(
                package.zip(),
                package.zip(),
                "it is made the same every time"
            );
        }
    }

    #[test]
    fn manifests_name_files_that_are_there() {
        for package in [
            Package::module("m", "1"),
            Package::system("s", "1"),
            Package::world("w", "1"),
            Package::legacy("l", "1"),
        ] {
            let manifest = String::from_utf8(package.manifest_text()).expect("text");
            for (path, _) in &package.files {
                let folder = path
                    .rsplit_once('/')
                    .map_or(path.as_str(), |(folder, _)| folder);
                assert!(manifest.contains(folder), "{path} is not in {manifest}");
            }
        }
    }
}
