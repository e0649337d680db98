//! `cargo xtask fleet fronts`: writes what follows from deploy/sites.toml. Into deploy/haproxy.cfg: in
//! which order each node asks the sites, and a server per site in every backend. Into
//! deploy/cloudflare/sites.json: where the sites are, for the balancer, which cannot read TOML.

use std::{collections::BTreeMap, fs, process::ExitCode};

use anyhow::{Context, Result};
use serde_json::json;

use super::sites::{Site, Sites};
use crate::repository::Repository;

/// The fronts' configuration.
const FILE: &str = "deploy/haproxy.cfg";

/// The sites as deploy/cloudflare/load-balancer.tf reads them.
const BALANCER: &str = "deploy/cloudflare/sites.json";

/// What the orders begin and end with.
const ORDERS: (&str, &str) = (".if streq(\"$NODE\",", ".endif\n");

/// `fleet fronts`.
///
/// # Errors
/// One of the files cannot be read, or has not the form that it should have.
pub fn command(repository: &Repository, mut arguments: lexopt::Parser) -> Result<ExitCode> {
    if let Some(argument) = arguments.next()? {
        return Err(argument.unexpected().into());
    }
    let sites = Sites::read(repository)?;
    let config = fs::read_to_string(repository.path(FILE)).context(FILE)?;
    for (file, text) in [(FILE, of(&config, &sites)?), (BALANCER, places(&sites)?)] {
        fs::write(repository.path(file), text).context(file)?;
        println!("{file} is of the sites in deploy/sites.toml");
    }
    Ok(ExitCode::SUCCESS)
}

/// The configuration for these sites.
///
/// # Errors
/// It has no orders to replace, or a pair of sites has no round trip.
pub fn of(config: &str, sites: &Sites) -> Result<String> {
    let (head, rest) = config
        .split_once(ORDERS.0)
        .with_context(|| format!("{FILE} has no line {}", ORDERS.0))?;
    let (_, rest) = rest
        .split_once(ORDERS.1)
        .with_context(|| format!("{FILE} has no line {}", ORDERS.1.trim()))?;
    let mut written = format!("{head}{}", orders(sites)?);
    let mut backend = None;
    for line in rest.split_inclusive('\n') {
        if let Some(name) = line.strip_prefix("backend ") {
            backend = Some(name.trim());
            written += line;
            written += &servers(name.trim(), sites);
        } else if !(backend.is_some() && line.starts_with("    server ")) {
            if !line.starts_with(' ') {
                backend = None;
            }
            written += line;
        }
    }
    Ok(written)
}

/// Where the sites are, by name.
fn places(sites: &Sites) -> Result<String> {
    let place = |site: &Site| {
        let [latitude, longitude] = site.at;
        let place = json!({ "city": site.city, "latitude": latitude, "longitude": longitude });
        (site.name.clone(), place)
    };
    let all: BTreeMap<_, _> = sites.site.iter().map(place).collect();
    Ok(serde_json::to_string_pretty(&all)? + "\n")
}

fn orders(sites: &Sites) -> Result<String> {
    let mut text = String::new();
    for (index, site) in sites.site.iter().enumerate() {
        let word = if index == 0 { ".if" } else { ".elif" };
        text += &format!("{word} streq(\"$NODE\",{})\nglobal\n", site.name);
        for (place, name) in sites.order(&site.name)?.into_iter().enumerate() {
            text += &format!("    setenv {} {}\n", name.to_uppercase(), place + 1);
        }
    }
    text += ".else\n    .alert \"NODE is not a site of deploy/sites.toml: set the node's host name \
             to one\"\n.endif\n";
    Ok(text)
}

fn servers(backend: &str, sites: &Sites) -> String {
    let line = |name: &str| {
        let id = name.to_uppercase();
        format!("    server {name} {backend}-{name}:3000 id \"${{{id}}}\"\n")
    };
    sites.site.iter().map(|site| line(&site.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITES: &str = include_str!("../../../deploy/sites.toml");
    const CONFIG: &str = include_str!("../../../deploy/haproxy.cfg");

    #[test]
    fn the_configuration_is_of_these_sites() -> Result<()> {
        let written = of(CONFIG, &Sites::parse(SITES)?)?;
        // Not by assert_eq, which would print both.
        assert!(written == CONFIG, "cargo xtask fleet fronts");
        let places = places(&Sites::parse(SITES)?)?;
        let found = include_str!("../../../deploy/cloudflare/sites.json");
        assert!(places == found, "cargo xtask fleet fronts");
        Ok(())
    }

    #[test]
    fn a_seventh_site_is_known_to_every_front() -> Result<()> {
        let mut sites = Sites::parse(SITES)?;
        let first = sites.site.first().context("no sites")?.clone();
        for name in ["fra", "lon", "ams", "nyc", "sfo", "sin"] {
            sites.set_round_trip("syd", name, 250.0);
        }
        sites.site.push(Site {
            name: "syd".into(),
            ..first
        });
        let written = of(CONFIG, &sites)?;
        assert!(written.contains(".elif streq(\"$NODE\",syd)\nglobal\n    setenv SYD 1\n"));
        assert_eq!(written.matches("    setenv SYD 7\n").count(), 6);
        for backend in ["manifest", "webhook", "discord", "proxy", "site"] {
            let line = format!("    server syd {backend}-syd:3000 id \"${{SYD}}\"\n");
            assert_eq!(written.matches(&line).count(), 1, "{backend}");
        }
        assert!(of(&written, &Sites::parse(SITES)?)? == CONFIG);
        Ok(())
    }
}
