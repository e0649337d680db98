//! Update checks: ours next to Express, and next to what a runtime does with a constant.

use anyhow::Result;
use serde_json::json;

use super::{
    Options, packages, script,
    servers::{self, CONSTANT, WORKERD, described},
};
use crate::{platform::Manifests, repository::Repository};

/// Seconds that one server is asked for in a round.
const SECONDS: u32 = 3;

/// The package that is asked for, whose manifest is about as long as the constant.
const ID: &str = "measured";

/// Starts everything, and has it measured in turns.
pub fn measure(repository: &Repository, options: &Options) -> Result<()> {
    packages(repository)?;
    let check = format!("/packages/{ID}/module.json");
    let own = servers::functions(repository)?;
    let constant = servers::constant(repository);
    let entry = constant.entry.clone();

    let manifests = || Manifests::read(repository);
    let workers = servers::on_workerd(repository, "bench", manifests()?, own.clone())?;
    servers::publish(repository, &workers, ID)?;
    let bare = vec![constant.clone()];
    let manifests_of_it = || Manifests::read_in(&entry);
    let place = "bench-constant";
    let rust = servers::on_workerd(repository, place, manifests_of_it()?, bare.clone())?;
    let spin = servers::on_spin(repository, "bench", manifests()?, own)?;
    servers::publish(repository, &spin, ID)?;
    let plain = servers::on_spin(repository, place, manifests_of_it()?, bare)?;

    let of = |running: &servers::Running, what: &str| format!("{what} on {}", running.name);
    let servers = [
        described(
            of(&workers, "update checks"),
            &workers,
            format!("{}{check}", workers.origin("manifest")?),
            WORKERD,
        ),
        described(
            of(&workers, "a constant, JavaScript,"),
            &workers,
            format!("{}/", workers.origin("javascript")?),
            WORKERD,
        ),
        described(
            of(&rust, "a constant, Rust,"),
            &rust,
            format!("{}/", rust.origin("constant")?),
            WORKERD,
        ),
        described(
            of(&spin, "update checks"),
            &spin,
            format!("{}{check}", spin.origin("manifest")?),
            None,
        ),
        described(
            of(&plain, "a constant, Rust,"),
            &plain,
            format!("{}/", plain.origin("constant")?),
            None,
        ),
    ];
    let input = json!({
        "rounds": options.rounds,
        "seconds": SECONDS,
        "text": CONSTANT,
        "servers": servers,
    });
    script(repository, "checks.mjs", &[input.to_string()])
}
