//! `cargo xtask fleet status`: per site and function, in one screen, what its front says, and the last
//! error that Swarm had there.

use std::{
    collections::BTreeMap,
    process::{Command, ExitCode},
    thread,
};

use anyhow::{Context, Result, bail, ensure};
use lexopt::{Arg, ValueExt};
use serde_json::Value;

use crate::{repository::Repository, run};

/// The most seconds that one answer may take.
const PATIENCE: &str = "10";

/// The stack's name in deploy/README.md.
const STACK: &str = "vtta-edge";

/// Per function and node the last error that Swarm knows of.
pub type Errors = BTreeMap<(String, String), String>;

/// `fleet status [--manager HOST] [--stack NAME] SITE=ORIGIN…`, such as
/// `--manager ssh://root@fra fra=https://fra.packages.example.com`. `HOST` is what Docker's client
/// takes; without it no errors of the past are shown.
pub fn command(repository: &Repository, mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let (mut sites, mut manager, mut stack) = (Vec::new(), None, STACK.to_owned());
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("manager") => manager = Some(arguments.value()?.string()?),
            Arg::Long("stack") => stack = arguments.value()?.string()?,
            Arg::Value(words) => {
                let words = words.to_string_lossy();
                let (name, origin) = words.split_once('=').context("a site is SITE=ORIGIN")?;
                sites.push((name.to_owned(), origin.trim_end_matches('/').to_owned()));
            }
            other => return Err(other.unexpected().into()),
        }
    }
    ensure!(
        !sites.is_empty(),
        "name the sites: fra=https://fra.packages.example.com …"
    );
    let functions: Vec<_> = repository
        .functions()?
        .into_iter()
        .map(|one| one.name)
        .collect();
    let mut errors = Errors::new();
    if let Some(manager) = manager {
        let docker = || {
            let mut docker = Command::new("docker");
            docker.args(["--host", &manager]);
            docker
        };
        errors = last_errors(docker, &stack, &functions)?;
    }
    let (lines, healthy) = table(&sites, &functions, &errors);
    println!("{}", lines.join("\n"));
    Ok(if healthy {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The screen, and whether everything is well.
pub fn table(
    sites: &[(String, String)],
    functions: &[String],
    errors: &Errors,
) -> (Vec<String>, bool) {
    let mut lines = vec![format!(
        "{:<6} {:<10} {:<10} {:<6} {:>7}  {:<10} last error there",
        "site", "function", "version", "served", "ms", "state"
    )];
    let mut healthy = true;
    // All at once: a site that is silent holds up nobody.
    let rows: Vec<_> = thread::scope(|scope| {
        let asked: Vec<_> = sites
            .iter()
            .flat_map(|site| functions.iter().map(move |function| (site, function)))
            .map(|((name, origin), function)| {
                (name, function, scope.spawn(move || ask(origin, function)))
            })
            .collect();
        asked
            .into_iter()
            .map(|(name, function, row)| (name, function, row.join()))
            .collect()
    });
    for (name, function, row) in rows {
        let row = row.unwrap_or_else(|_| bail!("it could not be asked"));
        healthy &= row.as_ref().is_ok_and(|row| row.state == "ok");
        let said = match row {
            Ok(row) => format!(
                "{:<10} {:<6} {:>7.0}  {:<10}",
                row.version, row.served, row.milliseconds, row.state
            ),
            Err(error) => format!("{:<10} {:<6} {:>7}  {error:#}", "-", "-", "-"),
        };
        let error = errors.get(&(function.clone(), name.clone()));
        let error = error.map_or("-", String::as_str);
        lines.push(format!("{name:<6} {function:<10} {said} {error}"));
    }
    (lines, healthy)
}

/// What Swarm says about the tasks of a stack that ended badly: of each function on each node the
/// last. `docker` makes a client that talks to a manager.
///
/// # Errors
/// The client is not there, or the manager does not answer.
pub fn last_errors(
    docker: impl Fn() -> Command,
    stack: &str,
    functions: &[String],
) -> Result<Errors> {
    let mut errors = Errors::new();
    for function in functions {
        let mut docker = docker();
        docker.args(["service", "ps", "--no-trunc"]);
        docker.args(["--format", "{{.Node}}|{{.CurrentState}}|{{.Error}}"]);
        let said = run::capture(docker.arg(format!("{stack}_{function}")))?;
        // The newest of a slot comes first.
        for (node, error) in said.lines().filter_map(ended_badly) {
            errors
                .entry((function.clone(), node.to_owned()))
                .or_insert(error);
        }
    }
    Ok(errors)
}

/// Node and error of a line of `docker service ps`, if there is an error in it.
fn ended_badly(line: &str) -> Option<(&str, String)> {
    let mut words = line.splitn(3, '|');
    let (node, state, error) = (words.next()?, words.next()?, words.next()?);
    let when = state.split_once(' ').map_or(state, |(_, when)| when);
    let error = error.trim().trim_matches('"');
    (!error.is_empty()).then(|| (node, format!("{error} ({when})")))
}

/// A line of the table.
#[derive(Debug, PartialEq)]
struct Row {
    version: String,
    /// Site of the instance that answered.
    served: String,
    milliseconds: f64,
    /// `ok`, or what is wrong.
    state: String,
}

fn ask(origin: &str, function: &str) -> Result<Row> {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--max-time", PATIENCE]);
    curl.args([
        "--write-out",
        "\n%{http_code} %{time_total} %header{x-served-by}",
    ]);
    let output = curl
        .arg(format!("{origin}/health/{function}"))
        .output()
        .context("curl")?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    row(&String::from_utf8_lossy(&output.stdout))
}

/// From what curl printed: the body, then status, seconds and who served.
fn row(said: &str) -> Result<Row> {
    let (body, facts) = said.rsplit_once('\n').context("curl said nothing")?;
    let mut facts = facts.splitn(3, ' ');
    let status = facts.next().unwrap_or_default();
    let seconds: f64 = facts
        .next()
        .unwrap_or_default()
        .parse()
        .context("no time")?;
    let served = facts.next().unwrap_or_default();
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let state = match status {
        "200" => "ok".to_owned(),
        _ => format!("{status} {} {}", text("title"), text("dependency"))
            .trim()
            .to_owned(),
    };
    Ok(Row {
        version: text("version"),
        served: served.rsplit('/').next().unwrap_or_default().to_owned(),
        milliseconds: seconds * 1000.0,
        state,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_error_is_told_and_when() {
        let line = "fra|Failed 3 minutes ago|\"task: non-zero exit (1)\"";
        let expected = ("fra", "task: non-zero exit (1) (3 minutes ago)".to_owned());
        assert_eq!(ended_badly(line), Some(expected));
        assert_eq!(ended_badly("fra|Running 2 hours ago|"), None);
    }

    #[test]
    fn answers_become_lines() -> Result<()> {
        let good = "{\"status\":\"ok\",\"version\":\"1.2.3\"}\n200 0.25 fra manifest/ams";
        let expected = Row {
            version: "1.2.3".into(),
            served: "ams".into(),
            milliseconds: 250.0,
            state: "ok".into(),
        };
        assert_eq!(row(good)?, expected);
        let bad = "{\"title\":\"Service Unavailable\",\"dependency\":\"objects\"}\n503 0.1 ";
        assert_eq!(row(bad)?.state, "503 Service Unavailable objects");
        assert!(row("").is_err());
        Ok(())
    }
}
