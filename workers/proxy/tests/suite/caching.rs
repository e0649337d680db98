//! What is kept, for how long, and what happens when a source fails.

use std::time::Duration;

use edge::{Clock, serve};
use futures_util::future::{join, join_all};
use proxy::Proxy;
use testkit::{
    fake::{Mode, Reply, Rule},
    memory::{MemoryHost, request},
};

use crate::world::{SITE, World, large_picture, picture};

const DAY: u64 = 24 * 60 * 60;

fn later(host: &MemoryHost, seconds: u64) {
    host.advance(Duration::from_secs(seconds));
}

fn target() -> String {
    format!("/proxy/{SITE}/a.png")
}

/// How much is in the store below `prefix`.
fn kept(host: &MemoryHost, prefix: &str) -> u64 {
    let keys = host
        .keys()
        .into_iter()
        .filter(|key| key.starts_with(prefix));
    keys.filter_map(|key| host.meta(&key))
        .map(|meta| meta.size)
        .sum()
}

#[test]
fn whoever_has_it_gets_304_and_nobody_is_asked() {
    let (world, _) = World::with_image();
    let first = world.get(&target());
    let etag = first.header("etag").expect("an entity tag").to_owned();
    let points = world.host.points().len();
    let again = world.get_with(&target(), "if-none-match", &etag);
    assert_eq!((again.status, again.body.as_ref()), (304, Ok(&Vec::new())));
    assert_eq!(again.header("etag"), Some(&*etag));
    assert_eq!(again.header("access-control-allow-origin"), Some("*"));
    // One look at the record, and none at the image.
    let reads: Vec<_> = world.host.points()[points..]
        .iter()
        .map(|point| point.name.clone())
        .collect();
    assert!(
        reads.iter().all(|name| name.starts_with("proxied/")),
        "{reads:?}"
    );
    assert_eq!(
        world
            .get_with(&target(), "if-none-match", "\"other\"")
            .status,
        200
    );
    assert_eq!(world.asked("/a.png"), 1);
}

#[test]
fn an_image_is_fresh_as_long_as_its_source_says() {
    let (world, png) = World::with_image();
    let said = Reply::new(200)
        .with("cache-control", "max-age=600")
        .body(png);
    world.site.reply("/a.png", said);
    let first = world.get(&target());
    let control = first.header("cache-control").unwrap_or_default();
    assert!(control.starts_with("public, max-age=600, "), "{control}");
    later(&world.host, 599);
    let second = world.get(&target());
    assert_eq!(second.cache(), "vtta-edge; hit");
    let control = second.header("cache-control").unwrap_or_default();
    assert!(control.starts_with("public, max-age=1, "), "{control}");
    assert_eq!(world.asked("/a.png"), 1);
    let asked = world.get("/proxy?url=images.example%2Fa.png&maxage=30");
    let control = asked.header("cache-control").unwrap_or_default();
    assert!(control.starts_with("public, max-age=30, "), "{control}");
}

#[test]
fn no_store_is_obeyed() {
    let (world, png) = World::with_image();
    let said = Reply::new(200).with("cache-control", "no-store").body(png);
    world.site.reply("/a.png", said);
    for _ in 0..2 {
        let answer = world.get(&target());
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    assert_eq!(world.asked("/a.png"), 2);
    assert_eq!(world.host.keys(), Vec::<String>::new());
}

#[test]
fn what_is_not_to_be_kept_any_more_is_forgotten() {
    for control in ["no-store", "private, max-age=600"] {
        for target in [target(), format!("/proxy/o/w=4/{SITE}/a.png")] {
            let (world, png) = World::with_image();
            world.get(&target);
            later(&world.host, 3 * DAY);
            let said = Reply::new(200).with("cache-control", control).body(png);
            world.site.reply("/a.png", said);
            for asked in [2, 3] {
                let answer = world.get(&target);
                assert_eq!(answer.header("cache-control"), Some("no-store"));
                assert_eq!(world.asked("/a.png"), asked, "{target}: {control}");
            }
            assert_eq!(kept(&world.host, "proxied/"), 0, "{target}: {control}");
            let down = Rule::on("GET", "/a.png", Mode::Dropped);
            world.site.script(down);
            assert_eq!(world.get(&target).status, 502, "{target}: {control}");
        }
    }
}

#[test]
fn an_image_that_has_not_changed_is_not_kept_either_where_it_must_not_be() {
    for target in [target(), format!("/proxy/o/w=4/{SITE}/a.png")] {
        let (world, _) = World::with_image();
        world.get(&target);
        later(&world.host, 3 * DAY);
        let said = Reply::new(304).with("cache-control", "private");
        let once = Rule::on("GET", "/a.png", Mode::Answer(said)).times(1);
        world.site.script(once);
        assert_eq!(world.get(&target).status, 200, "{target}");
        let conditions = world.site.asked_for("/a.png").into_iter();
        let conditions: Vec<_> = conditions
            .map(|asked| asked.header("if-none-match").is_some())
            .collect();
        assert_eq!(conditions, [false, true, false], "{target}");
    }
}

#[test]
fn a_stale_image_is_served_at_once_and_asked_for_afterwards() {
    let (world, png) = World::with_image();
    world.get(&target());
    later(&world.host, DAY + 1);
    let stale = world.get(&target());
    assert!(
        stale.cache().contains("stale-while-revalidate"),
        "{}",
        stale.cache()
    );
    assert_eq!(stale.body, Ok(png.clone()));
    let asked = world.site.asked_for("/a.png");
    assert_eq!(asked.len(), 2);
    let tag = asked[1].header("if-none-match");
    assert!(tag.is_some(), "the source is not asked conditionally");
    assert_eq!(world.get(&target()).cache(), "vtta-edge; hit");

    // Another image there now: first the old one, then the new one.
    let other = picture(9);
    world.site.put("/a.png", "image/png", other.clone());
    later(&world.host, DAY + 1);
    assert_eq!(world.get(&target()).body, Ok(png));
    assert_eq!(world.get(&target()).body, Ok(other));
}

#[test]
fn an_old_image_is_confirmed_before_it_is_served() {
    let (world, _) = World::with_image();
    world.get(&target());
    later(&world.host, 3 * DAY);
    let confirmed = world.get(&target());
    assert!(
        confirmed.cache().contains("fwd-status=304"),
        "{}",
        confirmed.cache()
    );
    assert_eq!(world.asked("/a.png"), 2);
    assert_eq!(world.get(&target()).cache(), "vtta-edge; hit");
}

#[test]
fn a_source_that_is_down_is_served_from_the_last_good_copy_and_says_so() {
    for mode in [
        Mode::Answer(Reply::new(500)),
        Mode::Answer(Reply::new(403)),
        Mode::Dropped,
        Mode::Hangs,
        Mode::Broken(10),
    ] {
        let (world, png) = World::with_image();
        world.get(&target());
        later(&world.host, 3 * DAY);
        let what = format!("{mode:?}");
        world.site.put("/a.png", "image/png", picture(9));
        world.site.script(Rule::on("GET", "/a.png", mode));
        let answer = world.get(&target());
        assert_eq!(answer.status, 200, "{what}: {}", answer.text());
        assert_eq!(answer.body, Ok(png.clone()), "{what}");
        assert!(answer.cache().contains("stale-if-error"), "{what}");
        assert_eq!(
            answer.header("warning"),
            Some("111 vtta-edge \"Revalidation Failed\"")
        );
        let control = answer.header("cache-control").unwrap_or_default();
        assert!(control.starts_with("public, max-age=20, "), "{control}");
        // It is left alone for a moment.
        let asked = world.asked("/a.png");
        assert!(
            world.get(&target()).cache().contains("stale-if-error"),
            "{what}"
        );
        assert_eq!(world.asked("/a.png"), asked, "{what}");
        world.site.behave();
        later(&world.host, 21);
        assert!(
            !world.get(&target()).cache().contains("stale-if-error"),
            "{what}"
        );
    }
}

#[test]
fn what_is_gone_is_gone() {
    let (world, _) = World::with_image();
    world.get(&target());
    later(&world.host, 3 * DAY);
    world.site.reply("/a.png", Reply::new(410));
    assert_eq!(world.get(&target()).status, 410);
}

#[test]
fn that_there_is_nothing_is_remembered_for_a_while() {
    let world = World::new();
    for (name, reply, status, seconds) in [
        ("/404.png", Reply::new(404), 404, 120),
        ("/410.png", Reply::new(410), 410, 120),
        (
            "/html.png",
            Reply::new(200).body("<!DOCTYPE html><p>Sign in"),
            415,
            120,
        ),
        ("/500.png", Reply::new(500), 502, 20),
        ("/403.png", Reply::new(403), 502, 20),
    ] {
        world.site.reply(name, reply);
        let target = format!("/proxy/{SITE}{name}");
        for _ in 0..2 {
            let answer = world.get(&target);
            assert_eq!(answer.status, status, "{name}: {}", answer.text());
            assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        }
        assert_eq!(world.asked(name), 1, "{name}");
        later(&world.host, seconds - 1);
        world.get(&target);
        assert_eq!(world.asked(name), 1, "{name}");
        later(&world.host, 2);
        world.get(&target);
        assert_eq!(world.asked(name), 2, "{name}");
    }
}

#[test]
fn many_who_ask_at_once_cost_one_fetch() {
    for png in [picture(1), large_picture(1)] {
        let world = World::new();
        world.site.put("/a.png", "image/png", png.clone());
        world.site.script(Rule::on(
            "GET",
            "/a.png",
            Mode::Slow(Duration::from_secs(2)),
        ));
        let answers = (0..20).map(|_| world.answer(request("GET", &target()).build()));
        for answer in world.host.block_on(join_all(answers)) {
            assert_eq!(answer.status, 200);
            assert!(answer.body.as_ref() == Ok(&png), "other bytes");
        }
        assert_eq!(world.asked("/a.png"), 1);
    }
}

#[test]
fn nobody_waits_long_for_somebody_who_reads_slowly() {
    let world = World::new();
    world.host.give_nearby();
    world.site.put("/a.png", "image/png", large_picture(1));
    let ask = || request("GET", &target()).build();
    let (answer, waited) = world.host.block_on(async {
        // Nothing of its body is read.
        let held = serve::<Proxy, _>(&world.host, ask()).await;
        let started = world.host.now();
        let second = async {
            let answer = world.answer(ask()).await;
            drop(held);
            (answer, world.host.now())
        };
        let ((answer, ended), ()) = join(second, world.host.run_deferred()).await;
        (answer, ended.milliseconds() - started.milliseconds())
    });
    assert_eq!((answer.status, answer.body), (200, Ok(large_picture(1))));
    assert!(waited < 10_000, "{waited} ms");
    assert_eq!(world.asked("/a.png"), 2);
}

#[test]
fn a_store_that_fails_costs_a_fetch_and_no_answer() {
    let (world, png) = World::with_image();
    world.host.inject(|point| {
        point
            .name
            .contains('/')
            .then_some(testkit::memory::Fault::Before)
            .filter(|_| !point.name.starts_with("GET "))
    });
    for _ in 0..2 {
        let answer = world.get(&target());
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.body, Ok(png.clone()));
    }
    assert_eq!(world.asked("/a.png"), 2);
}

#[test]
fn bytes_that_the_store_has_lost_are_fetched_again() {
    let (world, png) = World::with_image();
    world.get(&target());
    let images = world.host.keys();
    let image = images
        .iter()
        .find(|key| key.starts_with("images/"))
        .expect("an image");
    world
        .host
        .block_on(edge::Objects::object_delete(&world.host, image))
        .expect("deleted");
    for expected in ["vtta-edge; fwd=miss", "vtta-edge; hit"] {
        let answer = world.get(&target());
        assert_eq!((answer.status, answer.body.as_ref()), (200, Ok(&png)));
        assert_eq!(answer.cache(), expected);
    }
    // Stale, and lost: not asked for conditionally for ever.
    world
        .host
        .block_on(edge::Objects::object_delete(&world.host, image))
        .expect("deleted");
    later(&world.host, 3 * DAY);
    assert_eq!(world.get(&target()).body, Ok(png));
}

#[test]
fn images_never_take_more_than_their_budget() {
    let world = World::new();
    let budget = 12_000_000;
    world.host.set("PROXY_CACHE_BYTES", budget.to_string());
    for number in 0..16_u8 {
        let path = format!("/{number}.png");
        world.site.put(&path, "image/png", large_picture(number));
        assert_eq!(world.get(&format!("/proxy/{SITE}{path}")).status, 200);
        let taken = kept(&world.host, "images/");
        assert!(taken <= budget, "{taken} bytes after {number}");
        later(&world.host, 2 * 3600);
    }
    // The newest are there, the oldest are not.
    assert_eq!(
        world.get(&format!("/proxy/{SITE}/15.png")).cache(),
        "vtta-edge; hit"
    );
    assert_eq!(
        world.get(&format!("/proxy/{SITE}/0.png")).cache(),
        "vtta-edge; fwd=miss"
    );
    assert!(
        kept(&world.host, "images/") >= budget / 3,
        "an empty cache is none"
    );
}

#[test]
fn what_was_evicted_counts_until_a_disk_has_let_go_of_it() {
    let world = World::new();
    let budget = 12_000_000;
    world.host.set("PROXY_CACHE_BYTES", budget.to_string());
    let mut written = 0;
    // All within an hour: however much comes, no more is written than the disk can take.
    for number in 0..16_u8 {
        let path = format!("/{number}.png");
        world.site.put(&path, "image/png", large_picture(number));
        let before = world.host.keys();
        world.get(&format!("/proxy/{SITE}{path}"));
        let new = world
            .host
            .keys()
            .into_iter()
            .filter(|key| !before.contains(key));
        written += new.filter(|key| key.starts_with("images/")).count();
        later(&world.host, 60);
    }
    let bytes = written as u64 * large_picture(0).len() as u64;
    assert!(bytes <= budget + budget / 2, "{bytes} bytes were written");
    assert!(bytes > budget, "it stopped at {bytes} bytes");
}

#[test]
fn what_was_not_stored_does_not_count() {
    let budget = 1 << 30;
    for (mode, stores) in [(Mode::Chunked, true), (Mode::Broken(1 << 20), false)] {
        let world = World::new();
        world.host.set("PROXY_CACHE_BYTES", budget.to_string());
        for number in 0..4_u8 {
            let path = format!("/{number}.png");
            world.site.put(&path, "image/png", large_picture(number));
            world
                .site
                .script(Rule::on("GET", path.clone(), mode.clone()));
            world.get(&format!("/proxy/{SITE}{path}"));
        }
        let taken = kept(&world.host, "images/");
        assert_eq!(taken > 0, stores, "{mode:?}");
        let ledger = edge::objects::read(&world.host, "image-ledger.json", 1 << 16);
        let ledger = world.host.block_on(ledger).expect("the count");
        let ledger: serde_json::Value =
            serde_json::from_slice(&ledger.expect("a count").bytes).expect("JSON");
        let counted = ledger["bytes"].as_u64().expect("a number");
        // No less than there is, and little more.
        assert!(counted >= taken, "{mode:?}: {counted} of {taken}");
        assert!(
            counted <= taken + budget / 128,
            "{mode:?}: {counted} of {taken}"
        );
    }
}

#[test]
fn no_cache_is_possible_too() {
    let (world, _) = World::with_image();
    world.host.set("PROXY_CACHE_BYTES", "0");
    for _ in 0..2 {
        assert_eq!(world.get(&target()).status, 200);
    }
    assert_eq!(world.asked("/a.png"), 2);
    assert_eq!(kept(&world.host, "images/"), 0);
}

#[test]
fn a_platforms_own_cache_answers_until_the_image_is_not_fresh_any_more() {
    let (world, png) = World::with_image();
    world.host.give_nearby();
    for expected in [
        "vtta-edge; fwd=miss",
        "vtta-edge; hit",
        "vtta-edge; hit; detail=nearby",
    ] {
        let answer = world.get(&target());
        assert_eq!((answer.cache(), &answer.body), (expected, &Ok(png.clone())));
    }
    let points = world.host.points().len();
    let near = world.get(&target());
    let etag = near.header("etag").unwrap_or_default().to_owned();
    assert_eq!(
        world.get_with(&target(), "if-none-match", &etag).status,
        304
    );
    assert_eq!(world.host.points().len(), points, "the store was asked");
    // Another address of it is another matter, and nobody without a token gets a near copy.
    world.host.set("PROXY_ACCESS_TOKENS", "some-token");
    assert_eq!(world.get(&target()).status, 401);
    world.host.unset("PROXY_ACCESS_TOKENS");
    later(&world.host, DAY + 1);
    assert!(
        world
            .get(&target())
            .cache()
            .contains("stale-while-revalidate")
    );
}

#[test]
fn a_burst_of_small_images_is_counted_at_once() {
    let world = World::new();
    for number in 0..20_u8 {
        let path = format!("/{number}.png");
        world.site.put(&path, "image/png", picture(number));
        world.get(&format!("/proxy/{SITE}{path}"));
    }
    let counted = world.host.points().into_iter();
    let counted = counted.filter(|point| point.name == "image-ledger.json");
    // Read and written once.
    assert!(counted.count() <= 3);
    let images = world.host.keys().into_iter();
    assert_eq!(images.filter(|key| key.starts_with("images/")).count(), 20);
}
