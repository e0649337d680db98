//! WebAssembly memory: of what it takes to publish and to fetch large archives.

use std::fs;

use anyhow::Result;
use serde_json::json;

use super::{
    Options, script,
    servers::{self, TOKEN},
};
use crate::{platform::Manifests, repository::Repository};

/// Publishes archives of growing size on both runtimes, and fetches them. On Spin that is always the
/// test host: Spin does not tell how much memory an instance takes.
pub fn measure(repository: &Repository, _: &Options) -> Result<()> {
    let own = servers::functions(repository)?;
    let manifests = || Manifests::read(repository);
    let place = "bench-memory";
    let workers = servers::on_workerd(repository, place, manifests()?, own.clone())?;
    let node = servers::on_test_host(repository, place, manifests()?, own)?;
    let report = format!("{}/.well-known/spin-host/report", node.origin("webhook")?);
    let folder = repository.target()?.join("bench");
    fs::create_dir_all(&folder)?;
    let input = json!({
        "folder": folder,
        "token": TOKEN,
        "servers": [
            {
                "name": workers.name,
                "webhook": workers.origin("webhook")?,
                "manifest": workers.origin("manifest")?,
            },
            {
                "name": node.name,
                "webhook": node.origin("webhook")?,
                "manifest": node.origin("manifest")?,
                "report": report,
            },
        ],
    });
    script(repository, "published.mjs", &[input.to_string()])
}
