//! Answers that Discord does not take, and who is told.

use serde_json::{Value, json};
use testkit::{
    fake::{Mode, Rule, discord::limited},
    payload::interaction::{APPLICATION, Interaction},
};

use crate::{
    later::{changelog, error, original},
    world::{TOKEN, World, operator, texts},
};

#[test]
fn what_discord_does_not_take_is_said_in_other_words() {
    let status = |id| operator("release status").option("delivery", id);
    for (called, expected) in [
        (
            status("f-1"),
            "This went well, but Discord does not take the answer",
        ),
        (
            status("absent"),
            "This did not work, and Discord does not take the reason",
        ),
        (status("absent").locale("de"), "Das ging nicht"),
    ] {
        let world = World::new();
        world.failed_delivery("f-1");
        world
            .discord
            .script(Rule::on("PATCH", original(), error(400)).times(1));
        let said = texts(&world.later(&called));
        assert!(said.contains(expected), "{said}");
    }
}

/// Calls what everybody is to see, lets Discord refuse it, and then do `mode` to requests with `method`:
/// what only the person who asked sees of it, and what everybody does.
fn refused(called: &Interaction, method: &'static str, mode: Mode, times: usize) -> (World, Told) {
    let world = World::new();
    let refusal = Rule::on("PATCH", original(), error(400)).times(1);
    world.discord.script(refusal);
    let path = format!("/api/v10/webhooks/{APPLICATION}/{TOKEN}*");
    world
        .discord
        .script(Rule::on(method, path, mode).times(times));
    assert_eq!(world.answer(called), json!({ "type": 5 }));
    world.host.block_on(world.host.run_deferred());
    let told = Told {
        asker: world.discord.follow_ups(TOKEN),
        all: world.discord.edits(TOKEN),
    };
    assert!(world.discord.violations().is_empty());
    (world, told)
}

struct Told {
    asker: Vec<Value>,
    all: Vec<Value>,
}

#[test]
fn errors_are_not_for_everybody_even_where_the_answer_was_to_be() {
    for (called, expected) in [
        (changelog(), "This went well, but Discord does not take"),
        (changelog().locale("de"), "Das ging gut, aber Discord"),
        (Interaction::command("status"), "This went well"),
    ] {
        let (world, told) = refused(&called, "PATCH", error(500), 0);
        let [note] = told.asker.as_slice() else {
            panic!("{:?}", told.asker);
        };
        assert_eq!(note["flags"], 64, "{note}");
        assert!(texts(note).contains(expected), "{note}");
        assert!(told.all.is_empty(), "{:?}", told.all);
        let requests = world.host.requests();
        let asked = requests
            .iter()
            .filter(|asked| asked.path.contains(TOKEN))
            .map(|asked| (asked.method.as_str(), asked.body.is_empty()));
        let expected = [("PATCH", false), ("DELETE", true), ("POST", false)];
        assert!(asked.eq(expected), "{requests:?}");
    }
}

#[test]
fn what_goes_wrong_after_the_response_is_said_to_whoever_asked() {
    let world = World::new();
    world.answer(&changelog());
    world.host.unset("PUBLIC_URL");
    world.host.block_on(world.host.run_deferred());
    let notes = world.discord.follow_ups(TOKEN);
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert_eq!(notes[0]["flags"], 64, "{notes:?}");
    assert!(texts(&notes[0]).contains("`PUBLIC_URL`"), "{notes:?}");
    assert!(world.discord.edits(TOKEN).is_empty());
}

#[test]
fn a_note_arrives_however_discord_behaves() {
    // What Discord does to which requests, how often; how many notes the asker gets, how many everybody.
    for (method, mode, times, asker, all) in [
        ("DELETE", Mode::Answer(limited(0.5, false)), 2, 1, 0),
        ("DELETE", error(500), 2, 1, 0),
        ("DELETE", Mode::Dropped, 2, 1, 0),
        ("DELETE", Mode::AnswerLost, 1, 1, 0),
        // Where Discord knows of no answer, what follows is one.
        ("DELETE", error(404), 99, 0, 1),
        // It stays, and what is said there is said to all: better than nothing.
        ("DELETE", error(503), 99, 0, 1),
        ("DELETE", error(403), 99, 0, 1),
        ("POST", Mode::Answer(limited(0.5, true)), 2, 1, 0),
        ("POST", error(502), 2, 1, 0),
        ("POST", Mode::Dropped, 2, 1, 0),
        // A note for one person may come twice.
        ("POST", Mode::AnswerLost, 1, 2, 0),
        ("POST", error(404), 99, 0, 0),
        ("POST", error(500), 99, 0, 0),
        ("POST", error(400), 99, 0, 0),
    ] {
        let what = format!("{method} {mode:?}");
        let (world, told) = refused(&changelog(), method, mode, times);
        let found = (told.asker.len(), told.all.len());
        assert_eq!(found, (asker, all), "{what}");
        let lines = world.host.log_lines().join("\n");
        let is_lost = lines.contains("discord-answer-lost");
        assert_eq!(is_lost, asker + all == 0, "{what}\n{lines}");
        assert!(!lines.contains(TOKEN), "{what}\n{lines}");
    }
}
