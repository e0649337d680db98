//! Commands that change something: who may, what is asked, what comes of it.

use edge::{Clock, Objects, config::name};
use registry::{
    Channel, DeliveryId, Journal, Key, PackageId, Record, Repository,
    record::{Actions, ReleaseSource},
    store,
};
use serde_json::{Value, json};
use testkit::payload::interaction::{GUILD, Interaction, USER};

use crate::world::{MANAGE_GUILD, Release, World, buttons, operator, press, texts};

const OTHER: &str = "1309420000000000099";
const ROLE: &str = "1309430000000000001";

/// The question that a command is answered with, and its first button.
pub fn asked(world: &World, called: &Interaction) -> (String, String) {
    let message = world.private(called);
    let buttons = buttons(&message);
    assert_eq!(buttons.len(), 2, "{message}");
    assert!(buttons.iter().all(|id| id.len() <= 100), "{buttons:?}");
    (texts(&message), buttons[0].clone())
}

pub fn promote(version: &str) -> Interaction {
    let called = operator("release promote").option("package", "maps");
    called.option("version", version)
}

impl World {
    /// A delivery that has failed.
    pub fn failed_delivery(&self, id: &str) {
        let delivery = DeliveryId::parse(id).unwrap();
        let repository = Repository::parse("author/maps").unwrap();
        let source = ReleaseSource {
            tag: "v2.0.0".to_owned(),
            ..ReleaseSource::default()
        };
        let now = self.host.now();
        let mut journal = Journal::new(
            delivery.clone(),
            repository,
            "release",
            "published",
            source,
            now,
        );
        journal.fail(now, registry::Failure::new("fetch", "GitHub said *no*"));
        let key = Key::Delivery(&delivery);
        let created = self
            .host
            .block_on(store::create(&self.host, &key, &journal));
        assert!(created.unwrap());
    }

    /// What was noted of who did what to a package.
    pub fn actions(&self, id: &str) -> Actions {
        let id = PackageId::parse(id).unwrap();
        let bytes = self.host.bytes(&Key::Actions(&id).path());
        bytes
            .map(|bytes| Actions::decode(&bytes).unwrap())
            .unwrap_or_default()
    }

    /// The version that a channel serves.
    pub fn served(&self, id: &str, channel: &str) -> Option<String> {
        let id = PackageId::parse(id).unwrap();
        let key = Key::Channels(&id);
        let read = store::read::<registry::ChannelsRecord, _>(&self.host, &key);
        let channels = self.host.block_on(read).unwrap()?;
        let served = channels
            .record
            .served(&Channel::parse(channel).unwrap())?
            .version
            .to_string();
        Some(served)
    }
}

#[test]
fn every_change_is_asked_for_made_once_and_noted() {
    let world = World::new();
    world.failed_delivery("f-1");
    let steps: &[(Interaction, &str, &str, &str, Option<Value>)] = &[
        (
            promote("1.3.0-beta.1"),
            "Channel `stable` of `maps` will serve **1.3.0-beta.1**. Now it serves **1.2.0**.",
            "serves **1.3.0-beta.1**",
            "1.3.0-beta.1",
            Some(
                json!({ "kind": "promote", "channel": "stable", "from": "1.2.0", "version": "1.3.0-beta.1" }),
            ),
        ),
        (
            operator("release rollback").option("package", "maps"),
            "will serve **1.2.0**",
            "serves **1.2.0**",
            "1.2.0",
            Some(
                json!({ "kind": "promote", "channel": "stable", "from": "1.3.0-beta.1", "version": "1.2.0" }),
            ),
        ),
        (
            operator("release rollback")
                .option("package", "maps")
                .option("version", "1.0.0"),
            "will serve **1.0.0**",
            "serves **1.0.0**",
            "1.0.0",
            Some(
                json!({ "kind": "promote", "channel": "stable", "from": "1.2.0", "version": "1.0.0" }),
            ),
        ),
        (
            promote("1.2.0"),
            "will serve **1.2.0**",
            "serves **1.2.0**",
            "1.2.0",
            Some(
                json!({ "kind": "promote", "channel": "stable", "from": "1.0.0", "version": "1.2.0" }),
            ),
        ),
        (
            operator("release yank")
                .option("package", "maps")
                .option("version", "1.2.0")
                .option("reason", "breaks: *everything* 🎲"),
            "Reason: breaks\\: \\*everything\\* 🎲",
            "**1.2.0** of `maps` is withdrawn",
            "1.1.0",
            Some(
                json!({ "kind": "yank", "version": "1.2.0", "reason": "breaks: *everything* 🎲" }),
            ),
        ),
        (
            operator("release restore")
                .option("package", "maps")
                .option("version", "1.2.0"),
            "can be installed again",
            "**1.2.0** of `maps` is there again",
            "1.2.0",
            Some(json!({ "kind": "restore", "version": "1.2.0" })),
        ),
        (
            operator("release retry").option("delivery", "f-1"),
            "GitHub said \\*no\\*",
            "Delivery `f-1` is taken up again",
            "1.2.0",
            None,
        ),
    ];
    let mut noted = 0;
    for (called, question, done, served, deed) in steps {
        let (asked, button) = asked(&world, called);
        assert!(asked.contains(question), "no {question:?} in\n{asked}");
        let before = world.actions("maps").actions.len();
        assert_eq!(before, noted, "nothing is done before it is confirmed");
        assert_eq!(world.answer(&press(&button)), json!({ "type": 6 }));
        world.host.block_on(world.host.run_deferred());
        // Pressed twice, and twice at once.
        let again = texts(&world.later(&press(&button)));
        assert!(again.contains("It was so already"), "{again}");
        let edits = world.discord.edits(crate::world::TOKEN);
        let said = texts(&edits[edits.len() - 2]);
        assert!(
            said.contains("Done") && said.contains(done),
            "no {done:?} in\n{said}"
        );
        assert_eq!(
            edits.last().map(|edit| edit["components"].clone()),
            Some(json!([]))
        );
        assert_eq!(world.served("maps", "stable").as_deref(), Some(*served));
        let actions = world.actions("maps").actions;
        if let Some(deed) = deed {
            noted += 1;
            let last = serde_json::to_value(actions.last()).unwrap();
            assert_eq!(last["deed"], *deed);
            assert_eq!(
                last["by"],
                json!({ "kind": "discord", "id": USER, "name": "mira" })
            );
        }
        assert_eq!(actions.len(), noted);
    }
    // The store has it under the same key as for the admin API.
    assert!(world.host.keys().contains(&"open/f-1".to_owned()));
    assert!(
        world
            .host
            .keys()
            .contains(&"packages/maps/actions.json".to_owned())
    );
}

#[test]
fn two_presses_at_once_are_one_change() {
    let world = World::new();
    let (_, button) = asked(&world, &promote("1.1.0"));
    world.answer(&press(&button));
    world.answer(&press(&button));
    world.host.block_on(world.host.run_deferred());
    assert_eq!(world.actions("maps").actions.len(), 1);
    assert_eq!(world.discord.edits(crate::world::TOKEN).len(), 2);
}

#[test]
fn what_cannot_be_done_is_not_asked_for() {
    let world = World::new();
    world.publish(&Release::of("solo", "1.0.0"));
    for (called, expected) in [
        (promote("9.9.9"), "no version `9.9.9`"),
        (promote("1.2.0"), "`stable` serves **1.2.0** already"),
        (
            promote("1.1.0").option("channel", "La Test"),
            "`La Test` is no channel",
        ),
        (
            operator("release promote")
                .option("package", "absent")
                .option("version", "1"),
            "no package `absent`",
        ),
        (
            operator("release rollback").option("package", "solo"),
            "no release before",
        ),
        (
            operator("release rollback")
                .option("package", "maps")
                .option("channel", "alpha"),
            "no channel `alpha`",
        ),
        (
            operator("release rollback")
                .option("package", "maps")
                .option("version", "1.3.0-beta.1"),
            "not earlier than what `stable` serves",
        ),
        (
            operator("release restore")
                .option("package", "maps")
                .option("version", "1.2.0"),
            "is not withdrawn",
        ),
        (
            operator("release yank")
                .option("package", "maps")
                .option("version", "1.2.0")
                .option("reason", "<b></b>"),
            "there has to be one",
        ),
        (
            operator("release retry").option("delivery", "absent"),
            "No delivery `absent`",
        ),
        (
            operator("release retry").option("delivery", "d-0"),
            "only what has failed is taken up again",
        ),
        (
            operator("release retry").option("delivery", "../x"),
            "no delivery's id",
        ),
    ] {
        let message = world.message(&called);
        let said = texts(&message);
        assert!(said.contains(expected), "no {expected:?} in\n{said}");
        // Nothing English stands in a German sentence.
        let german = texts(&world.message(&called.locale("de")));
        for word in [" there is ", " no ", " is ", " only ", "must"] {
            assert!(!german.contains(word), "{word:?} in {german}");
        }
        assert!(
            buttons(&message).is_empty() && message["flags"] == 64,
            "{message}"
        );
    }
    assert!(world.actions("maps").actions.is_empty());
}

#[test]
fn only_operators_may() {
    let administrator = 1 << 3;
    // Server, roles, permission bits, the configured servers and roles, whether they may.
    for (guild, roles, bits, guilds, wanted, may) in [
        (GUILD, vec![], MANAGE_GUILD, GUILD, "", true),
        (GUILD, vec![], administrator, GUILD, "", true),
        (GUILD, vec![], 0, GUILD, "", false),
        (
            GUILD,
            vec![],
            !(MANAGE_GUILD | administrator),
            GUILD,
            "",
            false,
        ),
        (GUILD, vec![ROLE], MANAGE_GUILD, GUILD, ROLE, true),
        (
            GUILD,
            vec!["7", ROLE],
            MANAGE_GUILD,
            &format!("1, {GUILD}"),
            &format!("8, {ROLE}"),
            true,
        ),
        (GUILD, vec![], MANAGE_GUILD, GUILD, ROLE, false),
        (GUILD, vec![ROLE], 0, GUILD, ROLE, false),
        (GUILD, vec![], MANAGE_GUILD, "", "", false),
        (GUILD, vec![ROLE], MANAGE_GUILD, "", ROLE, false),
        (
            "1309410000000000009",
            vec![ROLE],
            administrator,
            GUILD,
            ROLE,
            false,
        ),
        (GUILD, vec![ROLE], MANAGE_GUILD, "my server", ROLE, false),
        (GUILD, vec![ROLE], MANAGE_GUILD, GUILD, "moderators", false),
    ] {
        let world = World::new();
        let called = promote("1.1.0");
        let button = asked(&world, &called).1;
        world.host.set(name::DISCORD_ADMIN_GUILDS, guilds);
        world.host.set(name::DISCORD_ADMIN_ROLES, wanted);
        let message = world.message(&called.guild(guild).member(&roles, bits));
        assert_eq!(
            buttons(&message).len(),
            if may { 2 } else { 0 },
            "{message}"
        );
        // What was asked before helps nobody who may not any more.
        let pressed = world.answer(
            &Interaction::button(&button)
                .guild(guild)
                .member(&roles, bits),
        );
        assert_eq!(pressed["type"] == 6, may, "{pressed}");
        world.host.block_on(world.host.run_deferred());
        let expected = if may { "1.1.0" } else { "1.2.0" };
        assert_eq!(world.served("maps", "stable").as_deref(), Some(expected));
    }
    let world = World::new();
    let direct = world.message(&promote("1.1.0").direct());
    assert!(texts(&direct).contains("on a server only"));
}

#[test]
fn buttons_are_their_askers_and_last_ten_minutes() {
    let world = World::new();
    let (_, button) = asked(&world, &promote("1.1.0"));
    let message = world.message(&press(&button).user(OTHER, "theo"));
    assert!(
        texts(&message).contains("Only the person who was asked"),
        "{message}"
    );
    for forged in [
        button.replace("1.1.0", "1.0.0"),
        button.replace("stable", "beta"),
        button.to_uppercase(),
        format!("{button}x"),
        "c:".to_owned(),
        "c:ffffffff:AAAAAAAAAAAAAAAAAAAAAA:p:maps:4:1.1.0:stable".to_owned(),
        "p:maps:4:1.1.0:stable".to_owned(),
        "nothing".to_owned(),
    ] {
        let answer = world.answer(&press(&forged));
        assert_eq!(answer["type"], 4, "{forged}: {answer}");
    }
    world.host.advance(std::time::Duration::from_secs(601));
    let late = world.answer(&press(&button));
    assert_eq!(
        (&late["type"], &late["data"]["components"]),
        (&json!(7), &json!([]))
    );
    assert!(texts(&late).contains("more than ten minutes ago"));
    assert_eq!(world.served("maps", "stable").as_deref(), Some("1.2.0"));
    assert_eq!(world.host.deferred(), 0);
    // Another key would know none of them: it is made once.
    let key = world.host.bytes("discord/button-key").unwrap();
    asked(&world, &promote("1.1.0"));
    assert_eq!(world.host.bytes("discord/button-key").unwrap(), key);
    assert_eq!(key.len(), 32);
}

#[test]
fn a_question_can_be_cancelled() {
    let world = World::new();
    let message = world.message(&promote("1.1.0").locale("de"));
    assert!(texts(&message).contains("Abbrechen"));
    let answer = world.answer(&press(&buttons(&message)[1]).locale("de"));
    assert_eq!(answer["type"], 7);
    assert!(texts(&answer).contains("Es wurde nichts geändert."));
}

#[test]
fn the_longest_names_and_reasons_have_a_place() {
    let world = World::empty();
    let (id, version) = ("m".repeat(64).leak(), format!("1.{}", "0".repeat(62)));
    world.publish(&Release::of(id, "0.9.0"));
    world.publish(&Release::of(id, &version));
    let reason = "warum ☂ ".repeat(62);
    let called = operator("release yank")
        .option("package", &*id)
        .option("version", version.as_str())
        .option("reason", reason.as_str());
    let (_, button) = asked(&world, &called);
    world.later(&press(&button));
    let last = serde_json::to_value(world.actions(id).actions.last()).unwrap();
    assert_eq!(last["deed"]["reason"], reason.trim());
    assert_eq!(world.served(id, "stable").as_deref(), Some("0.9.0"));
    // What the button stands for is kept for a day; without it the button says so.
    let (_, button) = asked(
        &world,
        &operator("release restore")
            .option("package", &*id)
            .option("version", version.as_str()),
    );
    for key in world.host.keys() {
        if key.starts_with("discord/pending/") {
            world.host.block_on(world.host.object_delete(&key)).unwrap();
        }
    }
    let answer = world.answer(&press(&button));
    assert_eq!(answer["type"], 7, "{answer}");
}
