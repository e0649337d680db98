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

/// A text with values in it, in the language of the first argument: English, then German.
macro_rules! say {
    ($locale:expr, $en:literal, $de:literal $(,)?) => {
        match $locale {
            $crate::Locale::English => format!($en),
            $crate::Locale::German => format!($de),
        }
    };
}
