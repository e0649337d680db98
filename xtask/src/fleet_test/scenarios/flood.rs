//! Nothing fills a disk.

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use super::{RECOVERY, calm, told, without_failures};
use crate::fleet_test::{
    fleet::{Fleet, SITES, until},
    images::FLOOD,
    load::Load,
};

/// Lines that one container writes as fast as it can.
const LINES: &str = "2000000";

/// What its log may take then: three files of 10 MB, and some for their heads and compression.
const LOG_BOUND: u64 = 33_000_000;

/// A container with the stack's logging writes two million lines. (That every service of the stack
/// has this logging is checked by `cargo xtask test --only fleet-files`.)
pub fn logs(fleet: &mut Fleet, load: &Load) -> Result<String> {
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

/// What the proxy's volume may grow by: the budget of 20 MB that `outside` gives it, half as much
/// again for large ones that were deleted lately, and the database's own.
const IMAGES_BOUND: u64 = 40_000_000;

/// The proxy is asked for 60 MB of images, each another one.
pub fn images(fleet: &mut Fleet, load: &Load) -> Result<String> {
    calm(load)?;
    scale(fleet, 1)?;
    let result = many_images(fleet);
    scale(fleet, 0)?;
    let said = result?;
    let figures = without_failures(load, "during the flood")?;
    Ok(format!("{said}; {}", told(&figures)))
}

fn scale(fleet: &Fleet, instances: usize) -> Result<()> {
    let service = format!("fleet_proxy={instances}");
    fleet.say(&["service", "scale", "--detach", &service])?;
    until("as many proxies as wanted", RECOVERY, || {
        let seen = fleet.seen_by(SITES[0])?;
        Ok(seen.get("proxy") == Some(&instances))
    })?;
    Ok(())
}

fn many_images(fleet: &mut Fleet) -> Result<String> {
    let holders = fleet.instances("proxy")?;
    let holder = fleet.node(&holders.first().context("no proxy")?.node)?;
    let (address, volumes) = (holder.address.clone(), holder.data().join("volumes"));
    let folder = volumes.join("fleet_proxy-state");
    let before = size(&folder);
    let started = Instant::now();
    let done = AtomicBool::new(false);
    let (asked, most) = thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut most = 0;
            while !done.load(Ordering::Relaxed) {
                most = most.max(size(&folder));
                thread::sleep(Duration::from_millis(100));
            }
            most.max(size(&folder))
        });
        let asked = fleet.outside.ask("images", &address);
        done.store(true, Ordering::Relaxed);
        (asked, watcher.join().unwrap_or(u64::MAX))
    });
    let bytes: u64 = asked?.parse()?;
    let grown = most.saturating_sub(before);
    ensure!(
        bytes > IMAGES_BOUND && grown > 0,
        "{bytes} bytes of images are no flood; the volume grew by {grown}"
    );
    ensure!(
        grown < IMAGES_BOUND,
        "the volume grew by {grown} bytes; {IMAGES_BOUND} are allowed"
    );
    Ok(format!(
        "{} MB of images in {} s; the volume never grew by more than {} KB",
        bytes / 1_000_000,
        started.elapsed().as_secs(),
        grown / 1000
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
