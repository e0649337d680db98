//! The server under test: one that is there already, or one that is started for the run.
//!
//! The environment says which:
//!
//! - `BASE` is the origin of a server that is there. What it was configured with is read from
//!   variables of the same names (`ADMIN_TOKEN`, `GITHUB_API_URL`, …); `RUNTIME` says what it is,
//!   and `SERVER_LOG` names the file that gets what it prints.
//! - Without `BASE` one is started on the runtime that `RUNTIME` names: `workerd`, `spin` or
//!   `spin-host`.

use std::{collections::BTreeMap, env, fs, path::PathBuf, str::FromStr};

use anyhow::{Context, Error, Result, bail};

use crate::{runtime::Running, settings};

/// What hosts the functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runtime {
    /// Cloudflare's, without Cloudflare.
    Workerd,
    /// `spin up`.
    Spin,
    /// The test host, where there is no Spin.
    SpinHost,
    /// Anything, such as a deployment.
    Other,
}

impl Runtime {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Workerd => "workerd",
            Self::Spin => "spin",
            Self::SpinHost => "spin-host",
            Self::Other => "other",
        }
    }

    /// What health checks call it.
    pub fn platform(self) -> &'static str {
        match self {
            Self::Workerd => "cloudflare",
            _ => "spin",
        }
    }
}

impl FromStr for Runtime {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "workerd" => Ok(Self::Workerd),
            "spin" => Ok(Self::Spin),
            "spin-host" => Ok(Self::SpinHost),
            other => bail!("no runtime {other:?}; there are workerd, spin and spin-host"),
        }
    }
}

/// The server under test.
pub struct Target {
    /// What hosts it.
    pub runtime: Runtime,
    /// `host:port`.
    pub authority: String,
    /// What it was configured with, secrets included.
    pub variables: BTreeMap<String, String>,
    /// The file that gets what it prints, if that is known.
    pub log: Option<PathBuf>,
    running: Option<Running>,
}

impl Target {
    /// The server that the environment names; `None` where it names none.
    ///
    /// # Errors
    /// Where it cannot be started, or the environment contradicts itself.
    pub fn from_environment() -> Result<Option<Self>> {
        let runtime = match env::var("RUNTIME") {
            Ok(name) => Some(name.parse()?),
            Err(_) => None,
        };
        match (env::var("BASE"), runtime) {
            (Ok(base), runtime) => Self::there(&base, runtime.unwrap_or(Runtime::Other)).map(Some),
            (Err(_), Some(runtime)) => Self::started(runtime).map(Some),
            (Err(_), None) => Ok(None),
        }
    }

    fn there(base: &str, runtime: Runtime) -> Result<Self> {
        let authority = base.trim_end_matches('/').strip_prefix("http://");
        let authority = authority.with_context(|| format!("BASE is {base:?}, not http://…"))?;
        let mut variables = BTreeMap::new();
        for name in settings::NAMES {
            if let Ok(value) = env::var(name) {
                variables.insert((*name).to_owned(), value);
            }
        }
        Ok(Self {
            runtime,
            authority: authority.to_owned(),
            variables,
            log: env::var_os("SERVER_LOG").map(PathBuf::from),
            running: None,
        })
    }

    fn started(runtime: Runtime) -> Result<Self> {
        let folder = settings::folder(runtime, "shared");
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .with_context(|| format!("cannot empty {}", folder.display()))?;
        }
        let variables = settings::shared()?;
        Ok(Self::around(
            Running::start(runtime, &variables, &folder)?,
            variables,
        ))
    }

    /// A server that is there and was configured with `variables`.
    pub fn at(authority: &str, variables: BTreeMap<String, String>) -> Self {
        Self {
            runtime: Runtime::Other,
            authority: authority.to_owned(),
            variables,
            log: None,
            running: None,
        }
    }

    /// A server that was started with `variables`.
    pub fn around(running: Running, variables: BTreeMap<String, String>) -> Self {
        Self {
            runtime: running.runtime(),
            authority: running.authority().to_owned(),
            variables,
            log: Some(running.log().to_owned()),
            running: Some(running),
        }
    }

    /// The server's process, where this program has started it; whoever takes it stops it.
    pub fn take_running(&mut self) -> Option<Running> {
        self.running.take()
    }

    /// The value of a variable; empty where it has none.
    pub fn variable(&self, name: &str) -> &str {
        self.variables
            .get(name)
            .map(String::as_str)
            .unwrap_or_default()
    }

    /// The origin in the URLs that the server hands out.
    pub fn public_url(&self) -> String {
        match self.variable("PUBLIC_URL") {
            "" => format!("http://{}", self.authority),
            url => url.trim_end_matches('/').to_owned(),
        }
    }

    /// The values that nobody may ever read, by name.
    pub fn secrets(&self) -> Vec<(String, String)> {
        let mut secrets = Vec::new();
        for name in ["ADMIN_TOKEN", "GITHUB_WEBHOOK_SECRET", "GITHUB_TOKEN"] {
            secrets.push((name.to_owned(), self.variable(name).to_owned()));
        }
        let webhook = self.variable("DISCORD_WEBHOOK_URL");
        let own = webhook.rsplit('/').next().unwrap_or_default();
        secrets.push(("DISCORD_WEBHOOK_URL".to_owned(), own.to_owned()));
        let tokens = self.variable("FOUNDRY_RELEASE_TOKENS");
        let tokens: BTreeMap<String, String> = serde_json::from_str(tokens).unwrap_or_default();
        let lists = ["PROXY_ACCESS_TOKENS", "PROXY_SIGNING_KEYS"];
        for name in lists {
            for secret in self.variable(name).split(',') {
                let own = secret.rsplit(':').next().unwrap_or_default();
                secrets.push((name.to_owned(), own.to_owned()));
            }
        }
        let name = |package| format!("FOUNDRY_RELEASE_TOKENS of {package}");
        secrets.extend(
            tokens
                .into_iter()
                .map(|(package, token)| (name(package), token)),
        );
        secrets.retain(|(_, secret)| !secret.is_empty());
        secrets
    }
}
