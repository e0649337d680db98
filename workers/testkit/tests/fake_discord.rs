//! The fake Discord over a socket, as the functions and the tools see it.

use serde_json::{Value, json};
use testkit::fake::{
    Discord, Mode, Rule,
    client::{self, Response},
    discord,
};

const JSON: (&str, &str) = ("content-type", "application/json");

fn json_of(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap_or_default()
}

#[test]
fn discord_takes_what_is_within_its_limits() {
    let server = Discord::start().expect("a server");
    let fake = &server.discord;
    let url = fake.webhook_url();
    let kind = ("content-type", "application/json");
    let post = |url: &str, message: &Value| {
        client::send("POST", url, &[kind], message.to_string().as_bytes()).expect("an answer")
    };
    let message = json!({ "embeds": [{ "title": "1.0.0" }], "allowed_mentions": { "parse": [] } });
    assert_eq!(post(&url, &message).status, 204);
    let answer = post(&format!("{url}?wait=true"), &message);
    assert_eq!(
        (answer.status, &json_of(&answer)["embeds"]),
        (200, &message["embeds"])
    );
    assert_eq!(fake.messages(), [message.clone(), message.clone()]);
    assert_eq!(fake.violations(), [""; 0]);
    let long = json!({ "content": "x".repeat(2_001) });
    assert_eq!(json_of(&post(&url, &long))["code"], 50_035);
    assert_eq!(post(&format!("{url}x"), &message).status, 404);
    fake.script(
        Rule::on(
            "POST",
            fake.webhook_path(),
            Mode::Answer(discord::limited(0.25, false)),
        )
        .times(1),
    );
    let limited = post(&url, &message);
    assert_eq!(
        (limited.status, &json_of(&limited)["retry_after"]),
        (429, &json!(0.25))
    );
    assert_eq!(limited.header("retry-after"), Some("1"));
    assert_eq!(fake.messages().len(), 2);
    post(&url, &json!({ "content": "@everyone" }));
    assert_eq!(fake.violations().len(), 1);
    // The message arrives, but its answer is lost.
    fake.script(Rule::on("POST", fake.webhook_path(), Mode::AnswerLost));
    assert!(client::send("POST", &url, &[kind], message.to_string().as_bytes()).is_err());
    assert_eq!(fake.messages().len(), 4);
}

#[test]
fn a_webhook_says_whose_it_is_and_can_be_taken_away() {
    let server = Discord::start().expect("a server");
    let fake = &server.discord;
    let webhook = fake.add_webhook("12", "34");
    for url in [
        fake.url_of(&webhook),
        fake.url_of(&webhook).replace("/api/", "/api/v10/"),
    ] {
        let answer = client::get(&url).expect("an answer");
        let facts = json_of(&answer);
        assert_eq!((answer.status, &facts["channel_id"]), (200, &json!("12")));
        assert_eq!(facts["guild_id"], "34");
        let message =
            json!({ "content": "a", "allowed_mentions": { "parse": [], "roles": ["5"] } });
        let posted = client::send("POST", &url, &[JSON], message.to_string().as_bytes());
        assert_eq!(posted.expect("an answer").status, 204);
    }
    assert_eq!(fake.messages_in("12").len(), 2);
    assert_eq!((fake.messages().len(), fake.violations().len()), (0, 0));
    fake.remove_webhooks("12");
    let gone = client::get(&fake.url_of(&webhook)).expect("an answer");
    assert_eq!(
        (gone.status, &json_of(&gone)["code"]),
        (404, &json!(10_015))
    );
    assert_eq!(fake.messages_in("12").len(), 2);
}

#[test]
fn an_answer_is_edited_by_whoever_has_its_token() {
    let server = Discord::start().expect("a server");
    let fake = &server.discord;
    fake.interaction("1", "token");
    let url = |token: &str| format!("{}/webhooks/1/{token}/messages/@original", fake.api_url());
    let edit = |url: &str, message: Value| {
        client::send("PATCH", url, &[JSON], message.to_string().as_bytes()).expect("an answer")
    };
    let quiet = json!({ "parse": [] });
    let message = json!({ "content": "a", "allowed_mentions": quiet });
    assert_eq!(edit(&url("token"), message.clone()).status, 200);
    let unknown = edit(&url("other"), message.clone());
    assert_eq!(
        (unknown.status, &json_of(&unknown)["code"]),
        (404, &json!(10_015))
    );
    let empty = edit(
        &url("token"),
        json!({ "content": "", "allowed_mentions": quiet }),
    );
    assert_eq!(empty.status, 400);
    assert_eq!(fake.edits("token"), [message]);
    let original = client::get(&url("token")).expect("an answer");
    assert_eq!(json_of(&original)["content"], "a");
}

#[test]
fn what_follows_an_answer_that_is_still_to_come_is_that_answer() {
    let server = Discord::start().expect("a server");
    let fake = &server.discord;
    let message = json!({ "content": "a", "flags": 64, "allowed_mentions": { "parse": [] } });
    for (what, first, expected) in [
        ("to-come", None, (1, 0)),
        ("come", Some("PATCH"), (1, 1)),
        ("taken-away", Some("DELETE"), (0, 1)),
    ] {
        fake.interaction("1", what);
        let url = format!("{}/webhooks/1/{what}", fake.api_url());
        let original = format!("{url}/messages/@original");
        let send = |method: &str, url: &str| {
            let body = message.to_string();
            let (headers, body) = match method {
                "DELETE" => (&[][..], &[][..]),
                _ => (&[JSON][..], body.as_bytes()),
            };
            client::send(method, url, headers, body).expect("an answer")
        };
        if let Some(method) = first {
            assert!(send(method, &original).status < 300, "{what}");
        }
        assert_eq!(send("POST", &url).status, 200, "{what}");
        let found = (fake.edits(what).len(), fake.follow_ups(what).len());
        assert_eq!(found, expected, "{what}");
        if first == Some("DELETE") {
            for method in ["PATCH", "DELETE"] {
                let gone = send(method, &original);
                assert_eq!(json_of(&gone)["code"], 10_008, "{method}");
            }
        }
    }
}

#[test]
fn a_type_without_a_body_is_refused() {
    let server = Discord::start().expect("a server");
    let url = server.discord.webhook_url();
    assert_eq!(client::get(&url).expect("an answer").status, 200);
    for method in ["GET", "DELETE", "POST"] {
        let refused = client::send(method, &url, &[JSON], &[]).expect("an answer");
        let code = json_of(&refused)["code"].clone();
        assert_eq!((refused.status, code), (400, json!(50_109)), "{method}");
    }
}

#[test]
fn commands_are_put_by_their_bot() {
    let server = Discord::start().expect("a server");
    let fake = &server.discord;
    fake.application("1", "bot-token");
    let command = json!([{
        "name": "a", "description": "b", "name_localizations": { "de": "c" },
        "default_member_permissions": 32, "options": [],
    }]);
    let call = |method: &str, path: &str, token: &str| {
        let authorization = format!("Bot {token}");
        let headers = [("authorization", authorization.as_str()), JSON];
        let url = format!("{}/applications/{path}", fake.api_url());
        let (headers, body) = match method {
            "PUT" => (&headers[..], command.to_string()),
            _ => (&headers[..1], String::new()),
        };
        client::send(method, &url, headers, body.as_bytes()).expect("an answer")
    };
    assert_eq!(call("PUT", "1/commands", "guess").status, 401);
    assert_eq!(call("PUT", "2/commands", "bot-token").status, 403);
    let put = call("PUT", "1/commands", "bot-token");
    assert_eq!((put.status, &json_of(&put)[0]["name"]), (200, &json!("a")));
    assert_eq!(
        fake.commands("1", None),
        command.as_array().cloned().unwrap_or_default()
    );
    assert!(fake.commands("1", Some("7")).is_empty());
    assert_eq!(call("PUT", "1/guilds/7/commands", "bot-token").status, 200);
    assert_eq!(fake.commands("1", Some("7")).len(), 1);
    // Other languages only on demand, and bit fields as text.
    let plain = json_of(&call("GET", "1/commands", "bot-token"));
    assert!(plain[0]["name_localizations"].is_null(), "{plain}");
    let whole = json_of(&call(
        "GET",
        "1/commands?with_localizations=true",
        "bot-token",
    ));
    assert_eq!(whole[0]["name_localizations"]["de"], "c");
    assert_eq!(whole[0]["default_member_permissions"], "32");
}
