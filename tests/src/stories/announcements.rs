//! Telling others of a release.

use anyhow::{Context, Result, ensure};
use serde_json::json;
use testkit::{
    fake::{Mode, Reply, Rule, foundry},
    package::Package,
};

use crate::{publish::Journal, suite::Case, world::World};

/// The package that `FOUNDRY_RELEASE_TOKENS` has a token for.
const REGISTERED: &str = "announced";

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "announcements: Discord gets one message that mentions nobody",
            message,
        ),
        Case::new("announcements: what is too long for Discord is cut", long),
        Case::new(
            "announcements: a message that may have arrived is not sent again",
            lost,
        ),
        Case::new(
            "announcements: a Discord that refuses leaves the release",
            refused,
        ),
        Case::new(
            "announcements: Foundry is told the pinned manifest, with the token",
            registered,
        ),
        Case::new(
            "announcements: Foundry is not told of a prerelease",
            prerelease,
        ),
        Case::new(
            "announcements: a Foundry that refuses leaves the release, and its words are kept",
            rejected,
        ),
    ]
}

fn publish(world: &World, name: &str, notes: &str) -> Result<Journal> {
    let package = Package::module(&world.id(name), "1.0.0");
    let release = world
        .release(&format!("acme/{name}"), "v1.0.0")
        .notes(notes);
    release.asset("module.zip", package.zip()).publish()
}

/// An error unless `name` 1.0.0 is served.
fn is_served(world: &World, name: &str) -> Result<()> {
    let id = world.id(name);
    let manifest = world
        .get(format!("/packages/{id}/module.json"))
        .send()?
        .expect(200)?;
    ensure!(manifest.json()?["version"] == "1.0.0");
    world
        .ask("HEAD", format!("/packages/{id}/releases/1.0.0/{id}.zip"))
        .send()?
        .expect(200)?;
    Ok(())
}

fn message(world: &World) -> Result<()> {
    let id = world.id("told");
    let notes = "## Fixed\n- doors, thanks to @everyone and <@&123>\n";
    let journal = publish(world, "told", notes)?;
    ensure!(
        journal.announcement("discord") == "confirmed",
        "{}",
        journal.0
    );
    ensure!(
        journal.announcement("foundry") == "skipped",
        "{}",
        journal.0
    );
    let messages = super::messages_about(world, &id);
    let [message] = messages.as_slice() else {
        anyhow::bail!("{} messages", messages.len());
    };
    ensure!(
        message["allowed_mentions"] == json!({ "parse": [] }),
        "{message}"
    );
    let embeds = message["embeds"].as_array().context("no embeds")?;
    ensure!(
        embeds.len() == 1 && message["content"].is_null(),
        "{message}"
    );
    let text = embeds[0].to_string();
    let install = format!("{}/packages/{id}/module.json", world.target.public_url());
    for part in [install.as_str(), "1.0.0", "The module", "doors", "11", "13"] {
        ensure!(text.contains(part), "{part} is not in {text}");
    }
    ensure!(world.fakes.discord().violations().is_empty());
    Ok(())
}

fn long(world: &World) -> Result<()> {
    let id = world.id("verbose");
    let notes = "All work and no play makes \u{1F3B2} a dull game. ".repeat(2_000);
    let package = Package::module(&id, "1.0.0").field("title", "A title ".repeat(60));
    let release = world.release("acme/verbose", "v1.0.0").notes(&notes);
    let journal = release.asset("module.zip", package.zip()).publish()?;
    ensure!(
        journal.announcement("discord") == "confirmed",
        "{}",
        journal.0
    );
    super::announced_times(world, &id, 1)
}

/// Lets Discord do `mode` to the next message.
fn discord_does(world: &World, mode: Mode) {
    let discord = world.fakes.discord();
    discord.script(Rule::on("POST", discord.webhook_path(), mode).times(1));
}

fn lost(world: &World) -> Result<()> {
    discord_does(world, Mode::AnswerLost);
    let journal = publish(world, "lost", "")?;
    ensure!(
        journal.announcement("discord") == "unconfirmed",
        "{}",
        journal.0
    );
    is_served(world, "lost")?;
    super::announced_times(world, &world.id("lost"), 1)
}

fn refused(world: &World) -> Result<()> {
    let unknown = json!({ "message": "Unknown Webhook", "code": 10_015 });
    discord_does(world, Mode::Answer(Reply::json(404, &unknown)));
    let journal = publish(world, "unheard", "")?;
    ensure!(journal.announcement("discord") == "failed", "{}", journal.0);
    is_served(world, "unheard")?;
    super::announced_times(world, &world.id("unheard"), 0)
}

/// Publishes a version of the registered package that no run before has published.
fn publish_registered(world: &World, part: &str, prerelease: bool) -> Result<(String, Journal)> {
    let version = format!("1.{}.{part}", world.run);
    let package = Package::module(REGISTERED, &version);
    let release = world.release("acme/announced", &format!("v{version}"));
    let release = release.asset("module.zip", package.zip());
    let release = if prerelease {
        release.prerelease()
    } else {
        release
    };
    Ok((version, release.publish()?))
}

fn registered(world: &World) -> Result<()> {
    let foundry = world.fakes.foundry();
    foundry.check_manifests(true);
    let (version, journal) = publish_registered(world, "0", false)?;
    foundry.check_manifests(false);
    ensure!(
        journal.announcement("foundry") == "confirmed",
        "{}",
        journal.0
    );
    let told = foundry.releases();
    let of_this = |told: &&serde_json::Value| told["release"]["version"] == version.as_str();
    let told: Vec<_> = told.iter().filter(of_this).collect();
    let [told] = told.as_slice() else {
        anyhow::bail!("Foundry was told {} times", told.len());
    };
    let pinned = format!(
        "{}/packages/{REGISTERED}/releases/{version}/module.json",
        world.target.public_url()
    );
    ensure!(
        told["id"] == REGISTERED && told["release"]["manifest"] == pinned,
        "{told}"
    );
    let compatibility = &told["release"]["compatibility"];
    ensure!(
        compatibility["minimum"] == "11" && compatibility["verified"] == "13",
        "{told}"
    );
    Ok(())
}

fn prerelease(world: &World) -> Result<()> {
    let before = world.fakes.foundry().requests().len();
    let (_, journal) = publish_registered(world, "1-beta.1", true)?;
    ensure!(
        journal.announcement("foundry") == "skipped",
        "{}",
        journal.0
    );
    ensure!(
        world.fakes.foundry().requests().len() == before,
        "Foundry was asked"
    );
    Ok(())
}

fn rejected(world: &World) -> Result<()> {
    let reply = foundry::errors(400, "manifest", "The manifest cannot be read.", "invalid");
    let path = "/_api/packages/release_version/";
    world
        .fakes
        .foundry()
        .script(Rule::on("POST", path, Mode::Answer(reply)).times(1));
    let (version, journal) = publish_registered(world, "2", false)?;
    ensure!(journal.announcement("foundry") == "failed", "{}", journal.0);
    let words = journal.0["announcements"]["foundry"]["detail"].as_str();
    let words = words.context("no detail")?;
    ensure!(words.contains("The manifest cannot be read."), "{words}");
    let pinned = format!("/packages/{REGISTERED}/releases/{version}/module.json");
    world.get(pinned).send()?.expect(200)?;
    Ok(())
}
