//! `/release`: every change is asked back, and made by the person who was asked only.

use anyhow::{Result, ensure};
use serde_json::json;
use testkit::{
    fake::{Mode, Reply, Rule, discord},
    package::Package,
    payload::interaction::{APPLICATION, Interaction},
};

use super::{MANAGE_GUILD, by_operator};
use crate::{interactions::Heard, settings::ADMIN_ROLE, suite::Case, world::World};

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "discord: promoting and rolling back are asked back, and safe to press twice",
            promoted,
        ),
        Case::new(
            "discord: withdrawing and restoring, with a reason too long for a button",
            withdrawn,
        ),
        Case::new(
            "discord: a question is for the person who was asked",
            foreign,
        ),
        Case::new(
            "discord: what others changed since it was asked is left alone",
            overtaken,
        ),
        Case::new(
            "discord: a failed delivery is looked at and taken up again",
            retried,
        ),
        Case::new("discord: versions are turned page by page", paged),
        Case::new(
            "discord: an answer that comes later is put in its place though Discord is busy",
            busy,
        ),
    ]
}

/// Publishes versions of a package of its own; its id.
fn publish(world: &World, name: &str, versions: &[&str]) -> Result<String> {
    let id = world.id(name);
    for version in versions {
        let release = world.release(&format!("acme/{name}"), &format!("v{version}"));
        let package = Package::module(&id, version);
        release.asset("module.zip", package.zip()).publish()?;
    }
    Ok(id)
}

fn served(world: &World, id: &str, channel: &str) -> Result<String> {
    let path = format!("/packages/{id}/channels/{channel}/module.json");
    let manifest = world.get(path).send()?.expect(200)?.json()?;
    Ok(manifest["version"].as_str().unwrap_or_default().to_owned())
}

/// Presses the button that holds `word`, as the operator who was asked.
fn press(world: &World, asked: &Heard, word: &str) -> Result<Heard> {
    ensure!(asked.is_private(), "everybody sees {}", asked.answer);
    world.interact(by_operator(Interaction::button(&asked.button(word)?)))
}

fn says(heard: &Heard, words: &str) -> Result<()> {
    ensure!(
        heard.text().contains(words),
        "{words:?} is not in {}",
        heard.text()
    );
    Ok(())
}

fn promoted(world: &World) -> Result<()> {
    let id = publish(
        world,
        "asked-to-promote",
        &["1.0.0", "1.1.0", "1.2.0-beta.1"],
    )?;
    let promote = by_operator(Interaction::command("release promote"))
        .option("package", id.as_str())
        .option("version", "1.2.0-beta.1")
        .option("channel", "stable");
    let asked = world.interact(promote)?;
    ensure!(
        served(world, &id, "stable")? == "1.1.0",
        "it was not asked back"
    );
    says(&press(world, &asked, "Cancel")?, "Nothing was changed")?;
    ensure!(served(world, &id, "stable")? == "1.1.0", "it was cancelled");
    let done = press(world, &asked, "Yes")?;
    ensure!(done.answer["type"] == 6, "{}", done.answer);
    says(&done, "Done")?;
    ensure!(served(world, &id, "stable")? == "1.2.0-beta.1");
    says(&press(world, &asked, "Yes")?, "It was so already")?;

    let rollback = by_operator(Interaction::command("release rollback"))
        .option("package", id.as_str())
        .option("version", "1.0.0")
        .option("channel", "stable");
    let asked = world.interact(rollback.locale("de"))?;
    press(world, &asked, "Ja")?;
    ensure!(served(world, &id, "stable")? == "1.0.0");
    Ok(())
}

fn withdrawn(world: &World) -> Result<()> {
    let id = publish(world, "withdrawn", &["1.0.0", "1.1.0"])?;
    let reason = "It eats worlds, and characters with an Ü. ".repeat(10);
    let yank = by_operator(Interaction::command("release yank"))
        .option("package", id.as_str())
        .option("version", "1.1.0")
        .option("reason", reason.trim());
    let asked = world.interact(yank)?;
    says(&asked, "It eats worlds")?;
    says(&press(world, &asked, "Yes")?, "Done")?;
    let pinned = format!("/packages/{id}/releases/1.1.0/module.json");
    let gone = world.get(&pinned).send()?.expect(410)?;
    ensure!(gone.text().contains("It eats worlds"), "{}", gone.text());
    ensure!(served(world, &id, "stable")? == "1.0.0");

    let restore = by_operator(Interaction::command("release restore"))
        .option("package", id.as_str())
        .option("version", "1.1.0");
    let asked = world.interact(restore)?;
    says(&press(world, &asked, "Yes")?, "Done")?;
    world.get(&pinned).send()?.expect(200)?;
    ensure!(served(world, &id, "stable")? == "1.1.0");
    Ok(())
}

fn foreign(world: &World) -> Result<()> {
    let id = publish(world, "foreign", &["1.0.0", "1.1.0"])?;
    let rollback = by_operator(Interaction::command("release rollback"))
        .option("package", id.as_str())
        .option("version", "1.0.0")
        .option("channel", "stable");
    let asked = world.interact(rollback)?;
    let button = asked.button("Yes")?;
    let press = || Interaction::button(&button);
    // Another operator; and the same person, no longer one.
    let another = by_operator(press()).user("1309420000000000008", "mallory");
    let heard = world.interact(another)?;
    ensure!(heard.is_private(), "{}", heard.answer);
    says(&heard, "Only the person who was asked")?;
    for (roles, permissions) in [(&[][..], MANAGE_GUILD), (&[ADMIN_ROLE][..], 0)] {
        let heard = world.interact(press().member(roles, permissions))?;
        says(&heard, "You may not do this here.")?;
    }
    // Changed in any place, it is nobody's.
    for changed in [
        button.replace("1.0.0", "1.1.0"),
        button.replacen("c:6", "c:7", 1),
        format!("{button}0"),
    ] {
        ensure!(changed != button, "{button} was not changed");
        let heard = world.interact(by_operator(Interaction::button(&changed)))?;
        ensure!(
            heard.answer["type"] == 4 && heard.is_private(),
            "{}",
            heard.answer
        );
    }
    ensure!(served(world, &id, "stable")? == "1.1.0");
    Ok(())
}

fn overtaken(world: &World) -> Result<()> {
    let id = publish(world, "changed-since-asked", &["1.0.0", "1.1.0"])?;
    let rollback = by_operator(Interaction::command("release rollback"))
        .option("package", id.as_str())
        .option("channel", "stable");
    let asked = world.interact(rollback)?;
    publish(world, "changed-since-asked", &["1.2.0"])?;
    says(&press(world, &asked, "Yes")?, "Others have changed this")?;
    ensure!(served(world, &id, "stable")? == "1.2.0");
    Ok(())
}

fn retried(world: &World) -> Result<()> {
    let id = world.id("asked-to-retry");
    let broken = Package::module(&id, "1.0.0").field("version", "2.0.0");
    let release = world.release("acme/asked-to-retry", "v1.0.0");
    let delivery = release.asset("module.zip", broken.zip()).make();
    delivery.send("published")?.expect(202)?;
    let journal = world.finished(&delivery.id)?;
    ensure!(journal.state() == "failed", "{}", journal.0);

    let status = by_operator(Interaction::command("release status"));
    let heard = world.interact(status.option("delivery", delivery.id.as_str()))?;
    ensure!(
        heard.answer["type"] == 5 && heard.is_private(),
        "{}",
        heard.answer
    );
    says(&heard, "failed")?;
    let retry = by_operator(Interaction::command("release retry"));
    let asked = world.interact(retry.option("delivery", delivery.id.as_str()))?;
    says(&press(world, &asked, "Yes")?, "Done")?;
    let steps = world.journal(&delivery.id)?.0["steps"].to_string();
    ensure!(steps.contains("taken up again by mira"), "{steps}");
    world.admin("POST", "/webhooks/resume", "")?.expect(200)?;
    // It is as broken as before.
    ensure!(world.finished(&delivery.id)?.state() == "failed");
    Ok(())
}

fn paged(world: &World) -> Result<()> {
    let id = world.id("paged");
    for patch in 0..12 {
        let version = format!("1.0.{patch}");
        let zip = Package::module(&id, &version).zip();
        let path = format!("/admin/v1/packages/{id}/releases/{version}");
        let put = world.ask("PUT", path).admin().body(&zip);
        put.send()?.expect(201)?;
    }
    let versions = Interaction::command("package versions").option("package", id.as_str());
    let first = world.interact(versions)?;
    says(&first, "1.0.11")?;
    ensure!(!first.text().contains("1.0.1*"), "{}", first.text());
    let turn = Interaction::button(&first.button("Older")?);
    let second = world.interact(turn.clone())?;
    ensure!(second.answer["type"] == 7, "{}", second.answer);
    says(&second, "1.0.0")?;
    ensure!(!second.text().contains("1.0.11"), "{}", second.text());
    // Somebody else gets a page of their own.
    let other = world.interact(turn.user("1309420000000000008", "somebody"))?;
    ensure!(
        other.answer["type"] == 4 && other.is_private(),
        "{}",
        other.answer
    );
    let back = world.interact(Interaction::button(&second.button("Newer")?))?;
    says(&back, "1.0.11")
}

/// Discord's limits and failures are waited out; a token that is worth nothing any more is given up.
fn busy(world: &World) -> Result<()> {
    let fake = world.fakes.discord();
    let path = format!("/api/v10/webhooks/{APPLICATION}/*");
    let rule = |mode| Rule::on("PATCH", path.clone(), mode).times(1);
    for mode in [
        Mode::Answer(discord::limited(0.3, false)),
        Mode::Answer(Reply::new(503)),
        Mode::Dropped,
        Mode::AnswerLost,
    ] {
        fake.script(rule(mode));
        world.interact(Interaction::command("status"))?;
    }
    // What Discord refuses is said to whoever asked, though its answer was to be for all.
    let refusal = json!({ "message": "Invalid Form Body", "code": 50_035 });
    fake.script(rule(Mode::Answer(Reply::json(400, &refusal))));
    let heard = world.interact(Interaction::command("status").locale("de"))?;
    ensure!(heard.answer == json!({ "type": 5 }), "{}", heard.answer);
    ensure!(heard.is_private(), "everybody sees {}", heard.message);
    says(&heard, "Discord nimmt die Antwort nicht an")?;
    let unknown = Interaction::command("status").token("fake-expired-token");
    let answer = world.interaction(&unknown)?.expect(200)?.json()?;
    ensure!(answer["type"] == 5, "{answer}");
    world
        .transcript
        .keep_secret("an expired token", "fake-expired-token");
    Ok(())
}
