//! GitHub and its hosts at their worst: every case ends in a retry that succeeds or in words.

use std::time::Duration;

use registry::{Journal, State};
use testkit::{
    fake::{Mode, Reply, Rule, github},
    memory::{MemoryHost, Operation},
    package::{Layout, Package},
    payload,
};

use crate::world::{REPOSITORY, World, assert_whole, resume_until_finished};

/// Everything that is asked of the release; the first is the list of its assets.
const RELEASE: &str = "/repos/author/maps/releases/*";

/// The asset at GitHub's API, which answers with a redirect.
const ASSET: &str = "/repos/author/maps/releases/assets/*";

/// The bytes of assets, on another host.
const STORED: &str = "/github-production-release-asset*";

/// The bytes of the tag's source, on yet another.
const SOURCE: &str = "/author/maps/legacy.zip/*";

fn once(path: &'static str, mode: Mode) -> Rule {
    Rule::on("GET", path, mode).times(1)
}

fn package() -> Package {
    Package::module("maps", "1.0.0").file("noise.bin", testkit::pattern::piece(3, 5_000))
}

/// The archive of `package` with one bit of its noise wrong; everything that describes it is right.
fn with_a_bit_flipped(package: Package) -> Vec<u8> {
    let mut zip = package.zip();
    let at = zip.windows(9).position(|window| window == b"noise.bin");
    zip[at.unwrap() + 2_000] ^= 1;
    zip
}

fn reply(body: Vec<u8>) -> Mode {
    let reply = Reply::new(200).with("content-type", "application/octet-stream");
    Mode::Answer(reply.body(body))
}

/// A release with an asset, or with its source only, delivered while GitHub does as `rule` says.
fn delivered(world: &World, from_source: bool, rule: Rule) -> Journal {
    if from_source {
        let zip = package().layout(Layout::codeload(REPOSITORY)).zip();
        let release = payload::Release::new(REPOSITORY, "v1.0.0");
        world.github.publish(release, zip);
    } else {
        world.release("v1.0.0", &package());
    }
    world.github.script(rule);
    world.deliver_to(&world.host, "d-1", "v1.0.0").unwrap();
    world.host.run(world.host.run_deferred()).unwrap();
    resume_until_finished(&world.host, "d-1").unwrap()
}

#[test]
fn what_may_pass_is_retried() {
    let zip = package().zip();
    let mut flipped = zip.clone();
    flipped[40] ^= 1;
    let wrong = with_a_bit_flipped(package().layout(Layout::codeload(REPOSITORY)));
    let mut cut = package().layout(Layout::codeload(REPOSITORY)).zip();
    cut.truncate(3_000);
    let minute = Duration::from_secs(60);
    let cases = [
        ("5xx", false, once(RELEASE, Mode::Answer(Reply::new(502)))),
        (
            "5xx of the asset host",
            false,
            once(STORED, Mode::Answer(Reply::new(503))),
        ),
        ("no answer", false, once(RELEASE, Mode::Dropped)),
        (
            "no answer of the asset host",
            false,
            once(STORED, Mode::Dropped),
        ),
        ("hangs", false, once(RELEASE, Mode::Hangs)),
        ("slow head", false, once(RELEASE, Mode::Slow(minute))),
        ("slow body", false, once(STORED, Mode::Trickles(1, minute))),
        ("archive hangs", false, once(STORED, Mode::Hangs)),
        ("list cut", false, once(RELEASE, Mode::Cut(20))),
        ("archive cut", false, once(STORED, Mode::Cut(200))),
        ("chunks broken off", false, once(STORED, Mode::Broken(200))),
        ("a bit flipped", false, once(STORED, reply(flipped))),
        (
            "a clean end too early",
            false,
            once(STORED, reply(zip[..900].to_vec())),
        ),
        ("without end", false, once(STORED, Mode::Endless)),
        (
            "announced longer",
            false,
            once(STORED, Mode::Announces(1 << 40)),
        ),
        (
            "secondary limit",
            false,
            once(
                RELEASE,
                Mode::Answer(github::secondary_limit(403, Some(30))),
            ),
        ),
        (
            "secondary limit in words only",
            false,
            once(RELEASE, Mode::Answer(github::secondary_limit(403, None))),
        ),
        (
            "an address that has expired",
            false,
            once(STORED, Mode::Answer(Reply::new(403))),
        ),
        (
            "429",
            false,
            once(
                RELEASE,
                Mode::Answer(github::secondary_limit(429, Some(30))),
            ),
        ),
        (
            "source with a bit flipped",
            true,
            once(SOURCE, reply(wrong)),
        ),
        ("source broken off", true, once(SOURCE, Mode::Broken(200))),
        (
            "source with a clean end too early",
            true,
            once(SOURCE, reply(cut)),
        ),
        ("source hangs", true, once(SOURCE, Mode::Hangs)),
        (
            "source 5xx",
            true,
            once(SOURCE, Mode::Answer(Reply::new(500))),
        ),
    ];
    for (what, from_source, rule) in cases {
        let world = World::new();
        let journal = delivered(&world, from_source, rule);
        assert_eq!(journal.state, State::Done, "{what}: {:?}", journal.error);
        let is_retry = |detail: &str| detail.starts_with("attempt 1 of 8 failed: ");
        let retried = journal.steps.iter().any(|step| is_retry(&step.detail));
        assert!(retried, "{what} did not strike: {:#?}", journal.steps);
        assert_whole(&world.host, "maps");
        assert_eq!(world.discord.messages().len(), 1, "{what}");
    }
}

#[test]
fn what_will_not_pass_ends_in_words() {
    let to = |url: &str| Mode::RedirectTo(url.to_owned());
    let answer = |reply| Mode::Answer(reply);
    let json = Reply::json(200, &serde_json::json!({ "message": "not here" }));
    let cases = [
        (
            "loop",
            ASSET,
            Mode::RedirectLoop,
            "bad-redirect",
            "more than 5 times",
        ),
        (
            "nowhere",
            ASSET,
            answer(Reply::new(302)),
            "bad-redirect",
            "leads nowhere",
        ),
        (
            "metadata",
            ASSET,
            to("http://169.254.169.254/latest/meta-data"),
            "host-not-allowed",
            "GITHUB_ASSET_HOSTS",
        ),
        (
            "loopback",
            ASSET,
            to("http://127.0.0.1:8080/"),
            "host-not-allowed",
            "127.0.0.1",
        ),
        (
            "loopback in disguise",
            ASSET,
            to("http://2130706433/"),
            "host-not-allowed",
            "127.0.0.1",
        ),
        (
            "loopback 6",
            ASSET,
            to("http://[::1]/"),
            "host-not-allowed",
            "::1",
        ),
        (
            "private",
            ASSET,
            to("https://10.0.0.7/"),
            "host-not-allowed",
            "10.0.0.7",
        ),
        (
            "lookalike",
            ASSET,
            to("https://release-assets.githubusercontent.com.example/"),
            "host-not-allowed",
            "example",
        ),
        (
            "unencrypted",
            ASSET,
            to("http://release-assets.githubusercontent.com/"),
            "host-not-allowed",
            "release-assets",
        ),
        (
            "credentials",
            ASSET,
            to("https://user@release-assets.githubusercontent.com/"),
            "host-not-allowed",
            "release-assets",
        ),
        ("page", ASSET, Mode::Html, "not-an-archive", "text/html"),
        (
            "page of the asset host",
            STORED,
            Mode::Html,
            "not-an-archive",
            "text/html",
        ),
        (
            "JSON",
            STORED,
            answer(json),
            "not-an-archive",
            "application/json",
        ),
        (
            "page for the list",
            RELEASE,
            Mode::Html,
            "github-answer",
            "JSON",
        ),
        (
            "gone",
            ASSET,
            answer(Reply::new(404)),
            "github-not-found",
            "GITHUB_TOKEN",
        ),
        (
            "refused",
            ASSET,
            answer(Reply::new(401)),
            "github-refused",
            "GITHUB_TOKEN",
        ),
        (
            "forbidden",
            STORED,
            answer(Reply::new(403)),
            "github-address",
            "403",
        ),
        (
            "forbidden by the API",
            ASSET,
            answer(Reply::new(403)),
            "github-refused",
            "GITHUB_TOKEN",
        ),
        (
            "always limited",
            RELEASE,
            answer(github::secondary_limit(429, Some(1))),
            "github-rate-limit",
            "GITHUB_TOKEN",
        ),
        (
            "always down",
            RELEASE,
            answer(Reply::new(500)),
            "github-unavailable",
            "500",
        ),
        ("always cut", STORED, Mode::Cut(200), "broken-off", "200"),
        (
            "always too long",
            STORED,
            Mode::Endless,
            "not-what-github-has",
            "maps.zip",
        ),
    ];
    for (what, path, mode, code, words) in cases {
        let world = World::new();
        let journal = delivered(&world, false, Rule::on("GET", path, mode));
        assert_eq!(journal.state, State::Failed, "{what}");
        let error = journal.error.unwrap();
        assert_eq!(error.code, code, "{what}: {}", error.message);
        assert!(error.message.contains(words), "{what}: {}", error.message);
        assert!(!error.message.contains("sig="), "{what}: {}", error.message);
        assert_eq!(
            world.host.bytes("packages/maps/channels.json"),
            None,
            "{what}"
        );
        let staged = |key: &String| key.starts_with("staged/") || key.starts_with("open/");
        assert!(!world.host.keys().iter().any(staged), "{what}");
    }
}

/// What is damaged without a digest that would tell is told by its own checksums: fetched again, and
/// given up in words where it stays so. What GitHub's digest vouches for is as its author made it.
#[test]
fn what_is_damaged_is_never_published() {
    let damaged = "`noise.bin` is damaged: ";
    for (what, digest, fetched) in [("no digest", false, 3), ("vouched for", true, 1)] {
        let world = World::new();
        let release = payload::Release::new(REPOSITORY, "v1.0.0");
        world.github.publish(release, package().zip());
        let mut upload = github::Upload::zip("maps.zip", with_a_bit_flipped(package()));
        upload.digest = digest;
        world.github.upload(REPOSITORY, "v1.0.0", upload);
        world.deliver_to(&world.host, "d-1", "v1.0.0").unwrap();
        world.host.run(world.host.run_deferred()).unwrap();
        let journal = resume_until_finished(&world.host, "d-1").unwrap();
        assert_eq!(journal.state, State::Failed, "{what}: {:#?}", journal.steps);
        let said = journal.error.unwrap().message;
        assert!(said.starts_with(damaged), "{what}: {said}");
        let all = journal.steps.iter();
        let count = all.filter(|step| step.state == State::Fetched).count();
        assert_eq!(count, fetched, "{what}: {:#?}", journal.steps);
        assert_eq!(world.host.bytes("packages/maps/channels.json"), None);
        let left = |key: &String| key.starts_with("staged/") || key.ends_with("package.zip");
        assert!(!world.host.keys().iter().any(left), "{what}");
    }
}

#[test]
fn a_package_among_many_assets_is_found() {
    let world = World::new();
    let release = payload::Release::new(REPOSITORY, "v1.0.0");
    let source = package().layout(Layout::codeload(REPOSITORY)).zip();
    world.github.publish(release, source);
    for number in 0..230 {
        let upload = github::Upload::zip(&format!("map-{number}.png"), b"a map".to_vec());
        world.github.upload(REPOSITORY, "v1.0.0", upload);
    }
    let upload = github::Upload::zip("maps.zip", package().zip());
    world.github.upload(REPOSITORY, "v1.0.0", upload);
    let journal = world.publish("d-1", "v1.0.0");
    assert_eq!(journal.state, State::Done, "{:#?}", journal.steps);
    let taken = &journal.staged.unwrap().from;
    let name = "maps.zip".to_owned();
    assert_eq!(taken, &registry::record::StagedFrom::Asset { name });
}

#[test]
fn a_limit_without_a_time_is_left_alone_for_a_minute() {
    let world = World::new();
    let limited = Mode::Answer(github::secondary_limit(403, None));
    let journal = delivered(&world, false, once(RELEASE, limited));
    assert_eq!(journal.state, State::Done, "{:?}", journal.error);
    let at: Vec<_> = journal.steps.iter().map(|step| step.at).collect();
    assert!(at[2] >= at[1].plus(60_000), "{:#?}", journal.steps);
}

#[test]
fn a_rate_limit_is_waited_for_as_long_as_github_says() {
    for status in [403, 429] {
        let world = World::new();
        let reset = seconds(&world.host) + 3_000;
        let limited = Mode::Answer(github::rate_limited(status, reset));
        let journal = delivered(&world, false, once(RELEASE, limited));
        assert_eq!(journal.state, State::Done, "{:?}", journal.error);
        let asked: Vec<_> = journal
            .steps
            .iter()
            .map(|step| step.at.milliseconds())
            .collect();
        let reset = i64::try_from(reset).unwrap() * 1000;
        let between = asked.iter().filter(|at| **at > asked[1] && **at < reset);
        assert_eq!(between.count(), 0, "{:#?}", journal.steps);
    }
}

fn seconds(host: &MemoryHost) -> u64 {
    use edge::Clock;
    u64::try_from(host.now().milliseconds() / 1000).unwrap()
}

#[test]
fn what_gets_lost_again_and_again_is_not_fetched_for_ever() {
    let world = World::new();
    world.release("v1.0.0", &package());
    let robbed = world.host.peer();
    let robber = world.host.peer();
    robbed.inject(move |point| {
        // When the journal is to say that it is fetched, it is something else.
        let staged = "staged/d-1.zip";
        if point.operation == Operation::Put
            && point.name == "deliveries/d-1.json"
            && robber.bytes(staged).is_some()
        {
            robber.place(staged, b"something else".to_vec());
        }
        None
    });
    world.deliver_to(&robbed, "d-1", "v1.0.0").unwrap();
    robbed.run(robbed.run_deferred()).unwrap();
    let journal = resume_until_finished(&robbed, "d-1").unwrap();
    assert_eq!(journal.state, State::Failed, "{:#?}", journal.steps);
    let error = journal.error.unwrap();
    assert_eq!(error.code, "staging-lost");
    assert!(error.message.contains("three times"), "{}", error.message);
    let fetched = journal.steps.iter();
    let fetched = fetched.filter(|step| step.state == State::Fetched);
    assert_eq!(fetched.count(), 3, "{:#?}", journal.steps);
}
