//! The languages that are spoken.

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Locale {
    /// English, also for everybody whose language is not spoken here.
    #[default]
    English,
    /// German.
    German,
}

impl Locale {
    /// The language for a locale as Discord writes it (`de`, `en-US`).
    /// <https://docs.discord.com/developers/reference#locales>
    pub fn of(locale: &str) -> Self {
        match locale.split('-').next() {
            Some("de") => Self::German,
            _ => Self::English,
        }
    }

    /// As Discord writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::English => "en-US",
            Self::German => "de",
        }
    }
}

/// A text in every language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Both {
    /// English.
    pub en: &'static str,
    /// German.
    pub de: &'static str,
}

impl Both {
    /// The text in a language.
    pub const fn in_(self, locale: Locale) -> &'static str {
        match locale {
            Locale::English => self.en,
            Locale::German => self.de,
        }
    }
}

/// `template` with each value in the place of its name in braces.
///
/// A function, where `format!` would be the same instructions again for every text and language.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        let value = values.iter().find(|(known, _)| *known == name);
        text.push_str(before);
        text.push_str(value.map_or("", |(_, value)| value));
        rest = behind;
    }
    text.push_str(rest);
    text
}

/// A text in the language of the first argument, English before German, with the named values
/// (anything that is text) in the places of their names in braces.
macro_rules! say {
    ($locale:expr, $en:literal, $de:literal $(, $name:ident)* $(,)?) => {
        $crate::locale::fill(
            $crate::locale::Both { en: $en, de: $de }.in_($locale),
            &[$((stringify!($name), AsRef::<str>::as_ref(&$name))),*],
        )
    };
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn values_take_the_places_of_their_names() {
        let values = [("a", "1"), ("b", "{a}")];
        for (template, expected) in [
            ("", ""),
            ("none", "none"),
            ("{a}", "1"),
            ("{a} and {b}, {a}.", "1 and {a}, 1."),
            ("{c}|", "|"),
            ("open {a", "open 1"),
        ] {
            assert_eq!(fill(template, &values), expected, "{template}");
        }
    }
}
