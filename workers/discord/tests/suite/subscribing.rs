//! `/subscribe` and `/unsubscribe`.

use registry::{PackageId, Snowflake, record::Subscriptions, store};
use serde_json::Value;
use testkit::{
    fake::{Mode, Reply, Rule},
    payload::interaction::{CHANNEL, GUILD, Interaction, USER},
};

use crate::world::{MANAGE_GUILD, World, operator, texts};

const MANAGE_WEBHOOKS: u64 = 1 << 29;
const OTHER_CHANNEL: &str = "1309411000000000077";
const ROLE: &str = "1309430000000000001";

fn subscriptions(world: &World, id: &str) -> Subscriptions {
    let id = PackageId::parse(id).unwrap();
    world
        .host
        .block_on(store::subscriptions(&world.host, &id))
        .unwrap()
}

fn subscribe(id: &str) -> Interaction {
    let called = Interaction::command("subscribe").option("package", id);
    called.member(&[], MANAGE_WEBHOOKS)
}

/// The id of the form that a command is answered with.
fn form(world: &World, called: &Interaction) -> String {
    let answer = world.answer(called);
    assert_eq!(answer["type"], 9, "{answer}");
    let id = answer["data"]["custom_id"].as_str().unwrap_or_default();
    assert!((1..=100).contains(&id.len()), "{id}");
    id.to_owned()
}

fn submit(form: &str, url: &str) -> Interaction {
    Interaction::modal(form, &[("webhook", url)]).member(&[], MANAGE_WEBHOOKS)
}

#[test]
fn a_channel_is_subscribed_by_its_webhook_and_unsubscribed() {
    let world = World::new();
    let here = world.discord.add_webhook(CHANNEL, GUILD);
    let there = world.discord.add_webhook(OTHER_CHANNEL, GUILD);
    let url = world.discord.url_of(&here);

    let form_here = form(&world, &subscribe("maps"));
    let said = texts(&world.later(&submit(&form_here, &url)));
    assert!(
        said.contains(&format!("announced in <#{CHANNEL}> from now on")),
        "{said}"
    );
    let known = subscriptions(&world, "maps");
    let [one] = known.channels.as_slice() else {
        panic!("{known:?}");
    };
    assert_eq!((one.channel.as_str(), one.guild.as_str()), (CHANNEL, GUILD));
    assert_eq!(one.by.as_ref().map(Snowflake::as_str), Some(USER));
    assert_eq!(
        (one.role.as_ref(), one.locale.as_deref()),
        (None, Some("en-US"))
    );

    // Said again, with a role and in another language.
    let again = subscribe("maps").mention("role", 8, ROLE).locale("de");
    let answered = world.later(&submit(&form(&world, &again), &url).locale("de"));
    let said = texts(&answered);
    assert!(
        said.contains("wurden in") && said.contains(&format!("<@&{ROLE}> wird erwähnt")),
        "{said}"
    );
    let known = subscriptions(&world, "maps");
    let one = known.channels.first().unwrap();
    assert_eq!(one.role.as_ref().map(Snowflake::as_str), Some(ROLE));
    assert_eq!(
        (known.channels.len(), one.locale.as_deref()),
        (1, Some("de"))
    );

    // A channel that is named, by its own webhook only.
    let named = subscribe("maps").mention("channel", 7, OTHER_CHANNEL);
    let form_there = form(&world, &named);
    let said = texts(&world.later(&submit(&form_there, &url)));
    assert!(said.contains("belongs to another channel"), "{said}");
    let said = texts(&world.later(&submit(&form_there, &world.discord.url_of(&there))));
    assert!(said.contains("from now on"), "{said}");
    assert_eq!(subscriptions(&world, "maps").channels.len(), 2);

    for (expected, left) in [("no longer announced", 1), ("were not announced", 1)] {
        let called = Interaction::command("unsubscribe").option("package", "maps");
        let said = texts(&world.later(&called.member(&[], MANAGE_GUILD)));
        assert!(said.contains(expected), "{said}");
        assert_eq!(subscriptions(&world, "maps").channels.len(), left);
    }
    // The webhook's token is a secret wherever it was typed.
    let lines = world.host.log_lines().join("\n");
    let edits = Value::from(world.discord.edits(crate::world::TOKEN)).to_string();
    for text in [lines, edits] {
        assert!(
            !text.contains(&here.token) && !text.contains(&there.token),
            "{text}"
        );
    }
}

/// Discord used to put fields into rows, and still does where a form was made of rows.
#[test]
fn fields_may_stand_in_rows() {
    let world = World::new();
    let webhook = world.discord.add_webhook(CHANNEL, GUILD);
    let sent = submit(&form(&world, &subscribe("maps")), "");
    let mut data = sent.json()["data"].clone();
    let field = serde_json::json!({
        "type": 4, "custom_id": "webhook", "value": world.discord.url_of(&webhook),
    });
    data["components"] = serde_json::json!([{ "type": 1, "components": [field] }]);
    let said = texts(&world.later(&sent.with("data", data)));
    assert!(said.contains("from now on"), "{said}");
}

#[test]
fn the_longest_ids_have_a_place_in_the_form() {
    let world = World::empty();
    let id = "m".repeat(64).leak();
    world.publish(&crate::world::Release::of(id, "1.0.0"));
    let most = "18446744073709551615";
    let called = subscribe(id)
        .mention("channel", 7, most)
        .mention("role", 8, most);
    let form = form(&world, &called);
    let webhook = world.discord.add_webhook(most, GUILD);
    let said = texts(&world.later(&submit(&form, &world.discord.url_of(&webhook))));
    assert!(said.contains(&format!("<#{most}> from now on")), "{said}");
}

#[test]
fn only_urls_of_this_servers_webhooks_are_taken() {
    let world = World::new();
    let form = form(&world, &subscribe("maps"));
    let elsewhere = world.discord.add_webhook(CHANNEL, "1309410000000000009");
    let id = "1309412000000000009";
    for (url, expected) in [
        (
            world.discord.url_of(&elsewhere),
            "belongs to another channel",
        ),
        (
            format!("https://discord.com/api/webhooks/{id}/cut-short"),
            "does not know that webhook",
        ),
        (
            format!("https://evil.example/api/webhooks/{id}/token"),
            "not the URL of a channel's webhook",
        ),
        (
            format!("https://discord.com.evil.example/api/webhooks/{id}/t"),
            "not the URL",
        ),
        (
            format!("http://discord.com/api/webhooks/{id}/token"),
            "not the URL",
        ),
        (
            format!("https://discord.com/api/webhooks/{id}"),
            "not the URL",
        ),
        ("http://169.254.169.254/latest".to_owned(), "not the URL"),
        ("no URL".to_owned(), "not the URL"),
        (String::new(), "not the URL"),
    ] {
        let said = texts(&world.later(&submit(&form, &url)));
        assert!(said.contains(expected), "{url}: {said}");
    }
    let asked = world.host.requests();
    assert!(
        asked
            .iter()
            .all(|asked| asked.origin == "https://discord.com"),
        "{asked:?}"
    );
    assert!(subscriptions(&world, "maps").channels.is_empty());
}

#[test]
fn discords_silence_is_no_yes() {
    for mode in [
        Mode::Dropped,
        Mode::Hangs,
        Mode::Html,
        Mode::Answer(Reply::new(500)),
        Mode::Answer(Reply::json(200, &serde_json::json!({}))),
        Mode::Answer(Reply::json(429, &serde_json::json!({ "retry_after": 1.0 }))),
        Mode::RedirectTo("https://evil.example/".to_owned()),
    ] {
        let world = World::new();
        let webhook = world.discord.add_webhook(CHANNEL, GUILD);
        let form = form(&world, &subscribe("maps"));
        world
            .discord
            .script(Rule::on("GET", "/api/v10/webhooks/*", mode.clone()));
        let said = texts(&world.later(&submit(&form, &world.discord.url_of(&webhook))));
        assert!(!said.contains("from now on"), "{mode:?}: {said}");
        assert!(subscriptions(&world, "maps").channels.is_empty());
    }
}

#[test]
fn only_who_manages_webhooks_or_the_server_may() {
    let world = World::new();
    let webhook = world.discord.add_webhook(CHANNEL, GUILD);
    let url = world.discord.url_of(&webhook);
    let form = form(&world, &subscribe("maps"));
    for (bits, may) in [
        (0, false),
        (MANAGE_WEBHOOKS, true),
        (MANAGE_GUILD, true),
        (1 << 3, true),
        (1 << 11, false),
    ] {
        let asked = world.answer(&subscribe("maps").member(&[], bits));
        assert_eq!(asked["type"] == 9, may, "{asked}");
        let sent = world.answer(&submit(&form, &url).member(&[], bits));
        assert_eq!(sent["type"] == 5, may, "{sent}");
        let ended = Interaction::command("unsubscribe").option("package", "maps");
        let ended = world.answer(&ended.member(&[], bits));
        assert_eq!(ended["type"] == 5, may, "{ended}");
    }
    world.host.drop_deferred();
    for direct in [subscribe("maps").direct(), submit(&form, &url).direct()] {
        assert!(texts(&world.message(&direct)).contains("on a server only"));
    }
    let absent = world.message(&subscribe("absent"));
    assert!(texts(&absent).contains("no package `absent`"));
    for broken in ["s:", "s:maps", "s:maps:zz!:", "s:../x:1:2", "s:maps:1"] {
        world.message(&Interaction::modal(broken, &[]).member(&[], MANAGE_WEBHOOKS));
    }
    assert_eq!(world.host.deferred(), 0);
}

#[test]
fn what_may_be_done_in_the_named_channel_counts() {
    let world = World::new();
    world.host.drop_deferred();
    for (here, there, may) in [
        (MANAGE_WEBHOOKS, MANAGE_WEBHOOKS, true),
        (MANAGE_WEBHOOKS, MANAGE_GUILD, true),
        (MANAGE_WEBHOOKS, 0, false),
        (0, MANAGE_WEBHOOKS, false),
    ] {
        for (command, kind) in [("subscribe", 9), ("unsubscribe", 5)] {
            let called = Interaction::command(command)
                .option("package", "maps")
                .mention("channel", 7, OTHER_CHANNEL)
                .member(&[], here)
                .permitted_in(OTHER_CHANNEL, there);
            let answer = world.answer(&called);
            assert_eq!(
                answer["type"] == kind,
                may,
                "{command} {here} {there}: {answer}"
            );
        }
    }
    // Discord describes every channel that is named; one that it does not is nobody's.
    let mut bare = Interaction::command("unsubscribe")
        .option("package", "maps")
        .mention("channel", 7, OTHER_CHANNEL)
        .member(&[], MANAGE_WEBHOOKS);
    let mut data = bare.json()["data"].clone();
    data["resolved"] = Value::Null;
    bare = bare.with("data", data);
    assert_eq!(world.answer(&bare)["type"], 4);
}

#[test]
fn no_server_takes_all_the_room_and_operators_end_any() {
    let world = World::new();
    for channel in 1..=11 {
        let channel = channel.to_string();
        let webhook = world.discord.add_webhook(&channel, GUILD);
        let named = subscribe("maps").mention("channel", 7, &channel);
        let form = form(&world, &named.member(&[], MANAGE_WEBHOOKS));
        let said =
            texts(&world.later(&submit(&form, &world.discord.url_of(&webhook)).locale("de")));
        let expected = if channel == "11" {
            "in 10 Kanälen dieses Servers"
        } else {
            "ab jetzt"
        };
        assert!(said.contains(expected), "{channel}: {said}");
    }
    let listed = world.message(&operator("release subscribers").option("package", "maps"));
    let said = texts(&listed);
    assert_eq!(listed["flags"], 64);
    assert!(said.contains("<#10>") && said.contains(GUILD), "{said}");
    let end = |place: &str| {
        let called = operator("release subscribers").option("package", "maps");
        called.option("end", place)
    };
    for absent in ["999", "nonsense"] {
        let said = texts(&world.message(&end(absent)));
        assert!(said.contains("No channel or server"), "{said}");
    }
    let question = world.message(&end(GUILD));
    let stale = crate::world::buttons(&question)[0].clone();
    for (place, left) in [("3", 9), (GUILD, 0)] {
        if place == GUILD {
            // There were ten of them when that was asked.
            let said = texts(&world.later(&crate::world::press(&stale)));
            assert!(said.contains("Others have changed this"), "{said}");
            assert_eq!(subscriptions(&world, "maps").channels.len(), 9);
        }
        let question = world.message(&end(place));
        let button = crate::world::buttons(&question)[0].clone();
        let said = texts(&world.later(&crate::world::press(&button)));
        assert!(
            said.contains("not announced") && said.contains("Done"),
            "{said}"
        );
        assert_eq!(subscriptions(&world, "maps").channels.len(), left);
    }
    assert_eq!(world.actions("maps").actions.len(), 2);
    let said = texts(&world.message(&operator("release subscribers").option("package", "maps")));
    assert!(said.contains("No channel has subscribed"), "{said}");
}

#[test]
fn everyone_is_not_mentioned_and_whoever_asks_for_it_is_told_so() {
    let world = World::new();
    let webhook = world.discord.add_webhook(CHANNEL, GUILD);
    // The role that has the server's own id is everyone's.
    let said = texts(&world.answer(&subscribe("maps").mention("role", 8, GUILD)));
    assert!(said.contains("everyone"), "{said}");
    // The form that somebody makes up is answered so too.
    let plain = form(&world, &subscribe("maps").mention("role", 8, ROLE));
    let digits = plain.rsplit_once(':').unwrap().0;
    let everyone = form(&world, &subscribe("maps").mention("channel", 7, GUILD));
    let everyone = everyone.split(':').nth(2).unwrap();
    let made_up = format!("{digits}:{everyone}");
    let url = world.discord.url_of(&webhook);
    let said = texts(&world.answer(&submit(&made_up, &url)));
    assert!(said.contains("everyone"), "{said}");
    assert!(subscriptions(&world, "maps").channels.is_empty());
}
