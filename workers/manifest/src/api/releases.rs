//! The releases of a package.

use edge::{Problem, Request, Response};
use registry::{Links, PackageId, ReleaseSummary, Version};
use serde_json::{Value, json};

use super::{json, page::Page};
use crate::{
    Host,
    lookup::{self, public_url},
};

/// `GET /api/v1/packages/{id}/releases`, newest first, 50 a page.
///
/// # Errors
/// `400` for a malformed query, `404` for an unknown package, `503` where the store does not answer.
pub async fn releases<H: Host>(
    host: &H,
    request: &Request,
    id: &PackageId,
) -> Result<Response, Problem> {
    let page = Page::of(request)?;
    let public = public_url(host).await?;
    let channels = lookup::channels(host, id).await?;
    let links = Links::new(&public, id, channels.kind);
    let after = match page.after.as_deref().map(Version::parse) {
        Some(Err(error)) => return Err(Problem::bad_request(format!("cursor: {error}"))),
        Some(Ok(after)) => Some(after),
        None => None,
    };
    let (releases, next) = page.take(
        &channels.releases,
        |release| release.version.to_string(),
        |release| {
            after
                .as_ref()
                .is_none_or(|after| release.version.precedence(after).is_lt())
        },
    );
    let releases: Vec<Value> = releases
        .iter()
        .map(|release| facts(release, &links))
        .collect();
    Ok(json(
        request,
        &json!({ "releases": releases, "next": next }),
    ))
}

fn facts(release: &ReleaseSummary, links: &Links<'_>) -> Value {
    let compatibility = &release.compatibility;
    let mut facts = json!({
        "version": release.version,
        "channel": release.channel,
        "prerelease": release.prerelease || release.version.is_prerelease(),
        "published_at": release.published_at,
        "size": release.size,
        "compatibility": {
            "minimum": compatibility.minimum,
            "verified": compatibility.verified,
            "maximum": compatibility.maximum,
        },
        "yanked": release.yanked,
        "manifest": links.pinned_manifest(&release.version),
        "download": links.archive(&release.version),
    });
    if let Some(notes) = &release.notes_url {
        facts["notes"] = notes.as_str().into();
    }
    facts
}
