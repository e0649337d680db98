//! `/package changelog`: what a release changed.

use std::time::Duration;

use edge::clock::timeout;
use registry::{
    Journal, Key, PackageId, ReleaseRecord, ReleaseSummary, Version,
    store::{self, StoreError},
};

use super::{
    look::{self, Package},
    package,
};
use crate::{
    Host,
    context::Context,
    failure::Failure,
    interaction::Options,
    message::{Message, markdown},
};

/// Time for reading the notes.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A release whose changes are to be shown, and its package.
#[derive(Debug, Clone)]
pub struct Wanted {
    package: Package,
    release: ReleaseSummary,
}

/// The release that `/package changelog` is asked for: what is shown of the package where no version
/// is named.
///
/// # Errors
/// [`Failure`]. Whatever can fail is done here, where only the person who asked sees that it did.
pub async fn wanted<H: Host>(
    host: &H,
    context: &Context,
    options: &Options,
) -> Result<Wanted, Failure> {
    let locale = context.locale();
    let id = look::named(options, locale)?;
    let version = options.text("version");
    let version = version.map(|text| package::version_of(text, locale));
    let version = version.transpose()?;
    let package = look::package(host, &id, locale).await?;
    let release = match &version {
        Some(version) => package.channels.find(version),
        None => package.channels.served(&package.shown_channel()),
    };
    let missing = version.as_ref().map(Version::as_str).unwrap_or_default();
    let release = release.cloned();
    let release = release.ok_or_else(|| package::no_version(missing, locale))?;
    Ok(Wanted { package, release })
}

/// The message of `/package changelog`. Notes that cannot be read take nothing else away.
pub async fn message<H: Host>(host: &H, context: &Context, wanted: &Wanted) -> Message {
    let locale = context.locale();
    let Wanted { package, release } = wanted;
    let notes = timeout(host, TIMEOUT, notes(host, package.id(), release)).await;
    let notes = match notes {
        Some(Ok(Some(notes))) if !notes.trim().is_empty() => markdown::notes(&notes),
        Some(Ok(_)) => say!(
            locale,
            "*No notes are kept here for this release.*",
            "*Zu diesem Release sind hier keine Notizen aufbewahrt.*"
        ),
        Some(Err(_)) | None => say!(
            locale,
            "*Its notes cannot be read just now.*",
            "*Seine Notizen lassen sich gerade nicht lesen.*"
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
            &look::foundry(&release.compatibility, locale),
            true,
        )
        .description(&notes);
    let buttons = look::release_buttons(&package.links(context), release, locale);
    Message::new(embed).buttons(buttons)
}

/// The release's notes, as its delivery's journal keeps them for 90 days.
async fn notes<H: Host>(
    host: &H,
    id: &PackageId,
    release: &ReleaseSummary,
) -> Result<Option<String>, StoreError> {
    let key = Key::Release(id, &release.version);
    let Some(facts) = store::read::<ReleaseRecord, _>(host, &key).await? else {
        return Ok(None);
    };
    let delivery = Key::Delivery(&facts.record.delivery);
    let journal = store::read::<Journal, _>(host, &delivery).await?;
    Ok(journal.map(|journal| journal.record.source.notes))
}
