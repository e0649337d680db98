//! What the README shows, asked for.

use std::fs;

use anyhow::{Context, Result, ensure};

use super::{address, open, path, picture, token};
use crate::{settings, suite::Case, world::World};

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![Case::new(
        "images: the README's examples do what it says",
        examples,
    )]
}

fn examples(world: &World) -> Result<()> {
    let readme = fs::read_to_string(settings::root().join("README.md"))?;
    let path = path(world, "a.png");
    world.fakes.site().put(&path, "image/png", picture(10));
    let options = options(&readme)?;
    ensure!(options.len() > 15, "{} examples", options.len());
    for options in options {
        let answer = world.get(address(world, options, &path)).send()?;
        let answer = answer.expect(200).with_context(|| options.to_owned())?;
        open(answer)?;
    }
    let url = world.fakes.site().url(&path);
    let encoded = url.replace(':', "%3A").replace('/', "%2F");
    let addresses = addresses(&readme);
    ensure!(addresses.len() >= 2, "{addresses:?}");
    for address in addresses {
        let target = address.replace("$IMAGE", &encoded);
        let target = match target.contains('?') {
            true => format!("{target}&access_token={}", token(world)),
            false => format!("{target}?access_token={}", token(world)),
        };
        let answer = world.get(&target).send()?.expect(200);
        open(answer.with_context(|| address.to_owned())?)?;
    }
    Ok(())
}

/// What stands between back quotes in the last column of the table of options.
fn options(readme: &str) -> Result<Vec<&str>> {
    let table = readme.split_once("| option | does | example |");
    let rows = table.context("the table of options")?.1.lines().skip(2);
    let rows = rows.take_while(|row| row.starts_with('|'));
    let last = rows.filter_map(|row| row.trim_end_matches('|').rsplit('|').next());
    Ok(last
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect())
}

/// Paths and queries that are fetched with curl.
fn addresses(readme: &str) -> Vec<&str> {
    let lines = readme.lines().filter(|line| line.starts_with("curl "));
    lines
        .filter_map(|line| line.split_once("\"$HOST")?.1.split('"').next())
        .filter(|address| address.contains("$IMAGE"))
        .collect()
}
