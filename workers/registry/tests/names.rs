//! Names: what is taken, what is refused, and that a key made of names stays where it belongs.

use std::fmt::Debug;

use registry::{
    CachePolicy, Channel, DeliveryId, Digest, Generation, Key, NameError, PackageId, PackageType,
    Prefix, Repository, Track, Version, Writing, key,
};

fn check<T: Debug>(parse: fn(&str) -> Result<T, NameError>, good: &[&str], bad: &[&str]) {
    for text in good {
        assert!(parse(text).is_ok(), "{text:?}: {:?}", parse(text));
    }
    for text in bad {
        let error = parse(text).err().map(|error| error.to_string());
        let error = error.unwrap_or_else(|| panic!("{text:?} was taken"));
        assert!(error.contains("is not a valid"), "{error}");
    }
}

/// Texts that must never become part of a path, whatever the kind of name.
const HOSTILE: &[&str] = &[
    "", ".", "..", "../a", "a/b/c", "a\\b", "a b", "a%2fb", "a\0", "a\n", "ä", "/a", "a/", "~a",
];

#[test]
fn names_are_taken_or_refused() {
    check(
        PackageId::parse,
        &[
            "vtta-tokenizer",
            "lib_Wrapper",
            "a",
            "-x",
            "_",
            "5e",
            "com10",
        ],
        &["con", "CON", "nul", "com1", "LPT9", "a.b", &"x".repeat(65)],
    );
    check(
        Channel::parse,
        &["stable", "beta", "nightly-2"],
        &["Stable", "latest", "core-12", "core-", "2beta", "-a"],
    );
    check(
        Generation::parse,
        &["9", "12", "999"],
        &["0", "012", "1000", "12.331", "+12", "-1", "x"],
    );
    check(
        Track::parse,
        &["stable", "core-12"],
        &["core-x", "core-012", "latest"],
    );
    check(
        DeliveryId::parse,
        &["72d3162e-cc78-11e3-81ab-4c9367dc0958", "direct-1", "A"],
        &["-a", "a.b", &"x".repeat(65)],
    );
    check(
        Repository::parse,
        &["VTTAssets/vtta-core", "a/b.c", "a/_"],
        &[
            "a",
            "a/..",
            "./b",
            "a/b c",
            "a//b",
            &format!("{}/b", "a".repeat(40)),
        ],
    );
    check(
        Digest::parse,
        &[&"0aF".repeat(22)[..64]],
        &["0a", &"g".repeat(64)],
    );
}

#[test]
fn no_name_leads_anywhere() {
    check(PackageId::parse, &[], HOSTILE);
    check(Version::parse, &[], HOSTILE);
    check(Channel::parse, &[], HOSTILE);
    check(Track::parse, &[], HOSTILE);
    check(DeliveryId::parse, &[], HOSTILE);
    check(Repository::parse, &[], HOSTILE);
    check(Generation::parse, &[], HOSTILE);
    check(Digest::parse, &[], HOSTILE);
}

#[test]
fn names_are_checked_when_they_are_read_from_a_record() {
    assert!(edge::json::from_slice::<PackageId>(b"\"fine\"").is_ok());
    assert!(edge::json::from_slice::<PackageId>(b"\"../evil\"").is_err());
    assert!(edge::json::from_slice::<Version>(b"\"v1\"").is_err());
    assert!(edge::json::from_slice::<Digest>(b"\"00\"").is_err());
}

#[test]
fn tracks_are_written_as_they_are_read() {
    for segment in ["stable", "beta", "nightly", "core-12"] {
        let track = Track::parse(segment).map(|track| track.segment());
        assert_eq!(track.as_deref(), Ok(segment));
    }
}

#[test]
fn a_digest_is_written_as_headers_want_it() {
    let hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let digest = Digest::parse(hex).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(digest.hex(), hex);
    assert_eq!(
        digest.repr_digest(),
        "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"
    );
}

#[test]
fn package_types_know_their_manifests() {
    for kind in PackageType::ALL {
        assert_eq!(
            PackageType::from_manifest_name(kind.manifest_name()),
            Some(kind)
        );
    }
    assert_eq!(PackageType::from_manifest_name("Module.json"), None);
}

#[test]
fn every_key_has_its_place() -> Result<(), NameError> {
    let id = PackageId::parse("My-Module")?;
    let version = Version::parse("1.2.0-beta.1")?;
    let delivery = DeliveryId::parse("72d3162e-cc78-11e3-81ab-4c9367dc0958")?;
    let hash = Digest::new([0xab; 32]);
    let image = format!("images/{}", "ab".repeat(32));
    let pending = format!("discord/pending/{}", "ab".repeat(32));
    let proxied = format!("proxied/{}.json", "ab".repeat(32));
    let files = format!(
        "packages/My-Module/releases/1.2.0-beta.1/{}",
        "ab".repeat(32)
    );
    let (manifest, archive) = (
        format!("{files}/manifest.json"),
        format!("{files}/package.zip"),
    );
    use {CachePolicy as Cache, Writing as Write};
    let json = "application/json";
    let zip = "application/zip";
    #[rustfmt::skip]
    let expected = [
        (Key::Package(&id), "packages/My-Module/package.json", json, Write::CompareAndSwap, Cache::Brief),
        (Key::Channels(&id), "packages/My-Module/channels.json", json, Write::CompareAndSwap, Cache::Brief),
        (Key::Release(&id, &version), "packages/My-Module/releases/1.2.0-beta.1/release.json", json, Write::CompareAndSwap, Cache::Brief),
        (Key::Manifest(&id, &version, &hash), &manifest, json, Write::CreateOnly, Cache::Immutable),
        (Key::Archive(&id, &version, &hash), &archive, zip, Write::CreateOnly, Cache::Immutable),
        (Key::IdClaim(&id), "ids/my-module.json", json, Write::CompareAndSwap, Cache::Private),
        (Key::Catalogue, "catalogue.json", json, Write::CompareAndSwap, Cache::Brief),
        (Key::Subscriptions(&id), "subscriptions/My-Module.json", json, Write::CompareAndSwap, Cache::Private),
        (Key::Delivery(&delivery), "deliveries/72d3162e-cc78-11e3-81ab-4c9367dc0958.json", json, Write::CompareAndSwap, Cache::Private),
        (Key::Staged(&delivery), "staged/72d3162e-cc78-11e3-81ab-4c9367dc0958.zip", zip, Write::Replace, Cache::Private),
        (Key::OpenDelivery(&delivery), "open/72d3162e-cc78-11e3-81ab-4c9367dc0958", "text/plain", Write::Replace, Cache::Private),
        (Key::Image(&hash), &image, "application/octet-stream", Write::Replace, Cache::Immutable),
        (Key::Actions(&id), "packages/My-Module/actions.json", json, Write::CompareAndSwap, Cache::Private),
        (Key::ButtonKey, "discord/button-key", "application/octet-stream", Write::CreateOnly, Cache::Private),
        (Key::PendingButton(&hash), &pending, "text/plain", Write::Replace, Cache::Private),
        (Key::Proxied(&hash), &proxied, json, Write::Replace, Cache::Private),
        (Key::ImageLedger, "image-ledger.json", json, Write::CompareAndSwap, Cache::Private),
    ];
    for (key, path, media_type, writing, cache) in expected {
        assert_eq!(key.path(), path);
        assert_eq!(key.content_type(), media_type, "{path}");
        assert_eq!(key.writing(), writing, "{path}");
        assert_eq!(key.cache(), cache, "{path}");
    }
    let mark = Key::OpenDelivery(&delivery).path();
    assert!(mark.starts_with(&Prefix::OpenDeliveries.path()));
    assert!(image.starts_with(&Prefix::Images.path()));
    assert_eq!(key::open_delivery(&mark), Some(delivery.clone()));
    Ok(())
}
