//! HTML in Markdown: what Discord has a sign for gets that, the rest goes.

/// What stands in place of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tag {
    /// Nothing, or this text.
    Text(&'static str),
    /// An image.
    Image {
        /// What it shows.
        alt: String,
        /// Where it is.
        source: String,
    },
    /// The beginning of a link.
    Link(String),
    /// The end of a link.
    EndLink,
}

/// Notes without HTML comments.
pub(super) fn without_comments(notes: &str) -> String {
    let mut text = String::with_capacity(notes.len());
    let mut rest = notes;
    while let Some((before, after)) = rest.split_once("<!--") {
        text.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    text
}

/// The tag that `text` begins with, and what follows it.
pub(super) fn tag(text: &str) -> Option<(Tag, &str)> {
    let inside = text.strip_prefix('<')?;
    let (closing, inside) = match inside.strip_prefix('/') {
        Some(inside) => (true, inside),
        None => (false, inside),
    };
    if !inside.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let end = inside
        .find(['>', '<'])
        .filter(|end| inside[*end..].starts_with('>'))?;
    let (inside, rest) = (&inside[..end], &inside[end + 1..]);
    let name: String = inside
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    let tag = match (name.as_str(), closing) {
        ("br" | "hr", _) | ("p" | "li" | "tr" | "h1" | "h2" | "h3", true) => Tag::Text("\n"),
        ("summary", false) => Tag::Text("**"),
        ("summary", true) => Tag::Text("**\n"),
        ("li", false) => Tag::Text("\n- "),
        ("b" | "strong" | "h1" | "h2" | "h3", _) => Tag::Text("**"),
        ("i" | "em", _) => Tag::Text("*"),
        ("s" | "del" | "strike", _) => Tag::Text("~~"),
        ("code" | "kbd" | "samp" | "tt", _) => Tag::Text("`"),
        ("img", _) => Tag::Image {
            alt: attribute(inside, "alt").unwrap_or_default(),
            source: attribute(inside, "src").unwrap_or_default(),
        },
        ("a", false) => match attribute(inside, "href") {
            Some(url) => Tag::Link(url),
            None => Tag::Text(""),
        },
        ("a", true) => Tag::EndLink,
        _ => Tag::Text(""),
    };
    Some((tag, rest))
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let at = lower.find(&format!(" {name}="))?;
    let value = tag.get(at + name.len() + 2..)?;
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value.get(1..)?.split(quote).next()?,
        _ => value.split([' ', '/']).next()?,
    };
    Some(value.trim().to_owned())
}

/// The character that an entity at the beginning of `text` stands for, and what follows it.
pub(super) fn entity(text: &str) -> Option<(char, &str)> {
    const KNOWN: [(&str, char); 8] = [
        ("&amp;", '&'),
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&quot;", '"'),
        ("&#39;", '\''),
        ("&apos;", '\''),
        ("&nbsp;", ' '),
        ("&mdash;", '—'),
    ];
    KNOWN
        .into_iter()
        .find_map(|(name, character)| Some((character, text.strip_prefix(name)?)))
}
