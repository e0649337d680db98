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

#[cfg(test)]
mod tests {
    use super::clip;

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
