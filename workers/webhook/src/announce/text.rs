//! Texts that keep a receiver's limits by construction.

use registry::text::turns_direction;

/// `text` in at most `limit` UTF-16 code units (how Discord's clients count), cut at a character
/// and marked with `…` where something is missing. Control characters but line breaks are dropped.
pub(super) fn clip(text: &str, limit: usize) -> String {
    let clean: String = text
        .trim()
        .chars()
        .filter(|c| (!c.is_control() || *c == '\n') && !turns_direction(*c))
        .collect();
    if clean.encode_utf16().count() <= limit {
        return clean;
    }
    let mut left = limit.saturating_sub(1);
    let mut short: String = clean
        .chars()
        .take_while(|c| {
            let fits = c.len_utf16() <= left;
            left = left.saturating_sub(c.len_utf16());
            fits
        })
        .collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// `text` so that Discord shows it as it stands: no emphasis, link, mention, emoji or code. Discord
/// takes a backslash before any punctuation for just that.
///
/// <https://support.discord.com/hc/en-us/articles/210298617>
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for (index, c) in text.char_indices() {
        // The latter are marks only where a line begins.
        if "\\*_~`|[]()<>@:".contains(c) || (index == 0 && "#-+".contains(c)) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{clip, escape};

    #[test]
    fn marks_are_shown_as_they_stand() {
        for (text, expected) in [
            ("plain, 1.2.3-beta.1", "plain, 1.2.3-beta.1"),
            ("# a_b*c~d`e|f", "\\# a\\_b\\*c\\~d\\`e\\|f"),
            ("[x](https://e.example)", "\\[x\\]\\(https\\://e.example\\)"),
            ("<@1> @everyone \\", "\\<\\@1\\> \\@everyone \\\\"),
        ] {
            assert_eq!(escape(text), expected, "{text:?}");
        }
    }

    #[test]
    fn texts_keep_their_limit() {
        for (text, limit, expected) in [
            ("short", 5, "short"),
            ("longer", 5, "long…"),
            ("a bc d", 3, "a…"),
            ("🎲🎲🎲", 5, "🎲🎲…"),
            ("🎲🎲🎲", 4, "🎲…"),
            ("  a\u{0}\tb\n ", 10, "ab"),
            ("", 5, ""),
        ] {
            let clipped = clip(text, limit);
            assert_eq!(clipped, expected, "{text:?}");
            assert!(clipped.encode_utf16().count() <= limit);
        }
    }
}
