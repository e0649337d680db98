//! `cargo xtask discord`: what Discord has to be told of the function
//! `discord`.
//!
//! The commands are those of the table that the function dispatches by; a
//! program of its crate prints them, so that no other command has to wait
//! until all that it is made of is compiled.

mod api;
mod difference;

use std::{env, process::ExitCode};

use anyhow::{Context, Result, bail, ensure};
use lexopt::{Arg, ValueExt};
use serde_json::Value;

use crate::{repository::Repository, run, setup};
use api::Api;
use difference::Difference;

/// Where Discord's API is, unless `DISCORD_API_URL` says otherwise.
const API: &str = "https://discord.com/api/v10";

/// What is asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    guild: Option<String>,
    dry_run: bool,
}

/// `cargo xtask discord register [--guild ID] [--dry-run]`.
pub fn command(repository: &Repository, arguments: lexopt::Parser) -> Result<ExitCode> {
    let options = parse(arguments)?;
    let application = variable("DISCORD_APPLICATION_ID")?;
    ensure!(
        is_id(&application),
        "DISCORD_APPLICATION_ID is not an id, a number of about 19 digits"
    );
    let token = variable("DISCORD_BOT_TOKEN")?;
    let base = env::var("DISCORD_API_URL").unwrap_or_else(|_| API.into());
    setup::ensure_node(repository)?;
    let api = Api::new(repository, &base, token)?;
    let (scope, path, place) = match &options.guild {
        Some(guild) => (
            "guild",
            format!("/applications/{application}/guilds/{guild}/commands"),
            format!("on the server {guild}"),
        ),
        None => (
            "global",
            format!("/applications/{application}/commands"),
            "everywhere".to_owned(),
        ),
    };
    let wanted = commands(repository, scope)?;
    let known = api.get(&format!("{path}?with_localizations=true"))?;
    let difference = Difference::between(&known, &wanted);
    print!("{difference}");
    if difference.is_empty() {
        println!("Discord has these commands {place} already; nothing to do.");
    } else if options.dry_run {
        println!("A dry run: nothing was changed {place}.");
    } else {
        let put = api.put(&path, &wanted)?;
        let left = Difference::between(&put, &wanted);
        ensure!(
            left.is_empty(),
            "Discord took the commands but has others now:\n{left}"
        );
        println!("Registered {place}.");
    }
    Ok(ExitCode::SUCCESS)
}

fn parse(mut arguments: lexopt::Parser) -> Result<Options> {
    let usage = "cargo xtask discord register [--guild ID] [--dry-run]";
    match arguments.next()? {
        Some(Arg::Value(word)) if word == "register" => {}
        _ => bail!("usage: {usage}"),
    }
    let mut options = Options::default();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("dry-run") => options.dry_run = true,
            Arg::Long("guild") => {
                let guild = arguments.value()?.string()?;
                ensure!(
                    is_id(&guild),
                    "--guild takes a server's id, {guild:?} is none"
                );
                options.guild = Some(guild);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(options)
}

/// The value of a variable of the environment, without white space around it.
fn variable(name: &str) -> Result<String> {
    let value = env::var(name).unwrap_or_default();
    let value = value.trim();
    ensure!(
        !value.is_empty(),
        "{name} is not set. It is on the application's pages at \
         https://discord.com/developers/applications"
    );
    Ok(value.to_owned())
}

fn is_id(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The commands that the function answers, as Discord takes them.
fn commands(repository: &Repository, scope: &str) -> Result<Value> {
    let mut cargo = run::cargo(repository);
    cargo.args(["run", "--quiet", "--locked", "--package", "discord"]);
    cargo.args(["--bin", "commands", "--", scope]);
    let printed = run::capture(&mut cargo)?;
    serde_json::from_str(&printed).context("the program `commands` printed no JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for() {
        let parse = |words: &[&str]| parse(lexopt::Parser::from_args(words)).ok();
        let options = |guild: Option<&str>, dry_run| {
            let guild = guild.map(str::to_owned);
            Some(Options { guild, dry_run })
        };
        for (words, expected) in [
            (&["register"][..], options(None, false)),
            (
                &["register", "--dry-run", "--guild", "12"],
                options(Some("12"), true),
            ),
            (&["register", "--guild", "12/../13"], None),
            (&["register", "--guild"], None),
            (&["register", "more"], None),
            (&["unregister"], None),
            (&[], None),
        ] {
            assert_eq!(parse(words), expected, "{words:?}");
        }
    }
}
