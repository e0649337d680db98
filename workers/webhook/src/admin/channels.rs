//! Promotion and rollback.

use edge::{Problem, Request, Response, StatusCode};
use registry::{Actor, Generation, PackageId, Track, Version, store};
use serde::Deserialize;
use serde_json::json;

use super::{auth, deliveries::private, input};
use crate::Host;

#[derive(Deserialize)]
struct Wanted {
    version: String,
}

#[derive(Deserialize)]
struct WantedOrNone {
    version: Option<String>,
}

/// `PUT /admin/v1/packages/{id}/channels/{channel}` with `{"version":…}`: the channel serves that
/// release from now on, be it newer (promotion) or older (rollback). With `core-12` in place of a
/// channel that generation of Foundry is served it; `{"version":null}` lets it follow `stable` again.
///
/// # Errors
/// `400` for malformed names or bodies, `404` for an unknown package or release, `409` for a yanked
/// one or one that is not for the generation, and those of [`auth::check`].
pub async fn put<H: Host>(
    host: &H,
    request: Request,
    id: &str,
    channel: &str,
) -> Result<Response, Problem> {
    auth::check(host, &request).await?;
    let id = PackageId::parse(id).map_err(input::bad_name)?;
    let channel = match Track::parse(channel).map_err(input::bad_name)? {
        Track::Core(generation) => return put_core(host, request, &id, generation).await,
        Track::Channel(channel) => channel,
    };
    let wanted: Wanted = input::json(request.body, r#"{"version":"1.2.3"}"#).await?;
    let version = Version::parse(&wanted.version).map_err(input::bad_name)?;
    let channels = store::promote(host, &id, &channel, &version, &Actor::Admin, None)
        .await
        .map_err(|error| input::refused(host, error))?;
    let channels = channels.record;
    let heads: serde_json::Map<_, _> = channels
        .channels
        .keys()
        .map(|channel| {
            let served = channels.served(channel).map(|release| &release.version);
            (channel.to_string(), json!(served))
        })
        .collect();
    let answer = json!({ "id": id, "channel": channel, "version": version, "channels": heads });
    Ok(private(Response::json(StatusCode::OK, &answer)))
}

async fn put_core<H: Host>(
    host: &H,
    request: Request,
    id: &PackageId,
    generation: Generation,
) -> Result<Response, Problem> {
    let example = r#"{"version":"1.2.3"} or {"version":null}"#;
    let wanted: WantedOrNone = input::json(request.body, example).await?;
    let version = wanted.version.as_deref().map(Version::parse).transpose();
    let version = version.map_err(input::bad_name)?;
    let channels = store::set_core(host, id, generation, version.as_ref(), &Actor::Admin)
        .await
        .map_err(|error| input::refused(host, error))?;
    let served = channels.record.for_core(generation);
    let served = served.map(|release| &release.version);
    let track = Track::Core(generation).segment();
    let answer = json!({ "id": id, "channel": track, "version": served });
    Ok(private(Response::json(StatusCode::OK, &answer)))
}
