//! Release notes in GitHub's Markdown, as Discord shows Markdown.
//!
//! Discord knows less of it, and some things otherwise: `__x__` underlines, `||x||` hides, `<@1>`
//! and `@everyone` call somebody, and tables, task lists, images and HTML are shown as they are
//! written. <https://support.discord.com/hc/en-us/articles/210298617>
//!
//! A converter, no parser: what it does not know it leaves alone, and whatever comes out is within
//! the limit and calls nobody.

mod blocks;
mod html;
mod inline;
mod table;

use blocks::Block;

/// `notes` for Discord, in at most `limit` UTF-16 code units. Issue numbers link to the repository
/// of `page`, the release's page, which is also where what does not fit can be read.
pub fn to_discord(notes: &str, page: Option<&str>, limit: usize) -> String {
    let repository = page.and_then(repository_of);
    let blocks = blocks::read(notes, repository);
    let whole = join(&blocks);
    if units(&whole) <= limit {
        return whole;
    }
    let more = match page.filter(|page| page.starts_with("https://")) {
        Some(page) => format!("\n[…]({page})"),
        None => "\n…".to_owned(),
    };
    match limit.checked_sub(units(&more)) {
        Some(room) => shortened(&blocks, room) + &more,
        None => String::new(),
    }
}

/// The URL of the repository whose release has the page `page`.
fn repository_of(page: &str) -> Option<&str> {
    let (repository, _) = page.split_once("/releases/")?;
    repository.starts_with("https://").then_some(repository)
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

fn join(blocks: &[Block]) -> String {
    let mut text = String::new();
    for block in blocks {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&block.text());
    }
    text
}

/// As many blocks as fit in `room` units, and of the first that does not fit as much as is sensible.
fn shortened(blocks: &[Block], room: usize) -> String {
    let mut text = String::new();
    for block in blocks {
        let separator = usize::from(!text.is_empty());
        let left = room.saturating_sub(units(&text) + separator);
        let shown = block.text();
        let (part, whole) = if units(&shown) <= left {
            (shown, true)
        } else {
            (block.beginning(left), false)
        };
        if !part.is_empty() {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&part);
        }
        if !whole {
            break;
        }
    }
    // A heading without what stands below it says nothing.
    while let Some((rest, last)) = text.trim_end().rsplit_once('\n') {
        if !last.starts_with("## ") && !last.starts_with("### ") {
            break;
        }
        text = rest.to_owned();
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests;
