//! Images that are worked on: what comes out, how it is kept, and what it depends on.

use imaging::{Format, probe};
use testkit::{
    fake::{Mode, Reply, Rule},
    image,
    memory::request,
};

use crate::world::{SITE, World};

/// A site with a picture of 64 × 48 pixels, half of them transparent.
fn world() -> World {
    let world = World::new();
    let png = image::png(64, 48, |x, y| {
        [x as u8, y as u8, 99, if x < 32 { 0 } else { 255 }]
    });
    world.site.put("/a.png", "image/png", png);
    world
}

fn get(world: &World, options: &str) -> crate::world::Answer {
    world.get(&format!("/proxy/o/{options}/{SITE}/a.png"))
}

#[test]
fn options_make_what_they_say() {
    let world = world();
    for (options, format, width, height) in [
        ("w=32", Format::Png, 32, 24),
        ("h=12", Format::Png, 16, 12),
        ("w=640", Format::Png, 64, 48),
        ("w=128,enlarge", Format::Png, 128, 96),
        ("w=16,dpr=2", Format::Png, 32, 24),
        ("w=20,h=20,fit=cover", Format::Png, 20, 20),
        ("w=20,h=20,fit=inside", Format::Png, 20, 15),
        ("w=20,h=20,fit=outside", Format::Png, 27, 20),
        ("w=20,h=20,fit=fill", Format::Png, 20, 20),
        ("w=20,h=20,fit=contain", Format::Png, 20, 20),
        ("w=20,h=20,fit=pad,bg=red", Format::Png, 0, 0),
        ("w=20,h=20,fit=pad,bg=f00", Format::Png, 20, 20),
        ("crop=0:0:10:12", Format::Png, 10, 12),
        ("rotate=90", Format::Png, 48, 64),
        ("max=32", Format::Png, 32, 24),
        ("flip,flop,blur=1,sharpen=1", Format::Png, 64, 48),
        (
            "mask=circle,w=20,h=20,fit=cover,border=2:f00",
            Format::Png,
            20,
            20,
        ),
        ("format=webp", Format::WebP, 64, 48),
        ("format=webp,w=32", Format::WebP, 32, 24),
        ("format=jpeg", Format::Jpeg, 64, 48),
        ("format=jpeg,q=20", Format::Jpeg, 64, 48),
        ("preset=thumb", Format::WebP, 48, 48),
    ] {
        let answer = get(&world, options);
        if width == 0 {
            assert_eq!(answer.status, 400, "{options}");
            continue;
        }
        assert_eq!(answer.status, 200, "{options}: {}", answer.text());
        let body = answer.body.as_ref().expect("whole");
        let info = probe(body).expect(options);
        assert_eq!(
            (info.format, info.width, info.height),
            (format, width, height),
            "{options}"
        );
        assert_eq!(
            answer.header("content-type"),
            Some(format.media_type()),
            "{options}"
        );
        let name = format!("inline; filename=\"a.{}\"", format.extension());
        assert_eq!(
            answer.header("content-disposition"),
            Some(&*name),
            "{options}"
        );
        // Made once.
        let again = get(&world, options);
        assert_eq!(
            (again.cache(), &again.body),
            ("vtta-edge; hit", &answer.body),
            "{options}"
        );
    }
    // The source was fetched once for all of them.
    assert_eq!(world.asked("/a.png"), 1);
}

#[test]
fn auto_goes_by_what_is_accepted_and_says_so() {
    let world = world();
    let target = format!("/proxy/o/w=16,format=auto/{SITE}/a.png");
    for (accept, format) in [
        ("image/avif,image/webp,*/*", Format::WebP),
        ("*/*", Format::Png),
        ("image/webp", Format::WebP),
        ("image/webp;q=0", Format::Png),
    ] {
        let answer = world.get_with(&target, "accept", accept);
        assert_eq!(
            answer.header("content-type"),
            Some(format.media_type()),
            "{accept}"
        );
        assert_eq!(answer.header("vary"), Some("Accept"), "{accept}");
    }
    // An explicit format wins, and depends on nothing.
    let explicit = format!("/proxy/o/w=16,format=png/{SITE}/a.png");
    let answer = world.get_with(&explicit, "accept", "image/webp");
    assert_eq!(answer.header("content-type"), Some("image/png"));
    assert_eq!(answer.header("vary"), None);
    // Where nothing is to be done nothing is done.
    let same = world.get_with(
        &format!("/proxy/o/format=auto/{SITE}/a.png"),
        "accept",
        "*/*",
    );
    let source = world.get(&format!("/proxy/{SITE}/a.png"));
    assert_eq!(same.body, source.body);
}

#[test]
fn an_image_is_described() {
    let answer = get(&world(), "format=json");
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let text = answer.text();
    for part in [
        "\"format\":\"png\"",
        "\"type\":\"image/png\"",
        "\"width\":64",
        "\"height\":48",
        "\"frames\":1",
        "\"alpha\":true",
        "\"orientation\":1",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_result_follows_its_source() {
    let world = world();
    let small = |world: &World| get(world, "w=8");
    let first = small(&world);
    world
        .host
        .advance(std::time::Duration::from_secs(3 * 24 * 60 * 60));
    // Confirmed by the source, the result is not made anew.
    let confirmed = small(&world);
    assert!(
        confirmed.cache().contains("fwd-status=304"),
        "{}",
        confirmed.cache()
    );
    assert_eq!(confirmed.body, first.body);
    world
        .host
        .advance(std::time::Duration::from_secs(3 * 24 * 60 * 60));
    world.site.put(
        "/a.png",
        "image/png",
        image::png(64, 48, |_, _| [255, 0, 0, 255]),
    );
    let other = small(&world);
    assert_eq!(other.cache(), "vtta-edge; fwd=miss");
    assert_ne!(other.body, first.body);
    // Its source is down: the last result, and it says so.
    world
        .host
        .advance(std::time::Duration::from_secs(3 * 24 * 60 * 60));
    world
        .site
        .script(Rule::on("GET", "/a.png", Mode::Answer(Reply::new(503))));
    let stale = small(&world);
    assert_eq!(
        (stale.status, stale.body.as_ref()),
        (200, other.body.as_ref())
    );
    assert!(
        stale.cache().contains("stale-if-error"),
        "{}",
        stale.cache()
    );
    assert!(stale.header("warning").is_some());
    // Also where this very result was never made.
    let never = get(&world, "w=9");
    assert_eq!(never.status, 200, "{}", never.text());
    assert!(
        never.cache().contains("stale-if-error"),
        "{}",
        never.cache()
    );
}

#[test]
fn many_sizes_at_once_cost_one_fetch() {
    let world = world();
    let slow = Mode::Slow(std::time::Duration::from_secs(1));
    world.site.script(Rule::on("GET", "/a.png", slow));
    let sizes = (0..12).map(|size| format!("/proxy/o/w={}/{SITE}/a.png", 8 + size % 6));
    let targets: Vec<String> = sizes.collect();
    let answers = targets
        .iter()
        .map(|target| world.answer(request("GET", target).build()));
    for answer in world.host.block_on(futures_util::future::join_all(answers)) {
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    assert_eq!(world.asked("/a.png"), 1);
}

#[test]
fn what_cannot_be_worked_on_is_told() {
    let world = world();
    let png = image::png(64, 48, |x, _| [x as u8; 4]);
    let avif = b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf".to_vec();
    for (path, bytes, options, status, words) in [
        (
            "/bomb.png",
            image::png_bomb(50_000, 50_000),
            "w=8",
            422,
            "at most",
        ),
        (
            "/lying.png",
            image::png_bomb(800, 600),
            "w=8",
            422,
            "PNG image",
        ),
        (
            "/cut.png",
            png[..png.len() / 2].to_vec(),
            "w=8",
            422,
            "cut short",
        ),
        (
            "/frames.gif",
            image::gif(5_000),
            "w=8,format=webp",
            422,
            "frames",
        ),
        ("/a.avif", avif, "w=8", 422, "AVIF"),
        ("/b.png", png.clone(), "crop=100:0:5:5", 422, "outside"),
        ("/c.png", png.clone(), "format=avif", 422, "AVIF"),
    ] {
        world.site.put(path, "image/png", bytes);
        let answer = world.get(&format!("/proxy/o/{options}/{SITE}{path}"));
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        assert!(answer.text().contains(words), "{path}: {}", answer.text());
    }
    // What cannot be worked on can still be looked at.
    assert_eq!(world.get(&format!("/proxy/{SITE}/b.png")).status, 200);
}

#[test]
fn a_source_that_is_too_large_to_work_on_still_passes() {
    let world = World::new();
    let large = image::png(2960, 2960, |x, y| [x as u8, y as u8, 1, 255]);
    assert!(large.len() > 32 << 20);
    world.site.put("/map.png", "image/png", large.clone());
    let answer = world.get(&format!("/proxy/o/w=64/{SITE}/map.png"));
    assert_eq!(answer.status, 413, "{}", answer.text());
    assert!(answer.text().contains("33554432"), "{}", answer.text());
    let whole = world.get(&format!("/proxy/{SITE}/map.png"));
    assert!(whole.body == Ok(large), "{}", whole.status);
}
