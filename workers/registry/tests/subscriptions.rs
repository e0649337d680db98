//! Subscriptions: whose webhooks they are, how many there may be, what several who change them at
//! once leave behind.

use edge::{Timestamp, Url};
use registry::{
    Actor, ChannelWebhook, ChannelsRecord, Key, NoChannelWebhook, PackageId, PackageType, Record,
    RecordError, Snowflake,
    record::{
        Actions, Deed, MOST_OF_A_SERVER, MOST_SUBSCRIPTIONS, SeenSubscriptions, Subscribed,
        Subscription, Subscriptions, TooManySubscriptions,
    },
    store::{self, AdministerError, StoreError, SubscribeError},
};
use testkit::memory::{Fault, MemoryHost, Operation};

type Outcome = Result<(), Box<dyn std::error::Error>>;

const API: &str = "https://discord.com/api/v10";
const TOKEN: &str = "test-only_Channel-webhook-token";

fn webhook(id: u64) -> Result<ChannelWebhook, Box<dyn std::error::Error>> {
    let url = format!("https://discord.com/api/webhooks/{id}/{TOKEN}");
    Ok(ChannelWebhook::parse(&url, &Url::parse(API)?)?)
}

fn subscription(channel: u64, at: i64) -> Result<Subscription, Box<dyn std::error::Error>> {
    Ok(Subscription {
        channel: Snowflake::parse(&channel.to_string())?,
        // No server has more than eight.
        guild: Snowflake::parse(&(700 + channel / 8).to_string())?,
        webhook: webhook(channel + 1_000)?,
        role: None,
        locale: Some("de".to_owned()),
        by: None,
        at: Timestamp::from_milliseconds(at),
    })
}

#[test]
fn ids_are_numbers_of_64_bits() {
    for (text, is_one) in [
        ("1", true),
        ("1309411229876543210", true),
        ("18446744073709551615", true),
        ("18446744073709551616", false),
        ("0", false),
        ("01", false),
        ("+1", false),
        ("-1", false),
        ("", false),
        (" 1", false),
        ("1e3", false),
        ("١", false),
    ] {
        assert_eq!(Snowflake::parse(text).is_ok(), is_one, "{text:?}");
    }
}

#[test]
fn a_webhook_is_discords_or_the_configured_apis() -> Outcome {
    let official = Url::parse(API)?;
    let own = Url::parse("http://127.0.0.1:7000/api/v10")?;
    for (url, is_discords, is_own) in [
        ("https://discord.com/api/webhooks/12/ab-_C", true, true),
        (" https://discord.com/api/webhooks/12/ab-_C\n", true, true),
        ("https://discord.com/api/webhooks/12/ab-_C/", true, true),
        ("https://discord.com/api/v10/webhooks/12/ab-_C", true, true),
        (
            "https://ptb.discord.com/api/webhooks/12/ab-_C?wait=true",
            true,
            true,
        ),
        ("https://discordapp.com/api/webhooks/12/ab-_C", true, true),
        ("http://127.0.0.1:7000/api/webhooks/12/ab-_C", false, true),
        ("http://127.0.0.1:7001/api/webhooks/12/ab-_C", false, false),
        ("http://discord.com/api/webhooks/12/ab-_C", false, false),
        (
            "https://discord.com:8443/api/webhooks/12/ab-_C",
            false,
            false,
        ),
        (
            "https://discord.com@evil.example/api/webhooks/12/ab",
            false,
            false,
        ),
        ("https://x@discord.com/api/webhooks/12/ab", false, false),
        (
            "https://discord.com.evil.example/api/webhooks/12/ab",
            false,
            false,
        ),
        (
            "https://discord.com/api/webhooks/12/ab/github",
            false,
            false,
        ),
        ("https://discord.com/api/webhooks/12/", false, false),
        ("https://discord.com/api/webhooks/x/ab", false, false),
        ("https://discord.com/api/webhooks/12/a.b", false, false),
        ("https://discord.com/api/webhooks/12/a%2fb", false, false),
        ("https://discord.com/webhook", false, false),
        ("mailto:webhooks/12/ab", false, false),
        ("", false, false),
    ] {
        for (api, is_right) in [(&official, is_discords), (&own, is_own)] {
            let read = ChannelWebhook::parse(url, api);
            assert_eq!(read.is_ok(), is_right, "{url} with {api}: {read:?}");
            if let Ok(webhook) = read {
                assert_eq!(
                    webhook.url(api).as_str(),
                    format!("{api}/webhooks/12/ab-_C")
                );
            }
        }
    }
    let long = format!("https://discord.com/api/webhooks/1/{}", "a".repeat(129));
    assert_eq!(
        ChannelWebhook::parse(&long, &official),
        Err(NoChannelWebhook)
    );
    Ok(())
}

#[test]
fn a_token_is_in_no_text_but_the_record() -> Outcome {
    let one = subscription(1, 0)?;
    let mut list = Subscriptions::default();
    list.put(one.clone())?;
    assert!(!format!("{one:?} {list:?}").contains(TOKEN));
    assert_eq!(Subscriptions::decode(&list.encode())?, list);
    assert!(String::from_utf8(list.encode())?.contains(TOKEN));
    // Nor in the error about a record that somebody has damaged.
    let broken = String::from_utf8(list.encode())?.replace(TOKEN, &format!("{TOKEN}/.."));
    let error = Subscriptions::decode(broken.as_bytes()).err();
    assert!(matches!(error, Some(RecordError::Malformed { .. })));
    assert!(!format!("{error:?}").contains(TOKEN));
    Ok(())
}

#[test]
fn a_channel_is_subscribed_once_and_there_are_not_too_many() -> Outcome {
    let mut list = Subscriptions::default();
    for channel in 1..=MOST_SUBSCRIPTIONS as u64 {
        assert_eq!(list.put(subscription(channel, 0)?)?, Subscribed::Added);
    }
    assert_eq!(list.put(subscription(7, 5)?)?, Subscribed::Replaced);
    let more = list.put(subscription(5_000, 0)?);
    assert_eq!(more, Err(TooManySubscriptions::OfPackage));
    assert_eq!(list.channels.len(), MOST_SUBSCRIPTIONS);
    let seven = Snowflake::parse("7")?;
    assert_eq!(
        list.of(&seven).map(|known| known.at.milliseconds()),
        Some(5)
    );
    // What was seen to be gone is not what was subscribed since.
    for other in [4, 6] {
        assert!(!list.forget(&seven, Timestamp::from_milliseconds(other)));
    }
    assert!(list.forget(&seven, Timestamp::from_milliseconds(5)));
    let guild = Snowflake::parse("700")?;
    let (stranger, eight) = (Snowflake::parse("701")?, Snowflake::parse("6")?);
    assert!(!list.remove(&stranger, &eight) && list.of(&eight).is_some());
    assert!(list.remove(&guild, &eight) && !list.remove(&guild, &eight));
    Ok(())
}

#[test]
fn no_server_takes_all_the_room_and_whoever_administers_ends_any() -> Outcome {
    let (host, id) = host()?;
    let of = |channel: u64, guild: &str| -> Result<Subscription, Box<dyn std::error::Error>> {
        let guild = Snowflake::parse(guild)?;
        Ok(Subscription {
            guild,
            ..subscription(channel, 0)?
        })
    };
    for channel in 1..=MOST_OF_A_SERVER as u64 {
        host.run(store::subscribe(&host, &id, &of(channel, "9")?))??;
    }
    let refused = host.run(store::subscribe(&host, &id, &of(99, "9")?))?;
    assert!(matches!(
        refused,
        Err(SubscribeError::TooMany(TooManySubscriptions::OfServer))
    ));
    // What is there is renewed, and others have room.
    host.run(store::subscribe(&host, &id, &of(1, "9")?))??;
    host.run(store::subscribe(&host, &id, &of(99, "8")?))??;
    let left = || -> Result<usize, Box<dyn std::error::Error>> {
        Ok(host.run(store::subscriptions(&host, &id))??.channels.len())
    };
    let seen = |place: &str| -> Result<SeenSubscriptions, Box<dyn std::error::Error>> {
        let known = host.run(store::subscriptions(&host, &id))??;
        Ok(known.seen(&Snowflake::parse(place)?).ok_or("none")?)
    };
    let end = |place: &str, seen| -> Result<usize, Box<dyn std::error::Error>> {
        let (place, by) = (Snowflake::parse(place)?, Actor::discord("1", "mira"));
        Ok(host.run(store::end_subscriptions(&host, &id, &place, &by, seen))??)
    };
    let (one, all) = (seen("1")?, seen("9")?);
    assert_eq!((end("1", one)?, left()?), (1, MOST_OF_A_SERVER));
    // There are fewer than were seen.
    assert!(end("9", all).is_err());
    let all = seen("9")?;
    assert_eq!(all.count, MOST_OF_A_SERVER - 1);
    assert_eq!((end("9", all)?, left()?), (MOST_OF_A_SERVER - 1, 1));
    // What is not there is nobody's deed.
    assert_eq!((end("9", all)?, left()?), (0, 1));
    assert_eq!((end("77", all)?, left()?), (0, 1));
    assert_eq!(deeds(&host, &id)?, [ended("1")?, ended("9")?]);
    Ok(())
}

fn ended(place: &str) -> Result<Deed, Box<dyn std::error::Error>> {
    let place = Snowflake::parse(place)?;
    Ok(Deed::EndSubscriptions { place })
}

fn deeds(host: &MemoryHost, id: &PackageId) -> Result<Vec<Deed>, Box<dyn std::error::Error>> {
    let Some(noted) = host.bytes(&Key::Actions(id).path()) else {
        return Ok(Vec::new());
    };
    let noted = Actions::decode(&noted)?.actions;
    Ok(noted.into_iter().map(|action| action.deed).collect())
}

/// What was subscribed, renewed or left since it was looked at is not what was decided on.
#[test]
fn only_the_subscriptions_that_were_seen_are_ended() -> Outcome {
    let by = Actor::discord("1", "mira");
    let at = |channel: u64, at: i64| subscription(channel, at);
    // What is done between the look and the deed, and between its check and its change; whether it is
    // refused, and what is left.
    let (none, two): (&[Subscription], &[Subscription]) = (&[], &[at(1, 1)?, at(2, 2)?]);
    let (renewed, further): (&[Subscription], &[Subscription]) = (&[at(1, 3)?], &[at(3, 3)?]);
    for (before, meanwhile, is_refused, left) in [
        (none, none, false, 0),
        (renewed, none, true, 2),
        (further, none, true, 3),
        (none, renewed, false, 1),
        (none, further, false, 1),
    ] {
        let (host, id) = host()?;
        let guild = two[0].guild.clone();
        let subscribe = |all: &[Subscription]| -> Outcome {
            for one in all {
                host.run(store::subscribe(&host, &id, one))??;
            }
            Ok(())
        };
        subscribe(two)?;
        let list = host.run(store::subscriptions(&host, &id))??;
        let seen = list.seen(&guild).ok_or("none")?;
        subscribe(before)?;
        let key = Key::Actions(&id).path();
        let (peer, subscriptions) = (host.peer(), Key::Subscriptions(&id).path());
        let mut list = list;
        for one in meanwhile {
            list.put(one.clone())?;
        }
        if !meanwhile.is_empty() {
            host.on_write(move |written| {
                if written == key {
                    peer.place(&subscriptions, list.encode());
                }
            });
        }
        let done = host.run(store::end_subscriptions(&host, &id, &guild, &by, seen))?;
        assert_eq!(matches!(done, Err(AdministerError::Changed)), is_refused);
        assert_eq!(done.is_err(), is_refused, "{done:?}");
        let list = host.run(store::subscriptions(&host, &id))??;
        assert_eq!(list.channels.len(), left);
        assert_eq!(deeds(&host, &id)?.len(), usize::from(!is_refused));
    }
    Ok(())
}

/// Whatever fails: what is ended is noted, and what is there afterwards can be ended again.
#[test]
fn no_failure_leaves_an_end_that_nobody_is_noted_for() -> Outcome {
    let by = Actor::discord("1", "mira");
    for fault in Fault::ALL {
        for failing in 0.. {
            let (host, id) = host()?;
            let one = subscription(1, 1)?;
            host.run(store::subscribe(&host, &id, &one))??;
            let seen = host.run(store::subscriptions(&host, &id))??;
            let seen = seen.seen(&one.channel).ok_or("none")?;
            let process = host.peer();
            process.inject(move |point| (point.number >= failing).then_some(fault));
            let end = store::end_subscriptions(&process, &id, &one.channel, &by, seen);
            let done = process.run(end);
            let is_done = matches!(done, Ok(Ok(1)));
            let left = host.run(store::subscriptions(&host, &id))??.channels.len();
            let noted = deeds(&host, &id)?;
            assert!(left == 1 || noted == [ended("1")?], "{fault:?} {failing}");
            let again = store::end_subscriptions(&host, &id, &one.channel, &by, seen);
            assert_eq!(host.run(again)??, left);
            assert_eq!(deeds(&host, &id)?, [ended("1")?]);
            if is_done {
                break;
            }
        }
    }
    Ok(())
}

/// A platform that has the package `maps`.
fn host() -> Result<(MemoryHost, PackageId), Box<dyn std::error::Error>> {
    let (host, id) = (MemoryHost::new(), PackageId::parse("maps")?);
    let record = ChannelsRecord::new(id.clone(), PackageType::Module);
    host.place(&Key::Channels(&id).path(), record.encode());
    Ok((host, id))
}

#[test]
fn subscribing_is_safe_with_others_and_with_a_failing_store() -> Outcome {
    let (host, id) = host()?;
    let nobody = PackageId::parse("nobody")?;
    let one = subscription(1, 1)?;
    let refused = host.run(store::subscribe(&host, &nobody, &one))?;
    assert!(matches!(refused, Err(SubscribeError::NoPackage(_))));

    // Two at once: both are there afterwards.
    let peer = host.peer();
    let two = subscription(2, 1)?;
    let both = futures_util::future::join(
        store::subscribe(&host, &id, &one),
        store::subscribe(&peer, &id, &two),
    );
    let (first, second) = host.run(both)?;
    assert_eq!((first?, second?), (Subscribed::Added, Subscribed::Added));
    let list = host.run(store::subscriptions(&host, &id))??;
    assert_eq!(list.channels.len(), 2);

    // A write that was stored, though the store said that it failed.
    let failing = host.peer();
    let struck = std::cell::Cell::new(false);
    failing.inject(move |point| {
        let first = point.operation == Operation::Put && !struck.replace(true);
        first.then_some(Fault::After)
    });
    let three = subscription(3, 1)?;
    assert_eq!(
        failing.run(store::subscribe(&failing, &id, &three))??,
        Subscribed::Added
    );
    let ended = store::unsubscribe(&host, &id, &three.guild, &three.channel);
    assert!(host.run(ended)??);
    let gone = [(one.channel.clone(), Timestamp::from_milliseconds(1))];
    host.run(store::forget_subscriptions(&host, &id, &gone))??;
    let list = host.run(store::subscriptions(&host, &id))??;
    assert_eq!(list.channels, [two]);
    Ok(())
}

#[test]
fn nobody_has_subscribed_where_nothing_is_stored() -> Outcome {
    let (host, id) = host()?;
    let list = host.run(store::subscriptions(&host, &id))??;
    assert!(list.channels.is_empty());
    let (guild, channel) = (Snowflake::parse("700")?, Snowflake::parse("1")?);
    assert!(!host.run(store::unsubscribe(&host, &id, &guild, &channel))??);
    assert!(
        host.keys()
            .iter()
            .all(|key| !key.starts_with("subscriptions/"))
    );
    host.inject(|_| Some(Fault::Before));
    let failed = host.run(store::subscriptions(&host, &id))?;
    assert!(matches!(failed, Err(StoreError::Objects(_))));
    Ok(())
}
