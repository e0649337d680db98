//! What every answer of the read side has, whatever its status: scripts of every site may read it,
//! and its id is in the log.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};

use crate::{suite::Case, world::World};

/// The predecessor's paths; `{id}` stands for the package.
const LEGACY: &[(&str, Kind)] = &[
    ("/manifest/{id}/stable", Kind::Manifest),
    ("/manifest/{id}/latest", Kind::Manifest),
    ("/modules/{id}/stable/module.json", Kind::Manifest),
    ("/download/{id}/module.json", Kind::Manifest),
    ("/get/{id}/stable", Kind::Archive),
    ("/get/{id}/latest", Kind::Archive),
    ("/modules/{id}/stable", Kind::Archive),
    ("/download/{id}", Kind::Archive),
];

/// What is at a path.
#[derive(Clone, Copy)]
enum Kind {
    Manifest,
    Archive,
}

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "everybody: answers of every status are open to all sites and have an id",
            statuses,
        ),
        Case::new(
            "everybody: the predecessor's paths answer GET, HEAD, OPTIONS and conditions alike",
            legacy,
        ),
    ]
}

fn statuses(world: &World) -> Result<()> {
    let values = world.values()?;
    let (shelf, ghost) = (&values["shelf"], &values["ghost"]);
    let archive = format!("/packages/{shelf}/releases/1.1.0/{shelf}.zip");
    let track = format!("/packages/{shelf}/releases/1.1.0/core-12/{shelf}.zip");
    let pinned = format!("/packages/{shelf}/releases/1.1.0/module.json");
    let beyond = format!("bytes={}-", values["archive.length"]);
    let beyond_track = format!("bytes={}-", values["track.length"]);
    let none = ("accept", "*/*");
    let part = ("range", "bytes=0-3");
    let same = |name: &str| ("if-none-match", values[name].as_str());
    for (status, method, path, header) in [
        (200, "GET", &pinned, none),
        (200, "GET", &archive, none),
        (204, "OPTIONS", &pinned, none),
        (204, "OPTIONS", &archive, none),
        (206, "GET", &archive, part),
        (206, "GET", &track, part),
        (304, "GET", &pinned, same("pinned.etag")),
        (304, "HEAD", &pinned, same("pinned.etag")),
        (304, "GET", &archive, same("archive.etag")),
        (304, "HEAD", &track, same("track.etag")),
        (400, "GET", &"/api/v1/packages?limit=0".into(), none),
        (
            404,
            "GET",
            &"/packages/nobody-has-this/module.json".into(),
            none,
        ),
        (
            404,
            "HEAD",
            &"/packages/nobody-has-this/module.json".into(),
            none,
        ),
        (
            404,
            "GET",
            &format!("/packages/{shelf}/core/9/module.json"),
            none,
        ),
        (
            404,
            "GET",
            &format!("/packages/{shelf}/releases/9.9.9/{shelf}.zip"),
            none,
        ),
        (404, "GET", &"/packages/no%20id/module.json".into(), none),
        (405, "POST", &pinned, none),
        (405, "PUT", &archive, none),
        (
            405,
            "DELETE",
            &format!("/packages/{shelf}/module.json"),
            none,
        ),
        (410, "GET", &format!("/packages/{ghost}/module.json"), none),
        (410, "HEAD", &format!("/packages/{ghost}/module.json"), none),
        (
            410,
            "GET",
            &format!("/packages/{shelf}/releases/1.0.1/module.json"),
            none,
        ),
        (
            410,
            "GET",
            &format!("/packages/{shelf}/releases/1.0.1/{shelf}.zip"),
            none,
        ),
        (416, "GET", &archive, ("range", beyond.as_str())),
        (416, "GET", &track, ("range", beyond_track.as_str())),
    ] {
        let place = format!("{method} {path} with {header:?}");
        open(world, method, path, Some(header), status).with_context(|| place)?;
    }
    Ok(())
}

/// The answer, which has the status and what every answer has.
fn open(
    world: &World,
    method: &str,
    path: &str,
    header: Option<(&str, &str)>,
    status: u16,
) -> Result<crate::http::Response> {
    let id = world.unique("everybody");
    let mut ask = world.ask(method, path).header("x-request-id", id.as_str());
    if let Some((name, value)) = header {
        ask = ask.header(name, value);
    }
    let answer = ask.send()?.expect(status)?;
    ensure!(answer.header("access-control-allow-origin")? == "*");
    ensure!(answer.header("x-request-id")? == id, "another request id");
    let exposed = answer.header("access-control-expose-headers")?;
    ensure!(
        exposed.to_ascii_lowercase().contains("x-request-id"),
        "scripts may not read the id: {exposed}"
    );
    let is_bodiless = method == "HEAD" || matches!(status, 204 | 304);
    ensure!(
        !is_bodiless || answer.body.is_empty(),
        "there is a body: {}",
        answer.describe()
    );
    Ok(answer)
}

fn legacy(world: &World) -> Result<()> {
    let values = world.values()?;
    for (path, kind) in LEGACY {
        let path = path.replace("{id}", &values["shelf"]);
        let (name, media) = match kind {
            Kind::Manifest => ("stable", "application/json; charset=utf-8"),
            Kind::Archive => ("archive", "application/zip"),
        };
        let etag = values[&format!("{name}.etag")].as_str();
        let length = &values[&format!("{name}.length")];
        let same = ("if-none-match", etag);
        let mut caching = BTreeSet::new();
        for (method, header, status) in [
            ("GET", None, 200),
            ("HEAD", None, 200),
            ("GET", Some(same), 304),
            ("HEAD", Some(same), 304),
            ("OPTIONS", None, 204),
            ("POST", None, 405),
        ] {
            let place = format!("{method} {path} with {header:?}");
            let answer = open(world, method, &path, header, status);
            let answer = answer.with_context(|| place.clone())?;
            if matches!(status, 200 | 304) {
                ensure!(answer.header("etag")? == etag, "{place}: {answer:?}");
                caching.insert(answer.header("cache-control")?.to_owned());
            }
            if status == 200 {
                ensure!(answer.header("content-length")? == length, "{place}");
                ensure!(answer.header("content-type")? == media, "{place}");
            }
        }
        ensure!(caching.len() == 1, "{path} is cached as {caching:?}");
    }
    Ok(())
}
