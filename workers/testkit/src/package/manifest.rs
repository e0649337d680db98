//! Manifests as authors ship them.

use serde_json::{Map, Value, json};

use super::{Layout, Package};
use crate::pattern;

impl Package {
    /// A module for Foundry 11 to 13, with a script, a style sheet, a language and a pack.
    pub fn module(id: &str, version: &str) -> Self {
        let manifest = json!({
            "id": id,
            "title": format!("The module {id}"),
            "description": "<p>Does something.</p>",
            "version": version,
            "authors": [{ "name": "An Author", "url": "https://author.example" }],
            "compatibility": { "minimum": "11", "verified": "13" },
            "esmodules": ["scripts/main.js"],
            "styles": ["styles/main.css"],
            "languages": [{ "lang": "en", "name": "English", "path": "lang/en.json" }],
            "packs": [{
                "name": "things", "label": "Things", "type": "Item", "system": "dnd5e",
                "path": "packs/things",
            }],
            "relationships": { "requires": [{ "id": "lib-wrapper", "type": "module" }] },
            "flags": { "hotReload": { "extensions": ["css"] } },
            "url": format!("https://github.com/owner/{id}"),
            "manifest": github(id, "latest/download/module.json"),
            "download": github(id, &format!("download/v{version}/module.zip")),
        });
        Self::new("module.json", manifest)
            .file("packs/things/CURRENT", "MANIFEST-000001\n")
            .file("packs/things/000002.log", pattern::piece(0, 5_000))
    }

    /// A system for Foundry 11 to 13.
    pub fn system(id: &str, version: &str) -> Self {
        let manifest = json!({
            "id": id,
            "title": format!("The system {id}"),
            "version": version,
            "compatibility": { "minimum": "11", "verified": "13" },
            "documentTypes": { "Actor": { "character": {} } },
            "esmodules": ["scripts/main.js"],
            "styles": ["styles/main.css"],
            "languages": [{ "lang": "en", "name": "English", "path": "lang/en.json" }],
            "grid": { "distance": 5, "units": "ft" },
            "manifest": github(id, "latest/download/system.json"),
            "download": github(id, &format!("download/v{version}/system.zip")),
        });
        Self::new("system.json", manifest)
    }

    /// A world for Foundry 12 and 13.
    pub fn world(id: &str, version: &str) -> Self {
        let manifest = json!({
            "id": id,
            "title": format!("The world {id}"),
            "version": version,
            "system": "dnd5e",
            "coreVersion": "13.350",
            "systemVersion": "5.0.4",
            "compatibility": { "minimum": "12", "verified": "13" },
            "esmodules": ["scripts/main.js"],
            "styles": ["styles/main.css"],
            "languages": [{ "lang": "en", "name": "English", "path": "lang/en.json" }],
            "manifest": github(id, "latest/download/world.json"),
            "download": github(id, &format!("download/v{version}/world.zip")),
        });
        Self::new("world.json", manifest)
    }

    /// A module as it was written for Foundry 0.8 and 9.
    pub fn legacy(name: &str, version: &str) -> Self {
        let manifest = json!({
            "name": name,
            "title": format!("The old module {name}"),
            "description": "Does something.",
            "version": version,
            "author": "An Author <author@example.com>",
            "minimumCoreVersion": "0.8.6",
            "compatibleCoreVersion": "9",
            "library": "false",
            "dependencies": [{ "name": "lib-wrapper", "type": "module" }],
            "esmodules": ["./scripts/main.js"],
            "styles": ["/styles/main.css"],
            "languages": [{ "lang": "en", "name": "English", "path": "lang/en.json" }],
            "packs": [{
                "name": "things", "label": "Things", "entity": "Item", "module": name,
                "path": "packs/things.db",
            }],
            "manifest": github(name, "latest/download/module.json"),
            "download": github(name, "latest/download/module.zip"),
        });
        Self::new("module.json", manifest).file("packs/things.db", "{\"_id\":\"a\"}\n")
    }

    /// A package with the manifest `manifest` and the files that all of these name.
    fn new(manifest_name: &'static str, manifest: Value) -> Self {
        let manifest = match manifest {
            Value::Object(manifest) => manifest,
            _ => Map::new(),
        };
        let script = "export const answer = 42;\n".repeat(100);
        Self {
            manifest_name,
            manifest,
            manifest_bytes: None,
            files: Vec::new(),
            layout: Layout::Root,
            strays: Vec::new(),
        }
        .file("scripts/main.js", script)
        .file("styles/main.css", ".window { color: #222; }\n")
        .file("lang/en.json", "{ \"greeting\": \"Hello\" }\n")
    }
}

fn github(id: &str, path: &str) -> String {
    format!("https://github.com/owner/{id}/releases/{path}")
}
