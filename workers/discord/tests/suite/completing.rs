//! Completing options while they are typed.

use serde_json::Value;
use testkit::payload::interaction::Interaction;

use crate::world::{MANAGE_GUILD, Release, World, buttons, operator, press};

/// The values that are offered.
fn offered(world: &World, typing: &Interaction) -> Vec<String> {
    let answer = world.answer(typing);
    let choices = answer["data"]["choices"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    assert!(choices.len() <= 25);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    choices
        .iter()
        .map(|choice| text(&choice["value"]))
        .collect()
}

fn yank(world: &World, id: &str, version: &str) {
    let called = operator("release yank")
        .option("package", id)
        .option("version", version);
    let message = world.message(&called.option("reason", "broken"));
    world.later(&press(&buttons(&message)[0]));
}

#[test]
fn packages_are_found_by_beginnings_and_by_letters() {
    let world = World::new();
    world.publish(&Release::of("monks-tokens", "1.0.0").titled("Active Tiles"));
    world.publish(&Release::of("gone-maps", "1.0.0").titled("Gone"));
    yank(&world, "gone-maps", "1.0.0");
    let typing = |text: &str| Interaction::autocomplete("package info", "package", text);
    for (typed, expected) in [
        ("", vec!["maps", "monks-tokens"]),
        ("map", vec!["maps"]),
        ("TOKENS", vec!["monks-tokens", "maps"]),
        ("active", vec!["monks-tokens"]),
        ("mnkt", vec!["monks-tokens"]),
        ("zzz", vec![]),
    ] {
        let mut found = offered(&world, &typing(typed));
        if typed.is_empty() || typed == "TOKENS" {
            found.sort();
            assert_eq!(
                found,
                {
                    let mut all = expected.clone();
                    all.sort();
                    all
                },
                "{typed}"
            );
        } else {
            assert_eq!(found, expected, "{typed}");
        }
    }
    // Whoever looks after releases finds withdrawn ones, too.
    let typing = Interaction::autocomplete("release restore", "package", "gone");
    assert_eq!(
        offered(&world, &typing.member(&[], MANAGE_GUILD)),
        ["gone-maps"]
    );
    // And nobody else is told anything.
    let typing = Interaction::autocomplete("release restore", "package", "gone");
    assert!(offered(&world, &typing).is_empty());
}

#[test]
fn versions_and_channels_are_those_of_the_package() {
    let world = World::new();
    yank(&world, "maps", "1.1.0");
    let typing = |command: &str, option: &str, text: &str| {
        let named = Interaction::command(command).option("package", "maps");
        let mut json = named.json().clone();
        json["type"] = 4.into();
        let options = json["data"]["options"][0]["options"]
            .as_array_mut()
            .unwrap();
        options
            .push(serde_json::json!({ "name": option, "type": 3, "value": text, "focused": true }));
        named
            .with("type", 4)
            .with("data", json["data"].clone())
            .member(&[], MANAGE_GUILD)
    };
    for (command, option, typed, expected) in [
        (
            "package changelog",
            "version",
            "",
            vec!["1.3.0-beta.1", "1.2.0", "1.0.0"],
        ),
        ("package changelog", "version", "1.2", vec!["1.2.0"]),
        ("package changelog", "version", "beta", vec!["1.3.0-beta.1"]),
        ("release restore", "version", "", vec!["1.1.0"]),
        ("release promote", "version", "1.1", vec!["1.3.0-beta.1"]),
        ("package latest", "channel", "", vec!["beta", "stable"]),
        ("package latest", "channel", "s", vec!["stable"]),
        ("package latest", "colour", "s", vec![]),
    ] {
        let found = offered(&world, &typing(command, option, typed));
        assert_eq!(found, expected, "{command} {option} {typed}");
    }
    // Before the package is known there is nothing to choose from.
    let typing = Interaction::autocomplete("package changelog", "version", "1");
    assert!(offered(&world, &typing).is_empty());
}

#[test]
fn of_many_the_best_25_are_offered() {
    let world = World::empty();
    for number in 0..60 {
        world.publish(&Release::of("maps", &format!("1.{number}.0")));
        world.publish(
            &Release::of(format!("pack-{number:02}").leak(), "1.0.0").titled("Long 𝕋itle "),
        );
    }
    let typing = Interaction::autocomplete("package info", "package", "pack-5");
    let found = offered(&world, &typing);
    assert_eq!(found.len(), 15, "{found:?}");
    assert!(
        found[..10].iter().all(|id| id.starts_with("pack-5")),
        "{found:?}"
    );
    let typing = Interaction::autocomplete("package info", "package", "p");
    assert_eq!(offered(&world, &typing).len(), 25);
}
