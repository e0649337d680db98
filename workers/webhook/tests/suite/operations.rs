//! A fault at every store operation and every outbound call of whatever else than a delivery of
//! `published` (see [`crate::faults`]) changes what is served; and ten deliveries at once.

use edge::StatusCode;
use registry::{State, record::Status};
use serde_json::Value;
use testkit::{
    fake::{Mode, Reply, Rule},
    memory::{Fault, MemoryHost, Operation, Point, request, sweep},
    package::Package,
    sign,
};

use crate::world::{
    ADMIN_TOKEN, REPOSITORY, World, assert_done, assert_whole, channels, deliver, journal,
    print_tried, resume_until_finished, served,
};

const SECRETS: [&str; 3] = [sign::TEST_KEY, "fvttp_maps", ADMIN_TOKEN];

/// Something that is done while everything breaks.
struct Operated {
    name: &'static str,
    /// What is there before.
    before: fn(&World),
    /// Does it, on this process; whether its caller was told that it is done or accepted. A caller
    /// who was not does it again.
    act: fn(&World, &MemoryHost) -> bool,
    /// The delivery that is journalled, where the caller names it.
    delivery: Option<&'static str>,
    /// What `stable` serves in the end.
    stable: &'static str,
    /// Messages on Discord, and registrations with Foundry, of all deliveries in the end.
    announced: [usize; 2],
}

fn package(version: &str, content: &str) -> Package {
    Package::module("maps", version).file("a.js", content.as_bytes().to_vec())
}

fn release(world: &World, version: &str) {
    world.release(&format!("v{version}"), &package(version, "1"));
}

fn published(world: &World, delivery: &str, version: &str) {
    release(world, version);
    assert_done(&world.publish(delivery, &format!("v{version}")));
}

/// GitHub tells of `action`, and the work after the response is done as far as it comes.
fn tell(world: &World, host: &MemoryHost, delivery: &str, tag: &str, action: &str) -> bool {
    let event = world.github.event(REPOSITORY, tag, action).to_string();
    let told = deliver(host, "release", delivery, &event);
    let told = told.is_some_and(|response| response.status.is_success());
    let _ = host.run(host.run_deferred());
    told
}

fn call(host: &MemoryHost, method: &str, path: &str, body: Vec<u8>) -> bool {
    let bearer = format!("Bearer {ADMIN_TOKEN}");
    let ask = request(method, path).header("authorization", &bearer);
    let ask = ask.body(body).build();
    let answered = host.run(edge::serve::<webhook::Webhook, _>(host, ask));
    let done = answered.is_ok_and(|response| {
        response.status.is_success() || response.status == StatusCode::CONFLICT
    });
    let _ = host.run(host.run_deferred());
    done
}

#[test]
fn uploading() {
    survives(&Operated {
        name: "uploading",
        before: |_| {},
        act: |_, host| {
            let path = "/admin/v1/packages/maps/releases/1.0.0";
            call(host, "PUT", path, package("1.0.0", "1").zip())
        },
        delivery: None,
        stable: "1.0.0",
        announced: [1, 1],
    });
}

#[test]
fn replacing() {
    survives(&Operated {
        name: "replacing",
        before: |world| published(world, "d-0", "1.0.0"),
        act: |_, host| {
            let path = "/admin/v1/packages/maps/releases/1.0.0?replace=true";
            call(host, "PUT", path, package("1.0.0", "2").zip())
        },
        delivery: None,
        stable: "1.0.0",
        announced: [1, 1],
    });
}

#[test]
fn withdrawing() {
    survives(&Operated {
        name: "withdrawing",
        before: |world| {
            published(world, "d-0", "1.0.0");
            published(world, "d-00", "1.1.0");
        },
        act: |world, host| tell(world, host, "d-1", "v1.1.0", "deleted"),
        delivery: Some("d-1"),
        stable: "1.0.0",
        announced: [2, 2],
    });
}

#[test]
fn finishing_a_prerelease() {
    survives(&Operated {
        name: "finishing a prerelease",
        before: |world| {
            release(world, "1.0.0");
            let mut event = world.github.event(REPOSITORY, "v1.0.0", "published");
            event["release"]["prerelease"] = true.into();
            deliver(&world.host, "release", "d-0", &event.to_string()).unwrap();
            world.host.run(world.host.run_deferred()).unwrap();
        },
        act: |world, host| tell(world, host, "d-1", "v1.0.0", "released"),
        delivery: Some("d-1"),
        stable: "1.0.0",
        announced: [2, 1],
    });
}

#[test]
fn retrying() {
    survives(&Operated {
        name: "retrying",
        before: |world| {
            release(world, "1.0.0");
            let gone = Mode::Answer(Reply::new(404));
            let assets = "/repos/author/maps/releases/assets/*";
            world.github.script(Rule::on("GET", assets, gone));
            world.publish("d-1", "v1.0.0");
            world.github.behave();
        },
        act: |_, host| call(host, "POST", "/webhooks/deliveries/d-1/retry", Vec::new()),
        delivery: Some("d-1"),
        stable: "1.0.0",
        announced: [1, 1],
    });
}

/// Wherever it breaks, it ends as if it had not.
fn survives(operated: &Operated) {
    let worlds = std::cell::RefCell::new(Vec::new());
    let setup = || {
        let world = World::new();
        (operated.before)(&world);
        let host = world.host.peer();
        // A reader polls whenever anything was written.
        let reader = host.peer();
        host.on_write(move |_| assert_whole(&reader, "maps"));
        worlds.borrow_mut().push(world);
        host
    };
    let scenario = |host: &MemoryHost, fault: Option<(&Point, Fault)>| {
        let worlds = worlds.borrow();
        let world = worlds.last().unwrap();
        do_through(operated, world, host);
        // What was sent is in doubt only where the exchange itself or the process broke.
        let in_doubt = fault.is_some_and(|(point, fault)| {
            let exchange = matches!(point.operation, Operation::Fetch | Operation::FetchBody);
            exchange || matches!(fault, Fault::CrashBefore | Fault::CrashAfter)
        });
        let what = format!("{}: {fault:?}", operated.name);
        check(operated, world, &what, in_doubt);
    };
    let tried = sweep(&Fault::ALL, setup, scenario);
    print_tried(operated.name, &tried);
    assert!(tried.struck > 100, "the sweep hardly struck: {tried}");
}

/// Does it under whatever faults the process has; then the process is started anew, and whoever was
/// not told that it is done does it again.
fn do_through(operated: &Operated, world: &World, host: &MemoryHost) {
    let done = (operated.act)(world, host);
    let restarted = host.peer();
    restarted.advance(std::time::Duration::from_secs(300));
    if !done {
        (operated.act)(world, &restarted);
    }
    resume_until_finished(&restarted, operated.delivery.unwrap_or("d-none"));
}

fn check(operated: &Operated, world: &World, what: &str, in_doubt: bool) {
    let host = world.host.peer();
    let served = served(&host, "maps", "stable");
    assert_eq!(served.as_deref(), Some(operated.stable), "{what}");
    assert_whole(&host, "maps");
    let mut journals = String::new();
    let mut unconfirmed = [0, 0];
    for key in host.keys() {
        let Some(name) = key.strip_prefix("deliveries/") else {
            assert!(!key.starts_with("open/"), "{what}: {key} is left");
            continue;
        };
        let journal = journal(&host, name.trim_end_matches(".json")).unwrap();
        assert_done(&journal);
        for (count, announcement) in unconfirmed.iter_mut().zip([
            &journal.announcements.discord,
            &journal.announcements.foundry,
        ]) {
            assert_ne!(announcement.status, Status::Failed, "{what}");
            *count += usize::from(announcement.status == Status::Unconfirmed);
        }
        journals += &serde_json::to_string(&journal).unwrap();
    }
    if let Some(delivery) = operated.delivery {
        assert!(journals.contains(delivery), "{what}: no journal");
    }
    let sent = [
        world.discord.messages().len(),
        world.foundry.releases().len(),
    ];
    for ((sent, expected), unconfirmed) in sent.iter().zip(operated.announced).zip(unconfirmed) {
        assert!(*sent <= expected, "{what}: {sent} sent");
        assert!(sent + unconfirmed >= expected, "{what}: {sent} sent");
        assert!(unconfirmed == 0 || in_doubt, "{what}");
    }
    let written = world.host.log_lines().join("\n") + &journals;
    for secret in SECRETS {
        assert!(
            !written.contains(secret),
            "{what}: a secret was written down"
        );
    }
}

#[test]
fn ten_deliveries_at_once_converge() {
    for seed in 0..6 {
        for same in [false, true] {
            let world = World::new();
            world.host.interleave(seed);
            let reader = world.host.peer();
            world.host.on_write(move |_| assert_whole(&reader, "maps"));
            let versions: Vec<String> = (0..10)
                .map(|n| {
                    if same {
                        "1.0.0".into()
                    } else {
                        format!("1.{n}.0")
                    }
                })
                .collect();
            if same {
                release(&world, "1.0.0");
            } else {
                versions.iter().for_each(|version| release(&world, version));
            }
            for (index, version) in versions.iter().enumerate() {
                let delivery = format!("d-{index}");
                world
                    .deliver_to(&world.host, &delivery, &format!("v{version}"))
                    .unwrap();
            }
            world.host.run(world.host.run_deferred()).unwrap();
            for index in 0..10 {
                resume_until_finished(&world.host, &format!("d-{index}"));
            }
            converged(&world, &versions, &format!("seed {seed}, same {same}"));
        }
    }
}

/// Every delivery is done, the newest is served, and every version is listed, whole and announced
/// once, whichever was faster.
fn converged(world: &World, versions: &[String], what: &str) {
    let newest = versions.last().unwrap();
    let served = served(&world.host, "maps", "stable");
    assert_eq!(served.as_ref(), Some(newest), "{what}");
    assert_whole(&world.host, "maps");
    let channels = channels(&world.host, "maps").unwrap();
    let mut expected = versions.to_vec();
    expected.dedup();
    assert_eq!(channels.releases.len(), expected.len(), "{what}");
    let messages = world.discord.messages();
    for release in &channels.releases {
        let title = format!(" {}", release.version);
        let about = |message: &&Value| {
            let shown = message["embeds"][0]["title"].as_str();
            shown.is_some_and(|shown| shown.ends_with(&title))
        };
        assert_eq!(messages.iter().filter(about).count(), 1, "{what}: {title}");
    }
    assert_eq!(messages.len(), channels.releases.len(), "{what}");
    for index in 0..versions.len() {
        let journal = journal(&world.host, &format!("d-{index}")).unwrap();
        assert_eq!(journal.state, State::Done, "{what}: {:?}", journal.error);
    }
}
