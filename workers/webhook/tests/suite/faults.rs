//! A fault at every store operation and every outbound call of a whole publish.

use edge::StatusCode;
use registry::record::Status;
use testkit::{
    memory::{Fault, MemoryHost, Operation, sweep},
    package::Package,
    sign,
};

use crate::{
    subscriptions::{subscribe, told},
    world::{
        World, assert_done, assert_whole, journal, print_tried, resume_until_finished, served,
    },
};

/// The fake Discord's tokens hold the last two.
const SECRETS: [&str; 5] = [
    sign::TEST_KEY,
    "fvttp_maps",
    crate::world::ADMIN_TOKEN,
    "fake-discord-webhook-secret",
    "fake-channel-webhook-secret",
];

/// Channels that have subscribed; the webhook of the last one is gone.
const SUBSCRIBERS: [u64; 3] = [1, 2, 3];

#[test]
fn wherever_it_breaks_there_is_one_release_and_at_most_one_announcement() {
    let worlds = std::cell::RefCell::new(Vec::new());
    let setup = || {
        let world = World::new();
        world.release(
            "v1.0.0",
            &Package::module("maps", "1.0.0").file("a.js", b"1".to_vec()),
        );
        for channel in SUBSCRIBERS {
            subscribe(&world, channel, |_| {});
        }
        world.discord.remove_webhooks("3");
        let host = world.host.clone();
        // A reader polls whenever anything was written.
        let reader = host.peer();
        host.on_write(move |_| assert_whole(&reader, "maps"));
        worlds.borrow_mut().push(world);
        host
    };
    let scenario = |host: &MemoryHost, fault: Option<(&testkit::memory::Point, Fault)>| {
        let worlds = worlds.borrow();
        let world = worlds.last().unwrap();
        publish_through(world, host);
        // What was sent is in doubt only where the exchange itself or the process broke.
        let in_doubt = fault.is_some_and(|(point, fault)| {
            let exchange = matches!(point.operation, Operation::Fetch | Operation::FetchBody);
            exchange || matches!(fault, Fault::CrashBefore | Fault::CrashAfter)
        });
        check(world, &format!("{fault:?}"), in_doubt);
    };
    let tried = sweep(&Fault::ALL, setup, scenario);
    print_tried("publishing", &tried);
    assert!(tried.struck > 100, "the sweep hardly struck: {tried}");
}

/// Publishes under whatever faults the host has; then the process is started anew, and the author
/// redelivers what GitHub shows as failed.
fn publish_through(world: &World, host: &MemoryHost) {
    let accepted = world
        .deliver_to(host, "d-1", "v1.0.0")
        .is_some_and(|response| response.status == StatusCode::ACCEPTED);
    // A crash in here ends the process.
    let _ = host.run(host.run_deferred());
    let restarted = host.peer();
    restarted.advance(std::time::Duration::from_secs(300));
    if !accepted {
        world.deliver_to(&restarted, "d-1", "v1.0.0");
        let _ = restarted.run(restarted.run_deferred());
    }
    resume_until_finished(&restarted, "d-1");
}

fn check(world: &World, fault: &str, in_doubt: bool) {
    let host = world.host.peer();
    let journal = journal(&host, "d-1").expect("the delivery is journalled");
    assert_done(&journal);
    assert_eq!(
        served(&host, "maps", "stable").as_deref(),
        Some("1.0.0"),
        "{fault}"
    );
    assert_whole(&host, "maps");
    let releases = crate::world::channels(&host, "maps")
        .unwrap()
        .releases
        .len();
    assert_eq!(releases, 1, "{fault}");
    let sent_to = |channel: u64| world.discord.messages_in(&channel.to_string()).len();
    for (announcement, sent) in [
        (
            &journal.announcements.discord,
            world.discord.messages().len(),
        ),
        (
            &journal.announcements.foundry,
            world.foundry.releases().len(),
        ),
        (told(&journal, 1), sent_to(1)),
        (told(&journal, 2), sent_to(2)),
    ] {
        match announcement.status {
            Status::Confirmed => assert_eq!(sent, 1, "{fault}"),
            Status::Unconfirmed => assert!(in_doubt && sent <= 1, "{fault}: {sent} sent"),
            other => panic!("{fault}: {other:?} {}", announcement.detail),
        }
    }
    let gone = told(&journal, 3);
    match gone.status {
        // An answer that broke off does not say that the webhook is gone; the next one will.
        Status::Failed => assert!(in_doubt || gone.detail.contains("ended"), "{fault}"),
        Status::Unconfirmed => assert!(in_doubt, "{fault}"),
        other => panic!("{fault}: {other:?} {}", gone.detail),
    }
    let open: Vec<String> = host
        .keys()
        .into_iter()
        .filter(|key| key.starts_with("open/"))
        .collect();
    assert!(open.is_empty(), "{fault}: {open:?}");
    let journal = serde_json::to_string(&journal).unwrap();
    let written = world.host.log_lines().join("\n") + &journal;
    for secret in SECRETS {
        assert!(
            !written.contains(secret),
            "{fault}: a secret was written down"
        );
    }
}
