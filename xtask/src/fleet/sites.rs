//! deploy/sites.toml.

use std::{collections::BTreeMap, fs};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::repository::Repository;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sites {
    /// The data centres.
    pub site: Vec<Site>,
    /// `one-other`: milliseconds there and back.
    round_trip: BTreeMap<String, f64>,
    /// Where users are.
    pub users: Vec<Users>,
}

/// A data centre.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Its node's host name.
    pub name: String,
    /// For people.
    pub city: String,
    /// Latitude and longitude in degrees.
    pub at: [f64; 2],
    /// What it can serve, compared with the others.
    pub capacity: f64,
}

/// Users in one place.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Users {
    /// For people.
    pub city: String,
    /// Latitude and longitude in degrees.
    pub at: [f64; 2],
    /// How many of a hundred they are.
    pub share: f64,
}

impl Sites {
    /// Reads the file.
    ///
    /// # Errors
    /// It is malformed, or a pair of sites has no round trip.
    pub fn read(repository: &Repository) -> Result<Self> {
        let text = fs::read_to_string(repository.path("deploy/sites.toml"))?;
        Self::parse(&text).context("deploy/sites.toml")
    }

    /// Reads the file's text.
    ///
    /// # Errors
    /// See [`Self::read`].
    pub fn parse(text: &str) -> Result<Self> {
        let sites: Self = toml::from_str(text)?;
        for one in &sites.site {
            for other in &sites.site {
                sites.round_trip(&one.name, &other.name)?;
            }
        }
        let shares: f64 = sites.users.iter().map(|users| users.share).sum();
        ensure!(
            (shares - 100.0).abs() < 1e-9,
            "the users' shares are {shares} of a hundred"
        );
        Ok(sites)
    }

    /// Milliseconds between two sites, there and back.
    ///
    /// # Errors
    /// The file does not say.
    pub fn round_trip(&self, one: &str, other: &str) -> Result<f64> {
        if one == other {
            return Ok(0.0);
        }
        let find = |from: &str, to: &str| self.round_trip.get(&format!("{from}-{to}")).copied();
        find(one, other)
            .or_else(|| find(other, one))
            .with_context(|| format!("no round trip between {one} and {other}"))
    }

    /// Sets how far two sites are from each other, in milliseconds there and back.
    pub fn set_round_trip(&mut self, one: &str, other: &str, milliseconds: f64) {
        self.round_trip
            .insert(format!("{one}-{other}"), milliseconds);
    }

    /// The sites as a node asks them: itself, then by distance.
    ///
    /// # Errors
    /// See [`Self::round_trip`].
    pub fn order(&self, from: &str) -> Result<Vec<&str>> {
        let mut order = Vec::new();
        for site in &self.site {
            order.push((self.round_trip(from, &site.name)?, site.name.as_str()));
        }
        order.sort_by(|one, other| one.0.total_cmp(&other.0));
        Ok(order.into_iter().map(|(_, name)| name).collect())
    }
}
