//! A version is immutable, unless an admin says otherwise.

use edge::StatusCode;
use registry::{Key, PackageId, ReleaseRecord, State, Version, store};
use serde_json::Value;
use testkit::{
    memory::{Fault, MemoryHost, Operation, request},
    package::Package,
    sign,
};

use crate::{
    subscriptions::subscribe,
    world::{
        ADMIN_TOKEN, World, admin, answer, assert_done, assert_whole, channels, journal,
        resume_until_finished, served,
    },
};

const RELEASE: &str = "/admin/v1/packages/maps/releases/1.0.0";

fn put(world: &World, query: &str, token: &str, package: &Package) -> (StatusCode, Value) {
    put_to(&world.host, query, token, package)
}

fn put_to(host: &MemoryHost, query: &str, token: &str, package: &Package) -> (StatusCode, Value) {
    let path = format!("{RELEASE}{query}");
    let request = request("PUT", &path)
        .header("authorization", &format!("Bearer {token}"))
        .body(package.zip())
        .build();
    let answered = answer(host, request);
    host.run(host.run_deferred()).unwrap();
    answered
}

fn record(world: &World) -> ReleaseRecord {
    let id = PackageId::parse("maps").unwrap();
    let version = Version::parse("1.0.0").unwrap();
    let key = Key::Release(&id, &version);
    let read = store::read::<ReleaseRecord, _>(&world.host, &key);
    world.host.run(read).unwrap().unwrap().unwrap().record
}

fn first() -> Package {
    Package::module("maps", "1.0.0").file("a.js", b"1".to_vec())
}

fn second() -> Package {
    Package::module("maps", "1.0.0").file("a.js", b"2".to_vec())
}

#[test]
fn only_what_an_admin_replaces_changes() {
    let world = World::new();
    world.release("v1.0.0", &first());
    subscribe(&world, 1, |_| {});
    assert_done(&world.publish("d-1", "v1.0.0"));
    let before = record(&world);

    // The same again is no change, and neither is it a replacement.
    for query in ["", "?replace=true"] {
        let (status, said) = put(&world, query, ADMIN_TOKEN, &first());
        assert_eq!(status, StatusCode::CREATED, "{said}");
        assert_eq!(record(&world), before, "{query}");
    }
    // Other content is refused in words, however it comes.
    let (status, said) = put(&world, "", ADMIN_TOKEN, &second());
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
    assert!(
        said["detail"].as_str().unwrap().contains("never changes"),
        "{said}"
    );
    let (status, _) = put(&world, "?replace=yes", ADMIN_TOKEN, &second());
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(record(&world), before);

    let (status, said) = put(&world, "?replace=true", ADMIN_TOKEN, &second());
    assert_eq!(status, StatusCode::CREATED, "{said}");
    let after = record(&world);
    let replaced = after.replaced.clone().unwrap();
    assert_eq!(said["edition"], replaced.edition.as_str());
    assert_ne!(after.packed.sha256, before.packed.sha256);
    assert_eq!(
        (&after.delivery, after.published_at),
        (&before.delivery, before.published_at)
    );
    assert_whole(&world.host, "maps");
    assert_eq!(
        served(&world.host, "maps", "stable").as_deref(),
        Some("1.0.0")
    );
    // Caches know another URL.
    let manifest = format!(
        "packages/maps/releases/1.0.0/{}/manifest.json",
        after.packed.artifact
    );
    let manifest: Value = serde_json::from_slice(&world.host.bytes(&manifest).unwrap()).unwrap();
    let download = manifest["download"].as_str().unwrap();
    assert!(
        download.ends_with(&format!("?edition={}", replaced.edition)),
        "{download}"
    );
    // Nobody is told of the version twice.
    assert_eq!(world.discord.messages().len(), 1);
    assert_eq!(world.foundry.releases().len(), 1);
    assert_eq!(world.discord.messages_in("1").len(), 1);

    let actions = world.host.bytes("packages/maps/actions.json").unwrap();
    let actions = String::from_utf8(actions.to_vec()).unwrap();
    assert_eq!(actions.matches(&replaced.edition).count(), 1, "{actions}");

    let journal = journal(&world.host, replaced.delivery.as_str()).unwrap();
    let steps = journal.steps.iter().map(|step| step.detail.as_str());
    let steps: Vec<&str> = steps.collect();
    assert!(
        steps
            .iter()
            .any(|step| step.contains("replaced by edition")),
        "{steps:?}"
    );
    let (_, again) = put(&world, "?replace=true", ADMIN_TOKEN, &second());
    assert_eq!(again["sha256"], said["sha256"]);
    assert_eq!(record(&world), after);
}

#[test]
fn a_version_that_is_not_there_is_simply_published() {
    let world = World::new();
    let (status, said) = put(&world, "?replace=true", ADMIN_TOKEN, &first());
    assert_eq!(
        (status, &said["edition"]),
        (StatusCode::CREATED, &Value::Null)
    );
    assert_eq!(record(&world).replaced, None);
    assert_eq!(world.discord.messages().len(), 1);
}

#[test]
fn what_is_replaced_stays_where_it_is() {
    let world = World::new();
    put(&world, "", ADMIN_TOKEN, &first());
    let yank = format!("{RELEASE}/yank");
    admin(&world.host, "POST", &yank, r#"{"reason":"breaks"}"#);
    put(&world, "?replace=true", ADMIN_TOKEN, &second());
    assert!(record(&world).yanked.is_some());
    assert!(channels(&world.host, "maps").unwrap().releases[0].yanked);
    admin(&world.host, "POST", &format!("{RELEASE}/restore"), "");
    assert_eq!(
        served(&world.host, "maps", "stable").as_deref(),
        Some("1.0.0")
    );
    assert_whole(&world.host, "maps");
}

#[test]
fn a_publish_token_publishes_its_package_and_nothing_else() {
    let world = World::new();
    let host = &world.host;
    let tokens = "/admin/v1/packages/maps/tokens";
    let (status, made) = admin(host, "POST", tokens, r#"{"name":"release workflow"}"#);
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let token = made["token"].as_str().unwrap();
    assert!(
        token.starts_with("vtta_publish_") && token.len() == 13 + 64,
        "{token}"
    );
    let stored =
        String::from_utf8(host.bytes("packages/maps/tokens.json").unwrap().to_vec()).unwrap();
    assert!(!stored.contains(&token[13..]), "the token itself is stored");
    assert!(stored.contains(&sign::sha256_hex(token.as_bytes())));

    let (status, said) = put(&world, "", token, &first());
    assert_eq!(status, StatusCode::CREATED, "{said}");
    let journal = journal(host, said["delivery"].as_str().unwrap()).unwrap();
    assert_eq!(journal.state, State::Done);
    let steps = serde_json::to_string(&journal.steps).unwrap();
    assert!(
        steps.contains("release workflow") && !steps.contains(token),
        "{steps}"
    );
    let (_, listed) = admin(host, "GET", tokens, "");
    let listed = &listed["tokens"][0];
    assert_eq!(
        (&listed["id"], &listed["name"]),
        (&made["id"], &made["name"])
    );
    assert!(
        listed["last_used_at"].is_string() && listed.get("token").is_none(),
        "{listed}"
    );

    // It replaces nothing, opens no other package and no other call.
    let (status, said) = put(&world, "?replace=true", token, &second());
    assert_eq!(status, StatusCode::FORBIDDEN, "{said}");
    for (method, path) in [
        ("PUT", "/admin/v1/packages/other/releases/1.0.0"),
        ("PUT", "/admin/v1/packages/maps/channels/stable"),
        ("POST", "/admin/v1/packages/maps/releases/1.0.0/yank"),
        ("GET", tokens),
        ("POST", "/webhooks/resume"),
    ] {
        let bearer = format!("Bearer {token}");
        let ask = request(method, path)
            .header("authorization", &bearer)
            .build();
        assert_eq!(
            answer(host, ask).0,
            StatusCode::UNAUTHORIZED,
            "{method} {path}"
        );
    }
    let mut wrong = token.to_owned();
    wrong.pop();
    assert_eq!(
        put(&world, "", &wrong, &first()).0,
        StatusCode::UNAUTHORIZED
    );

    let one = format!("{tokens}/{}", made["id"].as_str().unwrap());
    assert_eq!(admin(host, "DELETE", &one, "").0, StatusCode::NO_CONTENT);
    assert_eq!(admin(host, "DELETE", &one, "").0, StatusCode::NOT_FOUND);
    assert_eq!(put(&world, "", token, &first()).0, StatusCode::UNAUTHORIZED);
    assert!(
        !host.log_lines().join("\n").contains(token),
        "the token is in the log"
    );
}

#[test]
fn a_package_has_a_bounded_number_of_tokens() {
    let world = World::new();
    let tokens = "/admin/v1/packages/maps/tokens";
    let mut statuses = Vec::new();
    for number in 0..21 {
        let name = format!(r#"{{"name":"number {number}"}}"#);
        statuses.push(admin(&world.host, "POST", tokens, &name).0);
    }
    assert_eq!(statuses.pop(), Some(StatusCode::CONFLICT));
    assert!(statuses.iter().all(|status| *status == StatusCode::CREATED));
    let (status, _) = admin(&world.host, "POST", tokens, r#"{"name":"  "}"#);
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[test]
fn a_token_is_shown_although_nobody_could_note_who_made_it() {
    let world = World::new();
    let tokens = "/admin/v1/packages/maps/tokens";
    let failing = world.host.peer();
    failing.inject(|point| {
        let is_it = point.operation == Operation::Put && point.name.ends_with("actions.json");
        is_it.then_some(Fault::Before)
    });
    let (status, made) = admin(&failing, "POST", tokens, r#"{"name":"workflow"}"#);
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let token = made["token"].as_str().unwrap();
    assert_eq!(put(&world, "", token, &first()).0, StatusCode::CREATED);
    let one = format!("{tokens}/{}", made["id"].as_str().unwrap());
    let (status, said) = admin(&failing, "DELETE", &one, "");
    assert_eq!(status, StatusCode::NO_CONTENT, "{said}");
    assert_eq!(put(&world, "", token, &first()).0, StatusCode::UNAUTHORIZED);
    let log = failing.log_lines().join("\n");
    assert_eq!(log.matches("action-not-noted").count(), 2, "{log}");
    assert!(!log.contains(token), "the token is in the log");
}

/// A module of that content.
fn edition(content: u8) -> Package {
    Package::module("maps", "1.0.0").file("a.js", vec![content])
}

#[test]
fn of_two_replacements_the_later_one_stands() {
    let world = World::new();
    put(&world, "", ADMIN_TOKEN, &edition(0));
    // It stops before it makes visible what it has packed.
    let dying = world.host.peer();
    dying.inject(|point| {
        let is_it = point.operation == Operation::Put
            && point.name == "packages/maps/releases/1.0.0/release.json";
        is_it.then_some(Fault::CrashBefore)
    });
    let older = request("PUT", &format!("{RELEASE}?replace=true"))
        .header("authorization", &format!("Bearer {ADMIN_TOKEN}"))
        .body(edition(1).zip())
        .build();
    assert!(
        dying
            .run(edge::serve::<webhook::Webhook, _>(&dying, older))
            .is_err()
    );
    world.host.advance(std::time::Duration::from_secs(1));
    let (status, said) = put(&world, "?replace=true", ADMIN_TOKEN, &edition(2));
    assert_eq!(status, StatusCode::CREATED, "{said}");
    let stands = record(&world);

    let open = world.host.keys().into_iter().find_map(|key| {
        let delivery = key.strip_prefix("open/")?;
        Some(delivery.to_owned())
    });
    let open = open.unwrap();
    world.host.advance(std::time::Duration::from_secs(600));
    let journal = resume_until_finished(&world.host, &open).unwrap();
    let error = journal.error.unwrap();
    assert_eq!(
        (journal.state, error.code.as_str()),
        (State::Failed, "version.replaced")
    );
    let by = stands.replaced.as_ref().unwrap().delivery.as_str();
    assert!(error.message.contains(by), "{}", error.message);
    assert_eq!(record(&world), stands);
    assert_whole(&world.host, "maps");
}

#[test]
fn of_what_was_replaced_the_last_two_are_kept() {
    let world = World::new();
    put(&world, "", ADMIN_TOKEN, &edition(0));
    let files = || {
        let keys = world.host.keys();
        let files = keys
            .iter()
            .filter(|key| key.ends_with("/package.zip") || key.ends_with("/manifest.json"));
        files.count()
    };
    for (content, expected) in [(1, 4), (2, 6), (3, 6), (4, 6), (2, 6), (3, 6), (3, 6)] {
        world.host.advance(std::time::Duration::from_secs(1));
        let (status, said) = put(&world, "?replace=true", ADMIN_TOKEN, &edition(content));
        assert_eq!(status, StatusCode::CREATED, "{said}");
        assert_eq!(files(), expected, "{content}");
        assert_whole(&world.host, "maps");
    }
}

/// Four editions, each in the place of the one before; the files of three are kept. With the next one
/// the first replacement goes.
fn replaced_thrice() -> World {
    let world = World::new();
    put(&world, "", ADMIN_TOKEN, &edition(0));
    for content in [1, 2, 3] {
        world.host.advance(std::time::Duration::from_secs(1));
        put(&world, "?replace=true", ADMIN_TOKEN, &edition(content));
    }
    world.host.advance(std::time::Duration::from_secs(1));
    world
}

fn archives(world: &World) -> usize {
    let keys = world.host.keys();
    let archives = keys.iter().filter(|key| key.ends_with("/package.zip"));
    archives.count()
}

#[test]
fn files_that_cannot_be_deleted_hold_up_no_release() {
    let world = replaced_thrice();
    let failing = world.host.peer();
    failing.inject(|point| {
        let is_it = point.operation == Operation::Delete && point.name.ends_with("/package.zip");
        is_it.then_some(Fault::Before)
    });
    let (status, said) = put_to(&failing, "?replace=true", ADMIN_TOKEN, &edition(4));
    assert_eq!(status, StatusCode::CREATED, "{said}");
    let delivery = said["delivery"].as_str().unwrap();
    assert_done(&journal(&world.host, delivery).unwrap());
    let log = failing.log_lines().join("\n");
    assert!(log.contains("files-not-deleted"), "{log}");
    assert_eq!(archives(&world), 4);
    // Whoever publishes it again deletes them.
    put(&world, "?replace=true", ADMIN_TOKEN, &edition(4));
    assert_eq!(archives(&world), 3);
    assert_whole(&world.host, "maps");
}

#[test]
fn what_is_served_again_meanwhile_is_not_deleted() {
    let world = replaced_thrice();
    let slow = world.host.peer();
    let other = world.host.peer();
    let has_come = std::cell::Cell::new(false);
    slow.inject(move |point| {
        // The last replacement is on record, and the first one is to go.
        let is_it = point.operation == Operation::Put && point.name.ends_with("/channels.json");
        if is_it && !has_come.replace(true) {
            other.advance(std::time::Duration::from_secs(1));
            let (status, said) = put_to(&other, "?replace=true", ADMIN_TOKEN, &edition(1));
            assert_eq!(status, StatusCode::CREATED, "{said}");
        }
        None
    });
    put_to(&slow, "?replace=true", ADMIN_TOKEN, &edition(4));
    assert_whole(&world.host, "maps");
    let first = record(&world).packed.artifact;
    let archive = format!("packages/maps/releases/1.0.0/{first}/package.zip");
    let files = testkit::package::unzip(&world.host.bytes(&archive).unwrap());
    let is_first = |(name, bytes): &(String, Vec<u8>)| name == "a.js" && *bytes == [1];
    assert!(files.iter().any(is_first));
    assert_eq!(archives(&world), 3);
}
