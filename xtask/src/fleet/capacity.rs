//! `cargo xtask fleet capacity`: what 1, 100 and 10,000 requests a second cost and take, on Workers and
//! in the fleet; the fleet's nodes are simulated, whole and without the two sites that are missed most.

use std::process::ExitCode;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::{
    plan,
    simulation::{self, Load, Strain},
    sites::Sites,
};
use crate::repository::Repository;

/// Requests a second that are looked at.
const RATES: &[f64] = &[1.0, 100.0, 10_000.0];

/// Seconds of a month.
const MONTH: f64 = 30.0 * 24.0 * 3600.0;

/// deploy/capacity.toml.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    request: Vec<Kind>,
    /// A server of the fleet.
    pub node: Node,
    workers: Workers,
    bucket: Bucket,
}

/// A kind of request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    name: String,
    /// Milliseconds of CPU on a node.
    pub fleet: f64,
    workers: f64,
    /// What some of them cost instead.
    pub seldom: Option<Seldom>,
    /// Bytes of an answer.
    pub bytes: f64,
    reads: f64,
}

/// Requests that cost more than the others.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seldom {
    /// One of so many is one.
    pub of: f64,
    /// Milliseconds of CPU on a node.
    pub fleet: f64,
    workers: f64,
}

/// A server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// How many requests it works on at the same moment.
    pub cores: usize,
    /// Of its line, a second.
    pub megabits: f64,
    terabytes: f64,
    price: f64,
    /// Requests that a front has under way to one instance at most.
    pub at_a_time: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Workers {
    month: f64,
    request: f64,
    cpu: f64,
    requests_included: f64,
    cpu_included: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bucket {
    read: f64,
    reads_included: f64,
}

impl Kind {
    /// Milliseconds of CPU of the mean request, on a node and on Workers.
    pub fn mean(&self) -> (f64, f64) {
        let Some(seldom) = &self.seldom else {
            return (self.fleet, self.workers);
        };
        let mean = |often: f64, rare: f64| often + (rare - often) / seldom.of;
        (
            mean(self.fleet, seldom.fleet),
            mean(self.workers, seldom.workers),
        )
    }
}

/// `fleet capacity`.
///
/// # Errors
/// One of the files cannot be read.
pub fn command(repository: &Repository, mut arguments: lexopt::Parser) -> Result<ExitCode> {
    if let Some(argument) = arguments.next()? {
        return Err(argument.unexpected().into());
    }
    let text = std::fs::read_to_string(repository.path("deploy/capacity.toml"))?;
    let capacity: Capacity = toml::from_str(&text).context("deploy/capacity.toml")?;
    print!("{}", table(&capacity, &Sites::read(repository)?)?);
    Ok(ExitCode::SUCCESS)
}

/// The table, in Markdown as deploy/README.md has it.
///
/// # Errors
/// The sites have no round trips.
pub fn table(capacity: &Capacity, sites: &Sites) -> Result<String> {
    let outcomes = plan::outcomes(sites);
    let missed = outcomes
        .iter()
        .max_by(|one, other| one.peak.total_cmp(&other.peak));
    let missed = missed.context("no sites")?.lost.clone();
    let mut text = format!(
        "| a second | CPU of the fleet | its traffic a month | servers a month | fullest node | without {} | \
         Workers a month | R2 a month, at most |\n|---|---|---|---|---|---|---|---|\n",
        missed.join(" and ")
    );
    for kind in &capacity.request {
        for &rate in RATES {
            let strain = |lost: &[String]| {
                let load = Load { kind, rate, lost };
                simulation::run(&load, &capacity.node, sites)
            };
            text += &row(
                capacity,
                kind,
                rate,
                &strain(&[])?,
                &strain(&missed)?,
                sites,
            );
        }
    }
    Ok(text)
}

fn row(
    capacity: &Capacity,
    kind: &Kind,
    rate: f64,
    whole: &Strain,
    less: &Strain,
    sites: &Sites,
) -> String {
    let (node, bill) = (&capacity.node, &capacity.workers);
    let (fleet, workers) = kind.mean();
    let millions = rate * MONTH / 1e6;
    let terabytes = millions * kind.bytes / 1e6;
    let servers = sites.site.len() as f64;
    let beyond = |used: f64, included: f64| (used - included).max(0.0);
    let requests = beyond(millions, bill.requests_included) * bill.request;
    let cpu = beyond(millions * workers, bill.cpu_included) * bill.cpu;
    let reads = beyond(millions * kind.reads, capacity.bucket.reads_included);
    let included = match terabytes / (node.terabytes * servers) {
        times if times > 1.0 => format!(", {times:.0} times what is included"),
        _ => String::new(),
    };
    format!(
        "| {}: {} | {} cores | {} TB{included} | {} $ | {} | {} | {} $ | {} $ |\n",
        kind.name,
        thousands(rate),
        short(rate * fleet / 1000.0),
        short(terabytes),
        thousands(servers * node.price),
        told(whole),
        told(less),
        thousands(bill.month + requests + cpu),
        thousands(reads * capacity.bucket.read)
    )
}

fn told(strain: &Strain) -> String {
    let mut said = format!(
        "{:.0} % of its cores, {:.0} % of its line",
        strain.cores * 100.0,
        strain.line * 100.0
    );
    if strain.wait >= 1.0 {
        said += &format!(", 99 % wait at most {:.0} ms", strain.wait);
    }
    if strain.passed_on > 0.0005 {
        said += &format!(", {:.0} % to another site", strain.passed_on * 100.0);
    }
    if strain.refused > 0.0005 {
        said += &format!(", **{:.0} % refused**", strain.refused * 100.0);
    }
    said
}

/// Two digits that say something.
fn short(number: f64) -> String {
    match number {
        small if small < 0.01 => format!("{small:.4}"),
        small if small < 1.0 => format!("{small:.2}"),
        small if small < 10.0 => format!("{small:.1}"),
        large => thousands(large),
    }
}

fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    match digits.len() {
        length @ 4.. => format!("{},{}", &digits[..length - 3], &digits[length - 3..]),
        _ => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITES: &str = include_str!("../../../deploy/sites.toml");
    const CAPACITY: &str = include_str!("../../../deploy/capacity.toml");
    const README: &str = include_str!("../../../deploy/README.md");

    #[test]
    fn the_documentation_has_this_table() -> Result<()> {
        let table = table(&toml::from_str(CAPACITY)?, &Sites::parse(SITES)?)?;
        assert!(
            README.contains(&table),
            "cargo xtask fleet capacity says\n{table}"
        );
        Ok(())
    }

    #[test]
    fn numbers_are_for_people() {
        let found = [0.0004, 0.26, 4.0, 26.0, 1555.2].map(short);
        assert_eq!(found, ["0.0004", "0.26", "4.0", "26", "1,555"]);
    }
}
