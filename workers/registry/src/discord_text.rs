//! Texts that Discord shows: within its limits, and data as it stands.

use crate::text::turns_direction;

/// Characters as they are counted here: UTF-16 code units.
///
/// Discord counts code points (<https://github.com/discord/discord-api-docs/issues/1315>), its
/// clients UTF-16 code units. The latter are never fewer.
pub fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The beginning of `text` in at most `limit` characters as [`length`] counts them, cut at a character
/// and ending in `…` where something is missing. Control characters but line breaks are left out, and
/// so is what turns the direction of the text after it.
pub fn clip(text: &str, limit: usize) -> String {
    let kept = |c: &char| (!c.is_control() || *c == '\n') && !turns_direction(*c);
    let mut clean = text.trim().chars().filter(kept);
    let (mut short, mut used, mut whole) = (String::new(), 0, 0);
    // Where the text can end so that `…` still has a place.
    for c in clean.by_ref() {
        used += c.len_utf16();
        if used > limit {
            short.truncate(whole);
            end(&mut short, limit);
            return short;
        }
        short.push(c);
        if used < limit {
            whole = short.len();
        }
    }
    short.truncate(short.trim_end().len());
    short
}

/// Ends a text that was cut. A backslash at its end would take the next character's meaning away.
fn end(short: &mut String, limit: usize) {
    short.truncate(short.trim_end().len());
    let backslashes = short.len() - short.trim_end_matches('\\').len();
    if backslashes % 2 == 1 {
        short.pop();
    }
    if limit > 0 {
        short.push('…');
    }
}

/// `text` so that Discord shows it as it stands: no emphasis, link, mention, emoji or code. Discord
/// takes a backslash before any punctuation for just that.
///
/// <https://support.discord.com/hc/en-us/articles/210298617>
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    let mut line_begins = true;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let always = "\\*_~`|[]()<>@:".contains(c);
        // `1. ` begins a list as `- ` does, but `1.2.3` does not.
        let is_mark = match c {
            '#' | '-' | '+' => true,
            '.' => characters.peek().is_some_and(|next| next.is_whitespace()),
            _ => false,
        };
        if always || (line_begins && is_mark) {
            escaped.push('\\');
        }
        escaped.push(c);
        line_begins = c == '\n' || (line_begins && (c.is_whitespace() || c.is_ascii_digit()));
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{clip, escape, length};

    #[test]
    fn texts_keep_their_limit() {
        for (text, limit, expected) in [
            ("short", 5, "short"),
            ("longer", 5, "long…"),
            ("a bc def", 5, "a bc…"),
            ("a b  cdef", 5, "a b…"),
            ("a bc d", 3, "a…"),
            ("🎲🎲🎲", 5, "🎲🎲…"),
            ("🎲🎲🎲", 4, "🎲…"),
            ("  a\u{0}\tb\n ", 5, "ab"),
            ("a\u{202e}b", 5, "ab"),
            ("a\nb", 5, "a\nb"),
            ("abc\\*def", 5, "abc…"),
            ("ab\\\\def", 5, "ab\\\\…"),
            ("", 5, ""),
            ("a", 0, ""),
            ("ab", 1, "…"),
        ] {
            let clipped = clip(text, limit);
            assert_eq!(clipped, expected, "{text:?}");
            assert!(length(&clipped) <= limit);
        }
    }

    #[test]
    fn data_is_shown_as_it_stands() {
        for (text, expected) in [
            ("plain text, 1.2.3", "plain text, 1.2.3"),
            ("1.2.3-beta.1", "1.2.3-beta.1"),
            ("a_b*c~d`e|f", "a\\_b\\*c\\~d\\`e\\|f"),
            ("[x](https://e.example)", "\\[x\\]\\(https\\://e.example\\)"),
            ("<@1> @everyone <t:0>", "\\<\\@1\\> \\@everyone \\<t\\:0\\>"),
            ("# a\n- b\n1. c\nd - e", "\\# a\n\\- b\n1\\. c\nd - e"),
            ("\\", "\\\\"),
            ("地図 🎲 Карты", "地図 🎲 Карты"),
        ] {
            assert_eq!(escape(text), expected, "{text:?}");
        }
    }
}
