//! `cargo xtask fleet status`: per site and function, in one screen, what its front says.

use std::{
    process::{Command, ExitCode},
    thread,
};

use anyhow::{Context, Result, bail, ensure};
use lexopt::Arg;
use serde_json::Value;

use crate::repository::Repository;

/// The most seconds that one answer may take.
const PATIENCE: &str = "10";

/// `fleet status SITE=ORIGIN…`, such as `fra=https://fra.packages.example.com`.
pub fn command(repository: &Repository, mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let mut sites = Vec::new();
    while let Some(argument) = arguments.next()? {
        let Arg::Value(words) = argument else {
            return Err(argument.unexpected().into());
        };
        let words = words.to_string_lossy();
        let (name, origin) = words.split_once('=').context("a site is SITE=ORIGIN")?;
        sites.push((name.to_owned(), origin.trim_end_matches('/').to_owned()));
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
    println!(
        "{:<6} {:<10} {:<10} {:<6} {:>7}  state",
        "site", "function", "version", "served", "ms"
    );
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
        match row {
            Ok(row) => println!(
                "{name:<6} {function:<10} {:<10} {:<6} {:>7.0}  {}",
                row.version, row.served, row.milliseconds, row.state
            ),
            Err(error) => println!(
                "{name:<6} {function:<10} {:<10} {:<6} {:>7}  {error:#}",
                "-", "-", "-"
            ),
        }
    }
    Ok(if healthy {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
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
