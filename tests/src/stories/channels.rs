//! Which channel serves what: publishing, promoting, rolling back, yanking, restoring.

use anyhow::{Result, ensure};
use serde_json::json;
use testkit::package::Package;

use crate::{suite::Case, world::World};

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "channels: a release that is marked as a prerelease goes to beta only",
            marked,
        ),
        Case::new(
            "channels: a version that is a prerelease goes to beta only",
            named,
        ),
        Case::new(
            "channels: a stable release newer than the beta is served on beta too",
            overtaken,
        ),
        Case::new(
            "channels: a beta is promoted, and a release rolled back",
            promoted,
        ),
        Case::new(
            "channels: a yanked release gives way to the one before, and comes back",
            yanked,
        ),
        Case::new(
            "channels: a release for an older Foundry does not hide the newer",
            per_core,
        ),
        Case::new("channels: a channel of one's own", own),
        Case::new(
            "channels: Foundry's update check from version to version",
            update_check,
        ),
    ]
}

/// Publishes `version` of the package `name`.
fn publish(world: &World, name: &str, version: &str, prerelease: bool) -> Result<()> {
    let package = Package::module(&world.id(name), version);
    publish_package(world, name, version, prerelease, &package)
}

fn publish_package(
    world: &World,
    name: &str,
    version: &str,
    prerelease: bool,
    package: &Package,
) -> Result<()> {
    let release = world.release(&format!("acme/{name}"), &format!("v{version}"));
    let release = release.asset("module.zip", package.zip());
    let release = if prerelease {
        release.prerelease()
    } else {
        release
    };
    release.publish()?;
    Ok(())
}

/// The version that a track of the package `name` serves, or the status that says why none.
fn version(world: &World, name: &str, track: &str) -> Result<String> {
    let path = match track {
        "stable" => String::new(),
        track => format!("{track}/"),
    };
    let path = format!("/packages/{}/{path}module.json", world.id(name));
    let answer = world.get(path.clone()).send()?;
    if answer.status != 200 {
        return Ok(answer.status.to_string());
    }
    let manifest = answer.json()?;
    let url = format!("{}{path}", world.target.public_url());
    ensure!(
        manifest["manifest"] == url,
        "{} is not on its track",
        manifest["manifest"]
    );
    Ok(manifest["version"].as_str().unwrap_or_default().to_owned())
}

fn serves(world: &World, name: &str, expected: &[(&str, &str)]) -> Result<()> {
    for (track, expected) in expected {
        let found = version(world, name, track)?;
        ensure!(found == *expected, "{track} serves {found}, not {expected}");
    }
    Ok(())
}

fn marked(world: &World) -> Result<()> {
    publish(world, "marked", "1.0.0", false)?;
    publish(world, "marked", "1.1.0", true)?;
    serves(
        world,
        "marked",
        &[
            ("stable", "1.0.0"),
            ("channels/beta", "1.1.0"),
            ("core/13", "1.0.0"),
        ],
    )
}

fn named(world: &World) -> Result<()> {
    publish(world, "named", "1.0.0", false)?;
    publish(world, "named", "1.3.0-beta.1", false)?;
    serves(
        world,
        "named",
        &[
            ("stable", "1.0.0"),
            ("channels/beta", "1.3.0-beta.1"),
            ("core/13", "1.0.0"),
        ],
    )
}

fn overtaken(world: &World) -> Result<()> {
    publish(world, "overtaken", "1.0.0-beta.1", true)?;
    serves(
        world,
        "overtaken",
        &[("stable", "404"), ("channels/beta", "1.0.0-beta.1")],
    )?;
    publish(world, "overtaken", "1.1.0", false)?;
    serves(
        world,
        "overtaken",
        &[("stable", "1.1.0"), ("channels/beta", "1.1.0")],
    )?;
    // What is installed from beta stays there: its archive is one of its own.
    let id = world.id("overtaken");
    let beta = format!("/packages/{id}/channels/beta/module.json");
    let beta = world.get(beta).send()?.expect(200)?.json()?;
    let own = format!(
        "{}/packages/{id}/releases/1.1.0/beta/{id}.zip",
        world.target.public_url()
    );
    ensure!(beta["download"] == own, "{}", beta["download"]);
    Ok(())
}

fn promoted(world: &World) -> Result<()> {
    publish(world, "promoted", "1.0.0", false)?;
    publish(world, "promoted", "1.1.0", true)?;
    let path = format!(
        "/admin/v1/packages/{}/channels/stable",
        world.id("promoted")
    );
    let answer = world
        .admin("PUT", &path, r#"{"version":"1.1.0"}"#)?
        .expect(200)?
        .json()?;
    ensure!(
        answer["channels"] == json!({ "stable": "1.1.0", "beta": "1.1.0" }),
        "{answer}"
    );
    serves(
        world,
        "promoted",
        &[
            ("stable", "1.1.0"),
            ("channels/beta", "1.1.0"),
            ("core/13", "1.1.0"),
        ],
    )?;
    world
        .admin("PUT", &path, r#"{"version":"1.0.0"}"#)?
        .expect(200)?;
    serves(
        world,
        "promoted",
        &[
            ("stable", "1.0.0"),
            ("channels/beta", "1.1.0"),
            ("core/13", "1.0.0"),
        ],
    )
}

fn yanked(world: &World) -> Result<()> {
    let id = world.id("yanked");
    publish(world, "yanked", "1.0.0", false)?;
    publish(world, "yanked", "1.1.0", false)?;
    let path =
        |version: &str, call: &str| format!("/admin/v1/packages/{id}/releases/{version}/{call}");
    let reason = r#"{"reason":"breaks worlds"}"#;
    let answer = world
        .admin("POST", &path("1.1.0", "yank"), reason)?
        .expect(200)?
        .json()?;
    ensure!(answer["yanked"]["reason"] == "breaks worlds", "{answer}");
    serves(
        world,
        "yanked",
        &[("stable", "1.0.0"), ("core/13", "1.0.0")],
    )?;
    let pinned = format!("/packages/{id}/releases/1.1.0/module.json");
    let gone = world.get(pinned.clone()).send()?.expect(410)?.json()?;
    ensure!(gone["reason"] == "breaks worlds", "{gone}");
    let archive = format!("/packages/{id}/releases/1.1.0/{id}.zip");
    world.get(archive.clone()).send()?.expect(410)?;
    world.ask("HEAD", archive.clone()).send()?.expect(410)?;

    world
        .admin("POST", &path("1.0.0", "yank"), reason)?
        .expect(200)?;
    serves(world, "yanked", &[("stable", "410"), ("core/13", "410")])?;
    world.get(format!("/get/{id}/stable")).send()?.expect(410)?;
    let listed = super::api_lists(world, &id)?;
    ensure!(!listed, "a package without a release is listed");

    world
        .admin("POST", &path("1.0.0", "restore"), "")?
        .expect(200)?;
    serves(world, "yanked", &[("stable", "1.0.0")])?;
    let answer = world
        .admin("POST", &path("1.1.0", "restore"), "")?
        .expect(200)?
        .json()?;
    ensure!(answer["yanked"].is_null(), "{answer}");
    serves(
        world,
        "yanked",
        &[("stable", "1.1.0"), ("core/13", "1.1.0")],
    )?;
    world.get(pinned).send()?.expect(200)?;
    world.get(archive).send()?.expect(200)?;
    ensure!(
        super::api_lists(world, &id)?,
        "a restored package is not listed"
    );
    Ok(())
}

fn per_core(world: &World) -> Result<()> {
    for (version, minimum, maximum) in [
        ("1.0.0", "10", "11"),
        ("2.0.0", "12", "13"),
        ("2.1.0", "13", "14"),
    ] {
        let compatibility = json!({ "minimum": minimum, "verified": minimum, "maximum": maximum });
        let package = Package::module(&world.id("cores"), version);
        let package = package.field("compatibility", compatibility);
        publish_package(world, "cores", version, false, &package)?;
    }
    serves(
        world,
        "cores",
        &[
            ("core/9", "404"),
            ("core/10", "1.0.0"),
            ("core/11", "1.0.0"),
            ("core/12", "2.0.0"),
            ("core/13", "2.1.0"),
            ("core/14", "2.1.0"),
            ("core/15", "404"),
            ("stable", "2.1.0"),
        ],
    )
}

fn own(world: &World) -> Result<()> {
    publish(world, "nightly", "1.0.0", false)?;
    serves(world, "nightly", &[("channels/nightly", "404")])?;
    let path = format!(
        "/admin/v1/packages/{}/channels/nightly",
        world.id("nightly")
    );
    world
        .admin("PUT", &path, r#"{"version":"1.0.0"}"#)?
        .expect(200)?;
    serves(
        world,
        "nightly",
        &[("channels/nightly", "1.0.0"), ("stable", "1.0.0")],
    )
}

/// What Foundry does with an installed package: it reads the manifest at the installed manifest's
/// `manifest`, and offers that version where it is newer.
fn update_check(world: &World) -> Result<()> {
    let id = world.id("updated");
    publish(world, "updated", "1.0.9", false)?;
    let archive = world.get(format!("/get/{id}/stable")).send()?.expect(200)?;
    for (next, is_offered) in [("1.0.10", true), ("1.1", true), ("1.10.0", true)] {
        let installed = crate::package::manifest_in(&archive.body, "module.json")?;
        let installed: serde_json::Value = serde_json::from_slice(&installed)?;
        publish(world, "updated", next, false)?;
        let url = installed["manifest"].as_str().unwrap_or_default();
        let remote = world.get(world.path_of(url)?).send()?.expect(200)?.json()?;
        let [remote, local] =
            [&remote, &installed].map(|m| m["version"].as_str().unwrap_or_default());
        ensure!(remote == next, "{remote} is served, not {next}");
        ensure!(
            crate::newer::is_newer(remote, local) == is_offered,
            "{remote} over {local}"
        );
    }
    Ok(())
}
