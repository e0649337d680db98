//! Cold starts of every function.

use std::fs;

use anyhow::Result;
use serde_json::{Value, json};

use super::{Options, script, servers};
use crate::{
    build,
    platform::{Manifests, Platform},
    repository::Repository,
};

/// Builds every function and has its start measured.
pub fn measure(repository: &Repository, options: &Options) -> Result<()> {
    let manifests = Manifests::read(repository)?;
    let functions = repository.functions()?;
    build::all(repository, &manifests, &functions, &[Platform::Workers])?;
    let is_code = |function: &&_| manifests.runs(function, Platform::Workers);
    let workers: Vec<Value> = functions
        .iter()
        .filter(is_code)
        .map(|function| json!({ "name": function.name, "folder": function.output() }))
        .collect();
    let date = manifests.wrangler.compatibility_date.clone();
    let names: Vec<String> = functions.iter().map(|one| one.name.clone()).collect();
    let spin = servers::on_spin(repository, "bench-starts", manifests, functions)?;
    let mut components = Vec::new();
    for name in names {
        let url = format!("{}/health/{name}", spin.origin(&name)?);
        components.push(json!({ "name": name, "url": url }));
    }
    let folder = repository.target()?.join("bench");
    fs::create_dir_all(&folder)?;
    let input = json!({
        "folder": folder,
        "workerd": repository.node_bin().join("workerd"),
        "date": date,
        "rounds": options.rounds,
        "workers": workers,
        "components": components,
        "spin": spin.name,
    });
    script(repository, "starts.mjs", &[input.to_string()])
}
