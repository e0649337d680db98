//! The Spin manifest, version 2: what this host reads of it, and what it refuses.
//!
//! The schema follows Spin's `crates/manifest/src/schema/v2.rs`. Keys that Spin does
//! not know are errors there and here. Keys that Spin knows and this host does not
//! serve are errors as well: a test must not pass because a setting was ignored.

mod schema;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::template::{Template, TemplateError};
use crate::variables::{self, Declaration};

/// The only database label that exists without a runtime configuration.
const DEFAULT_DATABASE: &str = "default";

/// Why a manifest cannot be hosted.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// The manifest's path.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// Not TOML, or not of the manifest's shape.
    #[error("not a Spin manifest: {0}")]
    Shape(#[from] toml::de::Error),
    /// A value that Spin refuses.
    #[error("{place}: {problem}")]
    Invalid {
        /// The table or key.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A value that Spin takes and this host does not serve.
    #[error("{place}: not offered by the test host: {what}")]
    NotOffered {
        /// The table or key.
        place: String,
        /// The feature.
        what: String,
    },
}

/// An application that this host can serve.
#[derive(Debug)]
pub struct Manifest {
    /// `[application] name`.
    pub name: String,
    /// `[variables]`, by name.
    pub variables: BTreeMap<String, Declaration>,
    /// `[[trigger.http]]`, in the file's order.
    pub routes: Vec<Route>,
    /// `[component.*]`, by id.
    pub components: BTreeMap<String, Component>,
}

/// One `[[trigger.http]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The pattern as written, for instance `/packages/...`.
    pub pattern: String,
    /// The component that answers.
    pub component: String,
}

/// One `[component.<id>]`.
#[derive(Debug)]
pub struct Component {
    /// The wasm file, an absolute path or relative to the working directory.
    pub source: PathBuf,
    /// Host folder and the guest path it is mounted at, read-only.
    pub files: Vec<(PathBuf, String)>,
    /// Patterns with templates.
    pub allowed_outbound_hosts: Vec<Template>,
    /// Database labels; `default` or nothing.
    pub databases: Vec<String>,
    /// Plain environment variables.
    pub environment: BTreeMap<String, String>,
    /// What the component can read through `spin:variables`.
    pub variables: BTreeMap<String, Template>,
}

impl Manifest {
    /// Reads and checks the manifest at `path`.
    ///
    /// # Errors
    /// See [`ManifestError`].
    pub fn read(path: &Path) -> Result<Self, ManifestError> {
        let text = std::fs::read_to_string(path).map_err(|source| ManifestError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text, path.parent().unwrap_or(Path::new("")))
    }

    /// Checks `text`; relative paths in it are meant from `folder`.
    ///
    /// # Errors
    /// See [`ManifestError`].
    pub fn parse(text: &str, folder: &Path) -> Result<Self, ManifestError> {
        let file: schema::File = toml::from_str(text)?;
        if file.spin_manifest_version != 2 {
            return Err(invalid("spin_manifest_version", "must be 2"));
        }
        let variables = declarations(file.variables)?;
        let components = file
            .component
            .into_iter()
            .map(|(id, table)| Ok((id.clone(), component(&id, table, folder, &variables)?)))
            .collect::<Result<BTreeMap<_, _>, ManifestError>>()?;
        let routes = file
            .trigger
            .http
            .into_iter()
            .map(|table| route(table, &components))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            name: file.application.name,
            variables,
            routes,
            components,
        })
    }

    /// Keeps only the named components and their routes.
    ///
    /// # Errors
    /// A name that no component has.
    pub fn select(&mut self, ids: &[String]) -> Result<(), ManifestError> {
        if let Some(unknown) = ids.iter().find(|id| !self.components.contains_key(*id)) {
            return Err(invalid("--components", format!("no component {unknown:?}")));
        }
        if !ids.is_empty() {
            self.components.retain(|id, _| ids.contains(id));
            self.routes.retain(|route| ids.contains(&route.component));
        }
        Ok(())
    }
}

fn declarations(
    tables: BTreeMap<String, schema::Variable>,
) -> Result<BTreeMap<String, Declaration>, ManifestError> {
    let mut declarations = BTreeMap::new();
    for (name, table) in tables {
        let place = format!("variables.{name}");
        variables::check_name(&name).map_err(|problem| invalid(&place, problem))?;
        if table.required == table.default.is_some() {
            return Err(invalid(
                place,
                "needs either `required = true` or a `default`",
            ));
        }
        declarations.insert(
            name,
            Declaration {
                default: table.default,
                secret: table.secret,
            },
        );
    }
    Ok(declarations)
}

fn route(
    table: schema::HttpTrigger,
    components: &BTreeMap<String, Component>,
) -> Result<Route, ManifestError> {
    let place = format!("trigger.http {:?}", table.route);
    if !components.contains_key(&table.component) {
        return Err(invalid(
            place,
            format!("no component {:?}", table.component),
        ));
    }
    if table
        .executor
        .is_some_and(|executor| executor.kind != "http")
    {
        return Err(not_offered(place, "executors other than http"));
    }
    Ok(Route {
        pattern: table.route,
        component: table.component,
    })
}

fn component(
    id: &str,
    table: schema::Component,
    folder: &Path,
    declared: &BTreeMap<String, Declaration>,
) -> Result<Component, ManifestError> {
    let place = |key: &str| format!("component.{id}.{key}");
    if let Some(key) = table.first_not_offered() {
        return Err(not_offered(place(key), key));
    }
    if let Some(label) = table
        .sqlite_databases
        .iter()
        .find(|label| *label != DEFAULT_DATABASE)
    {
        return Err(not_offered(
            place("sqlite_databases"),
            format!("database {label:?}"),
        ));
    }
    let template = |key: String, source: &str| {
        checked_template(source, declared).map_err(|error| invalid(key, error.to_string()))
    };
    let mut values = BTreeMap::new();
    for (name, source) in &table.variables {
        let place = place(&format!("variables.{name}"));
        variables::check_name(name).map_err(|problem| invalid(&place, problem))?;
        values.insert(name.clone(), template(place, source)?);
    }
    let hosts = table
        .allowed_outbound_hosts
        .iter()
        .map(|source| template(place("allowed_outbound_hosts"), source))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Component {
        source: folder.join(table.source),
        files: table
            .files
            .into_iter()
            .map(|mount| (folder.join(mount.source), mount.destination))
            .collect(),
        allowed_outbound_hosts: hosts,
        databases: table.sqlite_databases,
        environment: table.environment,
        variables: values,
    })
}

fn checked_template(
    source: &str,
    declared: &BTreeMap<String, Declaration>,
) -> Result<Template, TemplateError> {
    let template = Template::parse(source)?;
    let unknown = template
        .variables()
        .find(|name| !declared.contains_key(*name))
        .map(str::to_owned);
    match unknown {
        Some(name) => Err(TemplateError::Unknown(name)),
        None => Ok(template),
    }
}

fn invalid(place: impl Into<String>, problem: impl Into<String>) -> ManifestError {
    ManifestError::Invalid {
        place: place.into(),
        problem: problem.into(),
    }
}

fn not_offered(place: impl Into<String>, what: impl Into<String>) -> ManifestError {
    ManifestError::NotOffered {
        place: place.into(),
        what: what.into(),
    }
}

#[cfg(test)]
mod tests;
