//! Reading a package, and what all of its messages have in common.

use edge::Objects;
use futures_util::future::join;
use registry::{
    Channel, ChannelsRecord, Compatibility, Key, Links, PackageId, PackageRecord, PackageType,
    ReleaseSummary, Track, store,
};

use crate::{
    Locale,
    context::Context,
    failure::Failure,
    interaction::Options,
    message::{Button, Color, Embed, markdown},
};

/// A package as its records describe it.
#[derive(Debug, Clone)]
pub struct Package {
    /// What it is; `None` for the moment between its first release's facts and its own.
    pub facts: Option<PackageRecord>,
    /// What its channels serve.
    pub channels: ChannelsRecord,
}

/// The package that is named in the option `package`.
///
/// # Errors
/// [`Failure::Said`] where it is no package's id.
pub fn named(options: &Options, locale: Locale) -> Result<PackageId, Failure> {
    let text = options.text("package").unwrap_or_default();
    PackageId::parse(text).map_err(|_| no_package(text, locale))
}

/// That there is no such package.
pub fn no_package(given: &str, locale: Locale) -> Failure {
    let given = markdown::code(&registry::text::excerpt(given, 80));
    Failure::Said(say!(
        locale,
        "There is no package {given} here. Begin to type its name, and choose from the list.",
        "Ein Paket {given} gibt es hier nicht. Tippe den Anfang des Namens und wähle aus der Liste.",
        given
    ))
}

/// Reads a package: both records at once.
///
/// # Errors
/// [`Failure::Said`] where there is none.
pub async fn package<O: Objects>(
    store: &O,
    id: &PackageId,
    locale: Locale,
) -> Result<Package, Failure> {
    let (package_key, channels_key) = (Key::Package(id), Key::Channels(id));
    let (facts, channels) = join(
        store::read::<PackageRecord, _>(store, &package_key),
        store::read::<ChannelsRecord, _>(store, &channels_key),
    )
    .await;
    match channels? {
        Some(channels) => Ok(Package {
            facts: facts?.map(|facts| facts.record),
            channels: channels.record,
        }),
        None => Err(no_package(id.as_str(), locale)),
    }
}

/// Reads what a package's channels serve.
///
/// # Errors
/// [`Failure::Said`] where there is no such package.
pub async fn channels<O: Objects>(
    store: &O,
    id: &PackageId,
    locale: Locale,
) -> Result<ChannelsRecord, Failure> {
    let channels = store::read::<ChannelsRecord, _>(store, &Key::Channels(id)).await?;
    channels
        .map(|channels| channels.record)
        .ok_or_else(|| no_package(id.as_str(), locale))
}

impl Package {
    /// Its id.
    pub fn id(&self) -> &PackageId {
        &self.channels.id
    }

    /// Its URLs.
    pub fn links<'a>(&'a self, context: &'a Context) -> Links<'a> {
        context.links(self.id(), self.channels.kind)
    }

    /// Its title, escaped.
    pub fn title(&self) -> String {
        let title = self.facts.as_ref().map(|facts| facts.title.as_str());
        let title = title.filter(|title| !title.is_empty());
        markdown::escape(title.unwrap_or(self.id().as_str()))
    }

    /// An embed about it.
    pub fn embed(&self, color: Color, title: &str) -> Embed {
        let facts = self.facts.as_ref();
        Embed::new(color, title)
            .url(facts.and_then(|facts| facts.url.as_deref()))
            .thumbnail(facts.and_then(|facts| facts.icon.as_deref()))
            .footer(self.id().as_str())
    }

    /// The channel that is shown where none is asked for: `stable`, else the first that serves
    /// anything.
    pub fn shown_channel(&self) -> Channel {
        let stable = Channel::stable();
        let all = std::iter::once(&stable).chain(self.channels.channels.keys());
        let mut serving = all.filter(|channel| self.channels.served(channel).is_some());
        serving.next().cloned().unwrap_or(stable)
    }

    /// The channel that is asked for in the option `channel`, else the one that is shown.
    ///
    /// # Errors
    /// [`Failure::Said`] where the package has no such channel.
    pub fn asked_channel(&self, options: &Options, locale: Locale) -> Result<Channel, Failure> {
        let Some(text) = options.text("channel") else {
            return Ok(self.shown_channel());
        };
        let channel = Channel::parse(text).ok();
        let known = channel.filter(|channel| self.channels.channels.contains_key(channel));
        known.ok_or_else(|| no_channel(text, &self.channels, locale))
    }
}

/// That a package has no such channel.
pub fn no_channel(given: &str, channels: &ChannelsRecord, locale: Locale) -> Failure {
    let given = markdown::code(&registry::text::excerpt(given, 80));
    let known: Vec<String> = channels
        .channels
        .keys()
        .map(|channel| markdown::code(channel.as_str()))
        .collect();
    let known = known.join(", ");
    Failure::Said(say!(
        locale,
        "This package has no channel {given}; it has {known}.",
        "Dieses Paket hat keinen Kanal {given}; es hat {known}.",
        given,
        known
    ))
}

/// That a channel or generation of Foundry gets nothing.
pub fn nothing_served(track: &Track, locale: Locale) -> Failure {
    Failure::Said(match track {
        Track::Channel(channel) => say!(
            locale,
            "Every release on `{channel}` is withdrawn.",
            "Jedes Release auf `{channel}` ist zurückgezogen.",
            channel
        ),
        Track::Core(generation) => {
            let generation = generation.to_string();
            say!(
                locale,
                "No stable release is for Foundry VTT {generation}.",
                "Kein stabiles Release ist für Foundry VTT {generation}.",
                generation
            )
        }
    })
}

/// Which versions of Foundry a release is for, in a few words, escaped: `11 to 13, verified 12.331`;
/// empty where nothing is said.
pub fn foundry(versions: &Compatibility, locale: Locale) -> String {
    let shown = |version: &Option<String>| version.as_deref().map(markdown::escape);
    let (minimum, maximum) = (shown(&versions.minimum), shown(&versions.maximum));
    let range = match (minimum, maximum) {
        (Some(minimum), Some(maximum)) if minimum == maximum => Some(minimum),
        (Some(minimum), Some(maximum)) => Some(say!(
            locale,
            "{minimum} to {maximum}",
            "{minimum} bis {maximum}",
            minimum,
            maximum
        )),
        (Some(minimum), None) => Some(format!("{minimum}+")),
        (None, Some(maximum)) => Some(say!(locale, "up to {maximum}", "bis {maximum}", maximum)),
        (None, None) => None,
    };
    let verified = shown(&versions.verified).map(|verified| {
        say!(
            locale,
            "verified {verified}",
            "geprüft mit {verified}",
            verified
        )
    });
    let words: Vec<String> = range.into_iter().chain(verified).collect();
    words.join(", ")
}

/// The colour of a release.
pub fn color(release: &ReleaseSummary) -> Color {
    match (release.yanked, release.is_on(&Channel::stable())) {
        (true, _) => Color::BAD,
        (false, true) => Color::STABLE,
        (false, false) => Color::BETA,
    }
}

/// Buttons to a release's notes and archive.
pub fn release_buttons(
    links: &Links<'_>,
    release: &ReleaseSummary,
    locale: Locale,
) -> impl Iterator<Item = Button> + use<> {
    let notes = say!(locale, "Release notes", "Was ist neu");
    let download = say!(locale, "Download", "Herunterladen");
    let notes = release
        .notes_url
        .as_deref()
        .and_then(|url| Button::link(&notes, url));
    let archive = (!release.yanked)
        .then(|| Button::link(&download, &links.archive(&release.version)))
        .flatten();
    notes.into_iter().chain(archive)
}

/// What a package is, in a word.
pub fn kind(kind: PackageType, locale: Locale) -> &'static str {
    match (kind, locale) {
        (PackageType::Module, Locale::English) => "Module",
        (PackageType::System, Locale::English) => "Game system",
        (PackageType::World, Locale::English) => "World",
        (PackageType::Module, Locale::German) => "Modul",
        (PackageType::System, Locale::German) => "Spielsystem",
        (PackageType::World, Locale::German) => "Welt",
    }
}
