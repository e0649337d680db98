//! Completing an option while it is typed.

mod rank;

use edge::Objects;
use registry::{Catalogue, ChannelsRecord, Key, PackageId, store};

use crate::{
    answer::Choice,
    failure::Failure,
    interaction::Options,
    message::Text,
    table::{Completion, Found, Kind},
};
use rank::best;

/// Most choices that Discord shows.
const MOST: usize = 25;

/// What the option that is being typed can be completed to, best first; one read of the store.
///
/// # Errors
/// [`Failure::Store`].
pub async fn choices<O: Objects>(
    store: &O,
    found: &Found,
    options: &Options,
) -> Result<Vec<Choice>, Failure> {
    let Some((name, typed)) = options.focused() else {
        return Ok(Vec::new());
    };
    let option = found.options.iter().find(|option| option.name == name);
    let Some(Kind::Completed(_, completion)) = option.map(|option| option.kind) else {
        return Ok(Vec::new());
    };
    if matches!(completion, Completion::Package | Completion::AnyPackage) {
        let catalogue = store::read::<Catalogue, _>(store, &Key::Catalogue).await?;
        let catalogue = catalogue.map(|catalogue| catalogue.record);
        let all = completion == Completion::AnyPackage;
        return Ok(packages(&catalogue.unwrap_or_default(), typed, all));
    }
    let package = options
        .text("package")
        .and_then(|id| PackageId::parse(id).ok());
    let Some(id) = package else {
        return Ok(Vec::new());
    };
    let channels = store::read::<ChannelsRecord, _>(store, &Key::Channels(&id)).await?;
    Ok(channels
        .map(|channels| of_package(&channels.record, completion, typed))
        .unwrap_or_default())
}

/// Packages by id or title. Those whose every release is withdrawn are left out but for `all`.
fn packages(catalogue: &Catalogue, typed: &str, all: bool) -> Vec<Choice> {
    let entries = catalogue.packages.iter();
    let entries = entries.filter(|entry| all || entry.shown.is_some());
    let entries: Vec<(&str, &str)> = entries
        .map(|entry| (entry.id.as_str(), entry.title.as_str()))
        .collect();
    best(typed, &entries, MOST)
        .into_iter()
        .map(|(id, title)| {
            let name = match title {
                "" => id.to_owned(),
                title if title == id => id.to_owned(),
                // Whatever is cut off of it, the id stays.
                title => {
                    let left = 100_usize.saturating_sub(crate::message::length(id) + 3);
                    format!("{} ({id})", registry::text::excerpt(title, left))
                }
            };
            choice(&name, id)
        })
        .collect()
}

fn of_package(channels: &ChannelsRecord, completion: Completion, typed: &str) -> Vec<Choice> {
    let names: Vec<(&str, &str)> = match completion {
        Completion::Channel => channels
            .channels
            .keys()
            .map(|channel| (channel.as_str(), ""))
            .collect(),
        _ => channels
            .releases
            .iter()
            .filter(|release| release.yanked == (completion == Completion::YankedVersion))
            .map(|release| (release.version.as_str(), ""))
            .collect(),
    };
    best(typed, &names, MOST)
        .into_iter()
        .map(|(name, _)| choice(name, name))
        .collect()
}

fn choice(name: &str, value: &str) -> Choice {
    Choice {
        name: Text::new(name),
        value: Text::new(value),
    }
}
