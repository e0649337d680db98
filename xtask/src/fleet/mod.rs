//! `cargo xtask fleet`: what there is to see and to plan about the fleet.

mod capacity;
pub mod fronts;
mod plan;
mod plot;
mod simulation;
pub mod sites;
pub mod status;

use std::process::ExitCode;

use anyhow::{Result, bail};
use lexopt::Arg;

use crate::repository::Repository;

/// `cargo xtask fleet status SITE=ORIGIN… | plan [--plot FILE] | capacity | fronts`.
pub fn command(repository: &Repository, mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let name = match arguments.next()? {
        Some(Arg::Value(name)) => name.to_string_lossy().into_owned(),
        _ => bail!(
            "say `fleet status SITE=ORIGIN…`, `fleet plan`, `fleet capacity` or `fleet fronts`"
        ),
    };
    match name.as_str() {
        "status" => status::command(repository, arguments),
        "plan" => plan::command(repository, arguments),
        "capacity" => capacity::command(repository, arguments),
        "fronts" => fronts::command(repository, arguments),
        other => bail!("no command {other:?}: there are status, plan, capacity and fronts"),
    }
}
