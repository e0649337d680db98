//! GitHub, Discord and Foundry at their worst: what passes is waited for, what does not is told in
//! words, and nothing of it is served.

use std::{
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result, ensure};
use testkit::{
    fake::{Mode, Reply, Rule, discord, foundry, github},
    package::{Layout, Package},
    pattern,
};

use crate::{
    publish::{Delivery, Journal},
    readers,
    suite::Case,
    world::World,
};

/// How long GitHub, Discord and Foundry ask to be left alone, in seconds: longer than the first
/// pause that is made unasked.
const LIMIT: u64 = 20;

/// The first pause that is made unasked, in seconds.
const PAUSE: u64 = 15;

/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(150);

/// The package that `FOUNDRY_RELEASE_TOKENS` has a token for.
const REGISTERED: &str = "announced";

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "upstream: limits are waited out, failures tried again, nothing is served",
            passing,
        ),
        Case::new(
            "upstream: a damaged archive is never published, whoever vouches for it",
            damaged,
        ),
    ]
}

/// What goes wrong once.
struct Trouble {
    name: &'static str,
    place: Place,
    /// What happens there, made of the archive that should come.
    mode: fn(Vec<u8>) -> Mode,
    /// Seconds until the release can be published at the earliest.
    least: u64,
}

/// Where it goes wrong.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// GitHub's API, when the release is looked at.
    Api,
    /// The host of assets, when the archive is fetched.
    Asset,
    /// The host of source archives; there is no asset.
    Source,
}

const TROUBLES: [Trouble; 7] = [
    Trouble {
        name: "used-up",
        place: Place::Api,
        mode: |_| Mode::Answer(github::rate_limited(403, now() + LIMIT)),
        // The time is told in whole seconds.
        least: LIMIT - 1,
    },
    Trouble {
        name: "throttled",
        place: Place::Api,
        mode: |_| Mode::Answer(github::secondary_limit(429, Some(LIMIT))),
        least: LIMIT,
    },
    Trouble {
        name: "down",
        place: Place::Api,
        mode: |_| Mode::Answer(Reply::new(502)),
        least: PAUSE,
    },
    Trouble {
        name: "cut",
        place: Place::Asset,
        mode: |_| Mode::Cut(200),
        least: PAUSE,
    },
    Trouble {
        name: "out-of-order",
        place: Place::Asset,
        mode: |_| Mode::Answer(Reply::new(503)),
        least: PAUSE,
    },
    Trouble {
        name: "torn",
        place: Place::Source,
        mode: |_| Mode::Broken(200),
        least: PAUSE,
    },
    Trouble {
        name: "flipped",
        place: Place::Source,
        mode: |zip| {
            let reply = Reply::new(200).with("content-type", "application/zip");
            Mode::Answer(reply.body(with_a_bit_flipped(zip)))
        },
        least: PAUSE,
    },
];

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

/// `zip` with one bit of its noise wrong; everything that describes it is right.
fn with_a_bit_flipped(mut zip: Vec<u8>) -> Vec<u8> {
    let at = zip.windows(9).position(|window| window == b"noise.bin");
    if let Some(byte) = at.and_then(|at| zip.get_mut(at + 2_000)) {
        *byte ^= 1;
    }
    zip
}

fn package(world: &World, name: &str) -> Package {
    Package::module(&world.id(name), "1.0.0").file("noise.bin", pattern::piece(3, 5_000))
}

impl Trouble {
    fn package(&self, world: &World) -> Package {
        let package = package(world, self.name);
        match self.place {
            Place::Source => package.layout(Layout::codeload(&self.repository())),
            Place::Api | Place::Asset => package,
        }
    }

    fn repository(&self) -> String {
        format!("acme/{}", self.name)
    }

    /// Makes the release, has it go wrong once, and delivers it.
    fn deliver<'w>(&self, world: &'w World) -> Result<Delivery<'w>> {
        let zip = self.package(world).zip();
        let release = world.release(&self.repository(), "v1.0.0");
        let release = match self.place {
            Place::Source => release.source(zip.clone()),
            Place::Api | Place::Asset => release.asset("module.zip", zip.clone()),
        };
        let delivery = release.make();
        let path = match self.place {
            Place::Api => format!("/repos/{}/releases/*", self.repository()),
            Place::Asset => asset_of(&delivery)?,
            Place::Source => format!("/{}/legacy.zip/*", self.repository()),
        };
        let rule = Rule::on("GET", path, (self.mode)(zip)).times(1);
        world.fakes.github().script(rule);
        delivery.send("published")?.expect(202)?;
        Ok(delivery)
    }

    /// An error unless it went wrong, was tried again no sooner than it may be, and is right now.
    fn is_over(&self, world: &World, journal: &Journal, took: Duration) -> Result<()> {
        ensure!(journal.state() == "done", "{}", journal.0);
        let steps = journal.0["steps"].as_array().into_iter().flatten();
        let details = steps.filter_map(|step| step["detail"].as_str());
        let mut failures = details.filter(|detail| detail.starts_with("attempt 1 of "));
        ensure!(
            failures.next().is_some(),
            "it did not strike: {}",
            journal.0
        );
        ensure!(
            took >= Duration::from_secs(self.least),
            "it took {took:?} only"
        );
        let id = world.id(self.name);
        let manifest = world
            .get(format!("/packages/{id}/module.json"))
            .send()?
            .expect(200)?;
        let archive = world.get(format!("/get/{id}/stable")).send()?.expect(200)?;
        let package = self.package(world);
        let folder = package.layout.folder();
        let bytes = &manifest.body;
        readers::is_repackaged(&package.zip(), &folder, &archive.body, "module.json", bytes)?;
        super::announced_times(world, &id, 1)
    }
}

/// The path of the first asset's bytes.
fn asset_of(delivery: &Delivery<'_>) -> Result<String> {
    let payload: serde_json::Value = serde_json::from_slice(&delivery.payload("published"))?;
    let number = &payload["release"]["assets"][0]["id"];
    let number = number.as_u64().context("no asset")?;
    Ok(format!(
        "/github-production-release-asset/186853002/{number}"
    ))
}

fn passing(world: &World) -> Result<()> {
    let announced = Announced::deliver(world)?;
    let mut open = Vec::new();
    for trouble in &TROUBLES {
        let begun = Instant::now();
        open.push((trouble, trouble.deliver(world)?, begun));
    }
    let started = Instant::now();
    while !open.is_empty() || !announced.is_over(world)? {
        ensure!(
            started.elapsed() < PATIENCE,
            "{} are unfinished",
            open.len()
        );
        // What has to wait for longer than a moment is left to whoever resumes.
        world.admin("POST", "/webhooks/resume", "")?.expect(200)?;
        let mut unfinished = Vec::new();
        for (trouble, delivery, begun) in open {
            match look(world, trouble, &delivery)? {
                Some(journal) => trouble
                    .is_over(world, &journal, begun.elapsed())
                    .context(trouble.name)?,
                None => unfinished.push((trouble, delivery, begun)),
            }
        }
        open = unfinished;
        thread::sleep(Duration::from_millis(500));
    }
    Ok(())
}

/// The journal, if it is finished. What is served before it is published is nothing.
fn look(world: &World, trouble: &Trouble, delivery: &Delivery<'_>) -> Result<Option<Journal>> {
    let path = format!("/packages/{}/module.json", world.id(trouble.name));
    let served = world.get(path).send()?;
    let journal = world.journal(&delivery.id)?;
    let state = journal.state();
    ensure!(
        served.status == 404 || !matches!(state, "received" | "fetched" | "failed"),
        "{} is {state} and answers {}",
        trouble.name,
        served.status
    );
    Ok(matches!(state, "done" | "failed").then_some(journal))
}

/// A release that Discord and Foundry ask to be left alone with.
struct Announced {
    delivery: String,
    version: String,
    begun: Instant,
}

impl Announced {
    fn deliver(world: &World) -> Result<Self> {
        let (discord, foundry) = (world.fakes.discord(), world.fakes.foundry());
        let limit = Mode::Answer(discord::limited(20.0, false));
        discord.script(Rule::on("POST", discord.webhook_path(), limit).times(1));
        let limit = Mode::Answer(foundry::limited(LIMIT));
        foundry.script(Rule::on("POST", foundry::PATH, limit).times(1));
        // Newer than whatever other cases have published.
        let version = format!("1.{}.9", world.run);
        let zip = Package::module(REGISTERED, &version).zip();
        let release = world.release("acme/announced", &format!("v{version}"));
        let delivery = release.asset("module.zip", zip).make();
        let begun = Instant::now();
        delivery.send("published")?.expect(202)?;
        // It is served whatever they say; and both have said so before anything else is announced.
        let waiting = |journal: &Journal| {
            let of = |receiver: &str| &journal.0["announcements"][receiver]["next_attempt_at"];
            of("discord").is_string() && of("foundry").is_string()
        };
        world.wait_for(&delivery.id, waiting)?;
        let manifest = format!("/packages/{REGISTERED}/module.json");
        let manifest = world.get(manifest).send()?.expect(200)?.json()?;
        ensure!(manifest["version"] == version, "{}", manifest["version"]);
        let delivery = delivery.id;
        Ok(Self {
            delivery,
            version,
            begun,
        })
    }

    /// Whether both have it by now: once, and not before they would.
    fn is_over(&self, world: &World) -> Result<bool> {
        let releases = world.fakes.foundry().releases().into_iter();
        let of_this = |told: &serde_json::Value| told["release"]["version"] == self.version;
        let told = [
            world
                .fakes
                .discord()
                .messages()
                .iter()
                .filter(|message| message.to_string().contains(&self.version))
                .count(),
            releases.filter(of_this).count(),
        ];
        let took = self.begun.elapsed();
        ensure!(
            told == [0, 0] || took >= Duration::from_secs(LIMIT),
            "{told:?} after {took:?}"
        );
        let journal = world.journal(&self.delivery)?;
        if journal.state() != "done" {
            return Ok(false);
        }
        for receiver in ["discord", "foundry"] {
            let status = journal.announcement(receiver);
            ensure!(status == "confirmed", "{receiver}: {}", journal.0);
        }
        ensure!(told == [1, 1], "{told:?} were told");
        Ok(true)
    }
}

fn damaged(world: &World) -> Result<()> {
    let zip = with_a_bit_flipped(package(world, "damaged").zip());
    let release = world.release("acme/damaged", "v1.0.0");
    let journal = release.asset("module.zip", zip).deliver()?;
    ensure!(journal.state() == "failed", "{}", journal.0);
    ensure!(
        journal.error().contains("`noise.bin` is damaged"),
        "{}",
        journal.error()
    );
    let id = world.id("damaged");
    for path in ["module.json", "releases/1.0.0/module.json"] {
        let path = format!("/packages/{id}/{path}");
        world.get(path).send()?.expect(404)?;
    }
    super::announced_times(world, &id, 0)
}
