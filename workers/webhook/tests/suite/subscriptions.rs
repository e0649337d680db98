//! Channels that have subscribed are told of a release, each for itself.

use std::time::Duration;

use edge::{Timestamp, Url};
use registry::{
    ChannelWebhook, Journal, PackageId, Snowflake,
    record::{Announcement, MOST_SUBSCRIPTIONS, Status, Subscription},
    store,
};
use serde_json::json;
use testkit::{
    fake::{Mode, Reply, Rule, discord},
    memory::MemoryHost,
    package::Package,
};

use crate::world::{World, assert_done, journal, resume_until_finished, served};

pub const GUILD: &str = "700";

/// Subscribes a channel with a webhook of its own to the package `maps`; the webhook's path.
pub fn subscribe(world: &World, channel: u64, change: impl FnOnce(&mut Subscription)) -> String {
    let name = channel.to_string();
    let webhook = world.discord.add_webhook(&name, GUILD);
    let api = Url::parse(&world.discord.api_url()).unwrap();
    let mut subscription = Subscription {
        channel: Snowflake::parse(&name).unwrap(),
        // No server has more than eight; the first ones are of this one.
        guild: Snowflake::parse(&(700 + channel / 8).to_string()).unwrap(),
        webhook: ChannelWebhook::parse(&world.discord.url_of(&webhook), &api).unwrap(),
        role: None,
        locale: None,
        by: None,
        at: Timestamp::default(),
    };
    change(&mut subscription);
    let host = world.host.peer();
    let id = PackageId::parse("maps").unwrap();
    host.run(async {
        let key = registry::Key::Subscriptions(&id);
        store::update(
            &host,
            &key,
            |list: Option<&registry::record::Subscriptions>| {
                let mut list = list.cloned().unwrap_or_default();
                list.put(subscription.clone())?;
                Ok::<_, registry::record::TooManySubscriptions>(store::Change::Write(list))
            },
        )
        .await
        .unwrap();
    })
    .unwrap();
    format!("/api/v10/webhooks/{}/{}", webhook.id, webhook.token)
}

/// A world in which `maps` 1.0.0 can be published, and these channels have subscribed.
fn world(channels: &[u64]) -> (World, Vec<String>) {
    let world = World::new();
    world.release("v1.0.0", &Package::module("maps", "1.0.0"));
    let paths = channels
        .iter()
        .map(|channel| subscribe(&world, *channel, |_| {}))
        .collect();
    (world, paths)
}

/// What the journal says of the announcement to a channel.
pub fn told(journal: &Journal, channel: u64) -> &Announcement {
    let subscribers = journal.announcements.subscribers.as_ref().unwrap();
    let known = subscribers
        .iter()
        .find(|known| known.channel.as_str() == channel.to_string())
        .unwrap();
    &known.announcement
}

fn subscribed(host: &MemoryHost) -> Vec<String> {
    let id = PackageId::parse("maps").unwrap();
    let list = host.run(store::subscriptions(host, &id)).unwrap().unwrap();
    let channels = list.channels.iter();
    channels.map(|known| known.channel.to_string()).collect()
}

/// Publishes, and runs ticks until all is done.
fn publish(world: &World) -> Journal {
    world.deliver_to(&world.host, "d-1", "v1.0.0").unwrap();
    world.host.run(world.host.run_deferred()).unwrap();
    let journal = resume_until_finished(&world.host, "d-1").unwrap();
    assert_done(&journal);
    journal
}

#[test]
fn every_subscriber_gets_one_message_in_its_language_and_for_its_role() {
    let (world, _) = world(&[1]);
    subscribe(&world, 2, |subscription| {
        subscription.role = Some(Snowflake::parse("99").unwrap());
        subscription.locale = Some("de".to_owned());
    });
    // The role that has the server's id is everyone.
    subscribe(&world, 3, |subscription| {
        subscription.role = Some(subscription.guild.clone());
        subscription.locale = Some("fr".to_owned());
    });
    let journal = publish(&world);
    let heading = |channel: &str| {
        let messages = world.discord.messages_in(channel);
        assert_eq!(messages.len(), 1, "{channel}: {messages:?}");
        let message = messages[0].clone();
        let install = message["embeds"][0]["fields"][0]["name"].clone();
        (
            install,
            message["content"].clone(),
            message["allowed_mentions"].clone(),
        )
    };
    let nobody = json!({ "parse": [] });
    assert_eq!(
        heading("1"),
        (json!("Install"), json!(null), nobody.clone())
    );
    let role = json!({ "parse": [], "roles": ["99"] });
    assert_eq!(heading("2"), (json!("Installieren"), json!("<@&99>"), role));
    assert_eq!(heading("3"), (json!("Install"), json!(null), nobody));
    for channel in [1, 2, 3] {
        assert_eq!(told(&journal, channel).status, Status::Confirmed);
    }
    assert_eq!(world.discord.messages().len(), 1);
    assert_eq!(world.discord.violations(), [""; 0]);
    let last = journal.steps.iter().rev().nth(1).unwrap();
    assert!(
        last.detail.contains("3 of 3 subscribers confirmed"),
        "{}",
        last.detail
    );
}

#[test]
fn a_failing_subscription_delays_neither_the_others_nor_the_release() {
    let unknown = Reply::json(
        404,
        &json!({ "message": "Unknown Webhook", "code": 10_015 }),
    );
    let forbidden = Reply::json(403, &json!({ "message": "Missing Access", "code": 50_001 }));
    for (what, mode, status, messages, stays) in [
        (
            "limited",
            Mode::Answer(discord::limited(7_200.5, false)),
            Status::Confirmed,
            1,
            true,
        ),
        ("gone", Mode::Answer(unknown), Status::Failed, 0, false),
        ("refused", Mode::Answer(forbidden), Status::Failed, 0, true),
        (
            "not found by something else",
            Mode::Answer(Reply::new(404)),
            Status::Failed,
            0,
            true,
        ),
        ("silent", Mode::Hangs, Status::Unconfirmed, 1, true),
        (
            "overloaded",
            Mode::Answer(Reply::new(503)),
            Status::Confirmed,
            1,
            true,
        ),
    ] {
        let (world, paths) = world(&[1, 2, 3, 4, 5, 6, 7]);
        world
            .discord
            .script(Rule::on("POST", paths[0].clone(), mode).times(1));
        let started = edge::Clock::now(&world.host);
        world.deliver_to(&world.host, "d-1", "v1.0.0").unwrap();
        world.host.run(world.host.run_deferred()).unwrap();
        // All others have been told by now, whatever the first one does.
        for channel in 2..=7_u64 {
            let messages = world.discord.messages_in(&channel.to_string());
            assert_eq!(messages.len(), 1, "{what}: {channel}");
        }
        assert_eq!(
            served(&world.host, "maps", "stable").as_deref(),
            Some("1.0.0")
        );
        let first = told(&journal(&world.host, "d-1").unwrap(), 1).clone();
        let journal = resume_until_finished(&world.host, "d-1").unwrap();
        assert_done(&journal);
        let told = told(&journal, 1);
        assert_eq!(told.status, status, "{what}: {}", told.detail);
        assert_eq!(world.discord.messages_in("1").len(), messages, "{what}");
        assert_eq!(
            subscribed(&world.host.peer()).contains(&"1".to_owned()),
            stays,
            "{what}"
        );
        if what == "limited" {
            let again = first.next_attempt_at.unwrap().milliseconds() - started.milliseconds();
            assert!(again >= 7_200_500, "asked again after {again} ms");
        }
        if what == "gone" {
            assert!(
                told.detail.ends_with("the subscription is ended"),
                "{}",
                told.detail
            );
        }
    }
}

#[test]
fn a_limit_on_everything_holds_for_everyone() {
    let (world, _) = world(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    let limited = Mode::Answer(discord::limited(600.0, true));
    world
        .discord
        .script(Rule::on("POST", "/api/*", limited).times(5));
    world.deliver_to(&world.host, "d-1", "v1.0.0").unwrap();
    world.host.run(world.host.run_deferred()).unwrap();
    let asked = world.discord.requests().len();
    assert!(asked <= 5, "{asked} requests under a global limit");
    assert_done(&resume_until_finished(&world.host, "d-1").unwrap());
    for channel in 1..=12_u64 {
        assert_eq!(world.discord.messages_in(&channel.to_string()).len(), 1);
    }
}

#[test]
fn the_longest_of_several_limits_on_everything_holds() {
    let (world, paths) = world(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    // The second one comes later, and is shorter.
    for (path, seconds) in [(&paths[0], 3_600.0), (&paths[1], 30.0)] {
        let limited = Mode::Answer(discord::limited(seconds, true));
        world
            .discord
            .script(Rule::on("POST", path.clone(), limited).times(1));
    }
    let started = edge::Clock::now(&world.host);
    world.deliver_to(&world.host, "d-1", "v1.0.0").unwrap();
    world.host.run(world.host.run_deferred()).unwrap();
    let journal = journal(&world.host, "d-1").unwrap();
    let waiting = journal.announcements.subscribers.iter().flatten();
    let waiting: Vec<_> = waiting
        .filter(|known| known.channel.as_str() != "2")
        .filter_map(|known| known.announcement.next_attempt_at)
        .map(|at| at.milliseconds() - started.milliseconds())
        .collect();
    assert!(waiting.len() > 1, "{waiting:?}");
    assert!(waiting.iter().all(|wait| *wait >= 3_600_000), "{waiting:?}");
}

#[test]
fn a_hundred_slow_subscribers_are_told_once_although_the_platform_stops_the_work() {
    let world = World::new();
    world.release("v1.0.0", &Package::module("maps", "1.0.0"));
    for channel in 1..=MOST_SUBSCRIPTIONS as u64 {
        subscribe(&world, channel, |_| {});
    }
    let slow = Mode::Slow(Duration::from_secs(2));
    world.discord.script(Rule::on("POST", "/api/*", slow));
    world.host.limit_deferred(Duration::from_secs(30));
    world.deliver_to(&world.host, "d-1", "v1.0.0").unwrap();
    world.host.run(world.host.run_deferred()).unwrap();
    // It stopped by itself, in time, with nothing under way.
    let halfway = journal(&world.host, "d-1").unwrap();
    let count = |journal: &Journal, status| {
        let receivers = journal.announcements.receivers();
        receivers
            .filter(|(_, known)| known.status == status)
            .count()
    };
    assert_eq!(count(&halfway, Status::Sending), 0);
    let confirmed = count(&halfway, Status::Confirmed);
    assert!((25..100).contains(&confirmed), "{confirmed} in 30 s");
    assert_eq!(halfway.busy_until, None);
    let journal = resume_until_finished(&world.host, "d-1").unwrap();
    assert_done(&journal);
    assert_eq!(count(&journal, Status::Confirmed), MOST_SUBSCRIPTIONS + 2);
    for channel in 1..=MOST_SUBSCRIPTIONS as u64 {
        assert_eq!(world.discord.messages_in(&channel.to_string()).len(), 1);
    }
    let size = serde_json::to_string(&journal).unwrap().len();
    assert!(size < 64 << 10, "the journal has {size} bytes");
}

#[test]
fn who_is_told_is_who_had_subscribed_and_still_does() {
    let (world, paths) = world(&[1, 2]);
    let limited = |path: &String| {
        let mode = Mode::Answer(discord::limited(3_600.0, false));
        world
            .discord
            .script(Rule::on("POST", path.clone(), mode).times(1));
    };
    paths.iter().for_each(limited);
    world.deliver_to(&world.host, "d-1", "v1.0.0").unwrap();
    world.host.run(world.host.run_deferred()).unwrap();
    subscribe(&world, 3, |_| {});
    let id = PackageId::parse("maps").unwrap();
    let (guild, channel) = (
        Snowflake::parse(GUILD).unwrap(),
        Snowflake::parse("2").unwrap(),
    );
    let ended = store::unsubscribe(&world.host, &id, &guild, &channel);
    assert!(world.host.run(ended).unwrap().unwrap());
    let journal = resume_until_finished(&world.host, "d-1").unwrap();
    assert_done(&journal);
    assert_eq!(told(&journal, 1).status, Status::Confirmed);
    assert_eq!(told(&journal, 2).status, Status::Skipped);
    for (channel, messages) in [("1", 1), ("2", 0), ("3", 0)] {
        assert_eq!(
            world.discord.messages_in(channel).len(),
            messages,
            "{channel}"
        );
    }
}

#[test]
fn a_list_that_cannot_be_read_holds_up_nobody_else() {
    let (world, _) = world(&[1]);
    let key = "subscriptions/maps.json";
    let sound = world.host.bytes(key).unwrap();
    world.host.place(key, b"{".to_vec());
    world.deliver_to(&world.host, "d-1", "v1.0.0").unwrap();
    world.host.run(world.host.run_deferred()).unwrap();
    assert_eq!(world.discord.messages().len(), 1);
    assert_eq!(world.foundry.releases().len(), 1);
    world.host.place(key, sound);
    assert_done(&resume_until_finished(&world.host, "d-1").unwrap());
    assert_eq!(world.discord.messages_in("1").len(), 1);
    assert_eq!(world.discord.messages().len(), 1);
}
