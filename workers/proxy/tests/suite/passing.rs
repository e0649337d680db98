//! Images that pass through as they are.

use edge::Method;
use testkit::{
    fake::{Mode, Rule},
    memory::request,
};

use crate::world::{SITE, World, large_picture, picture};

#[test]
fn an_image_comes_as_it_is_with_all_that_a_canvas_needs() {
    let (world, png) = World::with_image();
    let answer = world.get(&format!("/proxy/{SITE}/a.png"));
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.body.as_ref(), Ok(&png));
    for (name, expected) in [
        ("content-type", "image/png"),
        ("access-control-allow-origin", "*"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("x-content-type-options", "nosniff"),
        ("content-disposition", "inline; filename=\"a.png\""),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("cache-status", "vtta-edge; fwd=miss"),
        (
            "cache-control",
            "public, max-age=86400, stale-while-revalidate=86400, stale-if-error=1209600",
        ),
    ] {
        assert_eq!(answer.header(name), Some(expected), "{name}");
    }
    assert_eq!(answer.header("vary"), None);
    let length = answer.header("content-length").map(str::to_owned);
    assert_eq!(length, Some(png.len().to_string()));
}

#[test]
fn nothing_of_the_client_goes_out_and_no_cookie_comes_back() {
    let (world, png) = World::with_image();
    let cookie = testkit::fake::Reply::new(200)
        .with("set-cookie", "a=b")
        .with("x-secret", "c")
        .body(png);
    world.site.reply("/a.png", cookie);
    let request = request("GET", &format!("/proxy/{SITE}/a.png"))
        .header("cookie", "session=1")
        .header("authorization", "Bearer client")
        .header("referer", "https://foundry.example/")
        .header("accept", "text/html")
        .header("user-agent", "client")
        .header("x-forwarded-for", "10.0.0.1");
    let answer = world.send(request.build());
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("set-cookie"), None);
    assert_eq!(answer.header("x-secret"), None);
    let asked = &world.site.asked_for("/a.png")[0];
    let mut names: Vec<&str> = asked
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "accept-encoding", "user-agent"]);
    for (name, value) in &asked.headers {
        assert!(
            !value.contains("client") && !value.contains("text/html"),
            "{name}"
        );
    }
}

#[test]
fn every_method_is_answered() {
    let (world, png) = World::with_image();
    let target = format!("/proxy/{SITE}/a.png");
    let head = world.send(request("HEAD", &target).build());
    assert_eq!((head.status, head.body.as_ref()), (200, Ok(&Vec::new())));
    assert_eq!(head.header("content-length"), Some(&*png.len().to_string()));
    let preflight = request("OPTIONS", &target)
        .header("origin", "https://foundry.example")
        .header("access-control-request-headers", "x-requested-with");
    let preflight = world.send(preflight.build());
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.header("access-control-allow-origin"), Some("*"));
    let allowed = preflight
        .header("access-control-allow-headers")
        .unwrap_or_default();
    assert!(
        allowed.to_lowercase().contains("x-requested-with"),
        "{allowed}"
    );
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let answer = world.send(request(method.as_str(), &target).build());
        assert_eq!(answer.status, 405);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    }
}

#[test]
fn the_forms_of_clients_reach_the_same_image_and_the_same_copy() {
    let (world, png) = World::with_image();
    let encoded = "https%3A%2F%2Fimages.example%2Fa.png";
    for target in [
        format!("/proxy?url={encoded}"),
        format!("/proxy/{SITE}/a.png"),
        format!("/proxy/{SITE}/a.png?1700000000000"),
        format!("/proxy/{SITE}/a.png?cors-retry=1700000000000"),
        "/proxy/https:/images.example/a.png".to_owned(),
        format!("/proxy/{encoded}"),
        format!("/dl/{encoded}?access_token=whatever"),
        "/proxy/ddb/images.example/a.png".to_owned(),
        format!("/proxy/t/whatever/{SITE}/a.png?1700000000001"),
        "/proxy/http://images.example/a.png".to_owned(),
    ] {
        let answer = world.get(&target);
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
        assert_eq!(answer.body, Ok(png.clone()), "{target}");
    }
    assert_eq!(world.asked("/a.png"), 1);
}

#[test]
fn a_source_with_a_query_is_asked_with_it() {
    let (world, _) = World::with_image();
    world.get(&format!("/proxy/{SITE}/a.png?width=150&auto=webp"));
    world.get("/proxy?url=https%3A%2F%2Fimages.example%2Fa.png%3Fwidth%3D150&w=8");
    let asked = world.site.asked_for("/a.png");
    assert_eq!(asked[0].query, "width=150&auto=webp");
    assert_eq!(asked[1].query, "width=150");
}

#[test]
fn a_large_image_streams_and_is_kept() {
    let world = World::new();
    let png = large_picture(1);
    world.site.put("/map.png", "image/png", png.clone());
    let target = format!("/proxy/{SITE}/map.png");
    for expected in ["vtta-edge; fwd=miss", "vtta-edge; hit"] {
        let answer = world.get(&target);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.cache(), expected);
        assert!(answer.body.as_ref() == Ok(&png), "other bytes");
    }
    assert_eq!(world.asked("/map.png"), 1);
}

#[test]
fn a_large_image_without_a_length_streams_too() {
    let world = World::new();
    let png = large_picture(2);
    world.site.put("/map.png", "image/png", png.clone());
    world
        .site
        .script(Rule::on("GET", "/map.png", Mode::Chunked));
    let target = format!("/proxy/{SITE}/map.png");
    for _ in 0..2 {
        assert!(world.get(&target).body == Ok(png.clone()), "other bytes");
    }
    assert_eq!(world.asked("/map.png"), 1);
}

#[test]
fn a_large_image_that_breaks_off_breaks_off_and_is_not_kept() {
    let png = large_picture(3);
    let half = png.len() as u64 / 2;
    for mode in [Mode::Cut(half), Mode::Broken(half)] {
        let world = World::new();
        world.site.put("/map.png", "image/png", png.clone());
        let what = format!("{mode:?}");
        world
            .site
            .script(Rule::on("GET", "/map.png", mode).times(1));
        let target = format!("/proxy/{SITE}/map.png");
        assert!(world.get(&target).body.is_err(), "{what}");
        let images = |keys: Vec<String>| keys.iter().any(|key| key.starts_with("images/"));
        assert!(!images(world.host.keys()), "half a picture in the cache");
        assert!(world.get(&target).body == Ok(png.clone()), "{what}");
    }
}

#[test]
fn an_image_that_is_cut_short_at_its_site_is_an_error() {
    let world = World::new();
    let small = picture(1);
    world
        .site
        .put("/a.png", "image/png", small[..small.len() - 12].to_vec());
    let large = large_picture(1);
    world
        .site
        .put("/map.png", "image/png", large[..large.len() - 12].to_vec());
    let answer = world.get(&format!("/proxy/{SITE}/a.png"));
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert!(answer.text().contains("cut short"), "{}", answer.text());
    // Its head has been sent before its end was there.
    assert!(world.get(&format!("/proxy/{SITE}/map.png")).body.is_err());
    let images = world
        .host
        .keys()
        .into_iter()
        .filter(|key| key.starts_with("images/"));
    assert_eq!(images.count(), 0);
}

#[test]
fn downloads_have_a_name() {
    let (world, _) = World::with_image();
    for (target, expected) in [
        (
            "/proxy?url=images.example%2Fa.png&download",
            "attachment; filename=\"a.png\"",
        ),
        (
            "/proxy?url=images.example%2Fa.png&download=my%20token.png",
            "attachment; filename=\"my token.png\"",
        ),
        (
            "/proxy?url=images.example%2Fa.png%3Fx%22%0d",
            "inline; filename=\"a.png\"",
        ),
        (
            "/proxy/https://images.example/a.png?%22%0d%0a",
            "inline; filename=\"a.png\"",
        ),
    ] {
        let answer = world.get(target);
        assert_eq!(
            answer.header("content-disposition"),
            Some(expected),
            "{target} {}",
            answer.text()
        );
    }
}
