//! Manifests: of a track, and of one version.

use edge::{Bytes, Problem, Request, Response};
use registry::{
    CachePolicy, ChannelsRecord, Key, Links, PackageId, PackageType, ReleaseRecord, ReleaseSummary,
    Target, Track, Version, with_track,
};

use crate::{
    Host, answers,
    lookup::{self, public_url, stored_manifest},
    reply::{Document, gone},
};

const JSON: &str = "application/json; charset=utf-8";

/// The manifest of a track: what an update check reads. `file` is the name at the end of the URL,
/// where there is one; it must be that of the package's type.
///
/// # Errors
/// `404` for an unknown package or track, `410` where everything on the track is withdrawn.
pub async fn of_track<H: Host>(
    host: &H,
    request: &Request,
    id: &PackageId,
    track: &Track,
    file: Option<PackageType>,
) -> Result<Response, Problem> {
    let answer = answers::of_track(host, id, track).await?;
    check_file(id, answer.kind, file)?;
    let response = answer.document.answer(request, JSON, CachePolicy::Brief);
    Ok(response.routine())
}

/// The manifest of one version, which never changes.
///
/// # Errors
/// `404` for an unknown package or version, `410` for a withdrawn one.
pub async fn of_version<H: Host>(
    host: &H,
    request: &Request,
    id: &PackageId,
    version: &Version,
    file: PackageType,
) -> Result<Response, Problem> {
    let release = lookup::release(host, id, version).await?;
    check_file(id, release.kind, Some(file))?;
    let key = Key::Manifest(id, version, &release.packed.artifact);
    let bytes = stored_manifest(host, &key).await?;
    Ok(Document::new(bytes).answer(request, JSON, lasting(&release)))
}

/// How long what a version serves may be kept: for good, unless it was replaced once.
pub fn lasting(release: &ReleaseRecord) -> CachePolicy {
    match release.replaced {
        None => CachePolicy::Immutable,
        Some(_) => CachePolicy::Brief,
    }
}

/// What `track` serves.
///
/// # Errors
/// `404` where there is no such track, `410` where everything on it is withdrawn.
pub fn serving<'c>(
    channels: &'c ChannelsRecord,
    track: &Track,
) -> Result<&'c ReleaseSummary, Problem> {
    let id = &channels.id;
    channels.serving(track).ok_or_else(|| {
        if channels.has(track) {
            return gone(format!("every release of `{id}` on {track} was withdrawn"));
        }
        Problem::not_found(match track {
            Track::Channel(channel) if channel.is_stable() => {
                format!("`{id}` has no stable release yet; a prerelease may be on channel beta")
            }
            Track::Channel(channel) => format!("`{id}` has no channel `{channel}`"),
            Track::Core(generation) => {
                format!("`{id}` has no stable release for Foundry {generation}")
            }
        })
    })
}

/// The bytes of the manifest of `release` for `track`.
///
/// # Errors
/// As [`stored_manifest`], and `503` where `PUBLIC_URL` is not configured.
pub async fn manifest_for<H: Host>(
    host: &H,
    channels: &ChannelsRecord,
    release: &ReleaseSummary,
    track: &Track,
) -> Result<Bytes, Problem> {
    let (id, version) = (&channels.id, &release.version);
    let stored = stored_manifest(host, &Key::Manifest(id, version, &release.artifact)).await?;
    if *track == Track::Channel(release.channel.clone()) {
        return Ok(stored);
    }
    let public = public_url(host).await?;
    let target = Target {
        links: &Links::new(&public, id, channels.kind),
        version,
        channel: &release.channel,
        track,
        edition: release.edition.as_deref(),
    };
    match with_track(&stored, &target) {
        Ok(bytes) => Ok(bytes.into()),
        // It was read and written by us when it was stored.
        Err(_) => Err(Problem::internal()),
    }
}

fn check_file(id: &PackageId, kind: PackageType, file: Option<PackageType>) -> Result<(), Problem> {
    match file {
        Some(file) if file != kind => {
            let name = kind.manifest_name();
            Err(Problem::not_found(format!(
                "`{id}` is a {kind}; its manifest is called {name}"
            )))
        }
        _ => Ok(()),
    }
}
