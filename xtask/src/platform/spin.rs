//! `spin.toml`, as far as the commands need it.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Whether a variable (in upper case) says where a Spin node's objects are. Workers have a binding
/// for that, so they and what is said of each function know none of these.
pub fn is_of_store(name: &str) -> bool {
    name.starts_with("STORE_") || name.starts_with("CACHE_")
}

/// The whole file.
#[derive(Debug, Deserialize)]
pub struct Spin {
    /// Version of the format; 2.
    pub spin_manifest_version: u32,
    /// The application as a whole.
    pub application: Application,
    /// The application's variables.
    #[serde(default)]
    pub variables: BTreeMap<String, Variable>,
    /// What calls the components.
    pub trigger: Triggers,
    /// Per function, its component.
    #[serde(rename = "component")]
    pub components: BTreeMap<String, Component>,
}

/// The application.
#[derive(Debug, Deserialize)]
pub struct Application {
    /// Its version.
    pub version: String,
}

/// A variable of the application.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Variable {
    /// Whether it must be given.
    pub required: bool,
    /// Its value when not given.
    pub default: Option<String>,
    /// Whether it is kept out of logs.
    pub secret: bool,
}

/// The triggers by kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Triggers {
    /// Requests.
    pub http: Vec<HttpTrigger>,
}

/// A route.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpTrigger {
    /// A path, with `...` at most as its end.
    pub route: String,
    /// Who answers.
    pub component: String,
}

/// One function's component.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// The built wasm.
    pub source: String,
    /// Databases it may open.
    #[serde(default)]
    pub sqlite_databases: Vec<String>,
    /// Where it may connect to.
    #[serde(default)]
    pub allowed_outbound_hosts: Vec<String>,
    /// Its variables, as templates of the application's.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// Files it sees.
    #[serde(default)]
    pub files: Vec<Files>,
    /// How it is built.
    pub build: Build,
}

/// A folder that a component sees.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// Where it is.
    pub source: String,
    /// Where the component sees it.
    pub destination: String,
}

/// A build command.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// The command line.
    pub command: String,
}
