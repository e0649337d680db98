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
