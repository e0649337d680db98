//! Sources that are too large, too slow, or no images.

use std::time::Duration;

use edge::serve;
use proxy::Proxy;
use testkit::{
    fake::{Mode, Reply, Rule},
    image,
    memory::request,
};

use crate::world::{SITE, World, large_picture, picture};

/// What a source does, the status, and what the answer says.
fn cases() -> Vec<(&'static str, Mode, u16, &'static str)> {
    let slow = Duration::from_secs(11);
    let body = |body: &'static str| Mode::Answer(Reply::new(200).body(body));
    let image = || Reply::new(200).body(picture(1));
    let coded = |coding: &str| {
        let reply = Reply::new(200).with("content-encoding", coding);
        Mode::Answer(reply.body("\u{1f}not"))
    };
    vec![
        ("slow head", Mode::Slow(slow), 504, "10000 ms"),
        ("no answer", Mode::Hangs, 504, "10000 ms"),
        ("closed", Mode::Dropped, 502, "gave no answer"),
        ("not there", Mode::Answer(Reply::new(404)), 404, "404"),
        ("forbidden", Mode::Answer(Reply::new(403)), 502, "403"),
        (
            "partial",
            Mode::Answer(Reply::new(206).body(picture(1))),
            502,
            "206",
        ),
        ("html", Mode::Html, 415, "an HTML page"),
        (
            "html as an image",
            body("<html><body>"),
            415,
            "an HTML page",
        ),
        ("nothing", body(""), 415, "nothing"),
        ("json", body("{\"error\":1}"), 415, "a JSON document"),
        (
            "video",
            body("\0\0\0\u{18}ftypisom\0\0\0\0isommp42"),
            415,
            "video",
        ),
        (
            "svg",
            body("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
            415,
            "SVG",
        ),
        ("gzip", coded("gzip"), 502, "compressed (gzip)"),
        ("brotli", coded("br"), 502, "compressed (br)"),
        (
            "announced too long",
            Mode::Announces(200 << 20),
            413,
            "134217728",
        ),
        ("cut", Mode::Cut(20), 502, "announced"),
        (
            "too short for its length",
            Mode::Announces(10_000),
            502,
            "announced 10000 bytes",
        ),
        (
            "redirects to itself",
            Mode::RedirectLoop,
            422,
            "more than 5 times",
        ),
        (
            "wrong type",
            Mode::Answer(image().with("content-type", "text/html")),
            200,
            "",
        ),
        ("no type", Mode::Answer(image()), 200, ""),
    ]
}

#[test]
fn hostile_sources_are_refused_with_words() {
    for (what, mode, status, words) in cases() {
        let (world, _) = World::with_image();
        world.site.script(Rule::on("GET", "/a.png", mode));
        let answer = world.get(&format!("/proxy/{SITE}/a.png?secret=1"));
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
        assert_eq!(
            answer.header("access-control-allow-origin"),
            Some("*"),
            "{what}"
        );
        match status {
            200 => assert_eq!(answer.header("content-type"), Some("image/png"), "{what}"),
            _ => {
                assert!(answer.text().contains(words), "{what}: {}", answer.text());
                assert!(
                    !answer.text().contains("secret"),
                    "{what}: {}",
                    answer.text()
                );
                let kind = answer.header("content-type");
                assert_eq!(kind, Some("application/problem+json"), "{what}");
            }
        }
    }
}

#[test]
fn a_body_that_never_ends_is_cut_off_and_not_kept() {
    let world = World::new();
    world.site.put("/map.png", "image/png", large_picture(1));
    world
        .site
        .script(Rule::on("GET", "/map.png", Mode::Endless));
    let answer = world.get(&format!("/proxy/{SITE}/map.png"));
    let cause = answer.body.expect_err("it ended");
    assert!(cause.contains("134217728"), "{cause}");
    let images = world
        .host
        .keys()
        .into_iter()
        .filter(|key| key.starts_with("images/"));
    assert_eq!(images.count(), 0);
}

#[test]
fn a_body_that_trickles_is_cut_off() {
    let world = World::new();
    world.site.put("/map.png", "image/png", large_picture(1));
    let mode = Mode::Trickles(10_000, Duration::from_secs(1));
    world.site.script(Rule::on("GET", "/map.png", mode));
    let answer = world.get(&format!("/proxy/{SITE}/map.png"));
    assert!(answer.body.expect_err("it ended").contains("60000 ms"));

    let world = World::new();
    world.site.put("/a.png", "image/png", picture(1));
    let mode = Mode::Trickles(1, Duration::from_secs(1));
    world.site.script(Rule::on("GET", "/a.png", mode));
    let answer = world.get(&format!("/proxy/{SITE}/a.png"));
    assert_eq!(answer.status, 504, "{}", answer.text());
    assert!(answer.text().contains("60000 ms"), "{}", answer.text());
}

#[test]
fn options_that_cannot_be_followed_are_named() {
    let (world, _) = World::with_image();
    for (options, words) in [
        ("width=4", "no option `width`"),
        ("w=0", "`w` must be"),
        ("fit=cover&w=4", "`fit` needs"),
        ("format=json&w=4", "`format` and `w`"),
        ("preset=none-such", "presets are"),
    ] {
        let answer = world.get(&format!("/proxy?url=images.example%2Fa.png&{options}"));
        assert_eq!(answer.status, 400, "{options}: {}", answer.text());
        assert!(
            answer.text().contains(words),
            "{options}: {}",
            answer.text()
        );
    }
    assert_eq!(world.asked("/a.png"), 0);
}

#[test]
fn addresses_without_an_image_take_next_to_nothing() {
    for is_near in [true, false] {
        let world = World::new();
        if is_near {
            world.host.give_nearby();
        }
        let ask = |number: u32| {
            let path = format!("/{number}.png");
            assert_eq!(world.get(&format!("/proxy/{SITE}{path}")).status, 404);
            world.asked(&path)
        };
        for number in 0..600 {
            ask(number);
        }
        let kept = world.host.keys().len();
        assert!(kept <= if is_near { 0 } else { 256 }, "{kept} objects");
        // The last one is still remembered, until it is looked for again.
        world.host.advance(Duration::from_secs(121));
        assert_eq!((ask(9000), ask(9000)), (1, 1));
        world.host.advance(Duration::from_secs(121));
        assert_eq!(ask(9000), 2);
    }
}

#[test]
fn a_source_that_trickles_takes_no_memory_for_long() {
    let world = World::new();
    let png = large_picture(1);
    world.site.put("/a.png", "image/png", png.clone());
    // All of it within 30 seconds.
    let trickles = Mode::Trickles(png.len() / 30 + 1, Duration::from_secs(1));
    world.site.script(Rule::on("GET", "/a.png", trickles));
    assert_eq!(world.get(&format!("/proxy/{SITE}/a.png")).status, 200);
    let other = World::new();
    other.site.put("/a.png", "image/png", png.clone());
    let trickles = Mode::Trickles(png.len() / 30 + 1, Duration::from_secs(1));
    other.site.script(Rule::on("GET", "/a.png", trickles));
    let answer = other.get(&format!("/proxy/o/w=4/{SITE}/a.png"));
    assert_eq!(answer.status, 504, "{}", answer.text());
    assert!(answer.text().contains("15 s"), "{}", answer.text());
}

#[test]
fn what_is_on_its_way_into_the_store_still_takes_memory() {
    let world = World::new();
    let large = image::png(2500, 2500, |x, y| [1, x as u8, y as u8, 255]);
    assert!(large.len() > 20 << 20, "{} bytes", large.len());
    for path in ["/a.png", "/b.png"] {
        world.site.put(path, "image/png", large.clone());
    }
    let described = |path: &str| {
        let target = format!("/proxy/o/format=json/{SITE}{path}");
        let response = serve::<Proxy, _>(&world.host, request("GET", &target).build());
        world.host.block_on(response).status.as_u16()
    };
    assert_eq!(described("/a.png"), 200);
    assert_eq!(described("/b.png"), 503);
    world.host.block_on(world.host.run_deferred());
    assert_eq!(described("/b.png"), 200);
}
