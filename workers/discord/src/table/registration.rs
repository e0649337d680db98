//! What Discord is told of the commands.

use serde_json::{Map, Value, json};

use super::{Audience, Body, Both, COMMANDS, Command, Kind, Opt, Subcommand};

/// Types of channels that announcements can be posted in: text and announcement channels.
const CHANNEL_TYPES: [u8; 2] = [0, 5];

/// Where commands are registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everywhere.
    Global,
    /// On one server, where they are there at once; such commands cannot say where they work.
    Guild,
}

/// All commands as `PUT /applications/{id}/commands` takes them, or `…/guilds/{id}/commands`.
///
/// <https://docs.discord.com/developers/interactions/application-commands#bulk-overwrite-global-application-commands>
pub fn registration(scope: Scope) -> Value {
    COMMANDS.iter().map(|one| command(one, scope)).collect()
}

fn command(command: &Command, scope: Scope) -> Value {
    let mut members = described(command.name, command.german, command.description);
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    put("type", 1.into());
    let options: Vec<Value> = match command.body {
        Body::Does(_, options) => options.iter().map(option).collect(),
        Body::Has(subcommands) => subcommands.iter().map(subcommand).collect(),
    };
    put("options", options.into());
    let bits = match command.audience {
        Audience::Everyone => None,
        // Discord hides a command from whoever lacks any of them, so the least one stands for all.
        Audience::Members(bits) | Audience::Operators(bits) => Some(highest(bits)),
    };
    put("default_member_permissions", bits.into());
    if scope == Scope::Global {
        let everywhere = command.audience == Audience::Everyone;
        put(
            "contexts",
            if everywhere {
                json!([0, 1, 2])
            } else {
                json!([0])
            },
        );
        put(
            "integration_types",
            if everywhere {
                json!([0, 1])
            } else {
                json!([0])
            },
        );
    }
    members.into()
}

/// The highest of several bits.
const fn highest(bits: u64) -> u64 {
    1 << (u64::BITS - 1 - bits.leading_zeros())
}

fn described(name: &str, german: &str, description: Both) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert("name".to_owned(), name.into());
    members.insert("name_localizations".to_owned(), json!({ "de": german }));
    members.insert("description".to_owned(), description.en.into());
    members.insert(
        "description_localizations".to_owned(),
        json!({ "de": description.de }),
    );
    members
}

fn subcommand(subcommand: &Subcommand) -> Value {
    let mut members = described(subcommand.name, subcommand.german, subcommand.description);
    members.insert("type".to_owned(), 1.into());
    let options: Vec<Value> = subcommand.options.iter().map(option).collect();
    members.insert("options".to_owned(), options.into());
    members.into()
}

fn option(option: &Opt) -> Value {
    let mut members = described(option.name, option.german, option.description);
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    put("type", option.kind.number().into());
    put("required", option.required.into());
    match option.kind {
        Kind::Text(longest) => {
            put("max_length", longest.into());
        }
        Kind::Completed(longest, _) => {
            put("max_length", longest.into());
            put("autocomplete", true.into());
        }
        Kind::Number(least, most) => {
            put("min_value", least.into());
            put("max_value", most.into());
        }
        Kind::Channel => {
            put("channel_types", json!(CHANNEL_TYPES));
        }
        Kind::Role => {}
    }
    members.into()
}
