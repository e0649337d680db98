//! Manifests of before version 10, made readable for later versions as well.
//!
//! Foundry's own migration guide (https://foundryvtt.com/article/manifest-migration-guide/) names
//! the pairs: `name` → `id`; `minimumCoreVersion`, `compatibleCoreVersion` → `compatibility`;
//! `dependencies`, `system`, `minimumSystemVersion` → `relationships`. Versions 10 to 13 migrate
//! in memory, later ones need not. The new fields are put right behind the old ones, which stay,
//! because version 9 reads nothing else. `entity` of packs is left alone: every version reads it.

use serde_json::{Map, Value, json};

use super::{Manifest, read::member};
use crate::PackageType;

impl Manifest {
    /// Adds to a manifest that has only `name` the fields that later versions read. A field that
    /// is there already is never touched.
    pub(super) fn modernise(&mut self, kind: PackageType) {
        if !self.is_legacy() {
            return;
        }
        if let Some(name) = self.text("name").map(str::to_owned) {
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
        let requires = self.related_packages(|kind| kind != "system");
        let mut systems = self.related_packages(|kind| kind == "system");
        // A world's `system` is the one it is made for, in every version.
        if kind == PackageType::Module {
            systems.extend(self.named_systems(&systems));
        }
        if self.fields.contains_key("relationships") || requires.is_empty() && systems.is_empty() {
            return;
        }
        let mut relationships = Map::new();
        for (field, packages) in [("systems", systems), ("requires", requires)] {
            if !packages.is_empty() {
                relationships.insert(field.to_owned(), Value::Array(packages));
            }
        }
        self.insert_behind(
            &["dependencies", "system", "systems", "minimumSystemVersion"],
            "relationships",
            Value::Object(relationships),
        );
    }

    /// The `dependencies` whose type is wanted, as `relationships` writes them.
    fn related_packages(&self, wanted: impl Fn(&str) -> bool) -> Vec<Value> {
        self.items("dependencies")
            .filter_map(|(_, dependency)| {
                let fields = dependency.as_object()?;
                let id = member(fields, "id").or_else(|| member(fields, "name"))?;
                let kind = member(fields, "type").unwrap_or_else(|| "module".to_owned());
                if !wanted(&kind) {
                    return None;
                }
                let mut related = Map::new();
                related.insert("id".to_owned(), Value::String(id));
                related.insert("type".to_owned(), Value::String(kind));
                if let Some(url) = member(fields, "manifest") {
                    related.insert("manifest".to_owned(), Value::String(url));
                }
                Some(Value::Object(related))
            })
            .collect()
    }

    /// The game systems of a module's `system` or `systems` (a text or a list), without those
    /// that are `known` already.
    fn named_systems(&self, known: &[Value]) -> Vec<Value> {
        let named = ["system", "systems"]
            .iter()
            .filter_map(|field| self.fields.get(*field));
        let mut ids: Vec<&str> = Vec::new();
        for value in named {
            match value {
                Value::String(id) => ids.push(id),
                Value::Array(list) => ids.extend(list.iter().filter_map(Value::as_str)),
                _ => {}
            }
        }
        ids.retain(|id| !id.trim().is_empty() && !known.iter().any(|k| k["id"] == **id));
        ids.dedup();
        let minimum = member(&self.fields, "minimumSystemVersion").filter(|_| ids.len() == 1);
        ids.into_iter()
            .map(|id| match &minimum {
                Some(minimum) => {
                    json!({"id": id, "type": "system", "compatibility": {"minimum": minimum}})
                }
                None => json!({"id": id, "type": "system"}),
            })
            .collect()
    }

    /// Inserts a field right behind the last of `neighbours` that is there, else at the end.
    fn insert_behind(&mut self, neighbours: &[&str], field: &str, value: Value) {
        let last = self
            .fields
            .keys()
            .rposition(|key| neighbours.contains(&key.as_str()));
        let place = last.map_or(self.fields.len(), |index| index + 1);
        self.fields.shift_insert(place, field.to_owned(), value);
    }
}
