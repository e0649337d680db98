//! A function that misbehaves, and what the others notice of it.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use anyhow::{Result, ensure};

use super::{
    RECOVERY,
    changes::{UPDATE, runs, set_version},
    others, told,
};
use crate::fleet_test::{
    fleet::{Fleet, until},
    images::UNRULY,
    load::{self, Figures, Load},
};

/// How long it is asked to misbehave, each way.
const MEANWHILE: Duration = Duration::from_secs(15);

/// Callers at every front who ask it to.
const CALLERS: usize = 2;

/// What it may take of the machine, which four nodes share here: a node of its own has cores enough
/// for all limits of stack.yml together.
const LIMITS: &[&str] = &[
    "--update-monitor",
    "8s",
    "--limit-cpu",
    "0.25",
    "--limit-memory",
    "256M",
];

/// The website becomes a function that does what it is told to.
pub fn unruly(fleet: &mut Fleet, load: &Load) -> Result<String> {
    load.take();
    thread::sleep(Duration::from_secs(8));
    let before = others(&load.take());
    let instances = fleet.instances("site")?;
    let version = instances.first().map(|one| one.version.clone());
    let version = version.unwrap_or_default();
    set_version(fleet, "site", UNRULY, LIMITS)?;
    let came = until("it is in the website's place", UPDATE, || {
        runs(fleet, "site", UNRULY)
    });
    let said = came.and_then(|_| {
        ["panic", "leak", "burn"]
            .into_iter()
            .map(|way| misbehave(fleet, load, way, &before))
            .collect::<Result<Vec<_>>>()
    });
    let limits = [
        "--update-monitor",
        "8s",
        "--limit-cpu",
        "1.5",
        "--limit-memory",
        "512M",
    ];
    set_version(fleet, "site", &version, &limits)?;
    until("the website is back", RECOVERY + UPDATE, || {
        runs(fleet, "site", &version)
    })?;
    Ok(format!(
        "median {} ms before; {}",
        before.median,
        said?.join("; ")
    ))
}

fn misbehave(fleet: &Fleet, load: &Load, way: &str, before: &Figures) -> Result<String> {
    load.take();
    let stop = AtomicBool::new(false);
    let asked = AtomicUsize::new(0);
    let path = format!("/{way}");
    let figures = thread::scope(|scope| {
        for (_, address) in fleet.fronts() {
            for _ in 0..CALLERS {
                let (address, path, stop, asked) = (address.clone(), &path, &stop, &asked);
                scope.spawn(move || {
                    while !stop.load(Ordering::Relaxed) {
                        asked.fetch_add(1, Ordering::Relaxed);
                        // Whatever it answers.
                        let _ = load::get(&address, path);
                        thread::sleep(Duration::from_millis(200));
                    }
                });
            }
        }
        thread::sleep(MEANWHILE);
        let figures = others(&load.take());
        stop.store(true, Ordering::Relaxed);
        figures
    });
    ensure!(
        figures.failed == 0 && figures.requests > 0,
        "{way}: {} of {} reads of the others failed: {:?}",
        figures.failed,
        figures.requests,
        figures.failures
    );
    // Generous: a busy machine is no failure, a function that waits for another is.
    ensure!(
        figures.median <= before.median * 4 + 100,
        "{way}: the others' median went from {} ms to {} ms",
        before.median,
        figures.median
    );
    Ok(format!(
        "{way} {} times: the others {}",
        asked.into_inner(),
        told(&figures)
    ))
}
