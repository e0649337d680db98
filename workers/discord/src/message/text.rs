//! Texts that keep Discord's limits by construction.

use registry::text::turns_direction;

/// A text of at most `MAX` characters: what is longer is cut at a character and ends in `…`.
///
/// Discord counts code points (<https://github.com/discord/discord-api-docs/issues/1315>), its
/// clients UTF-16 code units. The latter are never fewer, so those are counted here. Control
/// characters but line breaks are left out, and so is what turns the direction of the text after it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> Text<MAX> {
    /// As much of `text` as fits.
    pub fn new(text: &str) -> Self {
        Self(clip(text, MAX))
    }

    /// The same, where at most `left` characters are left of what several texts share.
    pub(super) fn within(text: &str, left: usize) -> Self {
        Self(clip(text, MAX.min(left)))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing is left of it, where Discord wants something.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many characters it counts for.
    pub fn length(&self) -> usize {
        length(&self.0)
    }
}

impl<const MAX: usize> From<Text<MAX>> for serde_json::Value {
    fn from(text: Text<MAX>) -> Self {
        Self::String(text.0)
    }
}

/// Characters as they are counted here: UTF-16 code units.
pub fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The beginning of `text` in at most `limit` UTF-16 code units.
fn clip(text: &str, limit: usize) -> String {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Text, length};

    #[test]
    fn texts_keep_their_limit() {
        for (text, expected) in [
            ("short", "short"),
            ("longer", "long…"),
            ("a bc def", "a bc…"),
            ("a b  cdef", "a b…"),
            ("🎲🎲🎲", "🎲🎲…"),
            ("  a\u{0}\tb\n ", "ab"),
            ("a\u{202e}b", "ab"),
            ("a\nb", "a\nb"),
            ("abc\\*def", "abc…"),
            ("ab\\\\def", "ab\\\\…"),
            ("", ""),
        ] {
            assert_eq!(Text::<5>::new(text).as_str(), expected, "{text:?}");
        }
        assert_eq!(Text::<0>::new("a").as_str(), "");
        assert_eq!(Text::<1>::new("ab").as_str(), "…");
    }

    proptest! {
        #[test]
        fn no_text_is_too_long(text in any::<String>()) {
            let clipped = Text::<7>::new(&text);
            prop_assert!(length(clipped.as_str()) <= 7);
            prop_assert!(clipped.as_str().chars().count() <= 7);
        }
    }
}
