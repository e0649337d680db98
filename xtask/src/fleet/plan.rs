//! `cargo xtask fleet plan`: who is served from where, and what happens when a site, or a pair of
//! them, is lost.

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result};
use lexopt::Arg;

use super::{
    plot,
    sites::{Site, Sites, Users},
};
use crate::repository::Repository;

/// Kilometres that light in glass makes in a millisecond, there and back.
const KILOMETRES: f64 = 100.0;

/// How much longer cables are than the great circle: the mean of deploy/sites.toml's round trips.
const DETOUR: f64 = 1.6;

/// Milliseconds of the user's own access line, there and back.
const ACCESS: f64 = 8.0;

/// What is left of the fleet after a loss.
#[derive(Debug)]
pub struct Outcome {
    /// The sites that are lost; none at first.
    pub lost: Vec<String>,
    /// Of a hundred users, how many each site serves.
    pub served: Vec<(String, f64)>,
    /// Mean round trip to the serving site in milliseconds.
    pub mean: f64,
    /// The slowest users' round trip in milliseconds.
    pub worst: f64,
    /// The fullest site's load: its part of the users over its part of what the whole fleet can
    /// serve. Two means that it must be able to serve twice its even part.
    pub peak: f64,
}

/// `fleet plan [--plot FILE]`.
pub fn command(repository: &Repository, mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let mut file = None;
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("plot") => file = Some(PathBuf::from(arguments.value()?)),
            other => return Err(other.unexpected().into()),
        }
    }
    let sites = Sites::read(repository)?;
    println!("{:<16} {:<14} {:>7}", "users", "nearest", "ms");
    for users in &sites.users {
        let (site, time) = nearest(users, &sites.site, &[""; 0]).context("no sites")?;
        println!("{:<16} {:<14} {time:>7.0}", users.city, site.city);
    }
    println!("\nthe front of a site asks (deploy/haproxy.cfg)");
    for site in &sites.site {
        println!("{:<16} {}", site.name, sites.order(&site.name)?.join(", "));
    }
    let outcomes = outcomes(&sites);
    print!(
        "\n{:<10} {:>6} {:>6} {:>6} {:>6}  ",
        "lost", "mean", "added", "worst", "peak"
    );
    println!("of a hundred users, by site");
    let normal = outcomes.first().map_or(0.0, |one| one.mean);
    for one in &outcomes {
        let served: Vec<_> = one
            .served
            .iter()
            .map(|(name, share)| format!("{name} {share:.0}"))
            .collect();
        println!(
            "{:<10} {:>6.0} {:>6.0} {:>6.0} {:>5.1}x  {}",
            label(one),
            one.mean,
            one.mean - normal,
            one.worst,
            one.peak,
            served.join(", ")
        );
    }
    if let Some(file) = file {
        fs::write(&file, plot::svg(&outcomes)).with_context(|| file.display().to_string())?;
        println!("\nplot: {}", file.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// What is lost, for people.
pub fn label(outcome: &Outcome) -> String {
    if outcome.lost.is_empty() {
        "nothing".into()
    } else {
        outcome.lost.join("+")
    }
}

/// Nothing lost, then each site, then each pair.
pub fn outcomes(sites: &Sites) -> Vec<Outcome> {
    let names: Vec<_> = sites.site.iter().map(|site| site.name.as_str()).collect();
    let single = names.iter().map(|name| vec![*name]);
    let pairs = names
        .iter()
        .enumerate()
        .flat_map(|(index, one)| names.iter().skip(index + 1).map(|other| vec![*one, *other]));
    std::iter::once(Vec::new())
        .chain(single)
        .chain(pairs)
        .map(|lost| outcome(sites, &lost))
        .collect()
}

fn outcome(sites: &Sites, lost: &[&str]) -> Outcome {
    let mut outcome = Outcome {
        lost: lost.iter().map(|&name| name.into()).collect(),
        served: Vec::new(),
        mean: 0.0,
        worst: 0.0,
        peak: 0.0,
    };
    for users in &sites.users {
        let Some((site, time)) = nearest(users, &sites.site, lost) else {
            continue;
        };
        outcome.mean += time * users.share / 100.0;
        outcome.worst = outcome.worst.max(time);
        match outcome
            .served
            .iter_mut()
            .find(|(name, _)| *name == site.name)
        {
            Some((_, share)) => *share += users.share,
            None => outcome.served.push((site.name.clone(), users.share)),
        }
    }
    let whole: f64 = sites.site.iter().map(|site| site.capacity).sum();
    for site in &sites.site {
        let served = outcome.served.iter().find(|(name, _)| *name == site.name);
        let share = served.map_or(0.0, |(_, share)| share / 100.0);
        outcome.peak = outcome.peak.max(share / (site.capacity / whole));
    }
    outcome
        .served
        .sort_by(|one, other| other.1.total_cmp(&one.1));
    outcome
}

/// The site that users reach soonest, and in how many milliseconds.
pub fn nearest<'a>(
    users: &Users,
    sites: &'a [Site],
    lost: &[impl AsRef<str>],
) -> Option<(&'a Site, f64)> {
    let is_lost = |site: &Site| lost.iter().any(|name| name.as_ref() == site.name);
    let left = sites.iter().filter(|site| !is_lost(site));
    let timed = left.map(|site| (site, time(users.at, site.at)));
    timed.min_by(|one, other| one.1.total_cmp(&other.1))
}

/// Milliseconds there and back between two places.
fn time(from: [f64; 2], to: [f64; 2]) -> f64 {
    ACCESS + distance(from, to) * DETOUR / KILOMETRES
}

/// Kilometres along the great circle.
fn distance(from: [f64; 2], to: [f64; 2]) -> f64 {
    let [[a, b], [c, d]] = [from, to].map(|at| at.map(f64::to_radians));
    let half = ((c - a) / 2.0).sin().powi(2) + a.cos() * c.cos() * ((d - b) / 2.0).sin().powi(2);
    2.0 * 6371.0 * half.sqrt().asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITES: &str = include_str!("../../../deploy/sites.toml");

    #[test]
    fn distances_are_those_of_the_globe() {
        let (frankfurt, new_york) = ([50.11, 8.68], [40.71, -74.01]);
        let found = distance(frankfurt, new_york);
        assert!((6150.0..6250.0).contains(&found), "{found}");
        // Published round trips are 80 to 90 ms between sites.
        let reckoned = time(frankfurt, new_york) - ACCESS;
        assert!((80.0..110.0).contains(&reckoned), "{reckoned}");
    }

    #[test]
    fn cables_are_as_long_as_published_round_trips_say() -> Result<()> {
        let sites = Sites::parse(SITES)?;
        let (mut published, mut direct) = (0.0, 0.0);
        for one in &sites.site {
            for other in &sites.site {
                published += sites.round_trip(&one.name, &other.name)?;
                direct += distance(one.at, other.at) / KILOMETRES;
            }
        }
        let found = published / direct;
        assert!((found - DETOUR).abs() < 0.1, "{found}");
        Ok(())
    }

    #[test]
    fn a_lost_site_costs_time_and_its_users_go_elsewhere() -> Result<()> {
        let sites = Sites::parse(SITES)?;
        let outcomes = outcomes(&sites);
        assert_eq!(outcomes.len(), 1 + 6 + 15);
        let normal = &outcomes[0];
        for one in &outcomes {
            let all: f64 = one.served.iter().map(|(_, share)| share).sum();
            assert!((all - 100.0).abs() < 1e-6, "{one:?}");
            assert!(one.mean >= normal.mean, "{one:?}");
            assert!(
                one.served.iter().all(|(name, _)| !one.lost.contains(name)),
                "{one:?}"
            );
        }
        Ok(())
    }

    #[test]
    fn the_picture_is_of_these_sites() -> Result<()> {
        let picture = include_str!("../../../deploy/plan.svg");
        let current = plot::svg(&outcomes(&Sites::parse(SITES)?));
        // Not by assert_eq, which would print both.
        assert!(
            picture == current,
            "cargo xtask fleet plan --plot deploy/plan.svg"
        );
        Ok(())
    }
}
