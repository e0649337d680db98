//! An in-memory platform with Discord around it and packages in its store.

use std::time::Duration;

use discord::Discord as Function;
use edge::{Clock, StatusCode, config::name};
use registry::{
    Channel, DeliveryId, Digest, Journal, Key, Manifest, PackageId, PackageType, Packed, Record,
    ReleaseRecord, Repository, State, Version, record::ReleaseSource, store,
};
use serde_json::{Value, json};
use testkit::{
    fake::{Discord, discord::wrong_with},
    memory::{MemoryHost, request},
    payload::interaction::{APPLICATION, GUILD, Interaction, InteractionKey},
};

/// What lets a member manage the server.
pub const MANAGE_GUILD: u64 = 1 << 5;

/// The token of the interactions, a secret.
pub const TOKEN: &str = "fake-interaction-token-aW50ZXJhY3Rpb24";

/// The platform, Discord, and its key.
pub struct World {
    pub host: MemoryHost,
    pub discord: Discord,
    pub key: InteractionKey,
}

/// A release in the making.
pub struct Release {
    pub id: &'static str,
    pub version: String,
    pub title: &'static str,
    pub minimum: Option<&'static str>,
    pub maximum: Option<&'static str>,
    pub notes: &'static str,
}

impl Release {
    pub fn of(id: &'static str, version: &str) -> Self {
        Self {
            id,
            version: version.to_owned(),
            title: "Maps & Tokens",
            minimum: Some("11"),
            maximum: None,
            notes: "## New\n- a *map*",
        }
    }

    pub fn titled(mut self, title: &'static str) -> Self {
        self.title = title;
        self
    }

    pub fn for_foundry(mut self, minimum: &'static str, maximum: &'static str) -> Self {
        (self.minimum, self.maximum) = (Some(minimum), Some(maximum));
        self
    }

    pub fn notes(mut self, notes: &'static str) -> Self {
        self.notes = notes;
        self
    }
}

impl World {
    /// A server whose members may administer, and nothing published.
    pub fn empty() -> Self {
        let host = MemoryHost::new();
        let discord = Discord::in_memory(&host);
        let key = InteractionKey::for_tests();
        discord.interaction(APPLICATION, TOKEN);
        for (name, value) in [
            (name::PUBLIC_URL, "https://edge.example"),
            (name::DISCORD_PUBLIC_KEY, &key.public()),
            (name::DISCORD_APPLICATION_ID, APPLICATION),
            (name::DISCORD_ADMIN_GUILDS, GUILD),
        ] {
            host.set(name, value);
        }
        Self { host, discord, key }
    }

    /// The same with a module of three releases.
    pub fn new() -> Self {
        let world = Self::empty();
        for release in [
            Release::of("maps", "1.0.0").for_foundry("11", "11"),
            Release::of("maps", "1.1.0").for_foundry("11", "12"),
            Release::of("maps", "1.2.0").for_foundry("12", "13"),
            Release::of("maps", "1.3.0-beta.1").for_foundry("13", "13"),
        ] {
            world.publish(&release);
        }
        world
    }

    /// Publishes a release as the pipeline does, its archive left out.
    pub fn publish(&self, release: &Release) {
        let id = PackageId::parse(release.id).unwrap();
        let version = Version::parse(&release.version).unwrap();
        let repository = Repository::parse("author/maps").unwrap();
        let delivery = DeliveryId::parse(&format!("d-{}", self.host.keys().len()));
        let delivery = delivery.unwrap();
        let manifest = json!({
            "id": release.id, "title": release.title, "version": release.version,
            "description": "Maps *to* play on", "authors": [{ "name": "A_B" }],
            "url": "https://author.example/maps",
            "media": [{ "type": "icon", "url": "https://author.example/icon.png" }],
            "compatibility": { "minimum": release.minimum, "maximum": release.maximum },
        });
        let manifest = Manifest::parse(manifest.to_string().as_bytes()).unwrap();
        let digest = Digest::new([1; 32]);
        let record = ReleaseRecord {
            schema: 1,
            id: id.clone(),
            kind: PackageType::Module,
            channel: Channel::of(&version, false),
            version,
            prerelease: false,
            title: release.title.to_owned(),
            published_at: self.host.now(),
            packed: Packed {
                fetched: None,
                artifact: digest,
                size: 1,
                sha256: digest,
                tail_offset: 0,
                before_tail: None,
                manifest_size: 1,
                manifest_sha256: digest,
            },
            compatibility: manifest.compatibility(),
            repository: repository.clone(),
            tag: Some(format!("v{}", release.version)),
            notes_url: Some(format!("https://author.example/v{}", release.version)),
            delivery: delivery.clone(),
            warnings: registry::Findings::default(),
            yanked: None,
            replaced: None,
            source: None,
            followed_at: None,
            finished_by: None,
            unfinished_by: None,
        };
        let mut source = ReleaseSource {
            tag: format!("v{}", release.version),
            ..ReleaseSource::default()
        };
        source.set_notes(release.notes);
        let mut journal = Journal::new(
            delivery.clone(),
            repository,
            "release",
            "published",
            source,
            self.host.now(),
        );
        journal.state = State::Done;
        self.host.block_on(async {
            store::create(&self.host, &Key::Delivery(&delivery), &journal)
                .await
                .unwrap();
            store::publish(&self.host, &record, &manifest)
                .await
                .unwrap();
            store::refresh_catalogue(&self.host, &id).await.unwrap();
        });
    }

    /// Adds `count` releases to a package's channels, 1.0.0, 1.1.0, …
    pub fn publish_many(&self, id: &'static str, count: usize) {
        self.publish(&Release::of(id, "1.0.0"));
        let id = PackageId::parse(id).unwrap();
        let key = Key::Channels(&id);
        let read = store::read::<registry::ChannelsRecord, _>(&self.host, &key);
        let mut channels = self.host.block_on(read).unwrap().unwrap().record;
        let first = channels.releases[0].clone();
        for number in 1..count {
            let version = Version::parse(&format!("1.{number}.0")).unwrap();
            channels.releases.insert(
                0,
                registry::ReleaseSummary {
                    version,
                    ..first.clone()
                },
            );
        }
        self.host.place(&key.path(), channels.encode());
    }

    /// What an interaction is answered, by status and body.
    pub fn send(&self, interaction: &Interaction) -> (StatusCode, Value) {
        let body = interaction.bytes();
        let seconds = self.host.now().milliseconds() / 1000;
        self.post(&self.key.headers(seconds, &body), body)
    }

    /// How long an interaction takes on another platform, and what it is answered there.
    pub fn through<H: discord::Host>(
        &self,
        host: &H,
        interaction: &Interaction,
    ) -> (Duration, Value) {
        let started = self.host.now();
        let body = interaction.bytes();
        let headers = self.key.headers(started.milliseconds() / 1000, &body);
        let request = request("POST", "/discord/interactions")
            .headers(&headers)
            .body(body)
            .build();
        self.host.block_on(async {
            let response = edge::serve::<Function, _>(host, request).await;
            let took = self.host.now().milliseconds() - started.milliseconds();
            let body = response.body.bytes(1 << 20).await.unwrap();
            let took = Duration::from_millis(took.unsigned_abs());
            (took, serde_json::from_slice(&body).unwrap_or_default())
        })
    }

    /// What a request is answered.
    pub fn post(&self, headers: &[(String, String)], body: Vec<u8>) -> (StatusCode, Value) {
        let request = request("POST", "/discord/interactions")
            .headers(headers)
            .body(body)
            .build();
        self.host.block_on(async {
            let response = edge::serve::<Function, _>(&self.host, request).await;
            let status = response.status;
            let body = response.body.bytes(1 << 20).await.unwrap();
            (status, serde_json::from_slice(&body).unwrap_or_default())
        })
    }

    /// What an interaction is answered, which Discord has to like.
    pub fn answer(&self, interaction: &Interaction) -> Value {
        let (status, answer) = self.send(interaction);
        assert_eq!(status, StatusCode::OK, "{answer}");
        let wrong = wrong_with(interaction.kind(), &answer);
        assert!(wrong.is_empty(), "{wrong:?}\n{answer:#}");
        answer
    }

    /// The message that an interaction gets at once.
    pub fn message(&self, interaction: &Interaction) -> Value {
        let answer = self.answer(interaction);
        assert!(answer["type"] == 4 || answer["type"] == 7, "{answer}");
        answer["data"].clone()
    }

    /// The message that only the person who asked sees, whether it comes at once or, because it uses
    /// the store more often than there is time for, after the response.
    pub fn private(&self, interaction: &Interaction) -> Value {
        let answer = self.answer(interaction);
        assert_eq!(answer["data"]["flags"], 64, "{answer}");
        if answer["type"] != 5 {
            return answer["data"].clone();
        }
        self.host.block_on(self.host.run_deferred());
        self.discord
            .edits(TOKEN)
            .last()
            .cloned()
            .unwrap_or_default()
    }

    /// The message that an interaction gets after the response.
    pub fn later(&self, interaction: &Interaction) -> Value {
        let before = self.discord.edits(TOKEN).len();
        let answer = self.answer(interaction);
        assert!(answer["type"] == 5 || answer["type"] == 6, "{answer}");
        self.host.block_on(self.host.run_deferred());
        let edits = self.discord.edits(TOKEN);
        assert_eq!(edits.len(), before + 1, "{:#?}", self.host.log_lines());
        assert!(self.discord.violations().is_empty());
        edits.last().cloned().unwrap_or_default()
    }
}

/// Every text that a message shows, a line each.
pub fn texts(message: &Value) -> String {
    fn walk(value: &Value, lines: &mut Vec<String>) {
        match value {
            Value::String(text) => lines.push(text.clone()),
            Value::Array(list) => list.iter().for_each(|value| walk(value, lines)),
            Value::Object(members) => members
                .iter()
                .filter(|(name, _)| *name != "custom_id")
                .for_each(|(_, value)| walk(value, lines)),
            _ => {}
        }
    }
    let mut lines = Vec::new();
    walk(message, &mut lines);
    lines.join("\n")
}

/// The custom ids of a message's buttons, in order.
pub fn buttons(message: &Value) -> Vec<String> {
    let rows = message["components"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let buttons = rows
        .iter()
        .flat_map(|row| row["components"].as_array().cloned().unwrap_or_default());
    buttons
        .filter_map(|button| Some(button["custom_id"].as_str()?.to_owned()))
        .collect()
}

/// A command of a member who may administer.
pub fn operator(path: &str) -> Interaction {
    Interaction::command(path).member(&[], MANAGE_GUILD)
}

/// A button that such a member presses.
pub fn press(id: &str) -> Interaction {
    Interaction::button(id).member(&[], MANAGE_GUILD)
}
