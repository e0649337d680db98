//! Workers and two nodes.

use std::{collections::BTreeMap, fs, path::PathBuf};

use anyhow::{Context, Result};

use crate::{
    http::{self, Content, Request, Response},
    runtime::Running,
    settings,
    target::{Runtime, Target},
    world::World,
};

/// Where all of them are reached, as a load balancer would have it.
const PUBLIC_URL: &str = "https://packages.example.com";

/// The bucket's name in wrangler.toml.
const BUCKET: &str = "vtta-edge";

const KEY_ID: &str = "test-only-access-key-id-77d0";
const KEY: &str = "test-only-secret-access-key-4e1b";

/// For how many seconds a node answers from its copy of what may change.
pub const FRESH: u64 = 2;

/// Workers and two nodes on their bucket.
pub struct Fleet {
    /// What the nodes run on.
    pub runtime: Runtime,
    /// The world around the Workers.
    pub workers: World,
    /// The world around the first node.
    pub node: World,
    /// The second node.
    pub other: Running,
    /// The Workers' process, which has the bucket.
    bucket: Option<Running>,
    bucket_variables: BTreeMap<String, String>,
}

impl Fleet {
    /// Starts all of them with an empty bucket.
    pub fn start(runtime: Runtime) -> Result<Self> {
        let mut variables = shared()?;
        variables.insert("STORE_ACCESS_KEY_ID".into(), KEY_ID.into());
        variables.insert("STORE_SECRET_ACCESS_KEY".into(), KEY.into());
        let running = Running::start(Runtime::Workerd, &variables, &empty(runtime, "workers")?)?;
        let authority = running.authority().to_owned();
        let (workers, bucket) = world(running, variables.clone())?;
        let told = told(&authority)?;
        let running = Running::start(runtime, &told, &empty(runtime, "node")?)?;
        let (node, running) = world(running, told)?;
        // It is never stopped but by the end of all.
        let node = keep(node, running);
        let told = self::told(&authority)?;
        let other = Running::start(runtime, &told, &empty(runtime, "other")?)?;
        Ok(Self {
            runtime,
            workers,
            node,
            other,
            bucket: Some(bucket),
            bucket_variables: variables,
        })
    }

    /// Kills the Workers, and their bucket with them.
    pub fn stop_bucket(&mut self) -> Result<()> {
        let mut bucket = self.bucket.take().context("it is there")?;
        bucket.kill()
    }

    /// Starts them again where they were.
    pub fn start_bucket(&mut self) -> Result<()> {
        let folder = folder(self.runtime, "workers");
        let authority = self.workers.target.authority.clone();
        let running = Running::start_at(
            Runtime::Workerd,
            &self.bucket_variables,
            &folder,
            &authority,
        )?;
        self.bucket = Some(running);
        Ok(())
    }

    /// What the second node answers.
    pub fn ask_other(&self, target: &str) -> Result<Response> {
        ask(self.other.authority(), target)
    }

    /// A node that is told all but where the bucket is.
    pub fn half_configured(&self) -> Result<Running> {
        let mut variables = told(&self.workers.target.authority)?;
        variables.remove("STORE_BUCKET");
        Running::start_unhealthy(self.runtime, &variables, &empty(self.runtime, "half")?)
    }

    /// The files that get what the nodes print.
    pub fn logs(&self) -> Vec<PathBuf> {
        let names = ["node", "other", "half"];
        let logs = names.map(|name| folder(self.runtime, name).join("server.log"));
        logs.into()
    }

    /// What may stand in none of them.
    pub fn secrets(&self) -> [&'static str; 2] {
        [KEY_ID, KEY]
    }
}

/// A GET without anything.
pub fn ask(authority: &str, target: &str) -> Result<Response> {
    let request = Request {
        method: "GET",
        target,
        headers: &[],
        content: Content::Nothing,
    };
    http::send(authority, request, None)
}

/// What Workers and nodes are told alike, with fakes of their own.
fn shared() -> Result<BTreeMap<String, String>> {
    let mut variables = settings::shared()?;
    variables.insert("PUBLIC_URL".into(), PUBLIC_URL.into());
    Ok(variables)
}

/// What a node is told: the bucket of the Workers at `authority`.
fn told(authority: &str) -> Result<BTreeMap<String, String>> {
    let mut variables = shared()?;
    let origin = format!("http://{authority}");
    for (name, value) in [
        ("STORE_ENDPOINT", format!("{origin}/cdn-cgi/local/r2/s3")),
        ("STORE_BUCKET", BUCKET.to_owned()),
        ("STORE_ACCESS_KEY_ID", KEY_ID.to_owned()),
        ("STORE_SECRET_ACCESS_KEY", KEY.to_owned()),
        ("CACHE_SECONDS", FRESH.to_string()),
        ("ALLOW_STORE", origin),
    ] {
        variables.insert(name.to_owned(), value);
    }
    Ok(variables)
}

fn world(running: Running, variables: BTreeMap<String, String>) -> Result<(World, Running)> {
    let mut target = Target::around(running, variables);
    let running = target.take_running().context("it was just started")?;
    Ok((World::new(target)?, running))
}

fn keep(mut world: World, running: Running) -> World {
    let variables = world.target.variables.clone();
    world.target = Target::around(running, variables);
    world
}

fn folder(runtime: Runtime, name: &str) -> PathBuf {
    settings::folder(runtime, "fleet").join(name)
}

fn empty(runtime: Runtime, name: &str) -> Result<PathBuf> {
    let folder = folder(runtime, name);
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    Ok(folder)
}
