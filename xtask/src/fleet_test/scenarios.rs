//! What may befall a fleet, and what its users may notice of it.

mod changes;
mod flood;
mod growing;
mod losses;
mod prometheus;
mod publishing;
mod quorum;
mod rest;
mod unruly;
mod watching;

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use super::{
    fleet::{FUNCTIONS, Fleet, SITES, until},
    load::{Figures, Load, Outcome},
};
use crate::signals;

/// What users ask for: each function's plainest read.
const PATHS: &[&str] = &["/api/v1/packages", "/", "/health/webhook"];

/// How long the fleet may take to be whole again: an engine's failure is noticed after 15 s, a
/// start takes some more, and this machine may have other things to do.
const RECOVERY: Duration = Duration::from_secs(240);

/// Something that befalls the fleet.
pub struct Scenario {
    /// Its name.
    pub name: &'static str,
    /// What is checked.
    pub what: &'static str,
    run: fn(&mut Fleet, &Load) -> Result<String>,
}

/// In this order: each leaves a whole fleet behind.
pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "nearest",
        what: "a front's own instance answers, else the nearest site's",
        run: rest::nearest,
    },
    Scenario {
        name: "crash",
        what: "an instance is killed again and again; the other functions keep their latency",
        run: rest::crash,
    },
    Scenario {
        name: "trace",
        what: "one request id from the edge to the instance, in the answer and in both logs",
        run: watching::trace,
    },
    Scenario {
        name: "figures",
        what: "alerts and dashboard: promtool accepts them, and the fronts have those figures",
        run: watching::figures,
    },
    Scenario {
        name: "alarm",
        what: "Prometheus reads every front, the dashboard has figures, and a lost front is told of",
        run: prometheus::alarm,
    },
    Scenario {
        name: "large",
        what: "300 MB are published and fetched through a front",
        run: publishing::large,
    },
    Scenario {
        name: "unruly",
        what: "a function panics, leaks and burns CPU; the others keep their latency",
        run: unruly::unruly,
    },
    Scenario {
        name: "publish",
        what: "a node is killed while it publishes; another finishes it, nothing lost or doubled",
        run: publishing::killed,
    },
    Scenario {
        name: "node",
        what: "a node, manager and all, loses power; it comes back; the instances are spread again",
        run: losses::node,
    },
    Scenario {
        name: "link",
        what: "a site is cut off from the others, but not from its users; then it is back",
        run: losses::link,
    },
    Scenario {
        name: "loss",
        what: "one of a hundred packets between the sites is lost",
        run: losses::packets,
    },
    Scenario {
        name: "drain",
        what: "a node is drained for maintenance and taken back",
        run: changes::drain,
    },
    Scenario {
        name: "update",
        what: "a rolling update of every function under load; one is rolled back by hand",
        run: changes::update,
    },
    Scenario {
        name: "broken",
        what: "an update to a version that does not start rolls itself back",
        run: changes::broken,
    },
    Scenario {
        name: "lying",
        what: "an update whose health check lies rolls itself back",
        run: changes::lying,
    },
    Scenario {
        name: "flood",
        what: "a container writes two million log lines: the disk stays within its bound",
        run: flood::logs,
    },
    Scenario {
        name: "images",
        what: "three times as many images as the proxy may keep: the disk stays within its bound",
        run: flood::images,
    },
    Scenario {
        name: "secret",
        what: "a secret is rotated by a new version of it and a deployment",
        run: changes::secret,
    },
    Scenario {
        name: "quorum",
        what: "two of three managers are lost; one makes a new cluster, and the others join again",
        run: quorum::lost,
    },
    Scenario {
        name: "seventh",
        what: "fronts that do not start are rolled back; a site is added, serves, and is taken out",
        run: growing::seventh,
    },
    Scenario {
        name: "anew",
        what: "all servers are lost with their disks; fresh ones serve what is in the bucket",
        run: growing::anew,
    },
];

/// Deploys the stack: first on three nodes, to see that the fourth, without labels, gets nothing.
///
/// # Errors
/// It does not come up, or the fourth got something.
pub fn prepare(fleet: &mut Fleet) -> Result<()> {
    let (last, first) = SITES.split_last().context("no sites")?;
    for site in first {
        fleet.admit(site)?;
    }
    fleet.create_secrets()?;
    fleet.deploy("1.0.0")?;
    let took = until(
        "three instances of everything",
        Duration::from_secs(400),
        || fleet.is_whole(),
    )?;
    println!(
        "    three instances of each function after {} s",
        took.as_secs()
    );
    let there = fleet.node(last)?.say(&["ps", "--quiet"])?;
    ensure!(there.is_empty(), "{last} has no labels, and containers");
    fleet.admit(last)?;
    until(
        "every front sees every instance",
        Duration::from_secs(90),
        || Ok(fleet.all_see(SITES)),
    )?;
    Ok(())
}

/// Runs the scenarios, or those named; prints what came of each and gives how many failed.
pub fn run(fleet: &mut Fleet, only: &[String]) -> usize {
    let mut failed = 0;
    for scenario in SCENARIOS {
        if signals::received()
            || !(only.is_empty() || only.iter().any(|name| name == scenario.name))
        {
            continue;
        }
        println!("    {}: {}", scenario.name, scenario.what);
        let started = Instant::now();
        let result = one(fleet, scenario);
        let seconds = started.elapsed().as_secs();
        match result {
            Ok(said) => println!("      passed in {seconds} s: {said}"),
            Err(error) => {
                failed += 1;
                println!("      FAILED after {seconds} s: {error:#}");
                describe(fleet);
            }
        }
    }
    failed
}

fn one(fleet: &mut Fleet, scenario: &Scenario) -> Result<String> {
    until("a whole fleet to begin with", RECOVERY, || {
        Ok(fleet.all_ready()? && fleet.is_whole()? && fleet.all_see(SITES))
    })?;
    let load = Load::start(&fleet.fronts(), PATHS);
    (scenario.run)(fleet, &load)
}

/// What a human wants to see of a fleet that failed.
fn describe(fleet: &Fleet) {
    for function in FUNCTIONS {
        let list = fleet.say(&[
            "service",
            "ps",
            "--no-trunc",
            "--format",
            "{{.Name}} {{.Node}} {{.DesiredState}} {{.CurrentState}} {{.Image}} {{.Error}}",
            &format!("fleet_{function}"),
        ]);
        for line in list.unwrap_or_default().lines().take(8) {
            println!("        {line}");
        }
    }
    for site in SITES {
        println!("        {site} sees {:?}", fleet.seen_by(site).ok());
    }
}

/// The figures of the load since the last look; none of the requests may have failed.
fn without_failures(load: &Load, meanwhile: &str) -> Result<Figures> {
    let figures = Figures::of(&load.take());
    ensure!(figures.requests > 0, "nobody asked anything ({meanwhile})");
    ensure!(
        figures.failed == 0,
        "{} of {} reads failed {meanwhile}: {}",
        figures.failed,
        figures.requests,
        figures.failures.join("; ")
    );
    Ok(figures)
}

/// The figures of all but the website.
fn others(outcomes: &[Outcome]) -> Figures {
    let others = outcomes.iter().filter(|one| one.path != "/").cloned();
    Figures::of(&others.collect::<Vec<_>>())
}

/// Some undisturbed load.
fn calm(load: &Load) -> Result<Figures> {
    load.take();
    thread::sleep(Duration::from_secs(4));
    without_failures(load, "while nothing happened")
}

/// Figures as a report has them.
fn told(figures: &Figures) -> String {
    format!(
        "{} reads, {} failed, {} by another front, median {} ms, 99 % within {} ms, served by {:?}",
        figures.requests,
        figures.failed,
        figures.moved,
        figures.median,
        figures.slow,
        figures.served
    )
}
