//! An interaction of Discord's, through the whole function: gate, reading, dispatch, and what is done
//! after the response.
//!
//! The first line is the signature; what follows is the body. Without a signature the body is signed
//! as Discord signs it.
#![no_main]

use std::sync::OnceLock;

use discord::Discord as Function;
use edge::{Clock, Json, StatusCode, Timestamp, config::name};
use libfuzzer_sys::fuzz_target;
use registry::{
    Catalogue, CatalogueEntry, Channel, ChannelsRecord, Compatibility, Digest, Key, Manifest,
    PackageId, PackageRecord, PackageType, Record, ReleaseSummary, Repository, Version,
};
use serde_json::Value;
use testkit::{
    fake::{Discord, discord::wrong_with},
    memory::{MemoryHost, request},
    payload::interaction::{APPLICATION, GUILD, InteractionKey},
};

fuzz_target!(|data: &[u8]| {
    let line = data.iter().position(|byte| *byte == b'\n');
    let Some((signature, body)) = line.and_then(|line| data.split_at_checked(line)) else {
        return;
    };
    let body = body.get(1..).unwrap_or_default();
    let Ok(signature) = std::str::from_utf8(signature) else {
        return;
    };
    let (host, discord) = platform();
    let key = InteractionKey::for_tests();
    let mut headers = key.headers(host.now().milliseconds() / 1000, body);
    let mut is_discords = true;
    for (name, value) in &mut headers {
        if name == "x-signature-ed25519" && !signature.is_empty() {
            is_discords = value.eq_ignore_ascii_case(signature);
            signature.clone_into(value);
        }
    }
    if headers
        .iter()
        .any(|(_, value)| value.contains(|c: char| c.is_control() || !c.is_ascii()))
    {
        // What is no header's value never comes to the function.
        return;
    }
    let (status, answer) = answer(&host, &headers, body);
    assert!(!status.is_server_error(), "{status}");
    assert_eq!(status == StatusCode::UNAUTHORIZED, !is_discords, "{status}");
    if status == StatusCode::OK {
        // As the function reads it: where a member is there twice, others take the last one.
        let kind = Json::read(body).expect("JSON")["type"].as_u64();
        let wrong = wrong_with(kind.expect("a type"), &answer);
        assert!(wrong.is_empty(), "{wrong:?} in {answer}");
        host.block_on(host.run_deferred());
    }
    // Discord liked what came later, and nothing was changed that nobody confirmed.
    let violations = discord.violations();
    assert!(violations.is_empty(), "{violations:?}");
    for (key, bytes) in stored() {
        assert_eq!(host.bytes(key).as_deref(), Some(bytes.as_slice()), "{key}");
    }
    for key in host.keys() {
        let is_known = stored().iter().any(|(known, _)| *known == key);
        assert!(is_known || key.starts_with("discord/"), "{key} was written");
    }
});

fn answer(host: &MemoryHost, headers: &[(String, String)], body: &[u8]) -> (StatusCode, Value) {
    let request = request("POST", "/discord/interactions")
        .headers(headers)
        .body(body.to_vec())
        .build();
    host.block_on(async {
        let response = edge::serve::<Function, _>(host, request).await;
        let status = response.status;
        let body = response.body.bytes(1 << 20).await.expect("a body");
        (status, serde_json::from_slice(&body).unwrap_or_default())
    })
}

/// A platform with one package, on which the members of a server may administer.
fn platform() -> (MemoryHost, Discord) {
    let host = MemoryHost::new();
    let discord = Discord::in_memory(&host);
    let public = InteractionKey::for_tests().public();
    for (name, value) in [
        (name::PUBLIC_URL, "https://edge.example"),
        (name::DISCORD_PUBLIC_KEY, public.as_str()),
        (name::DISCORD_APPLICATION_ID, APPLICATION),
        (name::DISCORD_ADMIN_GUILDS, GUILD),
    ] {
        host.set(name, value);
    }
    for (key, bytes) in stored() {
        host.place(key, bytes.clone());
    }
    (host, discord)
}

/// What the store holds, by key.
fn stored() -> &'static [(String, Vec<u8>)] {
    static STORED: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    STORED.get_or_init(|| records().expect("names and manifests that are valid"))
}

fn records() -> Result<Vec<(String, Vec<u8>)>, Box<dyn std::error::Error>> {
    let (id, kind, now) = (
        PackageId::parse("maps")?,
        PackageType::Module,
        Timestamp::default(),
    );
    let mut channels = ChannelsRecord::new(id.clone(), kind);
    for version in ["1.0.0", "1.1.0", "1.2.0-beta.1"] {
        let version = Version::parse(version)?;
        let release = ReleaseSummary {
            channel: Channel::of(&version, false),
            version,
            also: Vec::new(),
            off: Vec::new(),
            prerelease: false,
            published_at: now,
            artifact: Digest::new([1; 32]),
            edition: None,
            size: 1,
            notes_url: Some("https://author.example/notes".to_owned()),
            compatibility: Compatibility {
                minimum: Some("11".to_owned()),
                ..Compatibility::default()
            },
            yanked: false,
        };
        channels.publish(release, now);
    }
    let manifest =
        Manifest::parse(br#"{"id":"maps","title":"Maps *and* more","version":"1.1.0"}"#)?;
    let repository = Repository::parse("author/maps")?;
    let package = PackageRecord::new(id.clone(), kind, repository, &manifest, now);
    let mut catalogue = Catalogue::default();
    catalogue.put(CatalogueEntry::new(&package, &channels));
    Ok(vec![
        (Key::Channels(&id).path(), channels.encode()),
        (Key::Package(&id).path(), package.encode()),
        (Key::Catalogue.path(), catalogue.encode()),
    ])
}
