//! What somebody asked to be changed.

use edge::Timestamp;
use registry::{Channel, DeliveryId, PackageId, Snowflake, Version, record::SeenSubscriptions};

use crate::{Locale, message::Style};

/// What somebody asked to be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// A channel is to serve a release.
    Promote {
        /// The package.
        id: PackageId,
        /// The revision of its channels that the asker saw.
        seen: u64,
        /// The release.
        version: Version,
        /// The channel.
        channel: Channel,
    },
    /// A release is to be withdrawn.
    Yank {
        /// The package.
        id: PackageId,
        /// The revision of its channels that the asker saw.
        seen: u64,
        /// The release.
        version: Version,
        /// Why.
        reason: String,
    },
    /// The withdrawal of a release is to be taken back.
    Restore {
        /// The package.
        id: PackageId,
        /// The revision of its channels that the asker saw.
        seen: u64,
        /// The release.
        version: Version,
    },
    /// A failed delivery is to be taken up again.
    Retry {
        /// The delivery.
        delivery: DeliveryId,
        /// When the journal was written that the asker saw.
        seen: Timestamp,
    },
    /// Announcements to a Discord channel or server are to end.
    EndSubscriptions {
        /// The package.
        id: PackageId,
        /// The channel or server.
        place: Snowflake,
        /// What the asker saw of its subscriptions.
        seen: SeenSubscriptions,
    },
    /// Nothing, after all.
    Nothing,
}

impl Wish {
    /// The wish in as few characters as it can be. No name holds a colon.
    pub fn encode(&self) -> String {
        match self {
            Self::Promote {
                id,
                seen,
                version,
                channel,
            } => format!("p:{id}:{seen}:{version}:{channel}"),
            Self::Yank {
                id,
                seen,
                version,
                reason,
            } => format!("y:{id}:{seen}:{version}:{reason}"),
            Self::Restore { id, seen, version } => format!("r:{id}:{seen}:{version}"),
            Self::Retry { delivery, seen } => format!("t:{delivery}:{}", seen.milliseconds()),
            Self::EndSubscriptions { id, place, seen } => {
                let (count, newest) = (seen.count, seen.newest.milliseconds());
                format!("e:{id}:{place}:{count}:{newest}")
            }
            Self::Nothing => "x".to_owned(),
        }
    }

    /// The wish that [`Wish::encode`] wrote.
    pub fn decode(text: &str) -> Option<Self> {
        let mut parts = text.splitn(5, ':');
        let mut part = || parts.next();
        let kind = part()?;
        let package = |id: Option<&str>| PackageId::parse(id?).ok();
        let release = |version: Option<&str>| Version::parse(version?).ok();
        let revision = |number: Option<&str>| number?.parse().ok();
        let time = |number: Option<&str>| {
            let milliseconds = number?.parse().ok()?;
            Some(Timestamp::from_milliseconds(milliseconds))
        };
        Some(match kind {
            "p" => Self::Promote {
                id: package(part())?,
                seen: revision(part())?,
                version: release(part())?,
                channel: Channel::parse(part()?).ok()?,
            },
            "y" => Self::Yank {
                id: package(part())?,
                seen: revision(part())?,
                version: release(part())?,
                reason: part()?.to_owned(),
            },
            "r" => Self::Restore {
                id: package(part())?,
                seen: revision(part())?,
                version: release(part())?,
            },
            "t" => Self::Retry {
                delivery: DeliveryId::parse(part()?).ok()?,
                seen: time(part())?,
            },
            "e" => Self::EndSubscriptions {
                id: package(part())?,
                place: Snowflake::parse(part()?).ok()?,
                seen: SeenSubscriptions {
                    count: part()?.parse().ok()?,
                    newest: time(part())?,
                },
            },
            "x" => Self::Nothing,
            _ => return None,
        })
    }

    /// What stands on the button, and how it looks.
    pub fn label(&self, locale: Locale) -> (&'static str, Style) {
        let (both, style) = match self {
            Self::Promote { .. } => (("Yes, serve it", "Ja, ausliefern"), Style::Primary),
            Self::Yank { .. } => (("Yes, withdraw it", "Ja, zurückziehen"), Style::Danger),
            Self::Restore { .. } => (("Yes, restore it", "Ja, wiederherstellen"), Style::Primary),
            Self::Retry { .. } => (("Yes, try again", "Ja, noch einmal"), Style::Primary),
            Self::EndSubscriptions { .. } => (("Yes, end it", "Ja, beenden"), Style::Danger),
            Self::Nothing => (("Cancel", "Abbrechen"), Style::Secondary),
        };
        let label = match locale {
            Locale::English => both.0,
            Locale::German => both.1,
        };
        (label, style)
    }
}

#[cfg(test)]
mod tests {
    use super::Wish;

    #[test]
    fn wishes_are_read_as_they_were_written() {
        for text in [
            "p:maps:7:1.2.3:stable",
            "y:maps:7:1.2.3-beta+x~1:breaks: all of it, 🎲",
            "r:maps:7:1.2.3",
            "t:72d3162e-cc78-11e3-81ab-4c9367dc0958:1700000000123",
            "e:maps:1309411000000000077:2:1700000000123",
            "x",
        ] {
            let wish = Wish::decode(text);
            assert_eq!(wish.map(|wish| wish.encode()).as_deref(), Some(text));
        }
    }

    #[test]
    fn other_texts_are_no_wishes() {
        for text in [
            "",
            "p",
            "p:maps",
            "p:maps:7:1.2.3",
            "p:maps:1.2.3:stable",
            "p:ma/ps:7:1.2.3:stable",
            "p:maps:7:v1:stable",
            "p:maps:-1:1.2.3:stable",
            "y:maps:7:1.2.3",
            "r:maps:1.2.3",
            "t:",
            "t:f-1",
            "e:maps:0:1:1700000000123",
            "e:maps:1309411000000000077",
            "e:maps:1309411000000000077:2",
            "e:maps:1309411000000000077:-2:1700000000123",
            "q:maps:1.2.3",
        ] {
            assert_eq!(Wish::decode(text), None, "{text}");
        }
    }
}
