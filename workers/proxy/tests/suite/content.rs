//! Images by their content: hashed while they pass, checked to their end, kept once.

use std::time::Duration;

use registry::Digest;
use testkit::{
    fake::{Mode, Reply, Rule},
    image, sign,
};

use crate::{
    pixels::fixture,
    world::{SITE, World, large_picture, picture},
};

const DAY: u64 = 24 * 60 * 60;

/// The header that tells of these bytes.
fn repr_digest(bytes: &[u8]) -> String {
    let hex = sign::sha256_hex(bytes);
    Digest::parse(&hex).expect("a digest").repr_digest()
}

fn images(world: &World) -> Vec<String> {
    let mut keys = world.host.keys();
    keys.retain(|key| key.starts_with("images/"));
    keys
}

#[test]
fn what_streams_is_hashed_beside_that() {
    for (mode, bytes) in [
        (None, large_picture(1)),
        (Some(Mode::Chunked), large_picture(2)),
        (Some(Mode::Trickles(1000, Duration::ZERO)), large_picture(3)),
    ] {
        let world = World::new();
        world.site.put("/map.png", "image/png", bytes.clone());
        if let Some(mode) = mode {
            world.site.script(Rule::on("GET", "/map.png", mode));
        }
        let target = format!("/proxy/{SITE}/map.png");
        let first = world.get(&target);
        assert!(first.body.as_ref() == Ok(&bytes));
        // Nobody knew it when the head was sent.
        assert_eq!(first.header("repr-digest"), None);
        let hit = world.get(&target);
        assert_eq!(hit.cache(), "vtta-edge; hit");
        assert_eq!(hit.header("repr-digest"), Some(&*repr_digest(&bytes)));
        assert_eq!(hit.header("etag"), first.header("etag"));
        let length = hit.header("content-length").map(str::to_owned);
        assert_eq!(length, Some(bytes.len().to_string()));
    }
}

#[test]
fn a_small_one_of_unknown_length_is_known_before_it_is_sent() {
    let world = World::new();
    let png = picture(1);
    world.site.put("/a.png", "image/png", png.clone());
    let chunked = Rule::on("GET", "/a.png", Mode::Chunked);
    world.site.script(chunked);
    let answer = world.get(&format!("/proxy/{SITE}/a.png"));
    assert_eq!(answer.header("repr-digest"), Some(&*repr_digest(&png)));
    let length = answer.header("content-length").map(str::to_owned);
    assert_eq!(length, Some(png.len().to_string()));
    let made = world.get(&format!("/proxy/o/w=8/{SITE}/a.png"));
    let bytes = made.body.as_ref().expect("whole");
    assert_eq!(made.header("repr-digest"), Some(&*repr_digest(bytes)));
}

#[test]
fn the_same_bytes_are_kept_once() {
    for bytes in [picture(1), large_picture(1)] {
        let world = World::new();
        let mut tags = Vec::new();
        for path in ["/a.png", "/b.png", "/c.png"] {
            // No word of which bytes they are.
            world.site.reply(path, Reply::new(200).body(bytes.clone()));
            let target = format!("/proxy/{SITE}{path}");
            assert!(world.get(&target).body.as_ref() == Ok(&bytes));
            let hit = world.get(&target);
            assert_eq!(hit.cache(), "vtta-edge; hit", "{path}");
            assert!(hit.body.as_ref() == Ok(&bytes));
            tags.push(hit.header("etag").map(str::to_owned));
        }
        assert_eq!(images(&world).len(), 1);
        assert!(tags.iter().all(|tag| *tag == tags[0]), "{tags:?}");
        // Nor once more when they are fetched again.
        world.host.advance(Duration::from_secs(3 * DAY));
        let target = format!("/proxy/{SITE}/a.png");
        assert!(world.get(&target).body.as_ref() == Ok(&bytes));
        assert_eq!(world.get(&target).cache(), "vtta-edge; hit");
        assert_eq!(images(&world).len(), 1);
    }
}

#[test]
fn other_bytes_under_an_old_name_are_not_taken_for_the_old_ones() {
    let world = World::new();
    let (old, new) = (large_picture(1), large_picture(2));
    let put = |path: &str, bytes: &[u8]| {
        // A site whose word for its bytes never changes, and which never says "not modified".
        let reply = Reply::new(200).with("last-modified", "Sun, 06 Nov 1994 08:49:37 GMT");
        world.site.reply(path, reply.body(bytes.to_vec()));
    };
    let get = |path: &str| {
        let answer = world.get(&format!("/proxy/{SITE}{path}"));
        assert_eq!(answer.status, 200);
        answer.body.expect("whole")
    };
    put("/a.png", &old);
    assert!(get("/a.png") == old);
    let small = world.get(&format!("/proxy/o/w=8/{SITE}/a.png"));
    world.host.advance(Duration::from_secs(3 * DAY));
    put("/a.png", &new);
    assert!(get("/a.png") == new);
    // What is made of it is made anew.
    let other = world.get(&format!("/proxy/o/w=8/{SITE}/a.png"));
    assert_ne!(small.body, other.body);
    // And the old bytes somewhere else are still the old bytes.
    put("/b.png", &old);
    assert!(get("/b.png") == old && get("/b.png") == old);
}

/// A site whose word for its bytes never changes, and which never says "not modified".
fn put_unchanging(world: &World, path: &str, bytes: &[u8]) {
    let reply = Reply::new(200)
        .with("last-modified", "Sun, 06 Nov 1994 08:49:37 GMT")
        .with("cache-control", "max-age=60");
    world.site.reply(path, reply.body(bytes.to_vec()));
}

/// An image that streams, and that the store may be behind with as a whole: work that is deferred by
/// deferred work has its turn after that here.
fn streamed_picture(seed: u8) -> Vec<u8> {
    image::png(400, 400, |x, y| [seed, x as u8, y as u8, 255])
}

#[test]
fn nobody_changes_the_bytes_of_another_address() {
    let world = World::new();
    let (theirs, other) = (streamed_picture(1), streamed_picture(2));
    // Nothing but their bytes tells them apart.
    assert_eq!(theirs.len(), other.len());
    let get = |path: &str| world.get(&format!("/proxy/{SITE}{path}"));
    put_unchanging(&world, "/a.png", &theirs);
    put_unchanging(&world, "/b.png", &theirs);
    assert!(get("/a.png").body.as_ref() == Ok(&theirs));
    assert!(get("/b.png").body.as_ref() == Ok(&theirs));
    assert_eq!(images(&world).len(), 1);
    put_unchanging(&world, "/a.png", &other);
    // Stale the first time, and fetched beside that.
    world.host.advance(Duration::from_secs(61));
    get("/a.png");
    assert!(get("/a.png").body.as_ref() == Ok(&other));
    for cache in ["vtta-edge; hit; ttl=0", "vtta-edge; hit"] {
        let answer = get("/b.png");
        assert!(answer.cache().starts_with(cache), "{}", answer.cache());
        assert!(answer.body.as_ref() == Ok(&theirs), "{cache}");
        assert_eq!(answer.header("repr-digest"), Some(&*repr_digest(&theirs)));
    }
    let small = |path: &str| world.get(&format!("/proxy/o/w=8/{SITE}{path}"));
    assert_ne!(small("/a.png").body, small("/b.png").body);
}

#[test]
fn nobody_takes_away_the_bytes_of_another_address() {
    let world = World::new();
    let png = streamed_picture(1);
    let get = |options: &str, path: &str| {
        let answer = world.get(&format!("/proxy/{options}{SITE}{path}"));
        assert!(answer.body.as_ref() == Ok(&png), "{options}{path}");
        answer.cache().to_owned()
    };
    put_unchanging(&world, "/a.png", &png);
    world.site.put("/b.png", "image/png", png.clone());
    get("", "/a.png");
    get("", "/b.png");
    // As it is, but under the name of its bytes: what streams finds that first.
    get("o/format=png/", "/a.png");
    assert_eq!(images(&world).len(), 2);
    world.host.advance(Duration::from_secs(61));
    get("", "/a.png");
    assert_eq!(get("", "/b.png"), "vtta-edge; hit");
    assert_eq!(world.asked("/b.png"), 1);
}

#[test]
fn every_format_that_is_cut_short_is_refused_and_not_kept() {
    for name in [
        "baseline.jpg",
        "progressive.jpg",
        "photo.png",
        "moving.png",
        "lossy.webp",
        "moving.webp",
        "moving.gif",
        "photo.bmp",
        "still.avif",
    ] {
        let whole = fixture(name);
        for bytes in [&whole[..whole.len() / 2], &whole[..whole.len() - 1]] {
            let world = World::new();
            world.site.put("/a", "", bytes.to_vec());
            let answer = world.get(&format!("/proxy/{SITE}/a"));
            assert_eq!(answer.status, 422, "{name}: {}", answer.text());
            assert!(answer.text().contains("cut short"), "{}", answer.text());
            assert_eq!(images(&world), Vec::<String>::new(), "{name}");
        }
        let world = World::new();
        world.site.put("/a", "", whole.clone());
        let answer = world.get(&format!("/proxy/{SITE}/a"));
        assert_eq!(answer.body, Ok(whole), "{name}");
    }
}

#[test]
fn a_large_gif_without_its_last_byte_is_kept() {
    let world = World::new();
    let mut gif = image::gif(40_000);
    // It streams.
    assert!(gif.len() > 512 << 10);
    assert_eq!(gif.pop(), Some(0x3b));
    world.site.put("/a.gif", "image/gif", gif.clone());
    let target = format!("/proxy/{SITE}/a.gif");
    for expected in ["vtta-edge; fwd=miss", "vtta-edge; hit"] {
        let answer = world.get(&target);
        assert_eq!(answer.cache(), expected);
        assert!(answer.body.as_ref() == Ok(&gif));
    }
    // Within a picture it is cut short.
    gif.pop();
    world.site.put("/b.gif", "image/gif", gif);
    let cut = world.get(&format!("/proxy/{SITE}/b.gif"));
    assert!(cut.body.is_err());
    assert_eq!(images(&world).len(), 1);
}

#[test]
fn what_a_site_packs_all_the_same_is_unpacked() {
    for png in [picture(1), large_picture(1)] {
        let world = World::new();
        let packed = image::gzip(&png);
        let reply = |bytes: Vec<u8>| {
            let reply = Reply::new(200).with("content-encoding", "gzip");
            world.site.reply("/a.png", reply.body(bytes));
        };
        reply(packed.clone());
        let target = format!("/proxy/{SITE}/a.png");
        for _ in 0..2 {
            let answer = world.get(&target);
            assert_eq!(answer.status, 200, "{}", answer.text());
            assert!(answer.body.as_ref() == Ok(&png));
            assert_eq!(answer.header("content-encoding"), None);
        }
        let asked = world.site.asked_for("/a.png");
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].header("accept-encoding"), Some("identity"));
        // Half of it is no image.
        world.host.advance(Duration::from_secs(30 * DAY));
        reply(packed[..packed.len() / 2].to_vec());
        let half = world.get(&target);
        assert!(half.status >= 400 || half.body.is_err(), "{}", half.status);
    }
}

#[test]
fn avif_passes_and_is_described_and_nothing_else() {
    let world = World::new();
    let avif = fixture("still.avif");
    world.site.put("/a.avif", "image/avif", avif.clone());
    world.site.put("/b.png", "image/png", picture(1));
    for options in ["", "o/format=avif/", "o/format=original/", "o/format=auto/"] {
        let answer = world.get(&format!("/proxy/{options}{SITE}/a.avif"));
        assert_eq!(answer.status, 200, "{options}: {}", answer.text());
        assert_eq!(answer.header("content-type"), Some("image/avif"));
        assert_eq!(answer.body.as_ref(), Ok(&avif), "{options}");
    }
    let described = world.get(&format!("/proxy/o/format=json/{SITE}/a.avif"));
    let text = described.text();
    assert!(text.contains("\"width\":96,\"height\":72"), "{text}");
    for (options, path, words) in [
        ("w=8", "a.avif", "AVIF can only be passed on as it is"),
        (
            "format=webp",
            "a.avif",
            "AVIF can only be passed on as it is",
        ),
        ("format=avif", "b.png", "ask for webp, jpeg or png"),
    ] {
        let answer = world.get(&format!("/proxy/o/{options}/{SITE}/{path}"));
        assert_eq!(answer.status, 422, "{options}: {}", answer.text());
        assert!(
            answer.text().contains(words),
            "{options}: {}",
            answer.text()
        );
    }
}
