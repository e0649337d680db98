//! Manifests of before version 10, made readable for later versions as well.
//!
//! Foundry's [migration guide](https://foundryvtt.com/article/manifest-migration-guide/) names the
//! pairs: `name` → `id`; `minimumCoreVersion`, `compatibleCoreVersion` → `compatibility`;
//! `dependencies`, `system` → `relationships`. Versions 10 to 13 make the new fields in memory,
//! later ones need not; what is made here is what those make, so no version reads a manifest
//! differently for it. The new fields are put right behind the old ones, which stay, because
//! version 9 reads nothing else. `entity` of packs is left alone: every version reads it.

use serde_json::{Map, Value, json};

use super::{Manifest, read::member};
use crate::PackageType;

impl Manifest {
    /// Adds the fields that later versions read in place of old ones. A field that is there
    /// already is never touched, save an `id` that is none: a blank text, a number, a `null`.
    pub(super) fn modernise(&mut self, kind: PackageType) {
        if self.is_legacy()
            && let Some(name) = self.text("name").map(str::to_owned)
        {
            self.insert_behind(&["name"], "id", Value::String(name));
        }
        self.add_compatibility();
        self.add_relationships(kind);
    }

    fn add_compatibility(&mut self) {
        let old = self.legacy_compatibility();
        if self.fields.contains_key("compatibility") || old.is_empty() {
            return;
        }
        let mut compatibility = Map::new();
        for (field, version) in [("minimum", old.minimum), ("verified", old.verified)] {
            if let Some(version) = version {
                compatibility.insert(field.to_owned(), Value::String(version));
            }
        }
        self.insert_behind(
            &["minimumCoreVersion", "compatibleCoreVersion"],
            "compatibility",
            Value::Object(compatibility),
        );
    }

    fn add_relationships(&mut self, kind: PackageType) {
        if self.fields.contains_key("relationships") {
            return;
        }
        let (systems, requires): (Vec<Value>, Vec<Value>) = match self.fields.get("dependencies") {
            Some(Value::Array(_)) => self
                .dependencies()
                .partition(|related| related["type"] == "system"),
            // A world's `system` is the one it is made for, in every version.
            _ if kind == PackageType::Module => (self.systems(), Vec::new()),
            _ => return,
        };
        let mut relationships = Map::new();
        for (field, packages) in [("systems", systems), ("requires", requires)] {
            if !packages.is_empty() {
                relationships.insert(field.to_owned(), Value::Array(packages));
            }
        }
        if !relationships.is_empty() {
            self.insert_behind(
                &["dependencies", "system"],
                "relationships",
                Value::Object(relationships),
            );
        }
    }

    /// The `dependencies`, as `relationships` writes them.
    fn dependencies(&self) -> impl Iterator<Item = Value> {
        self.items("dependencies").filter_map(|(_, dependency)| {
            let fields = dependency.as_object()?;
            let id = member(fields, "id").or_else(|| member(fields, "name"))?;
            let kind = member(fields, "type").unwrap_or_else(|| "module".to_owned());
            let mut related = Map::new();
            related.insert("id".to_owned(), Value::String(id));
            related.insert("type".to_owned(), Value::String(kind));
            if let Some(url) = member(fields, "manifest") {
                related.insert("manifest".to_owned(), Value::String(url));
            }
            Some(Value::Object(related))
        })
    }

    /// The game systems of a module's `system`, which is an id or a list of ids.
    fn systems(&self) -> Vec<Value> {
        let ids = match self.fields.get("system") {
            Some(Value::Array(ids)) => ids.as_slice(),
            Some(id) => std::slice::from_ref(id),
            None => &[],
        };
        ids.iter()
            .filter_map(Value::as_str)
            .filter(|id| !id.trim().is_empty())
            .map(|id| json!({"id": id, "type": "system"}))
            .collect()
    }

    /// Inserts a field right behind the last of `neighbours` that is there, else at the end. A
    /// field that is there already, which says nothing that can be read, gets the value in its
    /// place.
    fn insert_behind(&mut self, neighbours: &[&str], field: &str, value: Value) {
        if let Some(unreadable) = self.fields.get_mut(field) {
            *unreadable = value;
            return;
        }
        let last = self
            .fields
            .keys()
            .rposition(|key| neighbours.contains(&key.as_str()));
        let place = last.map_or(self.fields.len(), |index| index + 1);
        self.fields.shift_insert(place, field.to_owned(), value);
    }
}
