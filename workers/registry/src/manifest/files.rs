//! The files of the package that its manifest names.

use serde_json::Value;

use super::Manifest;

/// What becomes of a user when the file is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Importance {
    /// Foundry loads it: the package does not work without.
    Required,
    /// A compendium pack: a LevelDB folder or a `.db` file, whichever of the two `path` says.
    Pack,
    /// Shown or linked only.
    Optional,
    /// Shown only, and looked for from the root of Foundry's data (`modules/{id}/…`), where the
    /// paths of [`Importance::Optional`] ones begin at the package's folder.
    Picture,
}

/// A path in a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReference {
    /// Where the manifest says it, such as `esmodules[0]` or `packs[2].path`.
    pub field: String,
    /// The path as written; may be a URL.
    pub path: String,
    /// What it is for.
    pub importance: Importance,
}

impl Manifest {
    /// Every file that the manifest names, in the manifest's terms.
    pub fn files(&self) -> Vec<FileReference> {
        let mut files = Vec::new();
        for field in ["esmodules", "scripts", "styles"] {
            self.listed(field, &mut files);
        }
        self.languages(&mut files);
        self.packs(&mut files);
        self.pictures(&mut files);
        for field in ["readme", "license", "changelog"] {
            if let Some(path) = self.text(field) {
                push(&mut files, field.to_owned(), path, Importance::Optional);
            }
        }
        files
    }

    /// A list of paths; authors also write a single one without the list. Since version 13 a style
    /// may be an object, `{"src": …, "layer": …}`.
    fn listed(&self, field: &str, files: &mut Vec<FileReference>) {
        match self.fields.get(field) {
            Some(Value::String(path)) => {
                push(files, field.to_owned(), path, Importance::Required);
            }
            Some(Value::Array(paths)) => {
                for (index, path) in paths.iter().enumerate() {
                    let (path, member) = match path["src"].as_str() {
                        Some(path) if field == "styles" => (path, ".src"),
                        _ => (path.as_str().unwrap_or_default(), ""),
                    };
                    let field = format!("{field}[{index}]{member}");
                    push(files, field, path, Importance::Required);
                }
            }
            _ => {}
        }
    }

    fn languages(&self, files: &mut Vec<FileReference>) {
        for (index, language) in self.items("languages") {
            let path = language["path"].as_str().unwrap_or_default();
            let field = format!("languages[{index}].path");
            push(files, field, path, Importance::Required);
        }
    }

    /// Packs without a `path` are where Foundry puts them by default, and may well be empty.
    fn packs(&self, files: &mut Vec<FileReference>) {
        for (index, pack) in self.items("packs") {
            if let Some(path) = pack["path"].as_str() {
                let field = format!("packs[{index}].path");
                push(files, field, path, Importance::Pack);
            }
        }
    }

    /// What Foundry shows of the package in its lists.
    fn pictures(&self, files: &mut Vec<FileReference>) {
        for (list, members) in [("media", &["url", "thumbnail"][..]), ("packs", &["banner"])] {
            for (index, item) in self.items(list) {
                for member in members {
                    let path = item[*member].as_str().unwrap_or_default();
                    let field = format!("{list}[{index}].{member}");
                    push(files, field, path, Importance::Picture);
                }
            }
        }
        let background = self.text("background").unwrap_or_default();
        push(
            files,
            "background".to_owned(),
            background,
            Importance::Picture,
        );
    }

    /// The objects of a list, with their places in it.
    pub(crate) fn items(&self, field: &str) -> impl Iterator<Item = (usize, &Value)> {
        let items = self.fields.get(field).and_then(Value::as_array);
        items
            .into_iter()
            .flatten()
            .enumerate()
            .filter(|(_, item)| item.is_object())
    }
}

/// Adds a path unless it is blank.
fn push(files: &mut Vec<FileReference>, field: String, path: &str, importance: Importance) {
    if !path.trim().is_empty() {
        let path = path.to_owned();
        files.push(FileReference {
            field,
            path,
            importance,
        });
    }
}
