//! Archives of tracks: the shared bytes, and an end of their own that names the track.

use anyhow::{Context, Result, ensure};
use testkit::{package::Package, sign::sha256};

use crate::{
    base64::base64, http::Response, package::manifest_in, readers, suite::Case, world::World,
};

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "tracks: the manifest inside an archive is the served one, on every track",
            inside,
        ),
        Case::new(
            "tracks: whatever serves a track, what is installed from it stays there",
            rolled_back,
        ),
        Case::new("tracks: only the end differs, and every range fits", ranges),
        Case::new(
            "tracks: a pinned release stays the same whatever happens to its channels",
            pinned,
        ),
    ]
}

/// A package with a beta that was promoted, and its tracks' manifests.
fn promoted(world: &World, name: &str) -> Result<(Package, Vec<String>)> {
    let id = world.id(name);
    let package = Package::module(&id, "2.0.0-rc1");
    let release = world.release(&format!("acme/{name}"), "v2.0.0-rc1");
    release.asset("module.zip", package.zip()).publish()?;
    let path = format!("/admin/v1/packages/{id}/channels/stable");
    world
        .admin("PUT", &path, r#"{"version":"2.0.0-rc1"}"#)?
        .expect(200)?;
    let tracks = [
        "module.json",
        "channels/beta/module.json",
        "core/12/module.json",
        "core/13/module.json",
    ];
    let paths = tracks.map(|track| format!("/packages/{id}/{track}"));
    Ok((package, paths.into()))
}

fn download(world: &World, manifest: &Response) -> Result<String> {
    let manifest = manifest.json()?;
    let url = manifest["download"].as_str().context("no download")?;
    Ok(world.path_of(url)?.to_owned())
}

fn inside(world: &World) -> Result<()> {
    let (package, paths) = promoted(world, "tracked")?;
    let mut downloads = Vec::new();
    for path in paths {
        let download = installed(world, &path, &package)?;
        ensure!(
            !downloads.contains(&download),
            "{download} is of two tracks"
        );
        downloads.push(download);
    }
    Ok(())
}

/// Installs what the manifest at `path` serves: made of `package`, it names `path` itself. The path
/// of its archive.
fn installed(world: &World, path: &str, package: &Package) -> Result<String> {
    let manifest = world.get(path).send()?.expect(200)?;
    let facts = manifest.json()?;
    ensure!(
        facts["manifest"] == format!("{}{path}", world.target.public_url()),
        "{path} leads to {}",
        facts["manifest"]
    );
    ensure!(facts["version"] == package.manifest["version"], "{path}");
    let download = download(world, &manifest)?;
    let archive = world.get(download.clone()).send()?.expect(200)?;
    ensure!(archive.header("content-length")? == archive.body.len().to_string());
    let digest = format!("sha-256=:{}:", base64(&sha256(&archive.body)));
    ensure!(archive.header("repr-digest")? == digest, "{download}");
    let part = world.get(download.clone()).header("range", "bytes=1-2");
    let part = part.send()?.expect(206)?;
    ensure!(part.header("repr-digest")? == digest, "{download}, in part");
    let inside = manifest_in(&archive.body, "module.json")?;
    ensure!(
        inside == manifest.body,
        "{path}: the manifest inside is another"
    );
    readers::is_repackaged(
        &package.zip(),
        "",
        &archive.body,
        "module.json",
        &manifest.body,
    )?;
    readers::all_open(&archive.body, &world.unique("track"))?;
    Ok(download)
}

fn rolled_back(world: &World) -> Result<()> {
    let id = world.id("rolled");
    let track = |track: &str| format!("/packages/{id}/{track}module.json");
    let publish = |version: &str| -> Result<Package> {
        let package = Package::module(&id, version);
        let release = world.release("acme/rolled", &format!("v{version}"));
        release.asset("module.zip", package.zip()).publish()?;
        Ok(package)
    };
    publish("1.0.0-beta.1")?;
    let older = publish("1.0.1")?;
    let newer = publish("1.1.0")?;
    let tracks = ["", "channels/beta/", "core/12/"];
    for name in tracks {
        installed(world, &track(name), &newer)?;
    }
    let path = format!("/admin/v1/packages/{id}/channels/stable");
    world
        .admin("PUT", &path, r#"{"version":"1.0.1"}"#)?
        .expect(200)?;
    for (name, package) in tracks.into_iter().zip([&older, &newer, &older]) {
        installed(world, &track(name), package)?;
    }
    Ok(())
}

fn ranges(world: &World) -> Result<()> {
    let (_, paths) = promoted(world, "ranged")?;
    let stable = world.get(paths[0].clone()).send()?.expect(200)?;
    let path = download(world, &stable)?;
    let whole = world.get(path.clone()).send()?.expect(200)?;
    let etag = whole.header("etag")?.to_owned();
    let own = world.get(paths[1].clone()).send()?.expect(200)?;
    let own = world.get(download(world, &own)?).send()?.expect(200)?;
    ensure!(own.header("etag")? != etag, "two archives have one tag");
    let same = whole
        .body
        .iter()
        .zip(&own.body)
        .take_while(|(a, b)| a == b)
        .count();
    ensure!(
        same > own.body.len() / 2,
        "only the first {same} bytes are the same"
    );

    // Around the byte where the shared part ends, which the local header of the last entry begins.
    let total = whole.body.len();
    let end = (0..total)
        .rev()
        .find(|start| whole.body[*start..].starts_with(b"PK\x03\x04"));
    let end = end.context("no local header")?;
    for (first, last) in [
        (0, total - 1),
        (end - 1, end),
        (end, end),
        (end - 100, end + 100),
        (end + 1, total - 1),
        (0, end - 1),
        (total - 1, total - 1),
    ] {
        let ask = world
            .get(path.clone())
            .header("range", format!("bytes={first}-{last}"));
        let part = ask.header("if-range", etag.clone()).send()?.expect(206)?;
        let range = format!("bytes {first}-{last}/{total}");
        ensure!(part.header("content-range")? == range, "{range}");
        ensure!(
            part.header("content-length")? == (last - first + 1).to_string(),
            "{range}"
        );
        ensure!(
            part.body == whole.body[first..=last],
            "{range}: other bytes"
        );
    }
    let suffix = world
        .get(path)
        .header("range", "bytes=-1000")
        .send()?
        .expect(206)?;
    ensure!(
        suffix.body == whole.body[total - 1000..],
        "the last 1000 bytes"
    );
    Ok(())
}

fn pinned(world: &World) -> Result<()> {
    let (_, _) = promoted(world, "constant")?;
    let id = world.id("constant");
    let paths = [
        format!("/packages/{id}/releases/2.0.0-rc1/module.json"),
        format!("/packages/{id}/releases/2.0.0-rc1/{id}.zip"),
    ];
    let fetch = || -> Result<Vec<(String, Vec<u8>)>> {
        let mut found = Vec::new();
        for path in &paths {
            let answer = world.get(path.clone()).send()?.expect(200)?;
            ensure!(answer.header("cache-control")?.contains("immutable"));
            found.push((answer.header("etag")?.to_owned(), answer.body));
        }
        Ok(found)
    };
    let before = fetch()?;
    let next = Package::module(&id, "2.0.1");
    world
        .release("acme/constant", "v2.0.1")
        .asset("module.zip", next.zip())
        .publish()?;
    let releases = format!("/admin/v1/packages/{id}/releases/2.0.0-rc1");
    world
        .admin(
            "POST",
            &format!("{releases}/yank"),
            r#"{"reason":"for a while"}"#,
        )?
        .expect(200)?;
    world
        .admin("POST", &format!("{releases}/restore"), "")?
        .expect(200)?;
    let path = format!("/admin/v1/packages/{id}/channels/stable");
    world
        .admin("PUT", &path, r#"{"version":"2.0.0-rc1"}"#)?
        .expect(200)?;
    ensure!(fetch()? == before, "a pinned release has changed");
    Ok(())
}
