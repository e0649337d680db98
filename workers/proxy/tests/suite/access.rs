//! Who may ask, and whom.

use testkit::{
    fake::{Mode, Reply, Rule, Site},
    memory::request,
};

use crate::world::{SITE, World, picture};

#[test]
fn hosts_that_are_not_listed_are_never_asked() {
    let (world, _) = World::with_image();
    world.host.set(
        "PROXY_ALLOWED_HOSTS",
        "images.example,*.cdn.example,192.0.2.1:8080",
    );
    #[rustfmt::skip]
    let refused = [
        "https://other.example/a.png",
        "https://images.example.evil.example/a.png",
        "https://evilimages.example/a.png",
        "https://cdn.example/a.png",
        "https://evilcdn.example/a.png",
        "https://images.example:8443/a.png",
        "http://images.example:8080/a.png",
        "https://images.example./a.png",
        "https://192.0.2.1/a.png",
        "http://192.0.2.1:8081/a.png",
        "http://127.0.0.1/a.png",
        "http://localhost/a.png",
        "http://2130706433/a.png",
        "http://0x7f000001/a.png",
        "http://0177.0.0.1/a.png",
        "http://127.1/a.png",
        "http://[::1]/a.png",
        "http://[::ffff:127.0.0.1]/a.png",
        "http://169.254.169.254/latest/meta-data/",
        "http://[64:ff9b::7f00:1]/a.png",
        "http://[2002:7f00:1::]/a.png",
        "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/a.png",
        "https://127.0.0.1.nip.io/a.png",
        "https://xn--mages-5ve.example/a.png",
    ];
    for source in refused {
        let answer = world.get(&format!("/proxy/{source}"));
        assert_eq!(answer.status, 403, "{source}: {}", answer.text());
        assert!(answer.text().contains("PROXY_ALLOWED_HOSTS"), "{source}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    }
    for source in [
        "https://user@images.example/a.png",
        "ftp://images.example/a.png",
    ] {
        let answer = world.get(&format!("/proxy/{source}"));
        assert_eq!(answer.status, 400, "{source}: {}", answer.text());
    }
    assert_eq!(world.host.requests(), []);
}

#[test]
fn an_open_list_means_the_public_internet_only() {
    let (world, _) = World::with_image();
    world.host.set("PROXY_ALLOWED_HOSTS", "*");
    assert_eq!(world.get(&format!("/proxy/{SITE}/a.png")).status, 200);
    for source in [
        "https://127.0.0.1/a.png",
        "https://10.0.0.1/a.png",
        "https://[fd00::1]/a.png",
        "https://router.local/a.png",
        "https://10.0.0.1.sslip.io/a.png",
        "http://images.example:8080/a.png",
    ] {
        assert_eq!(
            world.get(&format!("/proxy/{source}")).status,
            403,
            "{source}"
        );
    }
    assert_eq!(world.host.requests().len(), 1);
}

#[test]
fn an_empty_list_allows_nothing_and_a_malformed_one_is_named() {
    let (world, _) = World::with_image();
    let target = format!("/proxy/{SITE}/a.png");
    world.host.unset("PROXY_ALLOWED_HOSTS");
    assert_eq!(world.get(&target).status, 403);
    for (name, value) in [
        ("PROXY_ALLOWED_HOSTS", "https://images.example/"),
        ("PROXY_ACCESS_TOKENS", "short"),
        ("PROXY_SIGNING_KEYS", "k1"),
        // What closes the proxy never opens it by being empty.
        ("PROXY_ACCESS_TOKENS", ","),
        ("PROXY_SIGNING_KEYS", " , "),
        ("PROXY_PRESETS", "{\"a\":\"w=0\"}"),
        ("PROXY_CACHE_BYTES", "1 GB"),
    ] {
        world.host.set("PROXY_ALLOWED_HOSTS", "images.example");
        world.host.set(name, value);
        let answer = world.get(&target);
        assert_eq!(answer.status, 503, "{name}");
        assert!(answer.text().contains(name), "{name}: {}", answer.text());
        let health = world.get("/health/proxy");
        assert_eq!(health.status, 503, "{name}");
        assert!(health.text().contains(name), "{name}: {}", health.text());
        world.host.unset(name);
    }
    assert_eq!(world.get("/health/proxy").status, 200);
}

#[test]
fn redirects_are_followed_where_they_may_and_no_further() {
    let (world, png) = World::with_image();
    let other = Site::in_memory(&world.host, "https://other.example");
    other.put("/a.png", "image/png", png.clone());
    let redirect = |to: &str| {
        world.site.behave();
        world
            .site
            .script(Rule::on("GET", "/r/*", Mode::RedirectTo(to.to_owned())));
    };
    for (number, (to, status)) in [
        ("https://images.example/a.png", 200),
        ("/a.png", 200),
        ("https://other.example/a.png", 403),
        ("http://images.example/a.png", 403),
        ("https://images.example:8443/a.png", 403),
        ("https://user:password@images.example/a.png", 403),
        ("http://127.0.0.1/a.png", 403),
        ("http://[::ffff:169.254.169.254]/", 403),
        ("//2130706433/", 403),
        ("ftp://images.example/a.png", 403),
        ("https://", 502),
    ]
    .into_iter()
    .enumerate()
    {
        redirect(to);
        let answer = world.get(&format!("/proxy/{SITE}/r/{number}"));
        assert_eq!(answer.status, status, "{to}: {}", answer.text());
        assert!(!answer.text().contains("password"), "{}", answer.text());
        // Whom it may not ask, it tells its operator.
        for target in ["other.example", "127.0.0.1", "169.254", "a9fe"] {
            assert!(!answer.text().contains(target), "{}", answer.text());
        }
    }
    assert_eq!(other.requests().len(), 0);
    let log = world.host.log_lines().join("\n");
    assert!(log.contains("\"to\":\"other.example\""), "{log}");
    assert!(!log.contains("password"), "{log}");
}

#[test]
fn five_redirects_are_followed_and_not_six() {
    let (world, png) = World::with_image();
    for (count, status) in [(5, 200), (6, 422)] {
        for step in 1..count {
            let to = format!("/r{count}/{step}");
            let rule = Rule::on(
                "GET",
                format!("/r{count}/{}", step - 1),
                Mode::RedirectTo(to),
            );
            world.site.script(rule);
        }
        let last = format!("/r{count}/{}", count - 1);
        world
            .site
            .script(Rule::on("GET", last, Mode::RedirectTo("/a.png".into())));
        let answer = world.get(&format!("/proxy/{SITE}/r{count}/0"));
        assert_eq!(answer.status, status, "{count}: {}", answer.text());
        match status {
            200 => assert_eq!(answer.body, Ok(png.clone())),
            _ => assert!(
                answer.text().contains("more than 5 times"),
                "{}",
                answer.text()
            ),
        }
    }
}

#[test]
fn a_token_is_asked_for_where_there_are_some() {
    let (world, _) = World::with_image();
    world
        .host
        .set("PROXY_ACCESS_TOKENS", "first-token,second-token");
    let encoded = "https%3A%2F%2Fimages.example%2Fa.png";
    for (target, status) in [
        (format!("/proxy/{SITE}/a.png"), 401),
        (format!("/proxy/t/wrong-token/{SITE}/a.png"), 401),
        (format!("/proxy/t/first-token/{SITE}/a.png"), 200),
        (format!("/proxy/t/second-token/{encoded}"), 200),
        (format!("/proxy/{SITE}/a.png?access_token=first-token"), 200),
        (
            format!("/proxy/{SITE}/a.png?access%5Ftoken=first%2Dtoken"),
            200,
        ),
        (
            format!("/proxy/t/first-token/{SITE}/a.png?%74oken=second%2Dtoken"),
            200,
        ),
        (
            format!("/proxy/t/first-token/{encoded}%3Faccess_token%3Dfirst-token"),
            200,
        ),
        (format!("/proxy?url={encoded}&token=first-token"), 200),
        (format!("/proxy?url={encoded}&access_token=first-toke"), 401),
        (format!("/dl/{encoded}?access_token=second-token"), 200),
        // Who may not ask does not learn whom others may.
        ("/proxy/https://other.example/a.png".to_owned(), 401),
    ] {
        let answer = world.get(&target);
        assert_eq!(answer.status, status, "{target}: {}", answer.text());
        let challenge = answer.header("www-authenticate").is_some();
        assert_eq!(challenge, status == 401, "{target}");
        assert!(!answer.text().contains("-token/"), "{}", answer.text());
    }
    let bearer = request("GET", &format!("/proxy/{SITE}/a.png"))
        .header("authorization", "Bearer second-token");
    assert_eq!(world.send(bearer.build()).status, 200);
    let queries = world.host.requests();
    assert!(
        queries.iter().all(|asked| asked.query.is_empty()),
        "{queries:?}"
    );
    let log = world.host.log_lines().join("\n");
    assert!(!log.contains("first-token"), "{log}");
    // A token of the image's own site is for that.
    world.get(&format!(
        "/proxy/t/first-token/{SITE}/a.png?a=1&token=its-own"
    ));
    let asked = world.site.asked_for("/a.png");
    let query = asked.last().map(|asked| asked.query.clone());
    assert_eq!(query.as_deref(), Some("a=1&token=its-own"));
}

#[test]
fn what_a_token_opens_is_kept_by_nobody_else() {
    let (world, _) = World::with_image();
    world.host.give_nearby();
    world.host.set("PROXY_ACCESS_TOKENS", "first-token");
    let control = |answer: &crate::world::Answer| {
        let text = answer.header("cache-control").unwrap_or_default();
        text.split(',').next().unwrap_or_default().to_owned()
    };
    let by_path = format!("/proxy/t/first-token/{SITE}/a.png");
    let bare = format!("/proxy/{SITE}/a.png");
    let made = format!("/proxy/t/first-token/o/w=4/{SITE}/a.png");
    // Fetched, out of the store, out of the platform's own cache, and made of it.
    for target in [&by_path, &by_path, &by_path, &made] {
        let answer = world.get(target);
        assert_eq!((answer.status, &*control(&answer)), (200, "private"));
    }
    let bearer = world.get_with(&bare, "authorization", "Bearer first-token");
    assert_eq!((bearer.status, &*control(&bearer)), (200, "private"));
    let etag = bearer.header("etag").unwrap_or_default().to_owned();
    let known = world.get_with(&by_path, "if-none-match", &etag);
    assert_eq!((known.status, &*control(&known)), (304, "private"));
    // What is kept near opens to nobody without one.
    assert_eq!(world.get(&bare).status, 401);
}

#[test]
fn a_signed_address_is_good_for_itself_until_it_expires() {
    let (world, _) = World::with_image();
    world.host.set(
        "PROXY_SIGNING_KEYS",
        "k2:another-key-of-16,k1:0123456789abcdef",
    );
    let sign = |address: &str, expiry: i64| {
        let text = format!("{address}\n{expiry}");
        let mac = testkit::sign::hmac_sha256(b"0123456789abcdef", text.as_bytes());
        format!("k1.{expiry}.{}", base64url(&mac))
    };
    let now = 1_795_341_600;
    let canonical = "/proxy/https%3A%2F%2Fimages.example%2Fa.png";
    let signature = sign(canonical, now + 60);
    for (target, status) in [
        (format!("/proxy/t/{signature}/{SITE}/a.png"), 200),
        (
            format!("/proxy/t/{signature}/{SITE}/a.png?1700000000000"),
            200,
        ),
        (
            format!("/proxy?url=images.example%2Fa.png&token={signature}"),
            200,
        ),
        (format!("/proxy/t/{signature}/{SITE}/b.png"), 401),
        (format!("/proxy/t/{signature}/o/w=4/{SITE}/a.png"), 401),
        (
            format!("/proxy/t/{}/{SITE}/a.png", sign(canonical, now - 1)),
            401,
        ),
        (format!("/proxy/{SITE}/a.png"), 401),
    ] {
        let answer = world.get(&target);
        assert_eq!(answer.status, status, "{target}: {}", answer.text());
    }
    // Nobody who keeps an answer keeps it for longer than its address is good.
    let target = format!("/proxy/t/{signature}/{SITE}/a.png");
    assert_eq!(
        world.get(&target).header("cache-control"),
        Some("public, max-age=60, stale-while-revalidate=0, stale-if-error=0")
    );
    let source = Reply::new(200).with("cache-control", "max-age=100");
    world.site.reply("/b.png", source.body(picture(2)));
    let canonical = "/proxy/https%3A%2F%2Fimages.example%2Fb.png";
    let signature = sign(canonical, now + 1000);
    assert_eq!(
        world
            .get(&format!("/proxy/t/{signature}/{SITE}/b.png"))
            .header("cache-control"),
        Some("public, max-age=100, stale-while-revalidate=900, stale-if-error=900")
    );
    // Signed, but not by the address alone.
    let header = format!("Bearer {signature}");
    let answer = world.get_with(&format!("/proxy/{SITE}/b.png"), "authorization", &header);
    let control = answer.header("cache-control").unwrap_or_default();
    assert!(control.starts_with("private, "), "{control}");
}

fn base64url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group
            .iter()
            .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - group.len()));
        for place in 0..=group.len() {
            let digit = bits >> (18 - 6 * place) & 63;
            text.push(char::from(DIGITS[digit as usize]));
        }
    }
    text
}
