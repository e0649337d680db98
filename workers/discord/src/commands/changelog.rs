//! `/package changelog`: what a release changed.

use registry::{Journal, Key, PackageId, ReleaseRecord, ReleaseSummary, Version, store};

use super::{look, package};
use crate::{
    Host,
    context::Context,
    failure::Failure,
    message::{Message, markdown},
};

/// The message of `/package changelog` for a version, or for what is shown of the package.
///
/// # Errors
/// [`Failure`].
pub async fn message<H: Host>(
    host: &H,
    context: &Context,
    id: &PackageId,
    version: Option<&Version>,
) -> Result<Message, Failure> {
    let locale = context.locale();
    let package = look::package(host, id, locale).await?;
    let release = match version {
        Some(version) => package.channels.find(version),
        None => package.channels.served(&package.shown_channel()),
    };
    let missing = version.map(Version::as_str).unwrap_or_default();
    let release = release.ok_or_else(|| package::no_version(missing, locale))?;
    let notes = match notes(host, id, release).await? {
        Some(notes) if !notes.trim().is_empty() => markdown::notes(&notes),
        _ => say!(
            locale,
            "*No notes are kept here for this release.*",
            "*Zu diesem Release sind hier keine Notizen aufbewahrt.*"
        ),
    };
    let version = markdown::escape(release.version.as_str());
    let title = format!("{} {version}", package.title());
    let embed = package
        .embed(look::color(release), &title)
        .url(release.notes_url.as_deref())
        .field(
            &say!(locale, "Published", "Veröffentlicht"),
            &markdown::date(release.published_at),
            true,
        )
        .field(
            "Foundry VTT",
            &markdown::escape(release.compatibility.label().trim_start_matches("Foundry")),
            true,
        )
        .description(&notes);
    let buttons = look::release_buttons(&package.links(context), release, locale);
    Ok(Message::new(embed).buttons(buttons))
}

/// The release's notes, as its delivery's journal keeps them for 90 days.
async fn notes<H: Host>(
    host: &H,
    id: &PackageId,
    release: &ReleaseSummary,
) -> Result<Option<String>, Failure> {
    let key = Key::Release(id, &release.version);
    let Some(facts) = store::read::<ReleaseRecord, _>(host, &key).await? else {
        return Ok(None);
    };
    let delivery = Key::Delivery(&facts.record.delivery);
    let journal = store::read::<Journal, _>(host, &delivery).await?;
    Ok(journal.map(|journal| journal.record.source.notes))
}
