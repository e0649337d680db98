//! Signatures and payloads of every kind: what is not signed is refused, and what is signed is
//! answered, whatever it says.

use edge::{StatusCode, config::name};
use proptest::prelude::*;
use registry::{Journal, Record};
use serde_json::{Map, Value, json};
use testkit::{
    memory::{MemoryHost, request},
    payload::{self, Release},
    sign,
};
use webhook::Webhook;

/// What the function answers to a delivery of these bytes under this signature; and that a journal of
/// it can be read where it is accepted.
fn deliver(event: &str, body: &[u8], signature: &str) -> StatusCode {
    let host = MemoryHost::new();
    for (name, value) in [
        (name::PUBLIC_URL, "https://edge.example"),
        (name::GITHUB_WEBHOOK_SECRET, sign::TEST_KEY),
        (name::GITHUB_REPOSITORIES, "author/*"),
    ] {
        host.set(name, value);
    }
    let headers = [
        ("x-github-event", event),
        ("x-github-delivery", "d-1"),
        ("content-type", "application/json"),
        ("x-hub-signature-256", signature),
    ];
    let builder = request("POST", "/webhooks/github");
    let builder = (headers.iter()).fold(builder, |builder, (name, value)| {
        builder.header(name, value)
    });
    let request = builder.body(body.to_vec()).build();
    let response = host.block_on(edge::serve::<Webhook, _>(&host, request));
    let journal = host.bytes("deliveries/d-1.json");
    assert_eq!(journal.is_some(), response.status == StatusCode::ACCEPTED);
    if let Some(journal) = journal {
        let journal = Journal::decode(&journal).expect("a journal that can be read");
        assert_eq!(journal.event, "release");
    }
    response.status
}

/// The same, signed as GitHub signs it.
fn deliver_signed(event: &str, body: &[u8]) -> StatusCode {
    deliver(event, body, &sign::github(sign::TEST_KEY.as_bytes(), body))
}

/// JSON of any shape, with words that a payload holds.
fn anything() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("published"),
        Just("deleted"),
        Just("edited"),
        Just("author/maps"),
        Just("author/"),
        Just("../../x"),
        Just("v1.0.0"),
        Just("https://github.com/author/maps/releases/tag/v1.0.0"),
        Just("javascript:alert(1)"),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
    ];
    let names = [
        "action",
        "release",
        "repository",
        "id",
        "tag_name",
        "full_name",
    ];
    let name = proptest::sample::select(names.to_vec());
    leaf.prop_recursive(3, 24, 5, move |inner| {
        let members = proptest::collection::vec((name.clone(), inner.clone()), 0..5);
        prop_oneof![
            proptest::collection::vec(inner, 0..5).prop_map(Value::from),
            members.prop_map(|members| {
                let members = members.into_iter();
                let members = members.map(|(name, value)| (name.to_owned(), value));
                Value::Object(members.collect::<Map<_, _>>())
            }),
        ]
    })
}

/// A proper payload in which something stands in a place of its own choosing.
fn spoilt() -> impl Strategy<Value = Value> {
    let actions = ["published", "edited", "deleted", "unpublished", "released"];
    let places = [
        "/action",
        "/release",
        "/release/id",
        "/release/tag_name",
        "/release/name",
        "/release/body",
        "/release/html_url",
        "/release/draft",
        "/release/prerelease",
        "/release/assets",
        "/repository",
        "/repository/full_name",
        "/sender",
    ];
    let action = proptest::sample::select(actions.to_vec());
    let place = proptest::sample::select(places.to_vec());
    (action, place, anything()).prop_map(|(action, place, value)| {
        let mut json = Release::new("author/maps", "v1.0.0").event(action);
        if let Some(found) = json.pointer_mut(place) {
            *found = value;
        }
        json
    })
}

/// What an author may be answered to something signed.
fn is_answer(status: StatusCode) -> bool {
    [
        StatusCode::OK,
        StatusCode::ACCEPTED,
        StatusCode::BAD_REQUEST,
        StatusCode::FORBIDDEN,
    ]
    .contains(&status)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn only_the_bytes_that_were_signed_are_believed(
        place in any::<proptest::sample::Index>(),
        bit in 0..8_u32,
        key in "\\PC{0,24}",
    ) {
        let body = payload::ping("author/maps").to_string().into_bytes();
        let right = sign::github(sign::TEST_KEY.as_bytes(), &body);
        prop_assert_eq!(deliver("ping", &body, &right), StatusCode::OK);
        let mut other = body.clone();
        other[place.index(body.len())] ^= 1 << bit;
        prop_assert_eq!(deliver("ping", &other, &right), StatusCode::UNAUTHORIZED);
        if key != sign::TEST_KEY {
            let wrong = sign::github(key.as_bytes(), &body);
            prop_assert_eq!(deliver("ping", &body, &wrong), StatusCode::UNAUTHORIZED);
        }
        let cut = &body[..place.index(body.len())];
        prop_assert_eq!(deliver("ping", cut, &right), StatusCode::UNAUTHORIZED);
    }

    #[test]
    fn no_other_signature_is_believed(
        place in any::<proptest::sample::Index>(),
        digit in "[ -~]",
        anything in "[ -~]{0,80}",
    ) {
        let body = json!({ "zen": "x" }).to_string().into_bytes();
        let right = sign::github(sign::TEST_KEY.as_bytes(), &body);
        let at = place.index(right.len());
        let changed = format!("{}{digit}{}", &right[..at], &right[at + 1..]);
        let cut = right[..at].to_owned();
        for header in [changed, cut, anything] {
            // Hexadecimal digits may be written either way.
            let is_right = header.strip_prefix("sha256=").is_some_and(|digits| {
                right.ends_with(&digits.to_ascii_lowercase()) && header.len() == right.len()
            });
            let expected = if is_right { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
            prop_assert_eq!(deliver("ping", &body, &header), expected, "{}", header);
        }
    }

    #[test]
    fn payloads_with_anything_in_them_are_answered(json in spoilt()) {
        let status = deliver_signed("release", json.to_string().as_bytes());
        prop_assert!(is_answer(status), "{status}");
    }

    #[test]
    fn any_json_is_answered(json in anything(), event in "(release|ping|push|[a-z_]{0,70})") {
        let status = deliver_signed(&event, json.to_string().as_bytes());
        prop_assert!(is_answer(status), "{status}");
    }

    #[test]
    fn any_bytes_are_answered(body in any::<Vec<u8>>()) {
        let status = deliver_signed("release", &body);
        prop_assert_eq!(status, StatusCode::BAD_REQUEST);
    }
}
