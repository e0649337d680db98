//! `wrangler.toml`, as far as the commands need it.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The whole file.
#[derive(Debug, Deserialize)]
pub struct Wrangler {
    /// Compatibility date of all Workers.
    pub compatibility_date: String,
    /// Per function, its environment.
    #[serde(rename = "env")]
    pub environments: BTreeMap<String, Environment>,
}

/// One function's environment.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Environment {
    /// The built script; none for one that has only files.
    pub main: Option<String>,
    /// How it is built.
    pub build: Build,
    /// What is routed to it.
    pub routes: Vec<Route>,
    /// Variables in the clear.
    pub vars: BTreeMap<String, String>,
    /// Secrets that must be there.
    pub secrets: Secrets,
    /// Object stores.
    pub r2_buckets: Vec<Bucket>,
    /// When it is called without a request.
    pub triggers: Triggers,
    /// Files served without code.
    pub assets: Option<Assets>,
    /// Logs and traces.
    pub observability: Observability,
}

/// A build command.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Build {
    /// The command line.
    pub command: String,
}

/// A route of a zone.
#[derive(Debug, Deserialize)]
pub struct Route {
    /// `host/path`, with a wildcard at most at the end.
    pub pattern: String,
    /// The zone that the host is in.
    pub zone_name: String,
}

impl Route {
    /// The host of the pattern.
    pub fn host(&self) -> &str {
        self.pattern.split('/').next().unwrap_or_default()
    }

    /// The path of the pattern, from its slash.
    pub fn path(&self) -> &str {
        &self.pattern[self.host().len()..]
    }
}

/// Names of secrets.
#[derive(Debug, Default, Deserialize)]
pub struct Secrets {
    /// Deployment and `dev` fail without them.
    pub required: Vec<String>,
}

/// An R2 bucket.
#[derive(Debug, Deserialize)]
pub struct Bucket {
    /// Its name inside the Worker.
    pub binding: String,
    /// Its name in the account.
    pub bucket_name: String,
}

/// Calls by the clock.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Triggers {
    /// Cron expressions.
    pub crons: Vec<String>,
}

/// Static files.
#[derive(Debug, Deserialize)]
pub struct Assets {
    /// Their folder.
    pub directory: String,
    /// Which addresses a page has.
    pub html_handling: String,
    /// What an unknown address gets.
    pub not_found_handling: String,
}

/// Logs and traces.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Observability {
    /// Whether the platform keeps them.
    pub enabled: bool,
    /// What is kept of logs.
    pub logs: Logs,
}

/// What the platform keeps of a function's logs.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub struct Logs {
    /// Whether a line of the platform's own, with the request's address, is kept of every request.
    pub invocation_logs: bool,
}

impl Default for Logs {
    fn default() -> Self {
        Self {
            invocation_logs: true,
        }
    }
}
