//! Who was told of a release, in words.

use registry::{
    record::{Announcement, Announcements, Status},
    text,
};

use super::status::word;
use crate::{Locale, message::markdown};

/// Most subscribers that were not told and are shown.
const MOST_TROUBLED: usize = 4;

/// What became of a release's announcements, a line each.
pub fn lines(announcements: &Announcements, locale: Locale) -> Vec<String> {
    let told = [
        ("Discord", &announcements.discord),
        ("Foundry", &announcements.foundry),
    ];
    let told = told
        .into_iter()
        .map(|(name, one)| format!("{name}: {}", announcement(one, locale)));
    told.chain(subscribers(announcements, locale)).collect()
}

/// What became of the announcements to subscribers: how many each, and the first that did not arrive.
fn subscribers(announcements: &Announcements, locale: Locale) -> Vec<String> {
    let all = announcements.subscribers.as_deref().unwrap_or_default();
    if all.is_empty() {
        return Vec::new();
    }
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for one in all {
        let word = status(one.announcement.status, locale);
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    let counts: Vec<String> = counts
        .iter()
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    let counts = counts.join(", ");
    let mut lines = vec![say!(
        locale,
        "Subscribers: {counts}",
        "Abonnenten: {counts}",
        counts
    )];
    let troubled = all.iter().filter(|one| {
        let status = one.announcement.status;
        !matches!(status, Status::Confirmed | Status::Skipped)
    });
    lines.extend(troubled.take(MOST_TROUBLED).map(|one| {
        let channel = one.channel.as_str();
        format!("<#{channel}>: {}", announcement(&one.announcement, locale))
    }));
    lines
}

/// What became of an announcement, in a word.
fn status(status: Status, locale: Locale) -> &'static str {
    let both = match status {
        Status::Pending | Status::Sending => ("not yet", "noch nicht"),
        Status::Unconfirmed => ("unconfirmed", "unbestätigt"),
        Status::Confirmed => ("confirmed", "bestätigt"),
        Status::Skipped => ("skipped", "ausgelassen"),
        Status::Failed => ("given up", "aufgegeben"),
    };
    word(both, locale)
}

fn announcement(one: &Announcement, locale: Locale) -> String {
    let word = status(one.status, locale).to_owned();
    if one.detail.is_empty() {
        return word;
    }
    format!(
        "{word} ({})",
        markdown::escape(&text::excerpt(&one.detail, 200))
    )
}
