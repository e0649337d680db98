//! What operators do: maintenance and updates, good ones and bad ones.

use std::{fs, time::Duration};

use anyhow::{Context, Result, ensure};

use super::{RECOVERY, calm, told, without_failures};
use crate::{
    fleet::status,
    fleet_test::{
        fleet::{FUNCTIONS, Fleet, INSTANCES, SITES, STACK, until},
        images::IMAGE,
        load::{self, Load},
    },
};

/// The longest that an update may take: three instances one after the other, each watched.
pub const UPDATE: Duration = Duration::from_secs(300);

/// A node is emptied, instance by instance, and taken back.
pub fn drain(fleet: &mut Fleet, load: &Load) -> Result<String> {
    const DRAINED: &str = "fra";
    calm(load)?;
    fleet.say(&["node", "update", "--availability", "drain", DRAINED])?;
    let left: Vec<_> = SITES
        .iter()
        .copied()
        .filter(|site| *site != DRAINED)
        .collect();
    let moved = until("three instances elsewhere", RECOVERY, || {
        let mut elsewhere = fleet.is_whole()?;
        for function in FUNCTIONS {
            elsewhere &= fleet
                .instances(function)?
                .iter()
                .all(|one| one.node != DRAINED);
        }
        Ok(elsewhere && fleet.all_see(&left))
    })?;
    let figures = without_failures(load, "while a node was drained")?;
    fleet.say(&["node", "update", "--availability", "active", DRAINED])?;
    let back = until("its front is back", RECOVERY, || Ok(fleet.all_see(SITES)))?;
    let again = without_failures(load, "when it was taken back")?;
    Ok(format!(
        "moved after {} s ({}); its front is back after {} s ({} reads, {} failed)",
        moved.as_secs(),
        told(&figures),
        back.as_secs(),
        again.requests,
        again.failed
    ))
}

/// Every function goes to the next version, one instance after the other.
pub fn update(fleet: &mut Fleet, load: &Load) -> Result<String> {
    calm(load)?;
    for function in FUNCTIONS {
        // What is good needs no long look; the stack file's monitor is for what is not.
        let short = ["--update-monitor", "8s", "--rollback-monitor", "8s"];
        set_version(fleet, function, "1.1.0", &short)?;
    }
    let took = until("every function is updated", UPDATE, || {
        for function in FUNCTIONS {
            if fleet.update_state(function)? != "completed" || !runs(fleet, function, "1.1.0")? {
                return Ok(false);
            }
        }
        Ok(true)
    })?;
    let figures = without_failures(load, "during an update")?;
    let before = fleet.instances("manifest")?;
    fleet.say(&["service", "rollback", "--detach", "fleet_manifest"])?;
    let back = until("a function is rolled back by hand", UPDATE, || {
        Ok(fleet.update_state("manifest")? == "rollback_completed"
            && runs(fleet, "manifest", "1.0.0")?)
    })?;
    ensure!(
        before != fleet.instances("manifest")?,
        "nothing was rolled back"
    );
    let again = without_failures(load, "during a rollback by hand")?;
    Ok(format!(
        "updated after {} s: {}; one was rolled back by hand in {} s: {} reads, {} failed",
        took.as_secs(),
        told(&figures),
        back.as_secs(),
        again.requests,
        again.failed
    ))
}

/// A new version of a secret, a deployment that names it, and the old one is removed.
pub fn secret(fleet: &mut Fleet, load: &Load) -> Result<String> {
    const NEW: &str = "test-only-rotated-token";
    calm(load)?;
    let mut values: toml::Table = fs::read_to_string(fleet.secret("webhook")?)?.parse()?;
    let old = values.insert("admin_token".into(), NEW.into());
    let old = old.as_ref().and_then(toml::Value::as_str);
    let old = old.context("no admin_token")?.to_owned();
    let file = fleet.scratch().join("webhook-2.toml");
    fs::write(&file, toml::to_string(&values)?)?;
    fleet.create_secret("webhook-2", &file)?;
    fleet.deploy_with(
        "1.1.0",
        &[("WEBHOOK_SECRET", "2"), ("UPDATE_MONITOR", "8s")],
    )?;
    let took = until("every instance has the new secret", UPDATE, || {
        Ok(fleet.update_state("webhook")? == "completed" && fleet.is_whole()?)
    })?;
    let figures = without_failures(load, "while a secret was rotated")?;
    for site in SITES {
        let answer = |token: &str| {
            let line = format!("authorization: Bearer {token}\r\n");
            load::get_with(
                &fleet.node(site)?.address,
                "/webhooks/deliveries/none",
                &line,
            )
        };
        let found = (answer(NEW)?.status, answer(&old)?.status);
        ensure!(
            found == (404, 401),
            "at {site} the new and the old token are answered {found:?}"
        );
    }
    // Swarm removes only what nobody uses.
    fleet.say(&["secret", "rm", "webhook-1"])?;
    Ok(format!(
        "everywhere after {} s; {}",
        took.as_secs(),
        told(&figures)
    ))
}

/// Its component cannot be loaded. Operators see why on their screen.
pub fn broken(fleet: &mut Fleet, load: &Load) -> Result<String> {
    let said = bad(fleet, load, "1.2.0")?;
    let functions: Vec<_> = FUNCTIONS.iter().map(|&name| name.to_owned()).collect();
    let manager = fleet.manager()?;
    let errors = status::last_errors(|| manager.docker(), STACK, &functions)?;
    let told = errors.iter().any(|((function, _), error)| {
        function == "site" && (error.contains("non-zero exit") || error.contains("unhealthy"))
    });
    ensure!(told, "Swarm's errors are {errors:?}");
    let origin = |(name, address)| (name, format!("http://{address}"));
    let sites: Vec<_> = fleet.fronts().into_iter().map(origin).collect();
    let (lines, healthy) = status::table(&sites, &functions, &errors);
    ensure!(healthy, "not all is well:\n{}", lines.join("\n"));
    for line in lines {
        println!("        {line}");
    }
    Ok(said)
}

/// Its health check says yes, and its pages are gone.
pub fn lying(fleet: &mut Fleet, load: &Load) -> Result<String> {
    bad(fleet, load, "1.3.0")
}

/// A bad version of the website: nobody notices, and the old one stays.
fn bad(fleet: &mut Fleet, load: &Load, version: &str) -> Result<String> {
    calm(load)?;
    let instances = fleet.instances("site")?;
    let before = instances
        .first()
        .map(|one| one.version.clone())
        .unwrap_or_default();
    set_version(fleet, "site", version, &["--update-monitor", "70s"])?;
    let mut least = INSTANCES;
    let took = until("the update is rolled back", UPDATE, || {
        let good = fleet
            .instances("site")?
            .into_iter()
            .filter(|one| one.version == before);
        least = least.min(good.count());
        Ok(fleet.update_state("site")? == "rollback_completed" && runs(fleet, "site", &before)?)
    })?;
    let figures = without_failures(load, "during a bad update")?;
    ensure!(
        least + 1 >= INSTANCES,
        "only {least} instances of {before} were left"
    );
    Ok(format!(
        "rolled back after {} s; never fewer than {least} instances of {before}; {}",
        took.as_secs(),
        told(&figures)
    ))
}

/// Gives a function another image.
///
/// # Errors
/// Swarm refuses.
pub fn set_version(fleet: &Fleet, function: &str, version: &str, more: &[&str]) -> Result<()> {
    let image = format!("{IMAGE}:{version}");
    let service = format!("fleet_{function}");
    let update = [
        "service",
        "update",
        "--detach",
        "--no-resolve-image",
        "--image",
        &image,
    ];
    fleet.say(&[&update, more, &[&service]].concat())?;
    Ok(())
}

/// Whether all instances of a function are of this version.
///
/// # Errors
/// Swarm does not answer.
pub fn runs(fleet: &Fleet, function: &str, version: &str) -> Result<bool> {
    let instances = fleet.instances(function)?;
    let right = instances
        .iter()
        .filter(|one| one.version == version)
        .count();
    Ok(right == INSTANCES && instances.len() == INSTANCES)
}
