//! A fake of Foundry's Package Release API.
//!
//! Requests, keys and the success answers are those of its article and of clients that are in use;
//! the inner shape of errors, and the status for a wrong token, are what clients expect, since the
//! article does not say.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
};

use serde_json::{Map, Value, json};

use super::{
    Asked, Listener, Reply, Rule, Server, client,
    script::{Script, lock},
};
use crate::memory::MemoryHost;

/// The one path that the fake knows.
pub const PATH: &str = "/_api/packages/release_version/";

#[derive(Default)]
struct State {
    tokens: BTreeMap<String, String>,
    releases: Vec<Value>,
    dry_runs: Vec<Value>,
    checks_manifests: bool,
}

struct Inner {
    origin: String,
    state: Mutex<State>,
    script: Script,
}

/// The fake; clones are the same one.
#[derive(Clone)]
pub struct Foundry(Arc<Inner>);

/// The fake on loopback; it stops when this is dropped.
pub struct FoundryServer {
    /// The fake.
    pub foundry: Foundry,
    _server: Server,
}

impl Foundry {
    fn new(origin: String) -> Self {
        Self(Arc::new(Inner {
            origin,
            state: Mutex::default(),
            script: Script::default(),
        }))
    }

    /// A fake that answers `host` and its peers as `https://foundryvtt.com`.
    pub fn in_memory(host: &MemoryHost) -> Self {
        let foundry = Self::new("https://foundryvtt.com".into());
        host.serve("https://foundryvtt.com", foundry.service());
        foundry
    }

    /// A fake on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// Where none can be had.
    pub fn start() -> io::Result<FoundryServer> {
        Self::start_at(0)
    }

    /// A fake on this port of 127.0.0.1.
    ///
    /// # Errors
    /// Where it cannot be had.
    pub fn start_at(port: u16) -> io::Result<FoundryServer> {
        let listener = Listener::bind(port)?;
        let foundry = Self::new(listener.url());
        let server = listener.serve(foundry.service());
        Ok(FoundryServer {
            foundry,
            _server: server,
        })
    }

    fn service(&self) -> impl Fn(&Asked) -> Reply + Send + Sync + 'static {
        let foundry = self.clone();
        move |asked: &Asked| {
            let script = &foundry.0.script;
            script.answer(asked, || foundry.answer(asked))
        }
    }

    /// Its origin, for `FOUNDRY_API_URL`.
    pub fn url(&self) -> &str {
        &self.0.origin
    }

    /// Registers `package`, whose releases `token` may tell.
    pub fn token(&self, package: &str, token: &str) {
        let mut state = lock(&self.0.state);
        state.tokens.insert(package.to_owned(), token.to_owned());
    }

    /// Whether the manifest that a release names is fetched and compared, as Foundry does. It must
    /// be reachable by plain `http` then.
    pub fn check_manifests(&self, check: bool) {
        lock(&self.0.state).checks_manifests = check;
    }

    /// The requests that were accepted, dry runs left out.
    pub fn releases(&self) -> Vec<Value> {
        lock(&self.0.state).releases.clone()
    }

    /// The dry runs that were accepted.
    pub fn dry_runs(&self) -> Vec<Value> {
        lock(&self.0.state).dry_runs.clone()
    }

    /// Adds a rule; earlier ones go first.
    pub fn script(&self, rule: Rule) {
        self.0.script.add(rule);
    }

    /// Takes all rules away.
    pub fn behave(&self) {
        self.0.script.clear();
    }

    /// Every request.
    pub fn requests(&self) -> Vec<Asked> {
        self.0.script.requests()
    }

    fn answer(&self, asked: &Asked) -> Reply {
        if asked.path != PATH {
            return Reply::new(404)
                .with("content-type", "text/html")
                .body("<h1>Not Found</h1>");
        }
        if asked.method != "POST" {
            return Reply::new(405);
        }
        let request = asked.json();
        let package = request["id"].as_str().unwrap_or_default();
        let (token, checks_manifests) = {
            let state = lock(&self.0.state);
            (state.tokens.get(package).cloned(), state.checks_manifests)
        };
        // The token stands bare in the header, without `Bearer`.
        if token.is_none() || asked.header("authorization") != token.as_deref() {
            return errors(
                403,
                "__all__",
                "Invalid package or token.",
                "permission_denied",
            );
        }
        let kind = asked.header("content-type").unwrap_or_default();
        if !kind.starts_with("application/json") {
            return errors(400, "__all__", "The body must be JSON.", "invalid");
        }
        if let Some(refusal) = self.check(package, &request, checks_manifests) {
            return refusal;
        }
        self.accept(package, &request)
    }

    fn check(&self, package: &str, request: &Value, checks_manifests: bool) -> Option<Reply> {
        let release = &request["release"];
        for name in ["version", "manifest"] {
            if release[name].as_str().is_none_or(str::is_empty) {
                return Some(errors(400, name, "This field is required.", "required"));
            }
        }
        for name in ["minimum", "verified"] {
            if !release["compatibility"][name].is_string() {
                return Some(errors(
                    400,
                    "compatibility",
                    "This field is required.",
                    "required",
                ));
            }
        }
        let releases = self.releases();
        let same = |told: &&Value| {
            told["id"] == package && told["release"]["version"] == release["version"]
        };
        if releases.iter().any(|told| same(&told)) {
            let text = "Package Version with this Package and Version already exists.";
            return Some(errors(400, "__all__", text, "unique_together"));
        }
        let manifest = release["manifest"].as_str().unwrap_or_default();
        match checks_manifests.then(|| compare(manifest, package, &release["version"])) {
            Some(Err(text)) => Some(errors(400, "manifest", &text, "invalid")),
            Some(Ok(())) | None => None,
        }
    }

    fn accept(&self, package: &str, request: &Value) -> Reply {
        let mut state = lock(&self.0.state);
        // Only this key is known; `dry_run` is ignored, as Foundry is reported to do.
        if request["dry-run"] == true {
            state.dry_runs.push(request.clone());
            let message = "Dry run completed successfully. To save, submit the request again \
                           without dry-run";
            return Reply::json(200, &json!({ "status": "success", "message": message }));
        }
        let page = format!("{}/packages/{package}/edit", self.0.origin);
        state.releases.push(request.clone());
        Reply::json(200, &json!({ "status": "success", "page": page }))
    }
}

/// Foundry's answer to somebody who tells releases too fast.
pub fn limited(retry_after: u64) -> Reply {
    errors(429, "__all__", "Rate limit exceeded.", "throttled")
        .with("retry-after", retry_after.to_string())
}

/// Foundry's form of an error of one field.
pub fn errors(status: u16, field: &str, message: &str, code: &str) -> Reply {
    let mut errors = Map::new();
    errors.insert(
        field.to_owned(),
        json!([{ "message": message, "code": code }]),
    );
    Reply::json(status, &json!({ "status": "error", "errors": errors }))
}

fn compare(manifest: &str, package: &str, version: &Value) -> Result<(), String> {
    let answer = client::get(manifest).map_err(|error| format!("{manifest}: {error}"))?;
    if answer.status != 200 {
        return Err(format!("{manifest} answered {}", answer.status));
    }
    let found: Value = serde_json::from_slice(&answer.body)
        .map_err(|error| format!("{manifest} is not JSON: {error}"))?;
    match found["id"] == package && found["version"] == *version {
        true => Ok(()),
        false => Err(format!(
            "{manifest} is the manifest of {} {}",
            found["id"], found["version"]
        )),
    }
}
