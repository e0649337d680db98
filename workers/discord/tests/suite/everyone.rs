//! Commands for everyone, as data.

use serde_json::Value;
use testkit::payload::interaction::Interaction;

use crate::world::{Release, World, buttons, texts};

/// A command, what is filled in, and what its message says and does not say.
struct Case {
    command: &'static str,
    options: &'static [(&'static str, &'static str)],
    generation: Option<u64>,
    locale: &'static str,
    says: &'static [&'static str],
    says_not: &'static [&'static str],
    /// Whether everybody in the channel sees it.
    public: bool,
}

const CASE: Case = Case {
    command: "",
    options: &[("package", "maps")],
    generation: None,
    locale: "en-US",
    says: &[],
    says_not: &[],
    public: true,
};

const CASES: &[Case] = &[
    Case {
        command: "package info",
        says: &[
            "Maps & Tokens",
            "Maps \\*to\\* play on",
            "A\\_B",
            "Module",
            "stable\n**1.2.0**, <t:1795341600:R>",
            "beta\n**1.3.0-beta.1**",
            "`https://edge.example/packages/maps/module.json`",
            "https://author.example/icon.png",
            "https://author.example/v1.2.0",
            "https://edge.example/packages/maps/releases/1.2.0/maps.zip",
        ],
        ..CASE
    },
    Case {
        command: "package info",
        locale: "de",
        says: &["Modul", "Installieren", "Herunterladen"],
        says_not: &["Install\n", "Download"],
        ..CASE
    },
    Case {
        command: "package latest",
        says: &[
            "Maps & Tokens 1.2.0",
            "/packages/maps/module.json",
            "12 to 13",
        ],
        ..CASE
    },
    Case {
        command: "package latest",
        options: &[("package", "maps"), ("channel", "beta")],
        says: &["1.3.0-beta.1", "/packages/maps/channels/beta/module.json"],
        ..CASE
    },
    Case {
        command: "package latest",
        options: &[("package", "maps"), ("channel", "nightly")],
        says: &["no channel `nightly`", "`beta`, `stable`"],
        public: false,
        ..CASE
    },
    Case {
        command: "package install",
        says: &["`https://edge.example/packages/maps/module.json`"],
        ..CASE
    },
    Case {
        command: "package install",
        generation: Some(11),
        says: &[
            "1.1.0",
            "`https://edge.example/packages/maps/core/11/module.json`",
        ],
        ..CASE
    },
    Case {
        command: "package install",
        options: &[("package", "maps"), ("channel", "beta")],
        generation: Some(11),
        says: &["not both"],
        public: false,
        ..CASE
    },
    Case {
        command: "package compatible",
        generation: Some(12),
        says: &["1.2.0", "Foundry VTT 12", "/core/12/module.json"],
        ..CASE
    },
    Case {
        command: "package compatible",
        generation: Some(9),
        says: &["No stable release is for Foundry VTT 9"],
        public: false,
        ..CASE
    },
    Case {
        command: "package compatible",
        generation: Some(9),
        locale: "de",
        says: &["Kein stabiles Release ist für Foundry VTT 9"],
        public: false,
        ..CASE
    },
    Case {
        command: "package versions",
        says: &[
            "**1.3.0-beta.1** · `beta`",
            "**1.2.0** · `stable` · <t:1795341600:D> · Foundry 12 to 13",
            "**1.0.0** · <t:",
            "4 releases, page 1 of 1",
        ],
        ..CASE
    },
    Case {
        command: "package info",
        options: &[("package", "nothing`here")],
        says: &["There is no package `nothinghere` here"],
        public: false,
        ..CASE
    },
    Case {
        command: "package info",
        options: &[("package", "absent")],
        locale: "de",
        says: &["Ein Paket `absent` gibt es hier nicht"],
        public: false,
        ..CASE
    },
    Case {
        command: "package info",
        options: &[],
        says: &["`package` is missing"],
        public: false,
        ..CASE
    },
    Case {
        command: "package info",
        options: &[("package", "maps"), ("colour", "red")],
        says: &["no option `colour`"],
        public: false,
        ..CASE
    },
    Case {
        command: "package sell",
        says: &["I do not know this command"],
        public: false,
        ..CASE
    },
    Case {
        command: "package",
        says: &["I do not know this command"],
        public: false,
        ..CASE
    },
    Case {
        command: "proxy",
        options: &[("image", "https://images.example.com/a b.png?w=1&h=2")],
        says: &[
            "https://edge.example/proxy?url=https%3A%2F%2Fimages.example.com%2Fa%2520b.png%3Fw%3D1%26h%3D2",
        ],
        public: false,
        ..CASE
    },
    Case {
        command: "proxy",
        options: &[("image", "http://169.254.169.254/latest")],
        says: &["not the address of an image"],
        public: false,
        ..CASE
    },
];

#[test]
fn every_command_says_what_it_should() {
    let world = World::new();
    for case in CASES {
        let mut called = Interaction::command(case.command).locale(case.locale);
        for (name, value) in case.options {
            called = called.option(name, *value);
        }
        if let Some(generation) = case.generation {
            called = called.option("foundry", generation);
        }
        let message = world.message(&called);
        let said = texts(&message);
        for expected in case.says {
            assert!(
                said.contains(expected),
                "{}: no {expected:?} in\n{said}",
                case.command
            );
        }
        for unwanted in case.says_not {
            assert!(
                !said.contains(unwanted),
                "{}: {unwanted:?} in\n{said}",
                case.command
            );
        }
        assert_eq!(
            message["flags"] != 64,
            case.public,
            "{}: {message}",
            case.command
        );
    }
    // It works in private messages, too.
    let direct = Interaction::command("package info")
        .option("package", "maps")
        .direct();
    assert!(texts(&world.message(&direct)).contains("1.2.0"));
}

#[test]
fn a_changelog_comes_after_the_response() {
    let world = World::new();
    let called = || Interaction::command("package changelog").option("package", "maps");
    assert_eq!(world.answer(&called()), serde_json::json!({ "type": 5 }));
    world.host.drop_deferred();
    for (called, expected) in [
        (called(), "**New**\n- a \\*map\\*"),
        (called(), "https://author.example/v1.2.0"),
        (called().option("version", "v1.1.0"), "Maps & Tokens 1.1.0"),
        (called().locale("de"), "12 bis 13"),
    ] {
        let said = texts(&world.later(&called));
        assert!(said.contains(expected), "no {expected:?} in\n{said}");
    }
    // What cannot be shown is said to the person who asked only.
    for (called, expected) in [
        (called().option("version", "9.9.9"), "no version `9.9.9`"),
        (
            called().option("version", "9.9.9").locale("de"),
            "keine Version `9.9.9`",
        ),
    ] {
        let message = world.message(&called);
        assert!(texts(&message).contains(expected), "{message}");
        assert_eq!(message["flags"], 64, "{message}");
    }
    // The journal is kept for 90 days.
    for key in world.host.keys() {
        if key.starts_with("deliveries/") {
            world
                .host
                .block_on(edge::Objects::object_delete(&world.host, &key))
                .unwrap();
        }
    }
    assert!(texts(&world.later(&called())).contains("No notes are kept"));
}

#[test]
fn a_thousand_versions_are_turned_page_by_page() {
    let world = World::empty();
    let id = "a".repeat(64).leak();
    world.publish_many(id, 1_000);
    let first = world.message(&Interaction::command("package versions").option("package", &*id));
    assert!(texts(&first).contains("1000 releases, page 1 of 100"));
    assert!(texts(&first).contains("**1.999.0**") && !texts(&first).contains("**1.989.0**"));
    let [older] = buttons(&first).try_into().unwrap();
    let second = world.answer(&Interaction::button(&older));
    assert_eq!(second["type"], 7);
    assert!(texts(&second).contains("**1.989.0**") && texts(&second).contains("page 2 of 100"));
    assert_eq!(buttons(&second["data"]).len(), 2);
    // Somebody else gets a page of their own.
    let other = Interaction::button(&older).user("1309420000000000099", "theo");
    let theirs = world.answer(&other);
    assert_eq!(
        (&theirs["type"], &theirs["data"]["flags"]),
        (&4.into(), &64.into())
    );
    // Of all of them the best are offered, and any can be named.
    let named = || Interaction::command("package changelog").option("package", &*id);
    let typing = named().typing("version", "1.7");
    let choices = world.answer(&typing)["data"]["choices"].clone();
    assert_eq!(choices.as_array().map(Vec::len), Some(25));
    assert_eq!(choices[0]["value"], "1.799.0", "{choices}");
    let said = texts(&world.later(&named().option("version", "1.0.0")));
    assert!(said.contains("1.0.0"), "{said}");
    // Pages that there are not, are the last one; other texts are no packages.
    for (page, expected) in [
        ("99", "**1.0.0**"),
        ("100000", "**1.0.0**"),
        ("-1", "**1.999.0**"),
    ] {
        let turned = world.message(&Interaction::button(&format!("v:{id}:{page}")));
        assert!(texts(&turned).contains(expected), "{page}");
    }
    assert!(texts(&world.message(&Interaction::button("v:../x:1"))).contains("no package"));
}

#[test]
fn names_in_every_script_are_shown_as_they_stand() {
    for (title, expected) in [
        ("地図とトークン", "地図とトークン"),
        ("Карты", "Карты"),
        ("خرائط", "خرائط"),
        ("नक्शे", "नक्शे"),
        ("🗺️🎲", "🗺️🎲"),
        (
            "**bold** _it_ `code`",
            "\\*\\*bold\\*\\* \\_it\\_ \\`code\\`",
        ),
        (
            "@everyone <@&1> [x](https://evil.example)",
            "\\@everyone \\<\\@&1\\> \\[x\\]\\(https\\://evil.example\\)",
        ),
        ("# heading", "\\# heading"),
        ("back\\slash", "back\\\\slash"),
    ] {
        let world = World::empty();
        world.publish(&Release::of("maps", "1.0.0").titled(title));
        let called = Interaction::command("package info").option("package", "maps");
        let shown = world.message(&called)["embeds"][0]["title"].clone();
        assert_eq!(shown, expected, "{title}");
        let typed: String = title.chars().take(2).collect();
        let typing = Interaction::autocomplete("package info", "package", &typed);
        let choice = world.answer(&typing)["data"]["choices"][0]["value"].clone();
        assert_eq!(choice, "maps", "{title}");
    }
}

#[test]
fn an_address_is_handed_on_whole_or_not_at_all() {
    let world = World::empty();
    let image =
        |filler: &str, times| format!("https://images.example.com/{}", filler.repeat(times));
    // Every `ü` takes nine characters in the address of the proxy.
    for (image, whole) in [
        (image("a", 1_900), true),
        (image("ü", 250), true),
        (image("ü", 600), false),
    ] {
        let message = world.message(&Interaction::command("proxy").option("image", image.as_str()));
        let said = texts(&message);
        assert!(!said.contains('…'), "{said}");
        assert_eq!(said.contains("edge.example/proxy?url="), whole, "{said}");
        assert_eq!(said.contains("too long"), !whole, "{said}");
    }
}

#[test]
fn longest_texts_still_fit() {
    let world = World::empty();
    let title: &'static str = "𝕄_".repeat(100).leak();
    let notes: &'static str = "_*𝕄*_ ".repeat(2_000).leak();
    world.publish(&Release::of("maps", "1.0.0").titled(title).notes(notes));
    for command in ["package info", "package latest", "package versions"] {
        world.message(&Interaction::command(command).option("package", "maps"));
    }
    let changelog = Interaction::command("package changelog").option("package", "maps");
    let message: Value = world.later(&changelog);
    let description = message["embeds"][0]["description"]
        .as_str()
        .unwrap_or_default();
    assert!(description.ends_with('…') && description.encode_utf16().count() <= 4_096);
}
