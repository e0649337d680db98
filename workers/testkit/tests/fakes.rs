//! The fakes answer alike in process and on loopback, insist on what the real servers insist on,
//! and misbehave as they are told.

use std::time::{Duration, Instant};

use edge::{
    BodyError, Clock, FetchRequest, HeaderName, HeaderValue, Method, Url,
    outbound::{self, AllowedHosts, Bounds, OutboundError},
};
use serde_json::{Value, json};
use testkit::{
    fake::{
        Foundry, Github, Mode, Peer, Reply, Rule, Server, client, foundry,
        github::{self, Upload},
    },
    memory::MemoryHost,
    package::{Layout, Package, unzip},
    payload::Release,
};

const AGENT: (&str, &str) = ("user-agent", "test");

fn published(github: &Github) -> (String, Vec<u8>) {
    let package = Package::module("some-module", "1.2.3");
    let source = package.clone().layout(Layout::codeload("o/r")).zip();
    github.publish(Release::new("o/r", "v1.2.3"), source);
    let archive = package.zip();
    github.upload("o/r", "v1.2.3", Upload::zip("module.zip", archive.clone()));
    let event = github.event("o/r", "v1.2.3", "published");
    let url = event["release"]["url"].as_str().expect("a URL").to_owned();
    (url, archive)
}

fn json_of(response: &client::Response) -> Value {
    serde_json::from_slice(&response.body).expect("JSON")
}

#[test]
fn github_serves_releases_assets_and_sources() {
    let servers = Github::start().expect("a server");
    let (url, archive) = published(&servers.github);
    let release = client::send("GET", &url, &[AGENT], b"").expect("an answer");
    assert_eq!(release.status, 200);
    assert!(release.header("x-ratelimit-remaining").is_some());
    let release = json_of(&release);
    assert_eq!(
        release,
        servers.github.event("o/r", "v1.2.3", "published")["release"]
    );
    let api = &servers.github.origins().api;
    let by_tag = format!("{api}/repos/o/r/releases/tags/v1.2.3");
    let by_tag = client::send("GET", &by_tag, &[AGENT], b"").expect("an answer");
    assert_eq!(json_of(&by_tag), release);

    let asset = release["assets"][0]["url"].as_str().expect("a URL");
    let octets = ("accept", "application/octet-stream");
    let redirect = client::send("GET", asset, &[AGENT, octets], b"").expect("an answer");
    assert_eq!(redirect.status, 302);
    let location = redirect.header("location").expect("a location");
    assert!(
        !location.starts_with(api),
        "{location} is on the API's own origin"
    );
    let download = client::get(location).expect("an answer");
    assert_eq!((download.status, &download.body[..]), (200, &archive[..]));
    assert_eq!(
        download.header("content-length"),
        Some(archive.len().to_string().as_str())
    );
    let facts = client::send("GET", asset, &[AGENT], b"").expect("an answer");
    assert_eq!(json_of(&facts)["name"], "module.zip");

    let zipball = release["zipball_url"].as_str().expect("a URL");
    let redirect = client::send("GET", zipball, &[AGENT], b"").expect("an answer");
    let source = client::get(redirect.header("location").expect("a location")).expect("an answer");
    assert_eq!(source.header("content-length"), None);
    let files = unzip(&source.body);
    assert!(
        files
            .iter()
            .all(|(path, _)| path.starts_with("o-r-4f5a6b7/")),
        "{files:?}"
    );
    assert_eq!(servers.github.violations(), [""; 0]);
}

#[test]
fn github_insists() {
    let servers = Github::start().expect("a server");
    let github = &servers.github;
    github.private("o/r", "ghp_secret");
    let (url, _) = published(github);
    let bearer = ("authorization", "Bearer ghp_secret");
    for (headers, expected) in [
        (&[][..], 403),
        (&[AGENT][..], 404),
        (&[AGENT, bearer], 200),
        (&[AGENT, ("authorization", "token ghp_secret")], 200),
        (&[AGENT, ("authorization", "Bearer other")], 401),
    ] {
        let answer = client::send("GET", &url, headers, b"").expect("an answer");
        assert_eq!(answer.status, expected, "{headers:?}");
    }
    let event = github.event("o/r", "v1.2.3", "published");
    let asset = event["release"]["assets"][0]["url"]
        .as_str()
        .expect("a URL");
    let octets = ("accept", "application/octet-stream");
    let answer = client::send("GET", asset, &[AGENT, bearer, octets], b"").expect("an answer");
    let location = answer.header("location").expect("a location");
    let refused = client::send("GET", location, &[bearer], b"").expect("an answer");
    assert_eq!(refused.status, 400);
    assert_eq!(github.violations().len(), 2, "{:?}", github.violations());
    let forged = location.replace("sig=", "sig=0");
    assert_eq!(client::get(&forged).expect("an answer").status, 403);
    let zipball = event["release"]["zipball_url"].as_str().expect("a URL");
    let answer = client::send("GET", zipball, &[AGENT, bearer], b"").expect("an answer");
    let location = answer.header("location").expect("a location");
    assert_eq!(client::get(location).expect("an answer").status, 200);
    let (bare, _) = location.split_once('?').expect("a token");
    assert_eq!(client::get(bare).expect("an answer").status, 404);
}

#[test]
fn late_assets_appear_after_so_many_looks() {
    let host = MemoryHost::new();
    let github = Github::in_memory(&host);
    github.publish(Release::new("o/r", "v1"), "");
    github.upload("o/r", "v1", Upload::zip("late.zip", "bytes").after_looks(2));
    let mut announced = Upload::zip("announced.zip", "bytes").after_looks(1);
    announced.announced = true;
    github.upload("o/r", "v1", announced);
    let event = github.event("o/r", "v1", "published");
    let states = |assets: &Value| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let assets = assets.as_array().expect("a list");
        assets
            .iter()
            .map(|asset| (text(&asset["name"]), text(&asset["state"])))
            .collect()
    };
    let state = |name: &str, state: &str| (name.to_owned(), state.to_owned());
    assert_eq!(
        states(&event["release"]["assets"]),
        [state("announced.zip", "starter")]
    );
    let url = event["release"]["assets_url"].as_str().expect("a URL");
    for expected in [
        vec![state("announced.zip", "starter")],
        vec![state("announced.zip", "uploaded")],
        vec![
            state("late.zip", "uploaded"),
            state("announced.zip", "uploaded"),
        ],
    ] {
        let bytes = fetch(&host, url, u64::MAX).expect("an answer");
        let assets: Value = serde_json::from_slice(&bytes.expect("a body")).expect("JSON");
        assert_eq!(states(&assets), expected);
    }
}

/// Gets `url` as functions do: bounded to two redirects, five seconds and `limit` bytes.
fn fetch(
    host: &MemoryHost,
    url: &str,
    limit: u64,
) -> Result<Result<edge::Bytes, BodyError>, OutboundError> {
    let request = FetchRequest {
        method: Method::GET,
        url: Url::parse(url).expect("a URL"),
        headers: vec![
            (
                HeaderName::from_static("user-agent"),
                HeaderValue::from_static("test"),
            ),
            (
                HeaderName::from_static("accept"),
                HeaderValue::from_static("application/octet-stream"),
            ),
        ],
        body: edge::Bytes::new(),
    };
    let hosts = AllowedHosts::parse("release-assets.githubusercontent.com,codeload.github.com");
    let bounds = Bounds {
        redirect_hosts: &hosts.expect("hosts"),
        redirects: 2,
        head: Duration::from_secs(5),
        total: Duration::from_secs(10),
        bytes: limit,
    };
    host.block_on(async {
        let answer = outbound::send(host, request, bounds).await?;
        Ok(answer.body.bytes(limit).await)
    })
}

#[test]
fn every_misbehaviour_is_told_apart_in_process() {
    let host = MemoryHost::new();
    let github = Github::in_memory(&host);
    let (_, archive) = published(&github);
    let event = github.event("o/r", "v1.2.3", "published");
    let url = event["release"]["assets"][0]["url"]
        .as_str()
        .expect("a URL");
    let length = archive.len() as u64;
    let on_assets = |mode| Rule::on("GET", "/github-production-release-asset/*", mode);
    let cases: Vec<(Mode, Check)> = vec![
        (Mode::Chunked, |outcome| matches!(outcome, Ok(Ok(_)))),
        (Mode::Slow(Duration::from_secs(3)), |outcome| {
            matches!(outcome, Ok(Ok(_)))
        }),
        (Mode::Slow(Duration::from_secs(30)), |outcome| {
            matches!(outcome, Err(OutboundError::Deadline { .. }))
        }),
        (Mode::Hangs, |outcome| {
            matches!(outcome, Err(OutboundError::Deadline { .. }))
        }),
        (Mode::Dropped, |outcome| {
            matches!(outcome, Err(OutboundError::Fetch(_)))
        }),
        (Mode::AnswerLost, |outcome| {
            matches!(outcome, Err(OutboundError::Fetch(_)))
        }),
        (Mode::Cut(100), |outcome| {
            matches!(outcome, Ok(Err(BodyError::Length { .. })))
        }),
        (Mode::Broken(100), |outcome| {
            matches!(outcome, Ok(Err(BodyError::Failed(_))))
        }),
        (Mode::Announces(length - 1), |outcome| {
            matches!(outcome, Ok(Err(BodyError::Length { .. })))
        }),
        (Mode::Announces(u64::MAX), |outcome| {
            matches!(outcome, Err(OutboundError::TooLarge { .. }))
        }),
        (Mode::Endless, |outcome| {
            matches!(outcome, Ok(Err(BodyError::TooLarge { .. })))
        }),
        (Mode::Trickles(1, Duration::from_secs(1)), |outcome| {
            matches!(outcome, Ok(Err(BodyError::Deadline { .. })))
        }),
        (Mode::RedirectLoop, |outcome| {
            matches!(outcome, Err(OutboundError::TooManyRedirects { .. }))
        }),
        (
            Mode::RedirectTo("http://169.254.169.254/".into()),
            |outcome| matches!(outcome, Err(OutboundError::HostNotAllowed { .. })),
        ),
    ];
    for (mode, expected) in cases {
        let what = format!("{mode:?}");
        github.script(on_assets(mode));
        let outcome = fetch(&host, url, 1_000_000);
        assert!(expected(&outcome), "{what} ended as {outcome:?}");
        github.behave();
    }
    assert!(
        host.requests()
            .iter()
            .all(|asked| !asked.origin.contains("169.254"))
    );
}

/// Whether an outcome is the one that is right.
type Check = fn(&Outcome) -> bool;

type Outcome = Result<Result<edge::Bytes, BodyError>, OutboundError>;

#[test]
fn the_server_misbehaves_on_the_wire() {
    let server = Server::start(Peer).expect("a server");
    let get = |path: &str| client::get(&format!("{}{path}", server.url()));
    assert_eq!(get("/answer").expect("an answer").status, 203);
    let chunked = get("/chunked/100000").expect("an answer");
    assert_eq!(chunked.header("transfer-encoding"), Some("chunked"));
    assert_eq!(chunked.body, testkit::pattern::piece(0, 100_000));
    assert!(get("/truncated/100/50").is_err());
    assert!(get("/broken/50").is_err());
    let started = Instant::now();
    assert_eq!(get("/slow/300").expect("an answer").status, 203);
    assert!(started.elapsed() >= Duration::from_millis(300));
    let silent = Server::start(|_: &testkit::fake::Asked| {
        Reply::new(200).delivered(|delivery| {
            delivery.silence = Some(testkit::fake::Silence::Closed);
        })
    });
    let silent = silent.expect("a server");
    assert!(client::get(&silent.url()).is_err());
    let address = server.url();
    drop(server);
    std::thread::sleep(Duration::from_millis(50));
    assert!(
        client::get(&address).is_err(),
        "a dropped server still answers"
    );
}

#[test]
fn foundry_checks_what_it_is_told() {
    let server = Foundry::start().expect("a server");
    let fake = &server.foundry;
    fake.token("some-module", "fvttp_secret");
    fake.check_manifests(true);
    let manifests = Server::start(|asked: &testkit::fake::Asked| match asked.path.as_str() {
        "/module.json" => Reply::json(200, &json!({ "id": "some-module", "version": "1.0.0" })),
        _ => Reply::new(404),
    });
    let manifests = manifests.expect("a server");
    let url = format!("{}{}", fake.url(), foundry::PATH);
    let request = |path: &str, version: &str, dry: bool| {
        json!({
            "id": "some-module",
            "dry-run": dry,
            "release": {
                "version": version,
                "manifest": format!("{}{path}", manifests.url()),
                "compatibility": { "minimum": "11", "verified": "13" },
            },
        })
    };
    let post = |token: &str, request: &Value| {
        let headers = [
            ("content-type", "application/json"),
            ("authorization", token),
        ];
        let body = request.to_string();
        client::send("POST", &url, &headers, body.as_bytes()).expect("an answer")
    };
    let good = request("/module.json", "1.0.0", false);
    for (token, request, status, told) in [
        (
            "Bearer fvttp_secret",
            good.clone(),
            403,
            "/errors/__all__/0/message",
        ),
        (
            "fvttp_secret",
            request("/other.json", "1.0.0", false),
            400,
            "/errors/manifest/0/message",
        ),
        (
            "fvttp_secret",
            request("/module.json", "2.0.0", false),
            400,
            "/errors/manifest/0/message",
        ),
        (
            "fvttp_secret",
            json!({ "id": "some-module", "release": {} }),
            400,
            "/errors/version/0/code",
        ),
        (
            "fvttp_secret",
            request("/module.json", "1.0.0", true),
            200,
            "/message",
        ),
        ("fvttp_secret", good.clone(), 200, "/page"),
        (
            "fvttp_secret",
            good.clone(),
            400,
            "/errors/__all__/0/message",
        ),
    ] {
        let answer = post(token, &request);
        assert_eq!(answer.status, status, "{request}");
        assert!(
            json_of(&answer).pointer(told).is_some(),
            "{told} in {}",
            json_of(&answer)
        );
    }
    assert_eq!((fake.releases(), fake.dry_runs().len()), (vec![good], 1));
    fake.script(Rule::on(
        "POST",
        foundry::PATH,
        Mode::Answer(foundry::limited(60)),
    ));
    let limited = post("fvttp_secret", &request("/module.json", "1.0.0", true));
    assert_eq!(
        (limited.status, limited.header("retry-after")),
        (429, Some("60"))
    );
}

#[test]
fn rate_limits_look_like_githubs() {
    let limited = github::rate_limited(403, 1_795_341_660);
    let header = |name: &str| {
        let found = limited.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    };
    assert_eq!(header("x-ratelimit-remaining"), Some("0"));
    assert_eq!(header("x-ratelimit-reset"), Some("1795341660"));
    // The fake clock and the constant above agree on what time it is.
    let now = MemoryHost::new().now();
    assert_eq!(now.to_string(), "2026-11-22T10:00:00.000Z");
    assert_eq!(now.milliseconds() / 1_000 + 60, 1_795_341_660);
}
