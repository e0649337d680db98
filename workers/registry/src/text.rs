//! Authors' texts made fit to be shown: plain, bounded, with harmless links.

/// Longest title and person's name that is kept, in characters.
const LONGEST_NAME: usize = 200;

/// A text without HTML tags, with its runs of white space made one space, cut to `longest`
/// characters.
pub fn plain(text: &str, longest: usize) -> String {
    let mut bare = String::with_capacity(text.len());
    let mut in_tag = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '<' if characters
                .peek()
                .is_some_and(|next| next.is_ascii_alphabetic() || "/!".contains(*next)) =>
            {
                in_tag = true;
                bare.push(' ');
            }
            '>' if in_tag => in_tag = false,
            _ if in_tag || turns_direction(character) => {}
            _ if character.is_control() => bare.push(' '),
            _ => bare.push(character),
        }
    }
    for (entity, character) in [
        ("&nbsp;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ] {
        bare = bare.replace(entity, character);
    }
    let words: Vec<&str> = bare.split_whitespace().collect();
    excerpt(&words.join(" "), longest)
}

/// Whether a character turns the direction of what follows, so that a text can look like another
/// (Unicode's `Bidi_Control`).
pub fn turns_direction(character: char) -> bool {
    matches!(character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A package's title or a person's name as records keep it: plain, at most 200 characters.
pub fn name(text: &str) -> String {
    plain(text, LONGEST_NAME)
}

/// The first `longest` characters of a text, the last of them `…` where something was cut off.
/// Of a text of megabytes only those are looked at.
pub fn excerpt(text: &str, longest: usize) -> String {
    if text.char_indices().nth(longest).is_none() {
        return text.to_owned();
    }
    let kept: String = text.chars().take(longest.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// The URL, if it is one of http or https without white space and of at most 2,000 bytes.
pub fn web_url(url: &str) -> Option<String> {
    let url = url.trim();
    let lower = url.to_ascii_lowercase();
    let is_web = lower.starts_with("https://") || lower.starts_with("http://");
    let is_clean = !url.contains(|c: char| c.is_whitespace() || c.is_control() || c == '"');
    (is_web && is_clean && url.len() <= 2000).then(|| url.to_owned())
}
