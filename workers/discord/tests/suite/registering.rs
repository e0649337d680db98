//! What Discord is told of the commands.

use discord::table::{Audience, Body, COMMANDS, Opt, Scope, find, registration};
use serde_json::{Value, json};
use testkit::{
    fake::Discord,
    fake::client,
    payload::interaction::{APPLICATION, GUILD},
};

/// Every command as a path with its options, as the table has them.
fn table() -> Vec<(Vec<&'static str>, &'static [Opt])> {
    let commands = COMMANDS.iter().flat_map(|command| match command.body {
        Body::Does(_, options) => vec![(vec![command.name], options)],
        Body::Has(subcommands) => subcommands
            .iter()
            .map(|one| (vec![command.name, one.name], one.options))
            .collect(),
    });
    commands.collect()
}

#[test]
fn what_is_registered_is_what_is_dispatched() {
    let registered = registration(Scope::Global);
    let mut seen = Vec::new();
    for command in registered.as_array().unwrap() {
        let name = command["name"].as_str().unwrap();
        let below = command["options"].as_array().unwrap().iter();
        let mut below = below.filter(|option| option["type"] == 1).peekable();
        if below.peek().is_none() {
            seen.push((vec![name.to_owned()], command["options"].clone()));
        }
        for one in below {
            let path = vec![name.to_owned(), one["name"].as_str().unwrap().to_owned()];
            seen.push((path, one["options"].clone()));
        }
    }
    let table = table();
    assert_eq!(seen.len(), table.len());
    for ((path, options), (expected, declared)) in seen.iter().zip(&table) {
        assert_eq!(path, expected);
        let found = find(path).unwrap();
        assert_eq!(found.options.len(), declared.len());
        let names: Vec<&Value> = options
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["name"])
            .collect();
        let declared: Vec<&str> = declared.iter().map(|one| one.name).collect();
        assert_eq!(names, declared, "{path:?}");
    }
    for path in [
        vec![],
        vec!["package"],
        vec!["status", "info"],
        vec!["package", "info", "x"],
        vec!["nothing"],
    ] {
        assert!(find(&path).is_none(), "{path:?}");
    }
}

/// Everything that has a name and a description, at any depth.
fn named(value: &Value, found: &mut Vec<Value>) {
    for one in value.as_array().into_iter().flatten() {
        found.push(one.clone());
        named(&one["options"], found);
    }
}

#[test]
fn everything_has_its_words_in_both_languages() {
    let mut all = Vec::new();
    named(&registration(Scope::Global), &mut all);
    assert!(all.len() > 40);
    for one in all {
        for (text, german, longest) in [
            ("name", "name_localizations", 32),
            ("description", "description_localizations", 100),
        ] {
            for text in [&one[text], &one[german]["de"]] {
                let text = text.as_str().unwrap_or_default();
                assert!(
                    (1..=longest).contains(&text.chars().count()),
                    "{text:?} of {one}"
                );
            }
        }
        let german = one["name_localizations"]["de"].as_str().unwrap_or_default();
        assert_eq!(german.to_lowercase(), german);
        let is_plain = |c: char| c.is_alphanumeric() || "-_'".contains(c);
        assert!(german.chars().all(is_plain), "{german:?}");
    }
}

/// What stands beside each other cannot have the same name in any language.
#[test]
fn no_two_have_one_name() {
    fn look(list: &Value) {
        for pointer in ["/name", "/name_localizations/de"] {
            let names = list.as_array().into_iter().flatten();
            let mut names: Vec<&Value> = names.filter_map(|one| one.pointer(pointer)).collect();
            let count = names.len();
            names.sort_by_key(|name| name.to_string());
            names.dedup();
            assert_eq!(names.len(), count, "{list}");
        }
        for one in list.as_array().into_iter().flatten() {
            look(&one["options"]);
        }
    }
    look(&registration(Scope::Global));
}

/// Discord counts names, descriptions and values of a command and all below it, the longest of all
/// languages each, and takes 8,000 characters.
#[test]
fn no_command_is_too_large() {
    fn size(one: &Value) -> usize {
        let count = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
        let longest = |text: &str, german: &str| count(&one[text]).max(count(&one[german]["de"]));
        let own = longest("name", "name_localizations")
            + longest("description", "description_localizations");
        let below = one["options"].as_array().into_iter().flatten();
        own + below.map(size).sum::<usize>()
    }
    for command in registration(Scope::Global).as_array().into_iter().flatten() {
        let size = size(command);
        assert!((20..8_000).contains(&size), "{size}: {command}");
    }
}

#[test]
fn commands_are_hidden_from_those_who_may_not() {
    let registered = registration(Scope::Global);
    let of = |name: &str| {
        let all = registered.as_array().unwrap();
        all.iter().find(|one| one["name"] == name).unwrap().clone()
    };
    // What needs a server is offered on servers only, and by an application that is installed there.
    let (everywhere, anybody) = (json!([0, 1, 2]), json!([0, 1]));
    let (servers, installed) = (json!([0]), json!([0]));
    for (name, bits, contexts, types) in [
        ("package", Value::Null, &everywhere, &anybody),
        ("status", Value::Null, &everywhere, &anybody),
        ("proxy", Value::Null, &everywhere, &anybody),
        ("release", json!(1 << 5), &servers, &installed),
        ("subscribe", json!(1 << 29), &servers, &installed),
        ("unsubscribe", json!(1 << 29), &servers, &installed),
    ] {
        let command = of(name);
        assert_eq!(command["default_member_permissions"], bits, "{name}");
        assert_eq!(command["contexts"], *contexts, "{name}");
        assert_eq!(command["integration_types"], *types, "{name}");
    }
    for (command, one) in COMMANDS.iter().zip(registered.as_array().unwrap()) {
        let is_free = command.audience == Audience::Everyone;
        assert_eq!(one["contexts"] == everywhere, is_free, "{one}");
    }
    let guild = registration(Scope::Guild);
    assert!(guild[0].get("contexts").is_none() && guild[0].get("integration_types").is_none());
}

#[test]
fn discord_takes_them() {
    let server = Discord::start().unwrap();
    server.discord.application(APPLICATION, "bot");
    for (scope, path) in [
        (
            Scope::Global,
            format!("/applications/{APPLICATION}/commands"),
        ),
        (
            Scope::Guild,
            format!("/applications/{APPLICATION}/guilds/{GUILD}/commands"),
        ),
    ] {
        let url = format!("{}{path}", server.discord.api_url());
        let headers = [
            ("authorization", "Bot bot"),
            ("content-type", "application/json"),
        ];
        let body = registration(scope).to_string();
        let answer = client::send("PUT", &url, &headers, body.as_bytes()).unwrap();
        assert_eq!(
            answer.status,
            200,
            "{}",
            String::from_utf8_lossy(&answer.body)
        );
    }
}
