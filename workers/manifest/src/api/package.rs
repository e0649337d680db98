//! Packages, in a list and one by one.

use edge::{Problem, Request, Response};
use registry::{
    Catalogue, CatalogueEntry, Key, Links, PackageId, PackageRecord, PublicUrl, Track, store,
};
use serde_json::{Value, json};

use super::{json, page::Page};
use crate::{
    Host,
    lookup::{self, failed, no_package, public_url},
};

/// `GET /api/v1/packages`, by id, 50 a page (`limit`, at most 100; `cursor` from `next`).
///
/// # Errors
/// `400` for a malformed query, `503` where the store does not answer.
pub async fn packages<H: Host>(host: &H, request: &Request) -> Result<Response, Problem> {
    let page = Page::of(request)?;
    let public = public_url(host).await?;
    let catalogue = store::read::<Catalogue, _>(host, &Key::Catalogue).await;
    let catalogue = catalogue.map_err(|error| failed(host, &error))?;
    let entries = catalogue.map_or_else(Vec::new, |catalogue| catalogue.record.packages);
    let shown: Vec<CatalogueEntry> = entries
        .into_iter()
        .filter(|entry| entry.shown.is_some())
        .collect();
    let after = page.after.as_deref().map(str::to_ascii_lowercase);
    let (entries, next) = page.take(
        &shown,
        |entry| entry.id.folded(),
        |entry| {
            after
                .as_ref()
                .is_none_or(|after| entry.id.folded() > *after)
        },
    );
    let packages: Vec<Value> = entries.iter().map(|entry| facts(entry, &public)).collect();
    Ok(json(
        request,
        &json!({ "packages": packages, "next": next }),
    ))
}

/// `GET /api/v1/packages/{id}`.
///
/// # Errors
/// `404` for an unknown package, `503` where the store does not answer.
pub async fn package<H: Host>(
    host: &H,
    request: &Request,
    id: &PackageId,
) -> Result<Response, Problem> {
    let public = public_url(host).await?;
    let package = store::read::<PackageRecord, _>(host, &Key::Package(id)).await;
    let package = package.map_err(|error| failed(host, &error))?;
    let package = package.ok_or_else(|| no_package(id))?.record;
    let channels = lookup::channels(host, id).await?;
    let entry = CatalogueEntry::new(&package, &channels);
    let mut answer = facts(&entry, &public);
    answer["releases"] = json!(channels.releases.len());
    Ok(json(request, &answer))
}

/// A package as the API shows it.
fn facts(entry: &CatalogueEntry, public: &PublicUrl) -> Value {
    let links = Links::new(public, &entry.id, entry.kind);
    let mut facts = json!({
        "id": entry.id,
        "type": entry.kind,
        "title": entry.title,
        "description": entry.description,
        "authors": entry.authors,
        "repository": entry.repository,
        "channels": entry.channels,
    });
    if let Some(url) = &entry.url {
        facts["url"] = url.as_str().into();
    }
    let Some(shown) = &entry.shown else {
        return facts;
    };
    let release = &shown.release;
    let track = Track::Channel(shown.channel.clone());
    let compatibility = &release.compatibility;
    facts["version"] = json!(release.version);
    facts["channel"] = json!(shown.channel);
    facts["published_at"] = json!(release.published_at);
    facts["compatibility"] = json!({
        "minimum": compatibility.minimum,
        "verified": compatibility.verified,
        "maximum": compatibility.maximum,
    });
    facts["manifest"] = links.manifest(&track).into();
    facts["download"] = links
        .download(&release.version, &release.channel, &track)
        .into();
    facts["size"] = release.size.into();
    if let Some(notes) = &release.notes_url {
        facts["notes"] = notes.as_str().into();
    }
    facts
}
