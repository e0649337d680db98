//! Who may come in.

use edge::{Clock, StatusCode, config::name};
use serde_json::{Value, json};
use testkit::{
    memory::request,
    payload::interaction::{Interaction, InteractionKey},
};

use crate::world::World;

const MINUTES: i64 = 60;

#[test]
fn a_ping_gets_its_pong() {
    let world = World::empty();
    assert_eq!(world.answer(&Interaction::ping()), json!({ "type": 1 }));
}

/// Changes headers or body after they were signed.
type Tamper = fn(&mut Vec<(String, String)>, &mut Vec<u8>);

fn set(headers: &mut Vec<(String, String)>, name: &str, value: impl Into<String>) {
    headers.retain(|(known, _)| known != name);
    headers.push((name.to_owned(), value.into()));
}

fn get(headers: &[(String, String)], name: &str) -> String {
    let found = headers.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.clone()).unwrap_or_default()
}

const SIGNATURE: &str = "x-signature-ed25519";
const TIMESTAMP: &str = "x-signature-timestamp";

#[test]
fn only_what_discord_has_signed_passes() {
    let cases: &[(&str, u16, Tamper)] = &[
        ("as it came", 200, |_, _| {}),
        ("in capitals", 200, |headers, _| {
            let upper = get(headers, SIGNATURE).to_uppercase();
            set(headers, SIGNATURE, upper);
        }),
        ("no signature", 401, |headers, _| {
            headers.retain(|(name, _)| name != SIGNATURE)
        }),
        ("no timestamp", 401, |headers, _| {
            headers.retain(|(name, _)| name != TIMESTAMP)
        }),
        ("empty signature", 401, |headers, _| {
            set(headers, SIGNATURE, "")
        }),
        ("short signature", 401, |headers, _| {
            let short = get(headers, SIGNATURE)[2..].to_owned();
            set(headers, SIGNATURE, short);
        }),
        ("long signature", 401, |headers, _| {
            let long = get(headers, SIGNATURE) + "00";
            set(headers, SIGNATURE, long);
        }),
        ("no hexadecimal digits", 401, |headers, _| {
            set(headers, SIGNATURE, "zz".repeat(64))
        }),
        ("zeros", 401, |headers, _| {
            set(headers, SIGNATURE, "00".repeat(64))
        }),
        ("another key's signature", 401, |headers, body| {
            let other = InteractionKey::from_seed([8; 32]);
            let signature = other.sign(&get(headers, TIMESTAMP), body);
            set(headers, SIGNATURE, signature);
        }),
        ("swapped timestamp", 401, |headers, _| {
            let later: i64 = get(headers, TIMESTAMP).parse().unwrap();
            set(headers, TIMESTAMP, (later + 1).to_string());
        }),
        ("timestamp with a sign", 401, |headers, body| {
            let timestamp = format!("+{}", get(headers, TIMESTAMP));
            let signature = InteractionKey::for_tests().sign(&timestamp, body);
            set(headers, TIMESTAMP, timestamp);
            set(headers, SIGNATURE, signature);
        }),
        ("timestamp that is none", 401, |headers, body| {
            let signature = InteractionKey::for_tests().sign("now", body);
            set(headers, TIMESTAMP, "now");
            set(headers, SIGNATURE, signature);
        }),
        ("another body", 401, |_, body| {
            *body = br#"{"type":1} "#.to_vec()
        }),
        ("one bit of the body", 401, |_, body| body[0] ^= 1),
        ("an empty body", 401, |_, body| body.clear()),
    ];
    for (what, expected, tamper) in cases {
        let world = World::empty();
        let mut body = Interaction::ping().bytes();
        let seconds = world.host.now().milliseconds() / 1000;
        let mut headers = world.key.headers(seconds, &body);
        tamper(&mut headers, &mut body);
        let (status, answer) = world.post(&headers, body);
        assert_eq!(status.as_u16(), *expected, "{what}: {answer}");
        if *expected == 401 {
            assert_eq!(
                answer["type"], "urn:vtta-edge:problem:bad-signature",
                "{what}"
            );
        }
    }
}

#[test]
fn what_was_signed_long_ago_does_not_pass() {
    for (offset, expected) in [
        (0, 200),
        (-5 * MINUTES, 200),
        (5 * MINUTES, 200),
        (-5 * MINUTES - 1, 401),
        (5 * MINUTES + 1, 401),
        (-60 * MINUTES, 401),
    ] {
        let world = World::empty();
        let body = Interaction::ping().bytes();
        let seconds = world.host.now().milliseconds() / 1000 + offset;
        let (status, answer) = world.post(&world.key.headers(seconds, &body), body);
        assert_eq!(status.as_u16(), expected, "{offset}: {answer}");
    }
}

#[test]
fn a_key_that_is_none_is_a_closed_door() {
    // A point of small order: everybody can sign for it.
    let weak = "0100000000000000000000000000000000000000000000000000000000000000";
    let no_point = "0200000000000000000000000000000000000000000000000000000000000000";
    for (key, healthy) in [("", true), ("abc", false), (weak, false), (no_point, false)] {
        let world = World::empty();
        world.host.set(name::DISCORD_PUBLIC_KEY, key);
        let (status, answer) = world.send(&Interaction::ping());
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{key}: {answer}");
        let detail = answer["detail"].as_str().unwrap_or_default();
        assert!(detail.contains(name::DISCORD_PUBLIC_KEY), "{detail}");
        let (status, answer) = world.post(&[], Vec::new());
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{key}: {answer}");
        let health = request("GET", "/health/discord").build();
        let health = edge::serve::<discord::Discord, _>(&world.host, health);
        let health = world.host.block_on(health).status;
        assert_eq!(health == StatusCode::OK, healthy, "{key}");
    }
}

#[test]
fn large_bodies_are_not_read() {
    let world = World::empty();
    let seconds = world.host.now().milliseconds() / 1000;
    for (length, expected) in [(256 << 10, 400), ((256 << 10) + 1, 413)] {
        let body = vec![b' '; length];
        let headers = world.key.headers(seconds, &body);
        let (status, answer) = world.post(&headers, body.clone());
        assert_eq!(status.as_u16(), expected, "{answer}");
        // Nor for somebody who has not even a signature.
        assert_eq!(world.post(&[], body).0, StatusCode::UNAUTHORIZED);
    }
}

#[test]
fn what_is_no_interaction_is_refused() {
    let world = World::new();
    let seconds = world.host.now().milliseconds() / 1000;
    let whole = Interaction::command("package info").option("package", "maps");
    let truncated = whole.bytes()[..100].to_vec();
    let of = |value: Value| value.to_string().into_bytes();
    for body in [
        Vec::new(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"{}".to_vec(),
        truncated,
        vec![0xff, 0xfe],
        "[".repeat(100_000).into_bytes(),
        of(json!({ "type": "1" })),
        of(json!({ "type": 0 })),
        of(json!({ "type": 6 })),
        of(json!({ "type": 1e9 })),
        of(json!({ "type": 2 })),
        of(json!({ "type": 2, "data": { "name": "status" } })),
        whole.clone().without("token").bytes(),
        whole.clone().without("member").bytes(),
        whole.clone().without("data").bytes(),
        whole.clone().with("token", 1).bytes(),
        whole.clone().with("token", "x".repeat(3_000)).bytes(),
        whole.clone().with("data", json!({ "name": 1 })).bytes(),
        whole
            .clone()
            .with("data", json!({ "name": "status", "options": [{}] }))
            .bytes(),
    ] {
        let (status, answer) = world.post(&world.key.headers(seconds, &body), body.clone());
        let shown = String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
        assert_eq!(status, StatusCode::BAD_REQUEST, "{shown}: {answer}");
    }
    assert_eq!(world.host.deferred(), 0);
}

#[test]
fn other_methods_and_paths_are_refused() {
    let world = World::empty();
    for (method, path, expected) in [
        ("GET", "/discord/interactions", 405),
        ("PUT", "/discord/interactions", 405),
        ("POST", "/discord", 404),
        ("POST", "/discord/interactions/x", 404),
    ] {
        let request = request(method, path).build();
        let response = edge::serve::<discord::Discord, _>(&world.host, request);
        let response = world.host.block_on(response);
        assert_eq!(response.status.as_u16(), expected, "{method} {path}");
    }
}
