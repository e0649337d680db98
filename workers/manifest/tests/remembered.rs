//! What an instance remembers of update checks.

use std::time::Duration;

use edge::{Response, Timestamp};
use manifest::Manifest;
use registry::{
    Channel, ChannelsRecord, Compatibility, Digest, Key, PackageId, PackageType, Record,
    ReleaseSummary, Version,
};
use testkit::memory::{Fault, MemoryHost, Operation, Point, request};

const PATH: &str = "/packages/a-module/module.json";

fn id() -> PackageId {
    PackageId::parse("a-module").expect("an id")
}

fn artifact(version: &str) -> Digest {
    Digest::new([version.len() as u8; 32])
}

/// The instance, and what channel `stable` serves.
struct Registry {
    host: MemoryHost,
    channels: ChannelsRecord,
}

impl Registry {
    fn new() -> Self {
        let host = MemoryHost::new();
        host.set("PUBLIC_URL", "https://packages.example.com");
        let channels = ChannelsRecord::new(id(), PackageType::Module);
        Self { host, channels }
    }

    fn publish(&mut self, version: &str) {
        let parsed = Version::parse(version).expect("a version");
        let key = Key::Manifest(&id(), &parsed, &artifact(version)).path();
        let text = format!(r#"{{"id":"a-module","version":"{version}"}}"#);
        self.host.place(&key, text.into_bytes());
        let summary = ReleaseSummary {
            channel: Channel::stable(),
            version: parsed,
            also: Vec::new(),
            off: Vec::new(),
            prerelease: false,
            published_at: Timestamp::default(),
            artifact: artifact(version),
            edition: None,
            size: 1,
            notes_url: None,
            compatibility: Compatibility::default(),
            yanked: false,
        };
        self.channels.publish(summary, Timestamp::default());
        self.write();
    }

    fn withdraw(&mut self, version: &str) {
        let version = Version::parse(version).expect("a version");
        self.channels.set_yanked(&version, true);
        self.write();
    }

    fn write(&self) {
        let key = Key::Channels(&id()).path();
        self.host.place(&key, self.channels.encode());
    }

    /// Status and version of an update check.
    fn check(&self) -> (u16, String) {
        let asked = request("GET", PATH).build();
        let answer = self
            .host
            .block_on(edge::serve::<Manifest, _>(&self.host, asked));
        let status = answer.status.as_u16();
        (status, self.version(answer))
    }

    fn version(&self, answer: Response) -> String {
        let bytes = self.host.block_on(answer.body.bytes(10_000));
        let text = bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let text = text.unwrap_or_default();
        let (_, rest) = text.split_once(r#""version":""#).unwrap_or_default();
        rest.split('"').next().unwrap_or_default().to_owned()
    }

    /// How often bytes were read since the last look.
    fn read(&self, seen: &mut usize) -> usize {
        let points = self.host.points();
        let reads = points.iter().filter(|one| one.operation == Operation::Get);
        let all = reads.count();
        let since = all - *seen;
        *seen = all;
        since
    }
}

#[test]
fn a_check_costs_one_read_until_the_channels_change() {
    let mut registry = Registry::new();
    let mut seen = 0;
    assert_eq!(registry.check().0, 404);
    registry.publish("1.0.0");
    registry.read(&mut seen);
    assert_eq!(registry.check(), (200, "1.0.0".into()));
    assert_eq!(registry.read(&mut seen), 2, "the record and the manifest");
    for _ in 0..3 {
        assert_eq!(registry.check(), (200, "1.0.0".into()));
        assert_eq!(
            registry.read(&mut seen),
            1,
            "whether the record is the same"
        );
    }
    // Longer, so that the artifact is another one.
    registry.publish("1.10.0");
    assert_eq!(registry.check(), (200, "1.10.0".into()));
    registry.withdraw("1.10.0");
    assert_eq!(registry.check(), (200, "1.0.0".into()));
    registry.withdraw("1.0.0");
    assert_eq!(registry.check().0, 410);
}

#[test]
fn what_is_remembered_stands_in_for_a_store_that_fails() {
    let mut registry = Registry::new();
    registry.publish("1.0.0");
    let other = registry.host.peer();
    assert_eq!(registry.check(), (200, "1.0.0".into()));
    registry.host.inject(|_| Some(Fault::Before));
    assert_eq!(registry.check(), (200, "1.0.0".into()));
    assert!(
        registry
            .host
            .log_lines()
            .iter()
            .any(|line| line.contains("store-failed"))
    );
    // The record can be read, but not what it names.
    registry.publish("1.10.0");
    registry
        .host
        .inject(|point| point.name.contains("manifest").then_some(Fault::Before));
    assert_eq!(registry.check(), (200, "1.0.0".into()));
    registry.host.heal();
    assert_eq!(registry.check(), (200, "1.10.0".into()));
    // Nor is it answered for good.
    registry.host.inject(|_| Some(Fault::Before));
    registry.host.advance(Duration::from_secs(59));
    assert_eq!(registry.check(), (200, "1.10.0".into()));
    registry.host.advance(Duration::from_secs(1));
    assert_eq!(registry.check().0, 503);
    registry.host.heal();
    assert_eq!(registry.check(), (200, "1.10.0".into()));
    // An instance that remembers nothing has nothing to answer.
    other.inject(|_| Some(Fault::Before));
    registry.host = other;
    assert_eq!(registry.check().0, 503);
}

#[test]
fn what_is_withdrawn_stands_in_for_nothing() {
    let mut registry = Registry::new();
    registry.publish("1.0.0");
    registry.publish("1.10.0");
    assert_eq!(registry.check(), (200, "1.10.0".into()));
    registry.withdraw("1.10.0");
    // The record says so, but what is served instead cannot be read.
    let manifests = |point: &Point| point.name.contains("manifest").then_some(Fault::Before);
    registry.host.inject(manifests);
    assert_eq!(registry.check().0, 503);
    registry.host.heal();
    assert_eq!(registry.check(), (200, "1.0.0".into()));
}

/// However much is remembered: health is about the store.
#[test]
fn health_asks_the_store() {
    let registry = Registry::new();
    let health = || {
        let asked = request("GET", "/health/manifest").build();
        let host = &registry.host;
        let answer = host.block_on(edge::serve::<Manifest, _>(host, asked));
        let status = answer.status.as_u16();
        let bytes = host.block_on(answer.body.bytes(10_000)).expect("a text");
        (status, String::from_utf8_lossy(&bytes).into_owned())
    };
    assert_eq!(health().0, 200);
    for operation in [Operation::Get, Operation::Head] {
        // Copies answer what is read; only a look at the store itself says that it is gone.
        registry
            .host
            .inject(move |point| (point.operation == operation).then_some(Fault::Before));
        let (status, text) = health();
        assert_eq!(status, 503, "{text}");
        assert!(text.contains("objects"), "{text}");
        registry.host.heal();
    }
}
