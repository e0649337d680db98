//! Prometheus itself, on the fleet's network, as deploy/README.md has it started.

use std::{collections::BTreeSet, fs, time::Duration};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{RECOVERY, calm, told, watching, without_failures};
use crate::{
    fleet_test::{
        fleet::{FUNCTIONS, Fleet, SITES, until},
        images::PROMETHEUS,
        load::{self, Load},
    },
    run,
};

/// Where it is asked: the node that it is to run on, and its port.
const SITE: &str = "ams";
const PORT: u16 = 9090;

/// The name of its stack.
const STACK: &str = "watch";

/// The node whose front is taken away.
const SILENT: &str = "sin";

/// It is read every 15 s, a rate takes several of those, and an alert waits for a minute.
const PATIENCE: Duration = Duration::from_secs(300);

/// Prometheus finds all fronts by itself, has a figure for everything that the dashboard asks for and
/// is content; then a node is no longer one that serves, and the alert says so.
pub fn alarm(fleet: &mut Fleet, load: &Load) -> Result<String> {
    calm(load)?;
    deploy(fleet)?;
    let result = watched(fleet, load);
    fleet.say(&["stack", "rm", STACK])?;
    // Whatever came of it, the next scenario has all nodes.
    fleet.admit(SILENT)?;
    until("every node serves again", RECOVERY, || {
        Ok(fleet.is_whole()? && fleet.all_see(SITES))
    })?;
    let again = without_failures(load, "when the node served again")?;
    Ok(format!(
        "{}; {} reads, {} failed until it was back",
        result?, again.requests, again.failed
    ))
}

fn deploy(fleet: &Fleet) -> Result<()> {
    let folder = fleet.scratch().join(STACK);
    fs::create_dir_all(&folder)?;
    for name in ["stack.yml", "prometheus.yml", "alerts.yml"] {
        fs::copy(fleet.observability.join(name), folder.join(name))?;
    }
    let mut docker = fleet.manager()?.docker();
    docker
        .env("PROMETHEUS_IMAGE", PROMETHEUS)
        .env("SITE", SITE)
        .env(
            "NETWORK",
            format!("{}_back", crate::fleet_test::fleet::STACK),
        )
        .args(["stack", "deploy", "--resolve-image", "never", "-c"])
        .arg(folder.join("stack.yml"))
        .arg(STACK);
    run::capture(&mut docker)?;
    Ok(())
}

fn watched(fleet: &Fleet, load: &Load) -> Result<String> {
    let node = fleet.node(SITE)?.address.clone();
    let ask = |query: &str| ask(&node, query);
    let fronts = Some(SITES.len().to_string());
    // The alert compares with what was once a minute.
    let known = "max_over_time(count(up{job=\"front\"} == 1)[1h:1m])";
    let found =
        until("Prometheus reads every front", PATIENCE, || {
            Ok(value(&ask("count(up{job=\"front\"} == 1)")?) == fronts
                && value(&ask(known)?) == fronts)
        })?;
    let expressions = watching::expressions(fleet)?;
    for expression in &expressions {
        let query = format!("count({})", expression.replace("$__rate_interval", "1m"));
        until(expression, PATIENCE, || Ok(value(&ask(&query)?).is_some()))?;
    }
    let functions = labels(
        &ask("count by (proxy) (haproxy_backend_active_servers)")?,
        "proxy",
    );
    for function in FUNCTIONS {
        ensure!(functions.contains(*function), "it knows {functions:?} only");
    }
    // Functions that the test gives no instances are down, and are said to be.
    let own = FUNCTIONS.join("|");
    let firing = |name: &str, labels: &str| {
        let query = format!("ALERTS{{alertname=\"{name}\",alertstate=\"firing\"{labels}}}");
        Ok::<_, anyhow::Error>(value(&ask(&query)?).is_some())
    };
    let lost = || firing("SiteSilent", "");
    ensure!(!lost()?, "an alert without a cause");
    let before = without_failures(load, "while Prometheus watched")?;

    fleet.say(&["node", "update", "--label-rm", "fleet", SILENT])?;
    let alarmed = until("the alert says that a front is lost", PATIENCE, lost)?;
    let down = firing("FunctionDown", &format!(",proxy=~\"{own}\""))?;
    ensure!(!down, "a function is said to be down");
    let figures = without_failures(load, "when a node served no longer")?;
    Ok(format!(
        "all fronts were found after {} s, and {} expressions had figures ({} reads, {} failed); the \
         alert came {} s after a node was taken out: {}",
        found.as_secs(),
        expressions.len(),
        before.requests,
        before.failed,
        alarmed.as_secs(),
        told(&figures)
    ))
}

/// What Prometheus answers to a query, which must be short: it cuts longer answers into chunks.
fn ask(node: &str, query: &str) -> Result<Vec<Value>> {
    let encoded: String = query.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let path = format!("/api/v1/query?query={encoded}");
    let answer = load::get(&format!("{node}:{PORT}"), &path)?;
    let body: Value = serde_json::from_str(&answer.body).context(answer.body.clone())?;
    ensure!(body["status"] == "success", "{query}: {body}");
    let found = body["data"]["result"].as_array();
    Ok(found.context("no result")?.clone())
}

/// The first value.
fn value(found: &[Value]) -> Option<String> {
    found.first()?["value"][1].as_str().map(str::to_owned)
}

fn labels(found: &[Value], name: &str) -> BTreeSet<String> {
    let values = found.iter().filter_map(|one| one["metric"][name].as_str());
    values.map(str::to_owned).collect()
}
