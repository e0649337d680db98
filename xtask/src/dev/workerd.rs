//! Workers under workerd, as wrangler.toml describes them.

use std::{collections::BTreeMap, fs, path::PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;

use super::{Options, Server, Variables, variables};
use crate::{platform::Manifests, repository::Repository, run};

/// The program that serves, for Node; part of this one.
const SCRIPT: &str = include_str!("workerd.mjs");

/// What workerd.mjs reads.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Serve {
    package_json: PathBuf,
    host: String,
    port: u16,
    state: PathBuf,
    compatibility_date: String,
    workers: Vec<Worker>,
    files: Vec<Files>,
    s3_credentials: Option<S3Credentials>,
}

/// What the buckets' S3 API is opened with.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct S3Credentials {
    access_key_id: String,
    secret_access_key: String,
}

/// A Worker of code.
#[derive(Serialize)]
struct Worker {
    name: String,
    folder: PathBuf,
    routes: Vec<String>,
    bindings: BTreeMap<String, String>,
    buckets: BTreeMap<String, String>,
    crons: Vec<String>,
}

/// A Worker of files.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Files {
    name: String,
    directory: PathBuf,
    html_handling: String,
    not_found_handling: String,
}

/// Starts it; what it stores is in `workerd` of the state folder.
pub fn start(repository: &Repository, options: &Options) -> Result<Server> {
    let serve = describe(repository, options)?;
    let mut node = run::program(repository, repository.node_bin().join("node"));
    // Node sees by itself that this is a module. Told so by an option, it would
    // take the scripts of Miniflare's own threads for modules too.
    node.args(["--eval", SCRIPT]);
    let input = serde_json::to_string(&serve)?;
    fs::create_dir_all(&serve.state)
        .with_context(|| format!("cannot create {}", serve.state.display()))?;
    Server::start("workerd", options, node, &input)
}

/// What workerd.mjs is told; an error names what is not set.
pub fn describe(repository: &Repository, options: &Options) -> Result<Serve> {
    let Manifests {
        folder,
        wrangler,
        spin,
    } = &options.manifests;
    let mut given = options.variables.clone();
    given.set_default("PUBLIC_URL", &options.origin());
    // Whoever changes something here wants to see it at once.
    given.set_default("CACHE_SECONDS", "0");
    let mut serve = Serve {
        package_json: repository.path("package.json"),
        host: options.listen.ip().to_string(),
        port: options.listen.port(),
        state: options.state.join("workerd"),
        compatibility_date: wrangler.compatibility_date.clone(),
        workers: Vec::new(),
        files: Vec::new(),
        s3_credentials: s3_credentials(&given),
    };
    for function in &options.functions {
        let name = &function.name;
        let environment = wrangler
            .environments
            .get(name)
            .with_context(|| format!("wrangler.toml has no [env.{name}]"))?;
        if let Some(assets) = &environment.assets {
            serve.files.push(Files {
                name: name.clone(),
                directory: folder.join(&assets.directory),
                html_handling: assets.html_handling.clone(),
                not_found_handling: assets.not_found_handling.clone(),
            });
        }
        if environment.main.is_none() {
            continue;
        }
        let buckets = environment.r2_buckets.iter();
        let component = spin.components.get(name);
        serve.workers.push(Worker {
            name: name.clone(),
            folder: function.output(),
            // Whatever host this is reached by.
            routes: environment
                .routes
                .iter()
                .map(|route| format!("*{}", route.path()))
                .collect(),
            bindings: variables::of_worker(environment, component, spin, &given)?,
            buckets: buckets
                .map(|bucket| (bucket.binding.clone(), bucket.bucket_name.clone()))
                .collect(),
            crons: environment.triggers.crons.clone(),
        });
    }
    Ok(serve)
}

/// Where the key of a bucket is given, the local buckets answer the S3 API too, as Cloudflare's do,
/// so that a Spin node can share them.
fn s3_credentials(given: &Variables) -> Option<S3Credentials> {
    Some(S3Credentials {
        access_key_id: given.get("STORE_ACCESS_KEY_ID")?.into(),
        secret_access_key: given.get("STORE_SECRET_ACCESS_KEY")?.into(),
    })
}
