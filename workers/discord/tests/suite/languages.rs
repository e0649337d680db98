//! Everything is said in the language of whoever asks.

use discord::table::{Kind, Opt};
use serde_json::Value;
use testkit::payload::interaction::Interaction;

use crate::{
    store_use::{call, commands, world},
    world::{TOKEN, World},
};

/// What is the same in every language: names, and what authors and the pipeline wrote.
const DATA: &[&str] = &[
    "Maps \\*to\\* play on",
    "maps",
    "Maps & Tokens",
    "A\\_B",
    "stable",
    "beta",
    "Foundry VTT",
    "Foundry",
    "edge.example",
    "**New**",
    "- a \\*map\\*",
    "GitHub said \\*no\\*",
    "verified",
    "broken",
];

/// What somebody sees in the end.
fn seen(world: &World, interaction: &Interaction) -> Value {
    let answer = world.answer(interaction);
    if answer["type"] != 5 && answer["type"] != 6 {
        return answer["data"].clone();
    }
    world.host.block_on(world.host.run_deferred());
    world.discord.edits(TOKEN).pop().unwrap_or_default()
}

/// The lines of all texts, ids of buttons left out.
fn lines(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.extend(text.lines().map(str::to_owned)),
        Value::Array(list) => list.iter().for_each(|one| lines(one, found)),
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| *name != "custom_id")
            .for_each(|(_, value)| lines(value, found)),
        _ => {}
    }
}

/// Whether a text has words beside data and addresses, which are of a language then.
fn has_words(text: &str) -> bool {
    let words = text.split(' ').filter(|word| !word.contains("://"));
    let text = words.collect::<Vec<_>>().join(" ");
    let left = DATA.iter().fold(text, |text, data| text.replace(data, " "));
    let mut words = left.split(|c: char| !c.is_alphabetic());
    words.any(|word| word.len() > 2)
}

#[test]
fn every_command_speaks_both_languages() {
    let world = world();
    let (mut compared, mut same) = (0, Vec::new());
    for (path, handler, options) in commands() {
        let required: Vec<_> = options.iter().filter(|one| one.required).copied().collect();
        for options in [options, &required, &[]] {
            let called = call(&path, handler, options);
            let [mut english, mut german] = [Vec::new(), Vec::new()];
            lines(&seen(&world, &called), &mut english);
            lines(&seen(&world, &called.locale("de")), &mut german);
            assert_eq!(
                english.len(),
                german.len(),
                "/{path}: {english:?} {german:?}"
            );
            compared += german.len();
            german.retain(|line| english.contains(line) && has_words(line));
            same.extend(german.into_iter().map(|line| format!("/{path}: {line}")));
        }
    }
    assert!(compared > 100, "{compared}");
    assert!(same.is_empty(), "{same:#?}");
}

/// Cases that run on every runtime are data, so a command could be forgotten.
#[test]
fn every_command_is_called_on_every_runtime() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/cases/discord");
    let files = std::fs::read_dir(folder).unwrap();
    let cases: Vec<String> = files
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    let cases = cases.concat();
    for (path, _, options) in commands() {
        assert!(cases.contains(&format!("command = \"{path}\"")), "/{path}");
        // Channels and roles are named by the stories.
        let typed = |option: &&Opt| !matches!(option.kind, Kind::Channel | Kind::Role);
        for option in options.iter().filter(typed) {
            assert!(
                cases.contains(&format!("{} = ", option.name)),
                "/{path} {}",
                option.name
            );
        }
    }
}
