//! More managers are lost than there may be.

use std::{thread, time::Duration};

use anyhow::{Result, ensure};

use super::{RECOVERY, calm, told};
use crate::fleet_test::{
    fleet::{FUNCTIONS, Fleet, SITES, until},
    load::{Figures, Load},
};

/// Two of three managers lose power. What is left serves on, and nothing can be deployed; by
/// deploy/README.md's words one manager makes a new cluster of it, and the others join that.
pub fn lost(fleet: &mut Fleet, load: &Load) -> Result<String> {
    calm(load)?;
    let managers: Vec<_> = fleet
        .managers()
        .iter()
        .map(|one| one.name.clone())
        .collect();
    let Some((left, lost)) = managers.split_first() else {
        anyhow::bail!("no managers");
    };
    for name in lost {
        fleet.node_mut(name)?.kill();
    }
    // The others notice that nobody leads any more.
    let manager = fleet.node(left)?;
    until("no manager can decide anything", RECOVERY, || {
        Ok(manager.say(&["node", "ls"]).is_err())
    })?;
    load.take();
    thread::sleep(Duration::from_secs(10));
    let alone = serving(load)?;
    manager.say(&[
        "swarm",
        "init",
        "--force-new-cluster",
        "--advertise-addr",
        &manager.address,
    ])?;
    until("one manager decides", RECOVERY, || {
        manager.say(&["node", "ls"]).map(|_| true)
    })?;
    let recovered = until(
        "three instances of everything on what is left",
        RECOVERY,
        || {
            for function in FUNCTIONS {
                let instances = fleet.instances(function)?;
                // Two nodes are left, and no node gets two.
                if instances.len() < SITES.len() - lost.len() {
                    return Ok(false);
                }
            }
            Ok(true)
        },
    )?;
    for name in lost {
        fleet.node_mut(name)?.start()?;
        fleet.join_again(name)?;
        fleet.admit_again(name)?;
    }
    let whole = until("one fleet again", RECOVERY * 2, || {
        Ok(fleet.is_whole()? && fleet.all_see(SITES))
    })?;
    // Swarm starts what runs on a manager anew when it makes a new cluster: that costs reads.
    let again = Figures::of(&load.take());
    calm(load)?;
    Ok(format!(
        "without managers: {}; one decides, and runs what it can, {} s after it was told to; whole {} \
         s after the others came back ({} reads, {} failed)",
        told(&alone),
        recovered.as_secs(),
        whole.as_secs(),
        again.requests,
        again.failed
    ))
}

/// The figures while nobody decides. A function that had its instances on the lost nodes alone
/// would be gone; with three instances and two nodes lost, one is left.
fn serving(load: &Load) -> Result<Figures> {
    let figures = Figures::of(&load.take());
    ensure!(
        figures.failed == 0 && figures.requests > 0,
        "{} of {} reads failed without managers: {:?}",
        figures.failed,
        figures.requests,
        figures.failures
    );
    Ok(figures)
}
