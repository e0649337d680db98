//! Answers that come after the response, however Discord and the store behave.

use std::{cell::Cell, rc::Rc, time::Duration};

use edge::{Clock, StatusCode, config::name};
use serde_json::json;
use testkit::{
    fake::{Mode, Reply, Rule, discord::limited},
    memory::{Fault, Operation},
    payload::interaction::{APPLICATION, Interaction},
};

use crate::{
    slow::Slow,
    world::{TOKEN, World, buttons, operator, press, texts},
};

/// The path of the first answer.
pub fn original() -> String {
    format!("/api/v10/webhooks/{APPLICATION}/{TOKEN}/messages/@original")
}

/// A command whose answer comes later, and to all.
pub fn changelog() -> Interaction {
    Interaction::command("package changelog").option("package", "maps")
}

/// A refusal of Discord's.
pub fn error(status: u16) -> Mode {
    Mode::Answer(Reply::json(status, &json!({ "message": "no", "code": 0 })))
}

#[test]
fn discord_is_asked_again_for_as_long_as_it_makes_sense() {
    // What Discord does, how often; how often it is asked, whether the message arrives, and the
    // least and most seconds that it takes.
    for (what, mode, times, asked, arrives, (least, most)) in [
        ("nothing", error(500), 0, 1, true, (0, 0)),
        (
            "limits",
            Mode::Answer(limited(2.5, false)),
            1,
            2,
            true,
            (2, 3),
        ),
        (
            "limits twice",
            Mode::Answer(limited(0.3, true)),
            2,
            3,
            true,
            (0, 1),
        ),
        (
            "asks for more than there is",
            Mode::Answer(limited(1_000.0, false)),
            9,
            1,
            false,
            (0, 0),
        ),
        ("fails", error(500), 2, 3, true, (1, 2)),
        ("fails for good", error(503), 99, 6, false, (10, 20)),
        ("is overtaken", error(404), 1, 2, true, (0, 1)),
        ("has forgotten the token", error(404), 99, 4, false, (3, 4)),
        ("does not let us", error(401), 99, 1, false, (0, 0)),
        ("breaks off", Mode::Dropped, 2, 3, true, (1, 2)),
        ("loses its answer", Mode::AnswerLost, 1, 2, true, (0, 1)),
        ("hangs", Mode::Hangs, 1, 2, true, (10, 11)),
        (
            "redirects",
            Mode::RedirectTo("https://evil.example/".to_owned()),
            9,
            1,
            false,
            (0, 0),
        ),
    ] {
        let world = World::new();
        world
            .discord
            .script(Rule::on("PATCH", original(), mode).times(times));
        world.answer(&changelog());
        let started = world.host.now().milliseconds();
        world.host.block_on(world.host.run_deferred());
        let took = (world.host.now().milliseconds() - started) / 1000;
        assert!((least..=most).contains(&took), "{what}: {took} s");
        let patches = world.host.requests();
        assert_eq!(patches.len(), asked, "{what}");
        assert_eq!(!world.discord.edits(TOKEN).is_empty(), arrives, "{what}");
        let lines = world.host.log_lines().join("\n");
        assert_eq!(
            lines.contains("discord-answer-lost"),
            !arrives,
            "{what}\n{lines}"
        );
        assert!(!lines.contains(TOKEN), "{what}\n{lines}");
    }
}

#[test]
fn the_application_is_the_interactions_or_the_configured_one() {
    for (configured, arrives) in [
        (APPLICATION, true),
        ("7", false),
        ("../x", false),
        ("", false),
    ] {
        let world = World::new();
        world.host.set(name::DISCORD_APPLICATION_ID, configured);
        world.answer(&changelog().without("application_id"));
        world.host.block_on(world.host.run_deferred());
        assert_eq!(
            !world.discord.edits(TOKEN).is_empty(),
            arrives,
            "{configured}"
        );
        let lines = world.host.log_lines().join("\n");
        assert_eq!(lines.contains("discord-answer-lost"), !arrives, "{lines}");
        world.later(&changelog());
    }
}

#[test]
fn what_the_platform_would_stop_is_not_waited_for() {
    let world = World::new();
    world.host.limit_deferred(Duration::from_secs(30));
    let limits = Mode::Answer(limited(40.0, false));
    world
        .discord
        .script(Rule::on("PATCH", original(), limits).times(1));
    world.answer(&changelog());
    world.host.block_on(world.host.run_deferred());
    // It is given up at once, which is logged; stopped work could not even say so.
    let lines = world.host.log_lines().join("\n");
    assert!(lines.contains("discord-answer-lost"), "{lines}");
    assert!(world.discord.edits(TOKEN).is_empty());
}

#[test]
fn nothing_is_under_way_when_the_platform_stops_the_work() {
    let world = World::new();
    world.host.limit_deferred(Duration::from_secs(25));
    world
        .discord
        .script(Rule::on("PATCH", original(), Mode::Hangs));
    world.answer(&changelog());
    let started = world.host.now().milliseconds();
    world.host.block_on(world.host.run_deferred());
    let took = world.host.now().milliseconds() - started;
    assert!(took <= 25_000, "{took} ms");
    let lines = world.host.log_lines().join("\n");
    assert!(lines.contains("discord-answer-lost"), "{lines}");
}

#[test]
fn notes_that_cannot_be_read_take_nothing_else_away() {
    let world = World::new();
    world.answer(&changelog());
    world.host.inject(|point| {
        let is_it = point.name.contains("deliveries/");
        is_it.then_some(Fault::Before)
    });
    world.host.block_on(world.host.run_deferred());
    let said = texts(&json!(world.discord.edits(TOKEN)));
    assert!(
        said.contains("1.2.0") && said.contains("cannot be read just now"),
        "{said}"
    );
}

#[test]
fn requests_to_discord_carry_what_it_asks_for_and_no_more() {
    let world = World::new();
    world.later(&changelog());
    let requests = world.host.requests();
    let [request] = requests.as_slice() else {
        panic!("{requests:?}");
    };
    let agent = request.header("user-agent").unwrap_or_default();
    assert!(
        agent.starts_with("DiscordBot (https://edge.example, "),
        "{agent}"
    );
    assert_eq!(request.header("authorization"), None);
    assert_eq!(request.json()["allowed_mentions"], json!({ "parse": [] }));
}

#[test]
fn a_store_that_is_down_is_said_politely() {
    let world = World::new();
    let is_store =
        |operation: &Operation| !matches!(operation, Operation::Fetch | Operation::FetchBody);
    world
        .host
        .inject(move |point| is_store(&point.operation).then_some(Fault::Before));
    let called = Interaction::command("package info").option("package", "maps");
    let message = world.message(&called);
    assert_eq!(message["flags"], 64, "{message}");
    assert!(
        texts(&message).contains("does not answer just now"),
        "{message}"
    );
    let german = world.message(&called.locale("de"));
    assert!(
        texts(&german).contains("antwortet gerade nicht"),
        "{german}"
    );
    // Typing is answered with nothing to choose from.
    let typing = Interaction::autocomplete("package info", "package", "m");
    assert_eq!(world.answer(&typing)["data"], json!({ "choices": [] }));
    // A changelog and the status are for everybody, but what went wrong is not.
    let message = world.message(&changelog());
    assert_eq!(message["flags"], 64, "{message}");
    // After the response it is said there.
    let status = operator("release status").option("package", "maps");
    assert_eq!(world.answer(&status)["data"]["flags"], 64);
    world.host.drop_deferred();
    let said = texts(&world.later(&status));
    assert!(said.contains("does not answer just now"), "{said}");
    let lines = world.host.log_lines().join("\n");
    assert!(lines.contains("command-failed"), "{lines}");
}

#[test]
fn a_store_that_hangs_is_not_waited_for() {
    let world = World::new();
    let slow = Slow(world.host.clone());
    for (interaction, place, expected) in [
        (
            Interaction::command("package info").option("package", "maps"),
            "/data/embeds/0/description",
            "The registry does not answer just now. Please try again in a minute.",
        ),
        (
            operator("release promote")
                .option("package", "maps")
                .option("version", "1.0.0"),
            "/data/embeds/0/description",
            "The registry does not answer just now. Please try again in a minute.",
        ),
    ] {
        let (took, answer) = world.through(&slow, &interaction);
        assert_eq!(took, Duration::from_secs(2));
        assert_eq!(answer.pointer(place), Some(&json!(expected)), "{answer}");
        assert_eq!(answer["data"]["flags"], 64, "{answer}");
    }
    let typing = Interaction::autocomplete("package info", "package", "m");
    let (took, answer) = world.through(&slow, &typing);
    assert_eq!(
        (took, &answer["data"]["choices"]),
        (Duration::from_secs(2), &json!([]))
    );
    // What comes later has the time that Workers leave it.
    let status = operator("release status").option("package", "maps");
    let (took, answer) = world.through(&slow, &status);
    assert_eq!((took, &answer["type"]), (Duration::ZERO, &json!(5)));
    world.host.block_on(world.host.run_deferred());
    let said = texts(&json!(world.discord.edits(TOKEN)));
    assert!(said.contains("does not answer just now"), "{said}");
}

#[test]
fn a_change_that_fails_half_way_can_be_confirmed_again() {
    // A fault at every operation of the store, before and after it took effect.
    let mut struck = 0;
    for fault in [Fault::Before, Fault::After] {
        for number in 0.. {
            let world = World::new();
            let called = operator("release yank")
                .option("package", "maps")
                .option("version", "1.2.0");
            let message = world.message(&called.option("reason", "broken"));
            let button = press(&buttons(&message)[0]);
            world.answer(&button);
            let hit = Rc::new(Cell::new(false));
            let (seen, counter) = (hit.clone(), Cell::new(0));
            world.host.inject(move |point| {
                if matches!(point.operation, Operation::Fetch | Operation::FetchBody) {
                    return None;
                }
                counter.set(counter.get() + 1);
                (counter.get() == number + 1).then(|| {
                    seen.set(true);
                    fault
                })
            });
            world.host.block_on(world.host.run_deferred());
            world.host.heal();
            if !hit.get() {
                break;
            }
            struck += 1;
            world.later(&button);
            assert_eq!(
                world.served("maps", "stable").as_deref(),
                Some("1.1.0"),
                "{fault:?} {number}"
            );
            assert_eq!(world.actions("maps").actions.len(), 1, "{fault:?} {number}");
        }
    }
    assert!(struck > 10, "{struck}");
}

#[test]
fn a_missing_public_url_is_named() {
    let world = World::new();
    world.host.unset("PUBLIC_URL");
    let (status, answer) = world.send(&Interaction::command("status"));
    assert_eq!(status, StatusCode::OK);
    assert!(texts(&answer).contains("`PUBLIC_URL`"), "{answer}");
}

/// What the platform says of an exchange that failed may quote its URL, and that holds the token.
#[test]
fn a_platform_that_quotes_the_url_tells_nobody_the_token() {
    let world = World::new();
    world
        .host
        .inject(|point| (point.operation == Operation::Fetch).then_some(Fault::Before));
    let answer = world.send(&changelog());
    assert_eq!(answer.0, StatusCode::OK);
    world.host.block_on(world.host.run_deferred());
    let log = world.host.log_lines().join("\n");
    assert!(log.contains("discord-answer-lost"), "{log}");
    assert!(!log.contains(TOKEN), "{log}");
}
