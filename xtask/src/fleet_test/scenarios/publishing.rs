//! Publishing through the fronts.

use std::time::Instant;

use anyhow::{Context, Result, ensure};

use super::{RECOVERY, calm, told, without_failures};
use crate::fleet_test::{
    fleet::{Fleet, SITES, until},
    load::{self, Load},
};

/// 300 MB come in through a front and go out again, whole and in parts.
pub fn large(fleet: &mut Fleet, load: &Load) -> Result<String> {
    calm(load)?;
    let holders = fleet.instances("webhook")?;
    let front = holders.first().context("no instance")?.node.clone();
    let address = fleet.node(&front)?.address.clone();
    let before = fleet.node(&front)?.containers("front")?;
    let started = Instant::now();
    let said = fleet.outside.ask("large", &address)?;
    let took = started.elapsed();
    // It may take 256 MB of memory, so one that held the body back would have been killed.
    let after = fleet.node(&front)?.containers("front")?;
    ensure!(before == after, "the front was started anew");
    let figures = without_failures(load, "while a large archive passed")?;
    Ok(format!(
        "{said} through {front} in {} s; {}",
        took.as_secs(),
        told(&figures)
    ))
}

/// A node that receives a release loses power; what it had journalled is finished by another.
pub fn killed(fleet: &mut Fleet, load: &Load) -> Result<String> {
    calm(load)?;
    let holders = fleet.instances("webhook")?;
    let [victim, other, ..] = holders.as_slice() else {
        anyhow::bail!("fewer than two instances");
    };
    let (victim, other) = (victim.node.clone(), other.node.clone());
    let address = fleet.node(&victim)?.address.clone();
    let answer = load::get(&address, "/health/webhook")?;
    ensure!(
        load::site(&answer.served_by) == victim,
        "{victim} is served by {}",
        answer.served_by
    );
    let begun = fleet.outside.ask("begin", &address)?;
    fleet.node_mut(&victim)?.kill();
    let killed = Instant::now();
    let front = fleet.node(&other)?.address.clone();
    let finished = until("what was interrupted is finished", RECOVERY, || {
        fleet.outside.ask("finish", &front).map(|_| true)
    });
    let took = killed.elapsed();
    let figures = without_failures(load, "when the node was lost");
    // Whatever came of it, the next scenario has all nodes.
    fleet.node_mut(&victim)?.start()?;
    until("its node is back", RECOVERY, || {
        Ok(fleet.all_ready()? && fleet.all_see(SITES))
    })?;
    finished?;
    Ok(format!(
        "{begun} on {victim}, and finished through {other} {} s later, published and announced once; {}",
        took.as_secs(),
        told(&figures?)
    ))
}
