//! The module that the demo publishes: small, but one that Foundry would load.

use serde_json::{Map, Value, json};
use testkit::package::{Layout, Package};

use super::pack;

/// Its id.
pub const ID: &str = "greeting-stones";

/// The repository that releases it.
pub const REPOSITORY: &str = "demo/greeting-stones";

const SCRIPT: &str = r#"// Greets everybody who enters a world.
Hooks.once("ready", () => {
  const text = game.i18n.format("GREETING.Welcome", { name: game.user.name });
  ui.notifications.info(text);
});
"#;

const STYLE: &str = ".greeting-stone { border-radius: 50%; box-shadow: 0 0 8px #4b9; }\n";

/// Where a release's archive is on GitHub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// In the source archive of its tag.
    Tag,
    /// Uploaded to it.
    Asset,
}

impl Source {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tag => "source archive of the tag",
            Self::Asset => "uploaded asset",
        }
    }
}

/// A version of the module, packed.
#[derive(Debug, Clone)]
pub struct Released {
    /// The version.
    pub version: String,
    /// Where its archive is.
    pub source: Source,
    /// The archive.
    pub zip: Vec<u8>,
    /// The folder in it that everything is in, with its slash; empty where there is none.
    pub folder: String,
    /// How many files are in it beside the manifest.
    pub files: usize,
}

impl Released {
    /// Its tag.
    pub fn tag(&self) -> String {
        format!("v{}", self.version)
    }

    /// What its author says about it.
    pub fn notes(&self) -> String {
        format!(
            "What is new in {}: the stones know more people.\n",
            self.version
        )
    }
}

/// The module in one version, as its author uploads it, or as GitHub packs the tag.
pub fn released(version: &str, source: Source) -> Released {
    let layout = match source {
        Source::Tag => Layout::codeload(REPOSITORY),
        Source::Asset => Layout::Root,
    };
    let package = package(version, layout);
    Released {
        version: version.to_owned(),
        source,
        zip: package.zip(),
        folder: package.layout.folder(),
        files: package.files.len(),
    }
}

fn package(version: &str, layout: Layout) -> Package {
    let mut package = Package {
        manifest_name: "module.json",
        manifest: manifest(version),
        manifest_bytes: None,
        files: Vec::new(),
        layout,
        strays: Vec::new(),
    }
    .file("scripts/main.js", SCRIPT)
    .file("styles/main.css", STYLE)
    .file(
        "lang/en.json",
        language("Welcome, {name}. The stones remember you."),
    )
    .file(
        "lang/de.json",
        language("Willkommen, {name}. Die Steine erinnern sich."),
    )
    .file("README.md", format!("# Greeting Stones {version}\n"));
    for (name, bytes) in pack::files(&stones()) {
        package = package.file(&format!("packs/stones/{name}"), bytes);
    }
    package
}

fn manifest(version: &str) -> Map<String, Value> {
    let manifest = json!({
        "id": ID,
        "title": "Greeting Stones",
        "description": "<p>Stones that greet whoever enters the world.</p>",
        "version": version,
        "authors": [{ "name": "Demo Author" }],
        "compatibility": { "minimum": "12", "verified": "13" },
        "esmodules": ["scripts/main.js"],
        "styles": ["styles/main.css"],
        "languages": [
            { "lang": "en", "name": "English", "path": "lang/en.json" },
            { "lang": "de", "name": "Deutsch", "path": "lang/de.json" },
        ],
        "packs": [{
            "name": "stones", "label": "Stones", "type": "JournalEntry", "path": "packs/stones",
        }],
        "url": format!("https://github.com/{REPOSITORY}"),
        // Rewritten when it is published.
        "manifest": "",
        "download": "",
    });
    match manifest {
        Value::Object(manifest) => manifest,
        _ => Map::new(),
    }
}

fn language(welcome: &str) -> String {
    format!("{}\n", json!({ "GREETING": { "Welcome": welcome } }))
}

/// Journal entries, and the page of each, by their keys in the pack.
fn stones() -> Vec<(String, Value)> {
    let mut entries = Vec::new();
    for (number, name) in ["Amber", "Basalt", "Chalk"].into_iter().enumerate() {
        let (id, page) = (
            format!("greetingstone00{number}"),
            format!("greetingpage000{number}"),
        );
        let journal = json!({ "_id": id, "name": format!("The {name} Stone"), "pages": [page] });
        let text = json!({
            "_id": page, "name": "Inscription", "type": "text",
            "text": { "format": 1, "content": format!("<p>{name} greets you.</p>") },
        });
        entries.push((format!("!journal!{id}"), journal));
        entries.push((format!("!journal.pages!{id}.{page}"), text));
    }
    entries
}
