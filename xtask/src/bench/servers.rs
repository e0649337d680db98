//! What is measured, running: our functions and constants, on each runtime.

use std::{fs, net::TcpListener};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::{
    build,
    dev::{self, Runtime, Server, workerd},
    platform::{Manifests, Platform},
    repository::{Function, Repository},
    run,
    test::{spin_host, suites},
};

/// What administers the functions here.
pub const TOKEN: &str = "bench-only-admin-token-3c1d";

/// What answers a constant is compared with.
pub const CONSTANT: &str = include_str!("../../../tests/bench/constant/src/constant.json");

/// What the functions are given. Copies are kept for as long as `wrangler.toml` says.
const VARIABLES: &[(&str, &str)] = &[
    ("ADMIN_TOKEN", TOKEN),
    ("GITHUB_WEBHOOK_SECRET", "{secret}"),
    ("GITHUB_REPOSITORIES", "acme/*"),
    ("GITHUB_API_URL", "http://{host}"),
    ("GITHUB_ASSET_HOSTS", "{host}"),
    ("DISCORD_API_URL", "http://{discord}/api/v10"),
    ("FOUNDRY_API_URL", "http://{host}"),
    ("DISCORD_PUBLIC_KEY", suites::DISCORD_KEY),
    ("DISCORD_APPLICATION_ID", "1309400000000000001"),
    ("PROXY_ALLOWED_HOSTS", "{host}"),
    ("CACHE_SECONDS", "5"),
];

/// Functions on a runtime.
pub struct Running {
    /// The runtime; dropping it stops it.
    pub server: Server,
    /// Its name, for people.
    pub name: &'static str,
    /// Where each function is reached.
    origins: Vec<(String, String)>,
}

impl Running {
    /// Where the function `name` is reached.
    pub fn origin(&self, name: &str) -> Result<&str> {
        let found = self.origins.iter().find(|(function, _)| function == name);
        let (_, origin) = found.with_context(|| format!("{name} does not run here"))?;
        Ok(origin)
    }
}

/// The functions that take part.
pub fn functions(repository: &Repository) -> Result<Vec<Function>> {
    repository.select(&["manifest".into(), "webhook".into()])
}

/// A function that answers a constant.
pub fn constant(repository: &Repository) -> Function {
    Function {
        name: "constant".into(),
        entry: repository.path("tests/bench/constant"),
    }
}

/// `functions` on workerd, each on a port of its own, and a constant in JavaScript as `javascript`;
/// what they store is in a folder called `place`.
pub fn on_workerd(
    repository: &Repository,
    place: &str,
    manifests: Manifests,
    functions: Vec<Function>,
) -> Result<Running> {
    let named = (place, Runtime::Workerd);
    let options = suites::options(repository, named, manifests, functions, VARIABLES)?;
    build::all(
        repository,
        &options.manifests,
        &options.functions,
        &[Platform::Workers],
    )?;
    let mut ports = serde_json::Map::new();
    let mut origins = Vec::new();
    let names = options.functions.iter().map(|one| one.name.as_str());
    // Held until all are chosen, so that no two are the same; nor is any the one of all together.
    let mut held = vec![TcpListener::bind(options.listen).context("no port is free")?];
    for name in names.chain(["javascript"]) {
        let listener = TcpListener::bind("127.0.0.1:0").context("no port is free")?;
        let port = listener.local_addr()?.port();
        held.push(listener);
        ports.insert(name.to_owned(), port.into());
        origins.push((name.to_owned(), format!("http://127.0.0.1:{port}")));
    }
    drop(held);
    let serve = workerd::describe(repository, &options)?;
    let input = json!({ "serve": serve, "ports": ports, "constant": CONSTANT });
    let mut node = run::program(repository, repository.node_bin().join("node"));
    node.arg(repository.path("tests/bench/workers.mjs"));
    fs::create_dir_all(options.state.join("workerd"))?;
    let server = Server::start("workerd", &options, node, &input.to_string())?;
    let server = dev::health::wait(server, &["/".to_owned()])?;
    let name = "workerd";
    Ok(Running {
        server,
        name,
        origins,
    })
}

/// `functions` on Spin, or on the test host where there is no Spin; what they store is in a folder
/// called `place`.
pub fn on_spin(
    repository: &Repository,
    place: &str,
    manifests: Manifests,
    functions: Vec<Function>,
) -> Result<Running> {
    if dev::spin::find().is_err() {
        return on_test_host(repository, place, manifests, functions);
    }
    components(repository, place, manifests, functions, "Spin", dev::start)
}

/// `functions` on the test host, which is not built for speed.
pub fn on_test_host(
    repository: &Repository,
    place: &str,
    manifests: Manifests,
    functions: Vec<Function>,
) -> Result<Running> {
    let name = "the test host, not Spin";
    components(
        repository,
        place,
        manifests,
        functions,
        name,
        spin_host::start,
    )
}

fn components(
    repository: &Repository,
    place: &str,
    manifests: Manifests,
    functions: Vec<Function>,
    name: &'static str,
    start: fn(&Repository, &dev::Options) -> Result<Server>,
) -> Result<Running> {
    let named = (place, Runtime::Spin);
    let options = suites::options(repository, named, manifests, functions, VARIABLES)?;
    build::all(
        repository,
        &options.manifests,
        &options.functions,
        &[Platform::Spin],
    )?;
    let server = start(repository, &options)?;
    let origin = server.origin().to_owned();
    let functions = options.functions.iter();
    let origins = functions.map(|one| (one.name.clone(), origin.clone()));
    Ok(Running {
        origins: origins.collect(),
        server,
        name,
    })
}

/// Publishes an archive through the functions, as [`TOKEN`]'s holder may.
pub fn publish(repository: &Repository, running: &Running, id: &str) -> Result<()> {
    let input = json!({
        "origin": running.origin("webhook")?,
        "token": TOKEN,
        "id": id,
        "text": CONSTANT,
    });
    super::script(repository, "publish.mjs", &[input.to_string()])
}

/// What `checks.mjs` is told of a server; `only` names those of its processes that answer.
pub fn described(name: String, running: &Running, url: String, only: Option<&str>) -> Value {
    json!({ "name": name, "url": url, "pid": running.server.id(), "only": only })
}

/// The processes that answer on workerd; Node beside them only reads what they log.
pub const WORKERD: Option<&str> = Some("workerd");
