//! `/package versions`: all releases, a page at a time.

use registry::{PackageId, ReleaseSummary, Snowflake};

use super::look::{self, Package};
use crate::{
    Host, Locale,
    answer::Answer,
    context::Context,
    failure::Failure,
    message::{Button, Color, CustomId, Message, Style, markdown},
};

/// Releases on a page.
const PAGE: usize = 10;

/// A page's button was pressed: its text is `{id}:{page}`. Whoever called the command turns the
/// pages of its message; everybody else gets a page of their own.
///
/// # Errors
/// [`Failure`].
pub async fn turn<H: Host>(
    host: &H,
    context: &Context,
    wanted: &str,
    owner: Option<&Snowflake>,
) -> Result<Answer, Failure> {
    let locale = context.locale();
    let (id, number) = wanted.split_once(':').unwrap_or((wanted, ""));
    let id = PackageId::parse(id).map_err(|_| look::no_package(id, locale))?;
    let number = number.parse().unwrap_or_default();
    let package = look::package(host, &id, locale).await?;
    let message = page(context, &package, number);
    Ok(if owner.is_none_or(|owner| *owner == context.scene.user) {
        Answer::Update(message)
    } else {
        Answer::Message(message.ephemeral())
    })
}

/// One page, from 0 on; the last one where there are not so many.
pub fn page(context: &Context, package: &Package, number: usize) -> Message {
    let locale = context.locale();
    let releases = &package.channels.releases;
    let pages = releases.len().div_ceil(PAGE).max(1);
    let number = number.min(pages - 1);
    let lines: Vec<String> = releases
        .iter()
        .skip(number * PAGE)
        .take(PAGE)
        .map(|release| line(package, release, locale))
        .collect();
    let name = package.title();
    let title = say!(locale, "{name}: versions", "{name}: Versionen", name);
    let (shown, count) = ((number + 1).to_string(), releases.len().to_string());
    let last = pages.to_string();
    let footer = say!(
        locale,
        "{count} releases, page {shown} of {last}",
        "{count} Releases, Seite {shown} von {last}",
        count,
        shown,
        last
    );
    let embed = package
        .embed(Color::PLAIN, &title)
        .description(&lines.join("\n"))
        .footer(&footer);
    let button = |label: &str, page: usize| {
        let id = CustomId::new(format!("v:{}:{page}", package.id()))?;
        Some(Button::press(label, Style::Secondary, id))
    };
    let newer = number.checked_sub(1);
    let newer = newer.and_then(|page| button(&say!(locale, "Newer", "Neuere"), page));
    let older = Some(number + 1).filter(|page| *page < pages);
    let older = older.and_then(|page| button(&say!(locale, "Older", "Ältere"), page));
    Message::new(embed).buttons(newer.into_iter().chain(older))
}

/// A release in a line: version, the channels that serve it, date, Foundry versions.
fn line(package: &Package, release: &ReleaseSummary, locale: Locale) -> String {
    let version = markdown::escape(release.version.as_str());
    let mut facts = vec![if release.yanked {
        format!(
            "~~{version}~~ {}",
            say!(locale, "withdrawn", "zurückgezogen")
        )
    } else {
        format!("**{version}**")
    }];
    let serving = package.channels.channels.keys().filter(|channel| {
        let served = package.channels.served(channel);
        served.is_some_and(|served| served.version == release.version)
    });
    facts.extend(serving.map(|channel| markdown::code(channel.as_str())));
    facts.push(markdown::date(release.published_at));
    let foundry = look::foundry(&release.compatibility, locale);
    if !foundry.is_empty() {
        facts.push(format!("Foundry {foundry}"));
    }
    facts.join(" · ")
}
