//! Which path is answered by what.

use edge::{Method, Problem, Request, Response};
use registry::{
    CachePolicy, Channel, Generation, NameError, PackageId, PackageType, Track, Version,
};

use crate::{Host, api, archives, manifests, reply};

/// What a path asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Route {
    TrackManifest(PackageId, Track, Option<PackageType>),
    VersionManifest(PackageId, Version, PackageType),
    TrackArchive(PackageId, Track),
    VersionArchive(PackageId, Version, Option<Track>),
    Packages,
    Package(PackageId),
    Releases(PackageId),
    Badge(PackageId),
}

/// Answers one request.
pub async fn handle<H: Host>(host: &H, request: &Request) -> Response {
    let segments = request.segments();
    let segments: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
    let (pattern, route) = match parse(&segments) {
        Ok((pattern, route)) => (pattern, Ok(route)),
        Err(problem) => ("", Err(problem)),
    };
    let response = match request.method {
        Method::OPTIONS => Ok(reply::preflight()),
        Method::GET => match route {
            Ok(route) => answer(host, request, route).await,
            Err(problem) => Err(problem),
        },
        _ => Err(Problem::method_not_allowed("GET, HEAD, OPTIONS")),
    };
    reply::open_to_all(response.unwrap_or_else(Response::from)).on(pattern)
}

async fn answer<H: Host>(host: &H, request: &Request, route: Route) -> Result<Response, Problem> {
    match route {
        Route::TrackManifest(id, track, file) => {
            manifests::of_track(host, request, &id, &track, file).await
        }
        Route::VersionManifest(id, version, file) => {
            manifests::of_version(host, request, &id, &version, file).await
        }
        Route::TrackArchive(id, track) => archives::of_track(host, request, &id, &track).await,
        Route::VersionArchive(id, version, track) => {
            let cache = CachePolicy::Immutable;
            archives::of_version(host, request, &id, &version, track.as_ref(), cache).await
        }
        Route::Packages => api::packages(host, request).await,
        Route::Package(id) => api::package(host, request, &id).await,
        Route::Releases(id) => api::releases(host, request, &id).await,
        Route::Badge(id) => api::badge(host, request, &id).await,
    }
}

/// The route of a path, and its pattern for the log.
fn parse(segments: &[&str]) -> Result<(&'static str, Route), Problem> {
    match segments {
        ["packages", rest @ ..] => package(rest),
        ["api", "v1", "packages"] => Ok(("/api/v1/packages", Route::Packages)),
        ["api", "v1", "packages", id] => {
            Ok(("/api/v1/packages/{id}", Route::Package(package_id(id)?)))
        }
        ["api", "v1", "packages", id, "releases"] => Ok((
            "/api/v1/packages/{id}/releases",
            Route::Releases(package_id(id)?),
        )),
        ["api", "v1", "packages", id, "badge"] => {
            Ok(("/api/v1/packages/{id}/badge", Route::Badge(package_id(id)?)))
        }
        other => legacy(other),
    }
}

fn package(rest: &[&str]) -> Result<(&'static str, Route), Problem> {
    match rest {
        [id, file] => Ok((
            "/packages/{id}/{manifest}",
            Route::TrackManifest(package_id(id)?, Track::stable(), Some(manifest_file(file)?)),
        )),
        [id, "channels", channel, file] => Ok((
            "/packages/{id}/channels/{channel}/{manifest}",
            Route::TrackManifest(
                package_id(id)?,
                Track::Channel(Channel::parse(channel).map_err(bad_name)?),
                Some(manifest_file(file)?),
            ),
        )),
        [id, "core", generation, file] => Ok((
            "/packages/{id}/core/{generation}/{manifest}",
            Route::TrackManifest(
                package_id(id)?,
                Track::Core(Generation::parse(generation).map_err(bad_name)?),
                Some(manifest_file(file)?),
            ),
        )),
        [id, "releases", version, file] if is_archive_of(id, file) => Ok((
            "/packages/{id}/releases/{version}/{id}.zip",
            Route::VersionArchive(package_id(id)?, release_version(version)?, None),
        )),
        [id, "releases", version, file] => Ok((
            "/packages/{id}/releases/{version}/{manifest}",
            Route::VersionManifest(
                package_id(id)?,
                release_version(version)?,
                manifest_file(file)?,
            ),
        )),
        [id, "releases", version, track, file] if is_archive_of(id, file) => Ok((
            "/packages/{id}/releases/{version}/{track}/{id}.zip",
            Route::VersionArchive(
                package_id(id)?,
                release_version(version)?,
                Some(Track::parse(track).map_err(bad_name)?),
            ),
        )),
        _ => Err(nothing_here()),
    }
}

/// Paths of the predecessor: what was installed from them must keep updating.
fn legacy(segments: &[&str]) -> Result<(&'static str, Route), Problem> {
    match segments {
        ["manifest", id, channel] => Ok((
            "/manifest/{id}/{channel}",
            Route::TrackManifest(package_id(id)?, legacy_track(channel)?, None),
        )),
        ["get", id, channel] => Ok((
            "/get/{id}/{channel}",
            Route::TrackArchive(package_id(id)?, legacy_track(channel)?),
        )),
        ["modules", id, "stable", "module.json"] => Ok((
            "/modules/{id}/stable/module.json",
            Route::TrackManifest(package_id(id)?, Track::stable(), None),
        )),
        ["modules", id, "stable"] => Ok((
            "/modules/{id}/stable",
            Route::TrackArchive(package_id(id)?, Track::stable()),
        )),
        ["download", id, "module.json"] => Ok((
            "/download/{id}/module.json",
            Route::TrackManifest(package_id(id)?, Track::stable(), None),
        )),
        ["download", id] => Ok((
            "/download/{id}",
            Route::TrackArchive(package_id(id)?, Track::stable()),
        )),
        _ => Err(nothing_here()),
    }
}

/// The predecessor's `latest` was what its users ran: the newest stable release.
fn legacy_track(channel: &str) -> Result<Track, Problem> {
    match channel {
        "latest" => Ok(Track::stable()),
        channel => Channel::parse(channel)
            .map(Track::Channel)
            .map_err(bad_name),
    }
}

fn is_archive_of(id: &str, file: &str) -> bool {
    file.strip_suffix(".zip") == Some(id)
}

fn package_id(id: &str) -> Result<PackageId, Problem> {
    PackageId::parse(id).map_err(bad_name)
}

fn release_version(version: &str) -> Result<Version, Problem> {
    Version::parse(version).map_err(bad_name)
}

fn manifest_file(file: &str) -> Result<PackageType, Problem> {
    PackageType::from_manifest_name(file).ok_or_else(|| {
        Problem::not_found("manifests are called module.json, system.json or world.json")
    })
}

/// What cannot be the name of anything is not found, whatever it is called.
fn bad_name(error: NameError) -> Problem {
    Problem::not_found(error.to_string())
}

fn nothing_here() -> Problem {
    Problem::not_found("there is nothing at this path")
}
