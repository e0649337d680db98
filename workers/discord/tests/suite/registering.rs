//! What Discord is told of the commands.

use discord::table::{Body, COMMANDS, Opt, Scope, find, registration};
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

/// Every name and description at any depth, in each language.
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
    }
}

#[test]
fn commands_are_hidden_from_those_who_may_not() {
    let registered = registration(Scope::Global);
    let of = |name: &str| {
        let all = registered.as_array().unwrap();
        all.iter().find(|one| one["name"] == name).unwrap().clone()
    };
    for (name, bits, contexts) in [
        ("package", Value::Null, json!([0, 1, 2])),
        ("status", Value::Null, json!([0, 1, 2])),
        ("proxy", Value::Null, json!([0, 1, 2])),
        ("release", json!(1 << 5), json!([0])),
        ("subscribe", json!(1 << 29), json!([0])),
        ("unsubscribe", json!(1 << 29), json!([0])),
    ] {
        let command = of(name);
        assert_eq!(command["default_member_permissions"], bits, "{name}");
        assert_eq!(command["contexts"], contexts, "{name}");
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
