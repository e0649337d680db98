//! The fleet under load, request by request: users come to the nearest site, whose front sends them to
//! its own instance, else, when that has too many under way, to the next one as in
//! deploy/haproxy.cfg. Every site has an instance (`REPLICAS=6`).

use std::{cmp::Reverse, collections::BinaryHeap};

use anyhow::{Context, Result};

use super::{
    capacity::{Kind, Node},
    plan,
    sites::Sites,
};

/// Requests that are simulated at most.
const REQUESTS: f64 = 40_000.0;

/// Seconds that are simulated at most.
const SECONDS: f64 = 400.0;

/// What comes to the fleet.
pub struct Load<'a> {
    /// Of what kind the requests are.
    pub kind: &'a Kind,
    /// How many there are a second.
    pub rate: f64,
    /// The sites that are lost.
    pub lost: &'a [String],
}

/// What that does to it.
#[derive(Debug, Default)]
pub struct Strain {
    /// Part of its cores that the fullest node uses.
    pub cores: f64,
    /// Part of its line that the fullest front uses.
    pub line: f64,
    /// Milliseconds that all but one of a hundred wait at most before they are worked on, the way to
    /// another site and back included.
    pub wait: f64,
    /// Part of the requests that another site works on than the one that users came to.
    pub passed_on: f64,
    /// Part of the requests that nobody has room for.
    pub refused: f64,
}

/// A site while the time goes by.
struct Place {
    /// The instances that its front asks: its own, then by distance; index and milliseconds away.
    order: Vec<(usize, f64)>,
    /// When each core is done with what it has, in milliseconds; the earliest first.
    cores: BinaryHeap<Reverse<u64>>,
    busy: f64,
    bytes: f64,
}

/// Microseconds, which can be compared.
fn ticks(milliseconds: f64) -> u64 {
    (milliseconds * 1000.0) as u64
}

/// Simulates it. The same load always gives the same strain.
///
/// # Errors
/// No site is left, or the sites have no round trips.
pub fn run(load: &Load<'_>, node: &Node, sites: &Sites) -> Result<Strain> {
    let mut places = places(load, node, sites)?;
    // Where users come to, and up to which part of a hundred.
    let mut comers = Vec::new();
    let mut sum = 0.0;
    for users in &sites.users {
        let nearest = plan::nearest(users, &sites.site, load.lost).context("no site is left")?;
        let index = sites
            .site
            .iter()
            .position(|site| site.name == nearest.0.name);
        sum += users.share / 100.0;
        comers.push((sum, index.context("a site")?));
    }
    let full = node.at_a_time * load.kind.mean().0 / node.cores as f64;
    let milliseconds = SECONDS.min(REQUESTS / load.rate) * 1000.0;
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let (mut now, mut all, mut passed, mut refused) = (0.0_f64, 0.0_f64, 0.0, 0.0);
    let mut waits = Vec::new();
    loop {
        now -= chance.next().ln() * 1000.0 / load.rate;
        if now > milliseconds {
            break;
        }
        all += 1.0;
        let at = chance.next();
        let found = comers.iter().find(|(until, _)| at <= *until);
        let front = found.or(comers.last()).context("no users")?.1;
        let cost = match &load.kind.seldom {
            Some(seldom) if chance.next() * seldom.of < 1.0 => seldom.fleet,
            _ => load.kind.fleet,
        };
        match work(&mut places, front, now, cost, full) {
            Some((wait, is_elsewhere)) => {
                waits.push(wait);
                passed += f64::from(u8::from(is_elsewhere));
                if let Some(place) = places.get_mut(front) {
                    place.bytes += load.kind.bytes;
                }
            }
            None => refused += 1.0,
        }
    }
    waits.sort_by(f64::total_cmp);
    let most = |of: &dyn Fn(&Place) -> f64| places.iter().map(of).fold(0.0, f64::max);
    Ok(Strain {
        cores: (most(&|place| place.busy) / (milliseconds * node.cores as f64)).min(1.0),
        line: most(&|place| place.bytes) * 8.0 / 1000.0 / milliseconds / node.megabits,
        wait: waits.get(waits.len() * 99 / 100).copied().unwrap_or(0.0),
        passed_on: passed / all.max(1.0),
        refused: refused / all.max(1.0),
    })
}

fn places(load: &Load<'_>, node: &Node, sites: &Sites) -> Result<Vec<Place>> {
    let mut places = Vec::new();
    for site in &sites.site {
        let mut order = Vec::new();
        for name in sites.order(&site.name)? {
            let index = sites.site.iter().position(|other| other.name == name);
            if !load.lost.iter().any(|lost| lost == name) {
                let away = sites.round_trip(&site.name, name)?;
                order.push((index.context("a site")?, away));
            }
        }
        places.push(Place {
            order,
            cores: (0..node.cores).map(|_| Reverse(0)).collect(),
            busy: 0.0,
            bytes: 0.0,
        });
    }
    Ok(places)
}

/// Has a request worked on that comes to a front: how long it waits, and whether another site takes
/// it; nothing if each has so much to do that its newest request would wait for longer than `full`
/// milliseconds.
fn work(places: &mut [Place], front: usize, now: f64, cost: f64, full: f64) -> Option<(f64, bool)> {
    let order = places.get(front)?.order.clone();
    for (index, away) in order {
        let place = places.get_mut(index)?;
        let arrives = now + away / 2.0;
        let mut core = place.cores.peek_mut()?;
        let starts = arrives.max(core.0 as f64 / 1000.0);
        if starts - arrives > full {
            continue;
        }
        core.0 = ticks(starts + cost);
        place.busy += cost;
        return Some((starts - arrives + away, index != front));
    }
    None
}

/// Numbers between 0 and 1 that look like chance (xorshift64*).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11;
        (bits as f64 + 1.0) / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a node and a request of one millisecond make of so many a second.
    fn strain(rate: f64, lost: &[&str]) -> Result<Strain> {
        let sites = Sites::parse(include_str!("../../../deploy/sites.toml"))?;
        let kind: Kind = toml::from_str(
            "name = \"x\"\nfleet = 1.0\nworkers = 1.0\nbytes = 1000.0\nreads = 1.0",
        )?;
        let node: Node = toml::from_str(
            "cores = 4\nmegabits = 1000.0\nterabytes = 20.0\nprice = 20.0\nat_a_time = 256.0",
        )?;
        let lost: Vec<_> = lost.iter().map(|&name| name.to_owned()).collect();
        let load = Load {
            kind: &kind,
            rate,
            lost: &lost,
        };
        run(&load, &node, &sites)
    }

    #[test]
    fn little_is_served_at_once_where_it_comes_to() -> Result<()> {
        let little = strain(100.0, &[])?;
        assert!(little.wait < 1.0 && little.refused == 0.0, "{little:?}");
        assert!(little.passed_on == 0.0, "{little:?}");
        // New York has 31 of a hundred users: 31 ms of 4000 a second.
        assert!((little.cores - 0.00775).abs() < 0.001, "{little:?}");
        Ok(())
    }

    #[test]
    fn too_much_for_one_goes_to_others_and_too_much_for_all_is_refused() -> Result<()> {
        // Four cores do 4000 a second, six sites 24,000; New York is asked for 31 of a hundred.
        let much = strain(18_000.0, &[])?;
        assert!(much.passed_on > 0.02 && much.refused < 0.001, "{much:?}");
        let too_much = strain(48_000.0, &[])?;
        assert!((too_much.refused - 0.5).abs() < 0.1, "{too_much:?}");
        Ok(())
    }

    #[test]
    fn a_lost_site_is_a_burden_to_the_others() -> Result<()> {
        let (whole, less) = (strain(8000.0, &[])?, strain(8000.0, &["nyc", "sfo"])?);
        assert!(less.cores > whole.cores * 1.3, "{whole:?} {less:?}");
        Ok(())
    }
}
