//! What is lost: a node, a link, packets.

use std::{thread, time::Duration};

use anyhow::{Result, ensure};

use super::{RECOVERY, calm, told, without_failures};
use crate::fleet_test::{
    fleet::{FUNCTIONS, Fleet, INSTANCES, SITES, until},
    load::Load,
};

/// The site that is lost: a manager, with instances.
const LOST: &str = "nyc";

/// The plug is pulled; the rest goes on; the node comes back and is given work again.
pub fn node(fleet: &mut Fleet, load: &Load) -> Result<String> {
    calm(load)?;
    let left: Vec<_> = SITES.iter().copied().filter(|site| *site != LOST).collect();
    fleet.node_mut(LOST)?.kill();
    let recovered = until("three instances elsewhere", RECOVERY, || {
        Ok(lives_without(fleet, LOST)? && fleet.all_see(&left))
    })?;
    let figures = without_failures(load, "when a node was lost")?;
    let leader = fleet.say(&["node", "ls", "--format", "{{.Hostname}} {{.ManagerStatus}}"])?;
    ensure!(
        leader.contains("Leader"),
        "the managers that are left have no leader: {leader}"
    );

    fleet.node_mut(LOST)?.start()?;
    let back = until("the node is back", RECOVERY, || {
        let nodes = fleet.say(&["node", "ls", "--format", "{{.Hostname}} {{.Status}}"])?;
        Ok(nodes.contains(&format!("{LOST} Ready")) && fleet.all_see(SITES))
    })?;
    // Swarm moves nothing by itself. Spreading again replaces instances, ready ones first.
    for function in FUNCTIONS {
        fleet.say(&[
            "service",
            "update",
            "--detach",
            "--force",
            "--update-monitor",
            "8s",
            &format!("fleet_{function}"),
        ])?;
    }
    let spread = until("the instances are spread again", RECOVERY * 2, || {
        for function in FUNCTIONS {
            if fleet.update_state(function)? != "completed" {
                return Ok(false);
            }
        }
        fleet.is_whole()
    })?;
    let again = without_failures(load, "when the node came back")?;
    Ok(format!(
        "whole without it after {} s ({}); back after {} s; spread again after {} s ({} reads, {} failed)",
        recovered.as_secs(),
        told(&figures),
        back.as_secs(),
        spread.as_secs(),
        again.requests,
        again.failed,
    ))
}

fn lives_without(fleet: &Fleet, lost: &str) -> Result<bool> {
    for function in FUNCTIONS {
        let instances = fleet.instances(function)?;
        let elsewhere = instances.iter().filter(|one| one.node != lost);
        if elsewhere.count() != INSTANCES {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A site that the others cannot reach goes on serving its users; Swarm replaces its instances.
pub fn link(fleet: &mut Fleet, load: &Load) -> Result<String> {
    const CUT: &str = "sin";
    calm(load)?;
    let port = fleet.node(CUT)?.port;
    let others: Vec<_> = (0..SITES.len()).filter(|other| *other != port).collect();
    fleet.switch.change(port, &others, |link| link.cut = true);
    let replaced = until("three instances elsewhere", RECOVERY, || {
        lives_without(fleet, CUT)
    });
    let figures = without_failures(load, "while a site was cut off");
    // Whatever came of it, the next scenario has its link.
    fleet.switch.change(port, &others, |link| link.cut = false);
    let (replaced, figures) = (replaced?, figures?);
    let whole = until("one fleet again", RECOVERY, || {
        Ok(fleet.all_ready()? && fleet.is_whole()? && fleet.all_see(SITES))
    })?;
    let again = without_failures(load, "when the link was mended")?;
    Ok(format!(
        "replaced after {} s ({}); one fleet again after {} s ({} reads, {} failed)",
        replaced.as_secs(),
        told(&figures),
        whole.as_secs(),
        again.requests,
        again.failed
    ))
}

/// Packets are lost between the sites all the time.
pub fn packets(fleet: &mut Fleet, load: &Load) -> Result<String> {
    let before = calm(load)?;
    let all: Vec<_> = (0..SITES.len()).collect();
    let set = |loss| {
        for port in &all {
            let others: Vec<_> = all.iter().copied().filter(|other| other != port).collect();
            fleet.switch.change(*port, &others, |link| link.loss = loss);
        }
    };
    set(10);
    thread::sleep(Duration::from_secs(12));
    let figures = without_failures(load, "while packets were lost");
    let whole = fleet.is_whole();
    set(0);
    ensure!(whole?, "instances were replaced for some lost packets");
    let figures = figures?;
    Ok(format!(
        "before: 99 % within {} ms; meanwhile: {}",
        before.slow,
        told(&figures)
    ))
}
