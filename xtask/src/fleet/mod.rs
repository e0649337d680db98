//! `cargo xtask fleet`: what there is to see and to plan about the fleet.

mod plan;
mod plot;
pub mod sites;
mod status;

use std::process::ExitCode;

use anyhow::{Result, bail};
use lexopt::Arg;

use crate::repository::Repository;

/// `cargo xtask fleet status ORIGIN… | plan [--plot FILE]`.
pub fn command(repository: &Repository, mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let name = match arguments.next()? {
        Some(Arg::Value(name)) => name.to_string_lossy().into_owned(),
        _ => bail!("say `fleet status SITE=ORIGIN…` or `fleet plan`"),
    };
    match name.as_str() {
        "status" => status::command(repository, arguments),
        "plan" => plan::command(repository, arguments),
        other => bail!("no command {other:?}: there are status and plan"),
    }
}
