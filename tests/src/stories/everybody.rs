//! What every answer of the read side has, whatever its status: scripts of every site may read it,
//! and its id is in the log.

use anyhow::{Context, Result, ensure};
use testkit::sign::sha256;

use crate::{base64::base64, suite::Case, world::World};

/// An address of the read side; `${…}` as in the cases that are data.
struct Address {
    path: &'static str,
    kind: Kind,
    /// The document of the shelf that is there, where it is one of those.
    same: Option<&'static str>,
    /// The same address of what was withdrawn, where it can be.
    gone: Option<&'static str>,
}

/// What is at an address.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Json,
    Archive,
}

const fn address(
    kind: Kind,
    path: &'static str,
    same: Option<&'static str>,
    gone: Option<&'static str>,
) -> Address {
    Address {
        path,
        kind,
        same,
        gone,
    }
}

/// Every row of the read side in the contract, the predecessor's paths last.
#[rustfmt::skip]
const ADDRESSES: &[Address] = &[
    address(Kind::Json, "/packages/${shelf}/module.json", Some("stable"), Some("/packages/${ghost}/module.json")),
    address(Kind::Json, "/packages/${rules}/system.json", None, None),
    address(Kind::Json, "/packages/${realm}/world.json", None, None),
    address(Kind::Json, "/packages/${shelf}/channels/stable/module.json", Some("stable"), Some("/packages/${ghost}/channels/stable/module.json")),
    address(Kind::Json, "/packages/${shelf}/channels/beta/module.json", None, None),
    address(Kind::Json, "/packages/${shelf}/core/12/module.json", None, Some("/packages/${ghost}/core/12/module.json")),
    address(Kind::Json, "/packages/${shelf}/releases/1.1.0/module.json", Some("pinned"), Some("/packages/${shelf}/releases/1.0.1/module.json")),
    address(Kind::Archive, "/packages/${shelf}/releases/1.1.0/${shelf}.zip", Some("archive"), Some("/packages/${shelf}/releases/1.0.1/${shelf}.zip")),
    address(Kind::Archive, "/packages/${shelf}/releases/1.1.0/core-12/${shelf}.zip", Some("track"), Some("/packages/${shelf}/releases/1.0.1/core-11/${shelf}.zip")),
    address(Kind::Archive, "/packages/${shelf}/releases/1.2.0-beta.1/stable/${shelf}.zip", None, None),
    address(Kind::Json, "/api/v1/packages/${shelf}", None, None),
    address(Kind::Json, "/api/v1/packages/${shelf}/releases", None, None),
    address(Kind::Json, "/api/v1/packages/${shelf}/badge", None, None),
    address(Kind::Json, "/manifest/${shelf}/stable", Some("stable"), Some("/manifest/${ghost}/stable")),
    address(Kind::Json, "/manifest/${shelf}/latest", Some("stable"), Some("/manifest/${ghost}/latest")),
    address(Kind::Json, "/manifest/${shelf}/beta", None, None),
    address(Kind::Json, "/modules/${shelf}/stable/module.json", Some("stable"), Some("/modules/${ghost}/stable/module.json")),
    address(Kind::Json, "/download/${shelf}/module.json", Some("stable"), Some("/download/${ghost}/module.json")),
    address(Kind::Archive, "/get/${shelf}/stable", Some("archive"), Some("/get/${ghost}/stable")),
    address(Kind::Archive, "/get/${shelf}/latest", Some("archive"), Some("/get/${ghost}/latest")),
    address(Kind::Archive, "/get/${shelf}/beta", None, None),
    address(Kind::Archive, "/modules/${shelf}/stable", Some("archive"), Some("/modules/${ghost}/stable")),
    address(Kind::Archive, "/download/${shelf}", Some("archive"), Some("/download/${ghost}")),
];

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "everybody: answers of every status are open to all sites and have an id",
            statuses,
        ),
        Case::new(
            "everybody: every address answers GET, HEAD, OPTIONS, ranges and conditions alike",
            addresses,
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

fn addresses(world: &World) -> Result<()> {
    for address in ADDRESSES {
        let path = world.values()?.fill(address.path)?;
        conditions(world, address, &path)?;
        let unknown = address.path.replace("${shelf}", "nobody-has-this");
        let unknown = unknown.replace("${rules}", "no-rules");
        let unknown = unknown.replace("${realm}", "no-realm");
        let gone = address.gone.map(|gone| world.values()?.fill(gone));
        for (status, path) in [(404, Some(unknown)), (410, gone.transpose()?)] {
            let Some(path) = path else { continue };
            for method in ["GET", "HEAD"] {
                let place = format!("{method} {path}");
                let answer = open(world, method, &path, None, status).with_context(|| place)?;
                ensure!(answer.header("content-type")? == "application/problem+json");
            }
        }
    }
    Ok(())
}

/// What is there is told alike, however it is asked for.
fn conditions(world: &World, address: &Address, path: &str) -> Result<()> {
    let values = world.values()?;
    let first = open(world, "GET", path, None, 200).with_context(|| path.to_owned())?;
    let etag = first.header("etag")?;
    ensure!(
        etag.starts_with('"'),
        "{path}: {etag} is not a strong entity tag"
    );
    let media = match address.kind {
        Kind::Json => "application/json; charset=utf-8",
        Kind::Archive => "application/zip",
    };
    if let Some(name) = address.same {
        let (known, length) = (
            &values[&format!("{name}.etag")],
            &values[&format!("{name}.length")],
        );
        ensure!(etag == known, "{path} is not {name}");
        ensure!(first.header("content-length")? == length, "{path}");
    }
    let same = ("if-none-match", etag);
    for (method, header, status) in [
        ("GET", None, 200),
        ("HEAD", None, 200),
        ("GET", Some(same), 304),
        ("HEAD", Some(same), 304),
        ("GET", Some(("if-none-match", "\"other\"")), 200),
        ("OPTIONS", None, 204),
        ("POST", None, 405),
        ("PUT", None, 405),
        ("DELETE", None, 405),
    ] {
        let place = format!("{method} {path} with {header:?}");
        let answer = open(world, method, path, header, status);
        let answer = answer.with_context(|| place.clone())?;
        if matches!(status, 200 | 304) {
            for name in ["etag", "cache-control"] {
                ensure!(
                    answer.header(name)? == first.header(name)?,
                    "{place}: {name}"
                );
            }
        }
        if status == 200 {
            ensure!(answer.header("content-type")? == media, "{place}");
            let length = answer.header("content-length")?;
            ensure!(length == first.body.len().to_string(), "{place}");
        }
    }
    if address.kind == Kind::Archive {
        ranges(world, path, &first).with_context(|| path.to_owned())?;
    }
    Ok(())
}

/// Parts of an archive are parts of what is answered whole, and its digest says what that is.
fn ranges(world: &World, path: &str, whole: &crate::http::Response) -> Result<()> {
    let digest = format!("sha-256=:{}:", base64(&sha256(&whole.body)));
    ensure!(whole.header("repr-digest")? == digest, "another digest");
    ensure!(whole.header("accept-ranges")? == "bytes");
    ensure!(
        whole
            .header("content-disposition")?
            .starts_with("attachment; filename=\"")
    );
    let half = whole.body.len() / 2;
    let range = format!("bytes={half}-");
    let part = open(world, "GET", path, Some(("range", &range)), 206)?;
    ensure!(part.body == whole.body[half..], "other bytes from {half}");
    ensure!(part.header("repr-digest")? == digest);
    let beyond = format!("bytes={}-", whole.body.len());
    open(world, "GET", path, Some(("range", &beyond)), 416)?;
    Ok(())
}
