//! Who is served by whom, one function's trouble, and the disk.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use super::{calm, told, without_failures};
use crate::fleet_test::{
    fleet::{Fleet, SITES, until},
    images::FLOOD,
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
    let others = |outcomes: &[Outcome]| {
        let others = outcomes.iter().filter(|one| one.path != "/").cloned();
        Figures::of(&others.collect::<Vec<_>>())
    };
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

/// Lines that one container writes as fast as it can.
const LINES: &str = "2000000";

/// What its log may take then: three files of 10 MB, and some for their heads and compression.
const LOG_BOUND: u64 = 33_000_000;

/// A container with the stack's logging writes two million lines. (That every service of the stack
/// has this logging is checked by `cargo xtask test --only fleet-files`.)
pub fn flood(fleet: &mut Fleet, load: &Load) -> Result<String> {
    calm(load)?;
    let node = fleet.node(SITES[0])?;
    let started = Instant::now();
    let container = node.say(&[
        "run",
        "--detach",
        "--log-driver",
        "local",
        "--log-opt",
        "max-size=10m",
        "--log-opt",
        "max-file=3",
        "--log-opt",
        "compress=true",
        "--network",
        "none",
        "--cpus",
        "1",
        FLOOD,
        "seq",
        "--format",
        "{\"event\":\"request\",\"note\":\"nobody reads so much\",\"number\":%.0f}",
        LINES,
    ])?;
    let folder = node.data().join("containers").join(&container);
    let mut most = 0;
    let ended = until("all lines are written", Duration::from_secs(240), || {
        most = most.max(size(&folder));
        Ok(node.say(&["inspect", "--format", "{{.State.Status}}", &container])? == "exited")
    });
    let last = node
        .say(&["logs", "--tail", "1", &container])
        .unwrap_or_default();
    most = most.max(size(&folder));
    node.say(&["rm", "--force", &container])?;
    ended?;
    let figures = without_failures(load, "during the flood")?;
    ensure!(last.contains(LINES), "the last line is {last:?}");
    ensure!(
        most < LOG_BOUND,
        "its log took {most} bytes; {LOG_BOUND} are allowed"
    );
    let written = files_named(&node.data().join("volumes"), ".txt");
    ensure!(written.is_empty(), "Spin wrote log files: {written:?}");
    Ok(format!(
        "{LINES} lines in {} s; the log never took more than {} KB; {}",
        started.elapsed().as_secs(),
        most / 1000,
        told(&figures)
    ))
}

/// Bytes of all files below a folder.
fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(facts) if facts.is_dir() => size(&entry.path()),
            Ok(facts) => facts.len(),
            Err(_) => 0,
        })
        .sum()
}

/// Files below a folder whose name ends so.
fn files_named(folder: &Path, ending: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| {
            let path = entry.path();
            if path.is_dir() {
                return files_named(&path, ending);
            }
            let name = path.to_string_lossy().into_owned();
            if name.ends_with(ending) {
                vec![name]
            } else {
                Vec::new()
            }
        })
        .collect()
}
