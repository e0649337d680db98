//! `/package`: what a package is, what its channels serve, how it is installed.

use registry::{Channel, Generation, ReleaseSummary, Track, Version};

use super::look::{self, Package};
use crate::{
    Locale,
    context::Context,
    failure::Failure,
    interaction::Options,
    message::{Message, markdown},
};

/// Most channels that are shown.
const MOST_CHANNELS: usize = 12;

/// `/package info`.
pub fn info(context: &Context, package: &Package) -> Message {
    let locale = context.locale();
    let shown = package.shown_channel();
    let release = package.channels.served(&shown);
    let color = release.map_or(crate::message::Color::PLAIN, look::color);
    let mut embed = package.embed(color, &package.title());
    if let Some(facts) = &package.facts {
        let authors: Vec<String> = facts.authors.iter().map(|a| markdown::escape(a)).collect();
        embed = embed
            .description(&markdown::escape(&facts.description))
            .field(&say!(locale, "By", "Von"), &authors.join(", "), true);
    }
    embed = embed.field(
        &say!(locale, "Type", "Art"),
        look::kind(package.channels.kind, locale),
        true,
    );
    for channel in package.channels.channels.keys().take(MOST_CHANNELS) {
        let value = match package.channels.served(channel) {
            Some(release) => served(release),
            None => say!(locale, "withdrawn", "zurückgezogen"),
        };
        embed = embed.field(channel.as_str(), &value, true);
    }
    let links = package.links(context);
    let manifest = links.manifest(&Track::Channel(shown));
    embed = embed.field(
        &say!(locale, "Install", "Installieren"),
        &markdown::code(&manifest),
        false,
    );
    let buttons = release.map(|release| look::release_buttons(&links, release, locale));
    Message::new(embed).buttons(buttons.into_iter().flatten())
}

/// `/package latest`.
///
/// # Errors
/// [`Failure`].
pub fn latest(context: &Context, package: &Package, options: &Options) -> Result<Message, Failure> {
    let track = Track::Channel(package.asked_channel(options, context.locale())?);
    shown(context, package, &track)
}

/// `/package install`: the URL to paste, for a channel or for a generation of Foundry.
///
/// # Errors
/// [`Failure`].
pub fn install(
    context: &Context,
    package: &Package,
    options: &Options,
) -> Result<Message, Failure> {
    let locale = context.locale();
    if options.text("channel").is_some() && options.number("foundry").is_some() {
        return Err(Failure::Said(say!(
            locale,
            "Choose either a channel or a generation of Foundry VTT, not both.",
            "Wähle entweder einen Kanal oder eine Generation von Foundry VTT, nicht beides."
        )));
    }
    let track = match generation(options) {
        Some(generation) => Track::Core(generation),
        None => Track::Channel(package.asked_channel(options, locale)?),
    };
    shown(context, package, &track)
}

/// `/package compatible`.
///
/// # Errors
/// [`Failure`].
pub fn compatible(
    context: &Context,
    package: &Package,
    options: &Options,
) -> Result<Message, Failure> {
    let track = match generation(options) {
        Some(generation) => Track::Core(generation),
        None => Track::stable(),
    };
    shown(context, package, &track)
}

/// A version as somebody typed it, with or without a `v`.
///
/// # Errors
/// [`Failure::Said`].
pub fn version_of(text: &str, locale: Locale) -> Result<Version, Failure> {
    let version = Version::parse(Version::without_prefix(text).unwrap_or(text));
    version.map_err(|_| no_version(text, locale))
}

/// That there is no such version.
pub fn no_version(given: &str, locale: Locale) -> Failure {
    let given = markdown::code(&registry::text::excerpt(given, 80));
    Failure::Said(say!(
        locale,
        "This package has no version {given}.",
        "Dieses Paket hat keine Version {given}.",
        given
    ))
}

fn generation(options: &Options) -> Option<Generation> {
    Generation::new(u16::try_from(options.number("foundry")?).ok()?)
}

/// What a track serves, and how to install it.
fn shown(context: &Context, package: &Package, track: &Track) -> Result<Message, Failure> {
    let locale = context.locale();
    let release = package.channels.serving(track);
    let release = release.ok_or_else(|| look::nothing_served(track, locale))?;
    let title = format!(
        "{} {}",
        package.title(),
        markdown::escape(release.version.as_str())
    );
    let links = package.links(context);
    let on = match track {
        Track::Channel(channel) => on_channel(channel, locale),
        Track::Core(generation) => {
            let generation = generation.to_string();
            say!(
                locale,
                "The newest stable release for Foundry VTT {generation}.",
                "Das neueste stabile Release für Foundry VTT {generation}.",
                generation
            )
        }
    };
    let paste = say!(
        locale,
        "Paste into *Install Module*, *Manifest URL*",
        "Einfügen bei *Modul installieren*, *Manifest-URL*"
    );
    let embed = package
        .embed(look::color(release), &title)
        .description(&on)
        .field(
            &say!(locale, "Published", "Veröffentlicht"),
            &markdown::ago(release.published_at),
            true,
        )
        .field(
            "Foundry VTT",
            &look::foundry(&release.compatibility, locale),
            true,
        )
        .field(&paste, &markdown::code(&links.manifest(track)), false);
    let buttons = look::release_buttons(&links, release, locale);
    Ok(Message::new(embed).buttons(buttons))
}

fn on_channel(channel: &Channel, locale: Locale) -> String {
    say!(
        locale,
        "What channel `{channel}` serves.",
        "Was der Kanal `{channel}` liefert.",
        channel
    )
}

/// A version and how old it is.
fn served(release: &ReleaseSummary) -> String {
    let version = markdown::escape(release.version.as_str());
    format!("**{version}**, {}", markdown::ago(release.published_at))
}
