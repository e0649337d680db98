//! The manifest as it stands in the file, key by key.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Table, Value};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) spin_manifest_version: u32,
    pub(super) application: Application,
    #[serde(default)]
    pub(super) variables: BTreeMap<String, Variable>,
    pub(super) trigger: Triggers,
    #[serde(default)]
    pub(super) component: BTreeMap<String, Component>,
}

/// `[application]`: only the name matters here, the rest is read so that it is allowed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "keys that are allowed and change nothing in a test"
)]
pub(super) struct Application {
    pub(super) name: String,
    version: Option<String>,
    description: Option<String>,
    authors: Option<Vec<String>>,
    targets: Option<Value>,
    tool: Option<Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Variable {
    #[serde(default)]
    pub(super) required: bool,
    pub(super) default: Option<String>,
    #[serde(default)]
    pub(super) secret: bool,
    #[serde(rename = "description")]
    _description: Option<String>,
}

/// Only `[[trigger.http]]` is served.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Triggers {
    pub(super) http: Vec<HttpTrigger>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HttpTrigger {
    pub(super) route: String,
    pub(super) component: String,
    pub(super) executor: Option<Executor>,
    #[serde(rename = "id")]
    _id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Executor {
    #[serde(rename = "type")]
    pub(super) kind: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Component {
    /// A path; Spin also takes tables (URL, registry), which fail here by their type.
    pub(super) source: String,
    #[serde(default)]
    pub(super) files: Vec<Mount>,
    #[serde(default)]
    pub(super) allowed_outbound_hosts: Vec<String>,
    #[serde(default)]
    pub(super) sqlite_databases: Vec<String>,
    #[serde(default)]
    pub(super) environment: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) variables: BTreeMap<String, String>,
    #[serde(default)]
    key_value_stores: Vec<String>,
    #[serde(default)]
    ai_models: Vec<String>,
    #[serde(default)]
    allowed_http_hosts: Vec<String>,
    #[serde(default)]
    exclude_files: Vec<String>,
    #[serde(default)]
    dependencies: Table,
    #[serde(default)]
    profile: Table,
    #[serde(rename = "description")]
    _description: Option<String>,
    #[serde(rename = "build")]
    _build: Option<Table>,
    #[serde(rename = "tool")]
    _tool: Option<Table>,
    #[serde(rename = "targets")]
    _targets: Option<Value>,
}

/// `files = [{ source = "folder", destination = "/" }]`; glob strings are not served.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mount {
    pub(super) source: String,
    pub(super) destination: String,
}

impl Component {
    /// The first key that asks for something this host does not have.
    pub(super) fn first_not_offered(&self) -> Option<&'static str> {
        [
            ("key_value_stores", self.key_value_stores.is_empty()),
            ("ai_models", self.ai_models.is_empty()),
            ("allowed_http_hosts", self.allowed_http_hosts.is_empty()),
            ("exclude_files", self.exclude_files.is_empty()),
            ("dependencies", self.dependencies.is_empty()),
            ("profile", self.profile.is_empty()),
        ]
        .into_iter()
        .find_map(|(key, unused)| (!unused).then_some(key))
    }
}
