//! Whatever is signed is answered, and nothing stops the function.

use edge::StatusCode;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use testkit::payload::interaction::Interaction;

use crate::world::{MANAGE_GUILD, Release, World};

/// JSON of any shape, now and then with words that mean something.
fn anything() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("maps".to_owned()),
        Just("1.2.0".to_owned()),
        Just("stable".to_owned()),
        Just("v:maps:1".to_owned()),
        Just("c:ffffffff:x:p:maps:1.2.0:stable".to_owned()),
        Just("18446744073709551616".to_owned()),
        "\\PC{0,20}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (0..12_u64).prop_map(Value::from),
        word.prop_map(Value::from),
    ];
    let name = prop_oneof![
        Just("name"),
        Just("type"),
        Just("value"),
        Just("options"),
        Just("focused"),
        Just("custom_id"),
        Just("components"),
        Just("component"),
        Just("package"),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((name.clone(), inner), 0..6).prop_map(|members| {
                let members = members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value));
                Value::Object(members.collect::<Map<_, _>>())
            }),
        ]
    })
}

/// A proper interaction in which something stands in a place of its own choosing.
fn spoilt() -> impl Strategy<Value = Value> {
    let interaction = prop_oneof![
        Just(Interaction::command("package info").option("package", "maps")),
        Just(
            Interaction::command("package compatible")
                .option("package", "maps")
                .option("foundry", 12)
        ),
        Just(
            Interaction::command("release promote")
                .option("package", "maps")
                .option("version", "1.0.0")
        ),
        Just(
            Interaction::command("subscribe")
                .option("package", "maps")
                .mention("channel", 7, "1")
        ),
        Just(Interaction::autocomplete("package info", "package", "ma")),
        Just(Interaction::button("v:maps:0")),
        Just(Interaction::modal(
            "s:maps:1:",
            &[("webhook", "https://discord.com/")]
        )),
    ];
    let place = prop_oneof![
        Just("/type"),
        Just("/data"),
        Just("/data/name"),
        Just("/data/custom_id"),
        Just("/data/components"),
        Just("/data/options"),
        Just("/data/options/0"),
        Just("/data/options/0/type"),
        Just("/data/options/0/name"),
        Just("/data/options/0/value"),
        Just("/data/options/0/options"),
        Just("/data/options/0/options/0"),
        Just("/data/options/0/options/0/value"),
        Just("/member"),
        Just("/member/user"),
        Just("/member/roles"),
        Just("/member/permissions"),
        Just("/message"),
        Just("/locale"),
        Just("/guild_id"),
        Just("/token"),
        Just("/application_id"),
    ];
    (interaction, place, anything()).prop_map(|(interaction, place, value)| {
        let mut json = interaction.member(&[], MANAGE_GUILD).json().clone();
        if let Some(found) = json.pointer_mut(place) {
            *found = value;
        }
        json
    })
}

fn answered(world: &World, body: Vec<u8>) -> StatusCode {
    let seconds = edge::Clock::now(&world.host).milliseconds() / 1000;
    let (status, _) = world.post(&world.key.headers(seconds, &body), body);
    world.host.drop_deferred();
    status
}

thread_local! {
    /// One for all cases of a test: nothing that is tried changes it.
    static WORLD: World = {
        let world = World::empty();
        world.publish(&Release::of("maps", "1.0.0"));
        world
    };
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn interactions_with_anything_in_them_are_answered(json in spoilt()) {
        let status = WORLD.with(|world| answered(world, json.to_string().into_bytes()));
        prop_assert!(matches!(status, StatusCode::OK | StatusCode::BAD_REQUEST), "{status}");
    }

    #[test]
    fn any_json_is_answered(json in anything()) {
        let status = WORLD.with(|world| answered(world, json.to_string().into_bytes()));
        prop_assert!(matches!(status, StatusCode::OK | StatusCode::BAD_REQUEST), "{status}");
    }

    #[test]
    fn any_bytes_are_answered(body in any::<Vec<u8>>()) {
        let status = WORLD.with(|world| answered(world, body));
        prop_assert!(matches!(status, StatusCode::OK | StatusCode::BAD_REQUEST), "{status}");
    }
}

/// A body, written by hand where JSON can be odd in ways that a `Value` cannot.
fn odd_bodies() -> Vec<String> {
    let whole = Interaction::command("package info").option("package", "maps");
    let whole = whole.json().to_string();
    let put = |from: &str, to: &str| {
        assert!(whole.contains(from), "no {from} in {whole}");
        whole.replacen(from, to, 1)
    };
    let nested = |open: &str, levels: usize, close: &str| {
        format!("{}1{}", open.repeat(levels), close.repeat(levels))
    };
    let within = |value: &str| put("\"token\":", &format!("\"odd\":{value},\"token\":"));
    let mut bodies = vec![
        format!("\u{feff}{whole}"),
        format!("{whole}{whole}"),
        format!("{whole}\0"),
        format!(" \r\n\t{whole}\n"),
        put("\"type\":2", "\"type\":2,\"type\":1"),
        put("\"type\":2", "\"type\":3,\"type\":2"),
        put("\"type\":2", "\"type\":2.0"),
        put("\"type\":2", "\"type\":02"),
        put("\"type\":2", "\"type\":\"2\""),
        put("\"value\":\"maps\"", "\"value\":\"\\ud83c\""),
        put("\"value\":\"maps\"", "\"value\":\"\\udfb2\\ud83c\""),
        put("\"value\":\"maps\"", "\"value\":\"maps\\u0000\""),
        put("\"value\":\"maps\"", "\"value\":\"\\u202emaps\""),
        put(
            "\"value\":\"maps\"",
            "\"value\":\"maps\",\"value\":\"other\"",
        ),
        put("\"locale\":\"en-US\"", "\"locale\":[\"de\"]"),
        put("\"locale\":\"en-US\"", "\"locale\":\"de-🎲\""),
    ];
    for levels in [100, 126, 127, 128, 129, 20_000] {
        bodies.push(within(&nested("[", levels, "]")));
        bodies.push(within(&nested("{\"options\":", levels, "}")));
        bodies.push(nested("[", levels, "]"));
    }
    bodies.push(within(&format!("[{}1]", "1,".repeat(100_000))));
    bodies.push(within(&format!("{{{}\"b\":1}}", "\"a\":1,".repeat(30_000))));
    bodies.push(within(&"9".repeat(200_000)));
    bodies.push(within(&format!("\"{}\"", "\\u0041".repeat(30_000))));
    // A thousand options, one of them the command's, and subcommands within each other.
    let option = "{\"name\":\"x\",\"type\":3,\"value\":\"y\"},";
    bodies.push(put(
        "{\"name\":\"package\"",
        &format!("{}{{\"name\":\"package\"", option.repeat(1_000)),
    ));
    let subcommand = "{\"name\":\"info\",\"type\":1,\"options\":[";
    let deep = format!("\"options\":[{}{}", subcommand.repeat(50), "]}".repeat(50));
    bodies.push(put("\"options\":[", &format!("{deep},")));
    bodies
}

#[test]
fn odd_bodies_are_answered() {
    let world = World::empty();
    world.publish(&Release::of("maps", "1.0.0"));
    let keys = world.host.keys();
    let mut statuses = std::collections::BTreeSet::new();
    for body in odd_bodies() {
        let shown: String = body.chars().take(200).collect();
        let seconds = edge::Clock::now(&world.host).milliseconds() / 1000;
        let body = body.into_bytes();
        let (status, answer) = world.post(&world.key.headers(seconds, &body), body);
        match status {
            StatusCode::OK => {
                let kind = if answer["type"] == 1 { 1 } else { 2 };
                let wrong = testkit::fake::discord::wrong_with(kind, &answer);
                assert!(wrong.is_empty(), "{shown}: {wrong:?}");
            }
            StatusCode::BAD_REQUEST => {}
            _ => panic!("{status} for {shown}"),
        }
        statuses.insert(status);
    }
    assert_eq!(statuses.len(), 2, "{statuses:?}");
    assert_eq!(world.host.keys(), keys);
}

/// Who somebody is, and what they may do, is where Discord says it and nowhere else.
#[test]
fn nobody_becomes_an_operator_by_odd_words() {
    let called = Interaction::command("release yank")
        .option("package", "maps")
        .option("version", "1.0.0")
        .option("reason", "none");
    let bits = |bits: Value| {
        let mut member = called.json()["member"].clone();
        member["permissions"] = bits;
        called.clone().with("member", member)
    };
    for forged in [
        bits(json!(u64::MAX)),
        bits(json!([u64::MAX.to_string()])),
        bits(json!("-1")),
        bits(json!("0x20")),
        bits(json!("3.2e1")),
        bits(json!("32 ")),
        bits(json!("99999999999999999999999")),
        called.clone().with("permissions", "32"),
        called.clone().with("app_permissions", "32"),
        called.clone().member(&[], MANAGE_GUILD).guild("0"),
        called
            .clone()
            .member(&[], MANAGE_GUILD)
            .with("guild_id", 1_309_410_000_000_000_000_u64),
        called.clone().member(&[], MANAGE_GUILD).without("guild_id"),
        called.clone().member(&[], MANAGE_GUILD).direct(),
    ] {
        let message = WORLD.with(|world| world.message(&forged));
        assert_eq!(message["flags"], 64, "{message}");
        assert_eq!(message["components"], json!([]), "{message}");
    }
}

#[test]
fn options_of_the_wrong_type_are_refused_politely() {
    for called in [
        Interaction::command("package info").option("package", 12),
        Interaction::command("package info").option("package", true),
        Interaction::command("package info").option("package", 1.5),
        Interaction::command("package info").option("package", json!({})),
        Interaction::command("package info").option("package", json!(["maps"])),
        Interaction::command("package info").option("package", Value::Null),
        Interaction::command("package info").option("package", "x".repeat(65)),
        Interaction::command("package info").mention("package", 7, "1"),
        Interaction::command("package compatible")
            .option("package", "maps")
            .option("foundry", "12"),
        Interaction::command("package compatible")
            .option("package", "maps")
            .option("foundry", 0),
        Interaction::command("package compatible")
            .option("package", "maps")
            .option("foundry", 1000),
        Interaction::command("package compatible")
            .option("package", "maps")
            .option("foundry", -1),
        Interaction::command("package compatible").option("package", "maps"),
    ] {
        let message = WORLD.with(|world| world.message(&called));
        assert_eq!(message["flags"], 64, "{message}");
    }
}
