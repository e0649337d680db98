//! The URLs that are handed out are those of the contract.

use registry::{
    Channel, Links, NameError, PackageId, PackageType, PublicUrl, PublicUrlError, Track, Version,
};

const ORIGIN: &str = "https://packages.example";

fn origin() -> PublicUrl {
    PublicUrl::parse(ORIGIN).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn public_url_is_an_origin() {
    for (text, expected) in [
        ("https://packages.example", Ok(ORIGIN)),
        ("https://packages.example/", Ok(ORIGIN)),
        ("http://127.0.0.1:8787", Ok("http://127.0.0.1:8787")),
        ("HTTPS://Packages.Example", Ok(ORIGIN)),
        ("http://[::1]:8080", Ok("http://[::1]:8080")),
        ("", Err(PublicUrlError::Form)),
        ("packages.example", Err(PublicUrlError::Form)),
        ("ftp://packages.example", Err(PublicUrlError::Form)),
        ("https://", Err(PublicUrlError::Form)),
        ("/packages", Err(PublicUrlError::Form)),
        (
            "https://packages.example/sub",
            Err(PublicUrlError::NotAnOrigin),
        ),
        (
            "https://packages.example?x",
            Err(PublicUrlError::NotAnOrigin),
        ),
        (
            "https://packages.example/#x",
            Err(PublicUrlError::NotAnOrigin),
        ),
        (
            "https://me:secret@packages.example",
            Err(PublicUrlError::NotAnOrigin),
        ),
    ] {
        let origin = PublicUrl::parse(text);
        let origin = origin.as_ref().map(PublicUrl::as_str);
        assert_eq!(origin, expected.as_ref().copied(), "{text}");
    }
}

#[test]
fn urls_are_those_of_the_contract() -> Result<(), NameError> {
    let origin = origin();
    let id = PackageId::parse("vtta-tokenizer")?;
    let version = Version::parse("1.2.3")?;
    for (kind, track, manifest, download) in [
        (
            PackageType::Module,
            "stable",
            "module.json",
            "releases/1.2.3/vtta-tokenizer.zip",
        ),
        (
            PackageType::Module,
            "beta",
            "channels/beta/module.json",
            "releases/1.2.3/beta/vtta-tokenizer.zip",
        ),
        (
            PackageType::System,
            "core-12",
            "core/12/system.json",
            "releases/1.2.3/core-12/vtta-tokenizer.zip",
        ),
        (
            PackageType::World,
            "stable",
            "world.json",
            "releases/1.2.3/vtta-tokenizer.zip",
        ),
    ] {
        let links = Links::new(&origin, &id, kind);
        let track = Track::parse(track)?;
        let url = |rest: &str| format!("{ORIGIN}/packages/vtta-tokenizer/{rest}");
        assert_eq!(links.manifest(&track), url(manifest));
        assert_eq!(
            links.download(&version, &Channel::stable(), &track),
            url(download)
        );
        let pinned = format!("releases/1.2.3/{}", kind.manifest_name());
        assert_eq!(links.pinned_manifest(&version), url(&pinned));
    }
    Ok(())
}

#[test]
fn a_release_of_beta_is_plain_on_beta_and_not_on_stable() -> Result<(), NameError> {
    let origin = origin();
    let id = PackageId::parse("m")?;
    let version = Version::parse("2.0.0-beta.1")?;
    let links = Links::new(&origin, &id, PackageType::Module);
    let beta = Channel::beta();
    let on_beta = links.download(&version, &beta, &Track::Channel(beta.clone()));
    let on_stable = links.download(&version, &beta, &Track::stable());
    assert_eq!(on_beta, links.archive(&version));
    assert_eq!(on_stable, links.track_archive(&version, &Track::stable()));
    assert!(on_stable.ends_with("/releases/2.0.0-beta.1/stable/m.zip"));
    Ok(())
}
