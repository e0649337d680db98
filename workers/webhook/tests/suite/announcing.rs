//! Announcements that do not go well never take the release back.

use registry::record::Status;
use testkit::{
    fake::{Mode, Reply, Rule, discord, foundry},
    package::Package,
};

use crate::world::{World, assert_done, resume_until_finished, served};

#[test]
fn an_announcement_is_retried_until_it_is_confirmed_and_no_longer() {
    let limited = || Mode::Answer(discord::limited(2.5, false));
    let failing = |status| Mode::Answer(Reply::new(status));
    let cases = [
        ("limited once", limited(), 1, Status::Confirmed, 1),
        ("limited for ever", limited(), 1000, Status::Failed, 0),
        (
            "refused",
            Mode::Answer(Reply::new(404)),
            1,
            Status::Failed,
            0,
        ),
        (
            "taken, but nobody said so",
            Mode::AnswerLost,
            1,
            Status::Unconfirmed,
            1,
        ),
        (
            "overloaded once",
            Mode::Answer(Reply::new(503)),
            1,
            Status::Confirmed,
            1,
        ),
        ("failed on the way", failing(500), 1, Status::Confirmed, 1),
        ("lost behind it", failing(502), 1, Status::Confirmed, 1),
        ("lost before it", failing(520), 1, Status::Confirmed, 1),
        ("late before it", failing(524), 2, Status::Confirmed, 1),
        ("failing for ever", failing(500), 1000, Status::Failed, 0),
    ];
    for (what, mode, times, status, messages) in cases {
        let world = World::new();
        world.release("v1.0.0", &Package::module("maps", "1.0.0"));
        world
            .discord
            .script(Rule::on("POST", "*", mode).times(times));
        world.deliver_to(&world.host, "d-1", "v1.0.0").unwrap();
        world.host.run(world.host.run_deferred()).unwrap();
        let journal = resume_until_finished(&world.host, "d-1").unwrap();
        assert_done(&journal);
        assert_eq!(journal.announcements.discord.status, status, "{what}");
        assert_eq!(world.discord.messages().len(), messages, "{what}");
        assert_eq!(
            served(&world.host, "maps", "stable").as_deref(),
            Some("1.0.0"),
            "{what}"
        );
        assert_eq!(
            journal.announcements.foundry.status,
            Status::Confirmed,
            "{what}"
        );
    }
}

#[test]
fn foundrys_words_reach_the_journal() {
    let world = World::new();
    world.release("v1.0.0", &Package::module("maps", "1.0.0"));
    let refusal = foundry::errors(400, "version", "This version exists already", "unique");
    world
        .foundry
        .script(Rule::on("POST", "*", Mode::Answer(refusal)));
    let journal = world.publish("d-1", "v1.0.0");
    assert_done(&journal);
    let foundry = &journal.announcements.foundry;
    assert_eq!(foundry.status, Status::Failed);
    let words = "version: This version exists already";
    assert!(foundry.detail.contains(words), "{}", foundry.detail);
}

#[test]
fn a_dry_run_asks_foundry_and_registers_nothing() {
    let refusal = || Mode::Answer(foundry::errors(400, "version", "No such core", "invalid"));
    for (setting, rule, status, words) in [
        ("true", None, Status::Skipped, "would take the release"),
        ("true", Some(refusal()), Status::Failed, "No such core"),
        ("perhaps", None, Status::Failed, "FOUNDRY_DRY_RUN"),
    ] {
        let world = World::new();
        world.host.set(edge::config::name::FOUNDRY_DRY_RUN, setting);
        world.release("v1.0.0", &Package::module("maps", "1.0.0"));
        if let Some(mode) = rule {
            world.foundry.script(Rule::on("POST", "*", mode));
        }
        let journal = world.publish("d-1", "v1.0.0");
        assert_done(&journal);
        let foundry = &journal.announcements.foundry;
        assert_eq!(foundry.status, status, "{}", foundry.detail);
        assert!(foundry.detail.contains(words), "{}", foundry.detail);
        assert!(world.foundry.releases().is_empty(), "{setting}");
        let asked = status == Status::Skipped;
        assert_eq!(
            world.foundry.dry_runs().len(),
            usize::from(asked),
            "{setting}"
        );
    }
}

#[test]
fn notes_are_told_as_discord_shows_them() {
    let world = World::new();
    let mut release = testkit::payload::Release::new(crate::world::REPOSITORY, "v1.0.0");
    release.body = Some("# Fixed\r\n- [x] doors, see #7\r\n\r\nThanks @everyone".into());
    let package = Package::module("maps", "1.0.0");
    world.github.publish(release, package.zip());
    let upload = testkit::fake::github::Upload::zip("maps.zip", package.zip());
    world
        .github
        .upload(crate::world::REPOSITORY, "v1.0.0", upload);
    assert_done(&world.publish("d-1", "v1.0.0"));
    let message = world.discord.messages().remove(0);
    assert_eq!(
        message["embeds"][0]["description"],
        "## Fixed\n- ☑ doors, see [#7](https://github.com/author/maps/issues/7)\n\n\
         Thanks @\u{200b}everyone"
    );
}

#[test]
fn an_authors_words_are_no_markup() {
    let world = World::new();
    let package = Package::module("maps", "1.0.0")
        .field("title", "**Maps** [here](https://e.example)")
        .field(
            "compatibility",
            serde_json::json!({ "minimum": "12", "verified": "13 [x](https://e.example)" }),
        );
    world.release("v1.0.0", &package);
    assert_done(&world.publish("d-1", "v1.0.0"));
    let embed = world.discord.messages().remove(0)["embeds"][0].clone();
    assert_eq!(
        embed["title"],
        "\\*\\*Maps\\*\\* \\[here\\]\\(https\\://e.example\\) 1.0.0"
    );
    let fields = embed["fields"].as_array().unwrap();
    let foundry = fields.iter().find(|field| field["name"] == "Foundry VTT");
    let said = foundry.unwrap()["value"].as_str().unwrap();
    assert!(said.contains("13 \\[x\\]\\(https"), "{said}");
}
