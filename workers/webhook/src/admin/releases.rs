//! Withdrawing a release and taking the withdrawal back.

use edge::{Problem, Request, Response, StatusCode};
use registry::{Actor, PackageId, ReleaseRecord, Version, store, text};
use serde::Deserialize;
use serde_json::json;

use super::{auth, deliveries::private, input};
use crate::Host;

#[derive(Deserialize)]
struct Reason {
    reason: String,
}

/// `POST /admin/v1/packages/{id}/releases/{version}/yank` with `{"reason":…}`.
///
/// # Errors
/// `400` for malformed names or bodies, `404` for an unknown package or release, and those of
/// [`auth::check`].
pub async fn yank<H: Host>(
    host: &H,
    request: Request,
    id: &str,
    version: &str,
) -> Result<Response, Problem> {
    auth::check(host, &request).await?;
    let (id, version) = names(id, version)?;
    let example = r#"{"reason":"breaks worlds with more than one scene"}"#;
    let Reason { reason } = input::json(request.body, example).await?;
    let reason = text::plain(&reason, input::MAX_REASON + 1);
    if reason.is_empty() || reason.chars().count() > input::MAX_REASON {
        let limit = input::MAX_REASON;
        let detail =
            format!("the reason is shown to users; it should have 1 to {limit} characters");
        return Err(Problem::bad_request(detail));
    }
    let release = store::yank(host, &id, &version, &reason, &Actor::Admin, None).await;
    Ok(answer(
        &release.map_err(|error| input::refused(host, error))?.record,
    ))
}

/// `POST /admin/v1/packages/{id}/releases/{version}/restore`.
///
/// # Errors
/// As [`yank`].
pub async fn restore<H: Host>(
    host: &H,
    request: Request,
    id: &str,
    version: &str,
) -> Result<Response, Problem> {
    auth::check(host, &request).await?;
    let (id, version) = names(id, version)?;
    let release = store::restore(host, &id, &version, &Actor::Admin, None).await;
    Ok(answer(
        &release.map_err(|error| input::refused(host, error))?.record,
    ))
}

fn names(id: &str, version: &str) -> Result<(PackageId, Version), Problem> {
    let id = PackageId::parse(id).map_err(input::bad_name)?;
    let version = Version::parse(version).map_err(input::bad_name)?;
    Ok((id, version))
}

fn answer(release: &ReleaseRecord) -> Response {
    let facts = json!({ "id": release.id, "version": release.version, "yanked": release.yanked });
    private(Response::json(StatusCode::OK, &facts))
}
