use serde_json::{Value, json};

use super::check;

#[test]
fn messages_within_the_limits_pass() {
    for message in [
        json!({ "content": "x".repeat(2_000) }),
        json!({ "embeds": [{ "title": "ä".repeat(256), "description": "x".repeat(4_096) }] }),
        json!({ "embeds": [{
            "title": "a", "url": "https://a.example/", "color": 1, "timestamp": "2026-11-22T10:00:00.000Z",
            "fields": [{ "name": "a", "value": "b", "inline": true }],
            "footer": { "text": "c" }, "author": { "name": "d" },
        }] }),
    ] {
        assert!(check(&message).is_none(), "{message}");
    }
}

#[test]
fn messages_beyond_them_do_not() {
    let field = json!({ "name": "a", "value": "b" });
    for (message, code) in [
        (json!({}), 50_006),
        (json!({ "content": "", "embeds": [] }), 50_006),
        (json!({ "content": "x".repeat(2_001) }), 50_035),
        (json!({ "embeds": [{ "title": "x".repeat(257) }] }), 50_035),
        (
            json!({ "embeds": [{ "description": "x".repeat(4_097) }] }),
            50_035,
        ),
        (json!({ "embeds": [{ "title": 1 }] }), 50_035),
        (
            json!({ "embeds": [{ "title": "a", "url": "no url" }] }),
            50_035,
        ),
        (
            json!({ "embeds": [{ "title": "a", "timestamp": "now" }] }),
            50_035,
        ),
        (
            json!({ "embeds": [{ "fields": [{ "name": "a", "value": "" }] }] }),
            50_035,
        ),
        (json!({ "embeds": [{ "fields": vec![field; 26] }] }), 50_035),
        (
            json!({ "embeds": vec![json!({ "title": "a" }); 11] }),
            50_035,
        ),
        (
            json!({ "embeds": vec![json!({ "description": "x".repeat(3_001) }); 2] }),
            50_035,
        ),
    ] {
        let reply = check(&message).expect("a refusal");
        let body: Value = serde_json::from_slice(&reply.body).expect("JSON");
        assert_eq!(
            (reply.status, &body["code"]),
            (400, &json!(code)),
            "{message}"
        );
    }
}

#[test]
fn buttons_are_links_or_have_names_of_their_own() {
    let row = |buttons: Value| json!({ "content": "a", "components": [{ "type": 1, "components": buttons }] });
    let button = |id: &str| json!({ "type": 2, "style": 1, "label": "a", "custom_id": id });
    let link = json!({ "type": 2, "style": 5, "label": "a", "url": "https://a.example/" });
    for (message, passes) in [
        (row(json!([button("a"), button("b"), link])), true),
        (row(json!([button("a"), button("a")])), false),
        (row(json!([button("")])), false),
        (row(json!([button(&"a".repeat(101))])), false),
        (
            row(json!([{ "type": 2, "style": 5, "label": "a", "custom_id": "a" }])),
            false,
        ),
        (row(json!([{ "type": 2, "style": 1, "label": "a" }])), false),
        (
            row(json!([{ "type": 2, "style": 1, "label": "a".repeat(81), "custom_id": "a" }])),
            false,
        ),
        (
            row(json!([1, 2, 3, 4, 5, 6].map(|n| button(&n.to_string())))),
            false,
        ),
    ] {
        assert_eq!(check(&message).is_none(), passes, "{message}");
    }
}
