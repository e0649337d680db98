//! The words of an announcement, in the language of the channel that reads it.

/// The words of one language.
pub(super) struct Words {
    /// Behind the version of a prerelease.
    pub prerelease: &'static str,
    /// Above the manifest's URL.
    pub install: &'static str,
    /// Above the channel's name.
    pub channel: &'static str,
    /// Above what the lint warned of.
    pub warnings: &'static str,
    /// Before the oldest Foundry version.
    pub minimum: &'static str,
    /// Before the Foundry version that it was tried with.
    pub verified: &'static str,
    /// Before the newest Foundry version.
    pub maximum: &'static str,
}

const ENGLISH: Words = Words {
    prerelease: "prerelease",
    install: "Install",
    channel: "Channel",
    warnings: "Warnings for its author",
    minimum: "from",
    verified: "verified",
    maximum: "up to",
};

const GERMAN: Words = Words {
    prerelease: "Vorabversion",
    install: "Installieren",
    channel: "Kanal",
    warnings: "Warnungen an den Autor",
    minimum: "ab",
    verified: "geprüft mit",
    maximum: "bis",
};

impl Words {
    /// The words for a locale as Discord writes it; English where there are none of it.
    pub fn of(locale: Option<&str>) -> &'static Self {
        match locale.and_then(|locale| locale.split('-').next()) {
            Some("de") => &GERMAN,
            _ => &ENGLISH,
        }
    }
}
