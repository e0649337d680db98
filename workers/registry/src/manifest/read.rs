//! What a manifest says, read the way Foundry reads it, legacy forms included.

use serde_json::{Map, Value};

use super::Manifest;
use crate::{Compatibility, NameError, PackageId, Version, text};

impl Manifest {
    /// The package's id: `id`, or the `name` of manifests before version 10. Unchecked.
    pub fn id(&self) -> Option<&str> {
        self.text("id").or_else(|| self.text("name"))
    }

    /// The package's id, checked; `None` where there is none.
    ///
    /// # Errors
    /// [`NameError`] where it is no valid id.
    pub fn package_id(&self) -> Option<Result<PackageId, NameError>> {
        self.id().map(PackageId::parse)
    }

    /// Whether the manifest names its package as before version 10 only, by `name`.
    pub fn is_legacy(&self) -> bool {
        self.text("id").is_none() && self.text("name").is_some()
    }

    /// The human-readable title, or the id where there is none.
    pub fn title(&self) -> Option<&str> {
        self.text("title").or_else(|| self.id())
    }

    /// The version as written; a JSON number becomes the text that it is written with.
    pub fn version_text(&self) -> Option<String> {
        self.fields.get("version").and_then(scalar)
    }

    /// The version, checked; `None` where there is none.
    ///
    /// # Errors
    /// [`NameError`] where it is no valid version, for example because it begins with `v`.
    pub fn version(&self) -> Option<Result<Version, NameError>> {
        self.version_text().map(|text| Version::parse(&text))
    }

    /// What Foundry versions the package is for: `compatibility`, or where there is none
    /// `minimumCoreVersion` and `compatibleCoreVersion`. Numbers become text.
    pub fn compatibility(&self) -> Compatibility {
        match self.fields.get("compatibility") {
            Some(Value::Object(fields)) => Compatibility {
                minimum: member(fields, "minimum"),
                verified: member(fields, "verified"),
                maximum: member(fields, "maximum"),
            },
            _ => self.legacy_compatibility(),
        }
    }

    /// What the fields of before version 10 say of Foundry versions.
    pub(super) fn legacy_compatibility(&self) -> Compatibility {
        Compatibility {
            minimum: member(&self.fields, "minimumCoreVersion"),
            verified: member(&self.fields, "compatibleCoreVersion"),
            maximum: None,
        }
    }

    /// The names of the authors, from `authors` (objects or texts) or `author`.
    pub fn authors(&self) -> Vec<String> {
        let name = |author: &Value| match author {
            Value::String(name) => Some(name.clone()),
            Value::Object(fields) => member(fields, "name"),
            _ => None,
        };
        match self.fields.get("authors") {
            Some(Value::Array(authors)) if !authors.is_empty() => {
                authors.iter().filter_map(name).collect()
            }
            Some(Value::String(author)) if !author.is_empty() => vec![author.clone()],
            _ => self.text("author").map(str::to_owned).into_iter().collect(),
        }
    }

    /// The URL of the package's icon: the first of its `media` that is one and is on the web.
    pub fn icon(&self) -> Option<String> {
        let media = self.fields.get("media")?.as_array()?;
        let mut icons = media.iter().filter(|medium| medium["type"] == "icon");
        icons.find_map(|icon| text::web_url(icon["url"].as_str()?))
    }

    /// The text of a field, where it is a text that is not blank.
    pub fn text(&self, field: &str) -> Option<&str> {
        let text = self.fields.get(field)?.as_str()?;
        (!text.trim().is_empty()).then_some(text)
    }
}

/// A member that is a number or a text that is not blank, as text.
pub(super) fn member(fields: &Map<String, Value>, name: &str) -> Option<String> {
    fields.get(name).and_then(scalar)
}

/// A number or a text that is not blank, as text.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
