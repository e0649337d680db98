//! Who is served by whom, and one function's trouble.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use super::{others, told};
use crate::fleet_test::{
    fleet::{Fleet, SITES},
    load::{Figures, Load, Outcome},
};

/// A front's own instance answers; without one, that of the nearest site.
pub fn nearest(fleet: &mut Fleet, load: &Load) -> Result<String> {
    load.take();
    thread::sleep(Duration::from_secs(6));
    let outcomes = load.take();
    let figures = Figures::of(&outcomes);
    ensure!(
        figures.failed == 0,
        "{} reads failed: {:?}",
        figures.failed,
        figures.failures
    );
    let holders: Vec<_> = fleet
        .instances("manifest")?
        .into_iter()
        .map(|one| one.node)
        .collect();
    let mut said = Vec::new();
    for site in SITES {
        // By latency, as in deploy/sites.toml.
        let order: &[&str] = match *site {
            "fra" => &["fra", "ams", "nyc", "sin"],
            "ams" => &["ams", "fra", "nyc", "sin"],
            "nyc" => &["nyc", "ams", "fra", "sin"],
            _ => &["sin", "fra", "ams", "nyc"],
        };
        let expected = order
            .iter()
            .find(|one| holders.iter().any(|holder| holder == *one));
        let expected = expected.context("nobody has an instance")?;
        let reads = of(&outcomes, site, "/api/v1/packages");
        let served = Figures::of(&reads).served;
        let right = served.get(*expected).copied().unwrap_or_default();
        ensure!(
            right * 10 >= reads.len() * 9,
            "users near {site} were to be served by {expected}, but were by {served:?}"
        );
        let median = Figures::of(&reads).median;
        said.push(format!("{site} by {expected} in {median} ms"));
    }
    Ok(format!("{}; {}", said.join(", "), told(&figures)))
}

fn of(outcomes: &[Outcome], near: &str, path: &str) -> Vec<Outcome> {
    let fits = |outcome: &&Outcome| outcome.near == near && outcome.path == path;
    outcomes.iter().filter(fits).cloned().collect()
}

/// The website's instances die again and again. Its reads are served as long as one lives, and the
/// other functions do not notice.
pub fn crash(fleet: &mut Fleet, load: &Load) -> Result<String> {
    load.take();
    thread::sleep(Duration::from_secs(5));
    let before = others(&load.take());
    let holders = fleet.instances("site")?;
    let victim = holders.first().context("no instance")?.node.clone();
    let mut kills = 0;
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(20) {
        let node = fleet.node(&victim)?;
        let ids = node.say(&["ps", "--quiet", "--filter", "name=fleet_site"])?;
        for id in ids.lines() {
            kills += usize::from(node.say(&["kill", id]).is_ok());
        }
        thread::sleep(Duration::from_millis(700));
    }
    let outcomes = load.take();
    let all = Figures::of(&outcomes);
    let after = others(&outcomes);
    ensure!(kills > 0, "nothing was killed");
    ensure!(
        all.failed == 0,
        "{} reads failed: {:?}",
        all.failed,
        all.failures
    );
    // Generous: a busy machine is no failure, a function that waits for another is.
    ensure!(
        after.median <= before.median * 4 + 50,
        "the other functions' median went from {} ms to {} ms",
        before.median,
        after.median
    );
    Ok(format!(
        "{kills} kills; the other functions' median was {} ms and is {} ms; {}",
        before.median,
        after.median,
        told(&all)
    ))
}
