//! More sites, and all of them anew.

use std::{fs, thread};

use anyhow::{Context, Result, bail, ensure};

use super::{RECOVERY, calm, changes::UPDATE, prepare, told, without_failures};
use crate::{
    fleet::{
        fronts,
        sites::{Site, Sites},
    },
    fleet_test::{
        engine::Node,
        fleet::{ADDED, FUNCTIONS, Fleet, INSTANCES, SITES, until},
        load::{self, Load},
    },
};

/// The fronts are given a configuration that they do not start with, which Swarm takes back. Then
/// another site is added as deploy/README.md says, serves its users, and is taken out again.
pub fn seventh(fleet: &mut Fleet, load: &Load) -> Result<String> {
    calm(load)?;
    let path = fleet.front_config();
    let good = fs::read_to_string(&path)?;
    fs::write(&path, "not a configuration\n")?;
    let version = fleet.deployment.version();
    let settings = |config| [("FRONT_CONFIG", config), ("UPDATE_MONITOR", "20s")];
    fleet.deploy_with(&version, &settings("bad"))?;
    let back = until("the fronts are rolled back", UPDATE, || {
        Ok(fleet.update_state("front")? == "rollback_completed" && fleet.all_see(SITES))
    });
    fs::write(&path, fronts::of(&good, &with_added()?)?)?;
    let back = back?;
    let refused = without_failures(load, "while the fronts were rolled back")?;

    fleet.deploy_with(&version, &settings("seventh"))?;
    until("every front has its configuration", RECOVERY * 2, || {
        Ok(fleet.update_state("front")? == "completed" && fleet.all_see(SITES))
    })?;
    let added = fleet.add(ADDED)?;
    fleet.join_one(fleet.manager()?, &added, "worker")?;
    fleet.admit(ADDED.0)?;
    let known = until("the added site's front serves", RECOVERY, || {
        Ok(seen_by(&added)? == INSTANCES && fleet.all_see(SITES))
    })?;
    let grown = without_failures(load, "when a site was added")?;
    // One on every node, so one there.
    fleet.say(&["service", "scale", "--detach", "fleet_manifest=5"])?;
    until("the added site has an instance", RECOVERY, || {
        Ok(seen_by(&added)? == SITES.len() + 1)
    })?;
    for site in SITES {
        let seen = fleet.seen_by(site)?.get("manifest").copied();
        ensure!(seen == Some(SITES.len() + 1), "{site} sees {seen:?}");
    }
    let answer = load::get(&added.address, "/api/v1/packages")?;
    ensure!(
        answer.served_by == "syd manifest/syd",
        "users near the added site are served by {}",
        answer.served_by
    );

    fleet.say(&["service", "scale", "--detach", "fleet_manifest=3"])?;
    fleet.say(&["node", "update", "--availability", "drain", ADDED.0])?;
    until("the added site is empty", RECOVERY * 2, || {
        Ok(is_empty(&added)? && fleet.is_whole()? && fleet.all_see(SITES))
    })?;
    added.say(&["swarm", "leave"])?;
    until("the added site is gone", RECOVERY, || {
        fleet.say(&["node", "rm", ADDED.0]).map(|_| true)
    })?;
    let shrunk = without_failures(load, "when the site was taken out")?;
    Ok(format!(
        "a bad configuration was taken back after {} s ({} reads, {} failed); the added site's front \
         served {} s after it was admitted ({}); it had an instance, and was taken out ({} reads, {} \
         failed)",
        back.as_secs(),
        refused.requests,
        refused.failed,
        known.as_secs(),
        told(&grown),
        shrunk.requests,
        shrunk.failed
    ))
}

/// The sites of deploy/sites.toml and one more, far from all of them.
fn with_added() -> Result<Sites> {
    let mut sites = Sites::parse(include_str!("../../../../deploy/sites.toml"))?;
    let names: Vec<_> = sites.site.iter().map(|site| site.name.clone()).collect();
    for name in names {
        sites.set_round_trip(ADDED.0, &name, 340.0);
    }
    sites.site.push(Site {
        name: ADDED.0.into(),
        city: "Sydney".into(),
        at: [-33.87, 151.21],
        capacity: 1.0,
    });
    Ok(sites)
}

/// How many instances of `manifest` a node's front would send requests to.
fn seen_by(node: &Node) -> Result<usize> {
    let answer = load::get(&node.address, "/health")?;
    let health: serde_json::Value = serde_json::from_str(&answer.body)?;
    let count = health["instances"]["manifest"].as_u64();
    Ok(usize::try_from(count.context("no instances")?)?)
}

fn is_empty(node: &Node) -> Result<bool> {
    Ok(node.say(&["ps", "--quiet"])?.is_empty())
}

/// Every server is lost with its disk. Fresh ones are made a fleet by the same commands as the first
/// time, and what was published is there: it is in the bucket.
pub fn anew(fleet: &mut Fleet, load: &Load) -> Result<String> {
    calm(load)?;
    let front = |fleet: &Fleet, site| Ok::<_, anyhow::Error>(fleet.node(site)?.address.clone());
    let address = front(fleet, SITES[0])?;
    let published = fleet.outside.ask("publish", &address)?;
    let images = fleet.save_images()?;
    for node in &mut fleet.nodes {
        node.wipe()?;
    }
    for node in &mut fleet.nodes {
        node.start()?;
    }
    load_images(&fleet.nodes, &images.to_string_lossy())?;
    fs::remove_file(images)?;
    // The configuration that the stack began with.
    fs::write(
        fleet.front_config(),
        include_str!("../../../../deploy/haproxy.cfg"),
    )?;
    fleet.join()?;
    prepare(fleet)?;
    load.take();
    let serving = calm(load)?;
    for site in SITES {
        let address = front(fleet, site)?;
        fleet.outside.ask("still", &address)?;
    }
    for function in FUNCTIONS {
        let instances = fleet.instances(function)?.len();
        ensure!(
            instances == INSTANCES,
            "{instances} instances of {function}"
        );
    }
    Ok(format!(
        "{published} is served through every front; {}",
        told(&serving)
    ))
}

fn load_images(nodes: &[Node], file: &str) -> Result<()> {
    thread::scope(|scope| {
        let load = |node: &Node| node.say(&["load", "--quiet", "--input", file]).map(|_| ());
        let loads: Vec<_> = nodes
            .iter()
            .map(|node| scope.spawn(move || load(node)))
            .collect();
        let mut results = loads.into_iter().map(|one| match one.join() {
            Ok(result) => result,
            Err(_) => bail!("loading the images panicked"),
        });
        results.try_for_each(|result| result)
    })
}
