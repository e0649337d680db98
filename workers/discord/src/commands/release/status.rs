//! `/release status`: how far deliveries have come.

use edge::objects::MAX_PAGE;
use futures_util::future::join_all;
use registry::{
    DeliveryId, Journal, Key, PackageId, Prefix, ReleaseRecord, State, key, store, text,
};

use super::{super::look, told, withdrawal};
use crate::{
    Host, Locale,
    context::Context,
    failure::Failure,
    interaction::Options,
    locale::Both,
    message::{Color, Embed, Message, markdown},
};

/// Most newest releases whose deliveries are shown.
const MOST_RELEASES: usize = 5;

/// Most unfinished deliveries that are looked at.
const MOST_OPEN: usize = 25;

/// What is asked for.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// One delivery.
    Delivery(DeliveryId),
    /// A package's unfinished deliveries and those of its newest releases.
    Package(PackageId),
}

/// What `/release status` is asked for.
///
/// # Errors
/// [`Failure::Said`].
pub fn wanted(context: &Context, options: &Options) -> Result<Wanted, Failure> {
    let locale = context.locale();
    match (options.text("delivery"), options.text("package")) {
        (Some(_), _) => withdrawal::delivery(options, context).map(Wanted::Delivery),
        (None, Some(_)) => look::named(options, locale).map(Wanted::Package),
        (None, None) => Err(Failure::Said(say!(
            locale,
            "Name a delivery or a package.",
            "Nenne eine Lieferung oder ein Paket."
        ))),
    }
}

/// The message of `/release status`.
///
/// # Errors
/// [`Failure`].
pub async fn message<H: Host>(
    host: &H,
    context: &Context,
    wanted: &Wanted,
) -> Result<Message, Failure> {
    let locale = context.locale();
    match wanted {
        Wanted::Delivery(delivery) => {
            let journal = journal(host, delivery).await?;
            let journal = journal.ok_or_else(|| no_delivery(delivery, locale))?;
            Ok(Message::new(one(&journal, locale)).ephemeral())
        }
        Wanted::Package(id) => {
            let package = look::package(host, id, locale).await?;
            let mut journals = unfinished(host, &package).await?;
            journals.extend(published(host, &package).await?);
            Ok(Message::new(all(&package, &journals, locale)).ephemeral())
        }
    }
}

/// That there is no such delivery.
pub fn no_delivery(delivery: &DeliveryId, locale: Locale) -> Failure {
    Failure::Said(say!(
        locale,
        "No delivery `{delivery}` is journalled. Journals are kept for 90 days.",
        "Eine Lieferung `{delivery}` steht in keinem Journal. Journale werden 90 Tage aufbewahrt.",
        delivery
    ))
}

async fn journal<H: Host>(host: &H, delivery: &DeliveryId) -> Result<Option<Journal>, Failure> {
    let journal = store::read::<Journal, _>(host, &Key::Delivery(delivery)).await?;
    Ok(journal.map(|journal| journal.record))
}

/// The unfinished deliveries of a package: those that say so, and those of its repository that do not
/// know yet.
async fn unfinished<H: Host>(host: &H, package: &look::Package) -> Result<Vec<Journal>, Failure> {
    let prefix = Prefix::OpenDeliveries.path();
    let page = host.object_list(&prefix, None, MAX_PAGE).await?;
    let marks = page.objects.iter();
    let deliveries: Vec<DeliveryId> = marks
        .filter_map(|mark| key::open_delivery(&mark.key))
        .take(MOST_OPEN)
        .collect();
    let journals = join_all(deliveries.iter().map(|delivery| journal(host, delivery))).await;
    let journals: Vec<Option<Journal>> = journals.into_iter().collect::<Result<_, _>>()?;
    let repository = package.facts.as_ref().map(|facts| &facts.repository);
    let is_its = |journal: &Journal| match &journal.package {
        Some(facts) => facts.id == *package.id(),
        None => repository.is_some_and(|own| own.is_same_as(&journal.repository)),
    };
    let journals = journals.into_iter().flatten();
    Ok(journals
        .filter(|journal| !journal.state.is_finished() && is_its(journal))
        .collect())
}

/// The deliveries of a package's newest releases, as far as their journals are kept.
async fn published<H: Host>(host: &H, package: &look::Package) -> Result<Vec<Journal>, Failure> {
    let newest = package.channels.releases.iter().take(MOST_RELEASES);
    let journals = newest.map(async |release| {
        let key = Key::Release(package.id(), &release.version);
        match store::read::<ReleaseRecord, _>(host, &key).await? {
            Some(facts) => journal(host, &facts.record.delivery).await,
            None => Ok(None),
        }
    });
    let journals: Vec<Option<Journal>> = join_all(journals)
        .await
        .into_iter()
        .collect::<Result<_, _>>()?;
    Ok(journals
        .into_iter()
        .flatten()
        .filter(|journal| journal.state.is_finished())
        .collect())
}

/// One delivery, in full.
fn one(journal: &Journal, locale: Locale) -> Embed {
    let state = state(journal.state, locale);
    let color = match journal.state {
        State::Done => Color::STABLE,
        State::Failed => Color::BAD,
        _ => Color::BETA,
    };
    let title = format!("{} · {state}", what(journal));
    let steps = journal.steps.iter().rev().take(12).rev();
    let steps: Vec<String> = steps
        .map(|step| {
            let detail = markdown::escape(&text::excerpt(&step.detail, 150));
            format!("{} {detail}", markdown::ago(step.at))
        })
        .collect();
    let told = told::lines(&journal.announcements, locale);
    let mut embed = Embed::new(color, &title)
        .footer(journal.delivery.as_str())
        .field(
            &say!(locale, "Announcements", "Ankündigungen"),
            &told.join("\n"),
            false,
        );
    if let Some(error) = &journal.error {
        let message = markdown::escape(&error.message);
        embed = embed.field(&say!(locale, "Error", "Fehler"), &message, false);
    }
    if let Some(next) = journal.next_attempt_at {
        let next = markdown::ago(next);
        embed = embed.field(
            &say!(locale, "Next attempt", "Nächster Versuch"),
            &next,
            false,
        );
    }
    embed.description(&steps.join("\n"))
}

/// Several deliveries, in a field each.
fn all(package: &look::Package, journals: &[Journal], locale: Locale) -> Embed {
    let mut embed = package.embed(Color::PLAIN, &package.title());
    if journals.is_empty() {
        return embed.description(&say!(
            locale,
            "No journal of its deliveries is kept any more.",
            "Von seinen Lieferungen ist kein Journal mehr da."
        ));
    }
    for journal in journals {
        let heading = format!("{} · {}", what(journal), state(journal.state, locale));
        let error = journal.error.as_ref().map(|error| error.message.as_str());
        let error = markdown::escape(&text::excerpt(error.unwrap_or_default(), 200));
        let value = format!(
            "{} {}\n{error}",
            markdown::code(journal.delivery.as_str()),
            markdown::ago(journal.updated_at),
        );
        embed = embed.field(&heading, &value, false);
    }
    embed
}

/// What is delivered: the version if it is known, else repository and tag.
fn what(journal: &Journal) -> String {
    match &journal.package {
        Some(facts) => markdown::escape(&format!("{} {}", facts.id, facts.version)),
        None => markdown::escape(&format!("{} {}", journal.repository, journal.source.tag)),
    }
}

/// A state in a word.
pub fn state(state: State, locale: Locale) -> &'static str {
    let both = match state {
        State::Received => ("received", "eingegangen"),
        State::Fetched => ("fetched", "geholt"),
        State::Packaged => ("packaged", "gepackt"),
        State::Published => ("published", "veröffentlicht"),
        State::Announced => ("announced", "angekündigt"),
        State::Done => ("done", "erledigt"),
        State::Failed => ("failed", "gescheitert"),
    };
    word(both, locale)
}

/// Of both words the one in `locale`.
pub(super) fn word((en, de): (&'static str, &'static str), locale: Locale) -> &'static str {
    Both { en, de }.in_(locale)
}
