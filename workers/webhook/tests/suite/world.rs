//! An in-memory platform with GitHub, Discord and Foundry around it.

use std::io::Write;

use edge::{Response, StatusCode, config::name};
use registry::{
    Channel, ChannelsRecord, DeliveryId, Journal, Key, PackageId, ReleaseRecord, State, Track,
    store,
};
use serde_json::Value;
use testkit::{
    fake::{Discord, Foundry, Github},
    memory::{MemoryHost, Tried, request},
    package::Package,
    payload, sign,
};
use webhook::Webhook;

pub const REPOSITORY: &str = "author/maps";
pub const ADMIN_TOKEN: &str = "admin-token-of-the-tests";

/// The platform and everyone it talks to.
pub struct World {
    pub host: MemoryHost,
    pub github: Github,
    pub discord: Discord,
    pub foundry: Foundry,
}

impl World {
    pub fn new() -> Self {
        let host = MemoryHost::new();
        let github = Github::in_memory(&host);
        let discord = Discord::in_memory(&host);
        let foundry = Foundry::in_memory(&host);
        foundry.token("maps", "fvttp_maps");
        // What is asked of Foundry is looked at here; its look at the manifest is the black-box
        // suite's.
        foundry.check_manifests(false);
        let origins = github.origins().clone();
        for (name, value) in [
            (name::PUBLIC_URL, "https://edge.example".to_owned()),
            (name::ADMIN_TOKEN, ADMIN_TOKEN.to_owned()),
            (name::GITHUB_WEBHOOK_SECRET, sign::TEST_KEY.to_owned()),
            (name::GITHUB_REPOSITORIES, "author/*".to_owned()),
            (name::GITHUB_API_URL, origins.api),
            (name::GITHUB_ASSET_HOSTS, github.asset_hosts()),
            (name::DISCORD_WEBHOOK_URL, discord.webhook_url()),
            (name::FOUNDRY_API_URL, foundry.url().to_owned()),
            (
                name::FOUNDRY_RELEASE_TOKENS,
                r#"{"maps":"fvttp_maps"}"#.to_owned(),
            ),
        ] {
            host.set(name, &value);
        }
        Self {
            host,
            github,
            discord,
            foundry,
        }
    }

    /// GitHub has a release of `package` under `tag`, its archive attached.
    pub fn release(&self, tag: &str, package: &Package) -> payload::Release {
        let release = payload::Release::new(REPOSITORY, tag);
        self.github.publish(release.clone(), package.zip());
        self.github.upload(
            REPOSITORY,
            tag,
            testkit::fake::github::Upload::zip("maps.zip", package.zip()),
        );
        release
    }

    /// GitHub delivers what happened to the release `tag`.
    pub fn deliver_to(&self, host: &MemoryHost, delivery: &str, tag: &str) -> Option<Response> {
        let body = self.github.event(REPOSITORY, tag, "published").to_string();
        deliver(host, "release", delivery, &body)
    }

    /// The same, and everything that is done after the response.
    pub fn publish(&self, delivery: &str, tag: &str) -> Journal {
        let response = self.deliver_to(&self.host, delivery, tag).unwrap();
        assert_eq!(response.status, StatusCode::ACCEPTED);
        self.host.run(self.host.run_deferred()).unwrap();
        journal(&self.host, delivery).unwrap()
    }
}

/// Delivers `body` as GitHub does; `None` where the process crashed.
pub fn deliver(host: &MemoryHost, event: &str, delivery: &str, body: &str) -> Option<Response> {
    let headers = payload::headers(event, delivery, body.as_bytes(), Some(sign::TEST_KEY));
    let builder = headers.iter().fold(
        request("POST", "/webhooks/github"),
        |builder, (name, value)| builder.header(name, value),
    );
    let request = builder.body(body.to_owned()).build();
    host.run(edge::serve::<Webhook, _>(host, request)).ok()
}

/// An admin's call.
pub fn admin(host: &MemoryHost, method: &str, path: &str, body: &str) -> (StatusCode, Value) {
    let request = request(method, path)
        .header("authorization", &format!("Bearer {ADMIN_TOKEN}"))
        .body(body.to_owned())
        .build();
    answer(host, request)
}

/// What `request` is answered.
pub fn answer(host: &MemoryHost, request: edge::Request) -> (StatusCode, Value) {
    host.run(async {
        let response = edge::serve::<Webhook, _>(host, request).await;
        let status = response.status;
        let body = response.body.bytes(1 << 20).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    })
    .unwrap()
}

pub fn journal(host: &MemoryHost, delivery: &str) -> Option<Journal> {
    let delivery = DeliveryId::parse(delivery).unwrap();
    let key = Key::Delivery(&delivery);
    let read = store::read::<Journal, _>(host, &key);
    host.run(read)
        .unwrap()
        .unwrap()
        .map(|journal| journal.record)
}

pub fn channels(host: &MemoryHost, id: &str) -> Option<ChannelsRecord> {
    let id = PackageId::parse(id).unwrap();
    let key = Key::Channels(&id);
    let read = store::read::<ChannelsRecord, _>(host, &key);
    host.run(read)
        .unwrap()
        .unwrap()
        .map(|channels| channels.record)
}

/// The version that a channel serves.
pub fn served(host: &MemoryHost, id: &str, channel: &str) -> Option<String> {
    let channel = Track::Channel(Channel::parse(channel).unwrap());
    let channels = channels(host, id)?;
    channels
        .serving(&channel)
        .map(|release| release.version.to_string())
}

/// Everything that a reader who sees the channel pointer will ask for next is there and right.
pub fn assert_whole(host: &MemoryHost, id: &str) {
    let Some(channels) = channels(host, id) else {
        return;
    };
    for summary in &channels.releases {
        let (id, version) = (&channels.id, &summary.version);
        let release: ReleaseRecord = {
            let key = Key::Release(id, version);
            let read = store::read::<ReleaseRecord, _>(host, &key);
            host.run(read)
                .unwrap()
                .unwrap()
                .expect("a listed release has facts")
                .record
        };
        let artifact = &release.packed.artifact;
        if *artifact != summary.artifact {
            // Being replaced: the manifest before it still stands.
            assert!(release.replaced.is_some());
            let before = Key::Manifest(id, version, &summary.artifact);
            host.bytes(&before.path()).expect("the manifest before it");
        }
        for channel in channels.channels.keys() {
            let served = channels.served(channel);
            let is_served = served.is_some_and(|served| served.version == *version);
            assert!(
                !is_served || release.yanked.is_none(),
                "{channel} serves what is withdrawn"
            );
        }
        let archive = host
            .bytes(&Key::Archive(id, version, artifact).path())
            .expect("a listed release has an archive");
        assert_eq!(sign::sha256_hex(&archive), release.packed.sha256.hex());
        let manifest = host
            .bytes(&Key::Manifest(id, version, artifact).path())
            .expect("a listed release has a manifest");
        let files = testkit::package::unzip(&archive);
        let inside = files
            .iter()
            .find(|(name, _)| name == channels.kind.manifest_name());
        assert_eq!(
            inside.map(|(_, bytes)| bytes.as_slice()),
            Some(manifest.as_ref())
        );
    }
}

/// Runs the scheduled tick, hours apart, until nothing is open; the last journal of `delivery`.
pub fn resume_until_finished(host: &MemoryHost, delivery: &str) -> Option<Journal> {
    for _ in 0..12 {
        host.run(edge::tick::<Webhook, _>(host)).unwrap();
        let open = host.keys().iter().any(|key| key.starts_with("open/"));
        let finished = journal(host, delivery).is_none_or(|journal| journal.state.is_finished());
        if !open && finished {
            break;
        }
        host.advance(std::time::Duration::from_secs(4 * 3600));
    }
    journal(host, delivery)
}

pub fn assert_done(journal: &Journal) {
    assert_eq!(
        journal.state,
        State::Done,
        "{:?} {:#?}",
        journal.error,
        journal.steps
    );
}

/// Prints how many faults were tried, past the harness, which keeps what a test prints that passes.
pub fn print_tried(what: &str, tried: &Tried) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "fault points, {what}: {tried}").unwrap();
}
