//! Why a command could not be answered as it was meant.

use edge::{Clock, ConfigError, Log, log, objects::ObjectError};
use registry::store::StoreError;
use serde_json::json;

use crate::{
    Locale,
    message::{Color, Message},
};

/// Why a command could not be answered as it was meant.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The person who asked can do something about it; the words are for them, in Markdown.
    #[error("{0}")]
    Said(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The operator has to set or mend a variable.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// It took longer than Discord waits.
    #[error("it took longer than {milliseconds} ms")]
    Slow {
        /// The time that there was.
        milliseconds: u128,
    },
}

impl From<ObjectError> for Failure {
    fn from(error: ObjectError) -> Self {
        Self::Store(error.into())
    }
}

impl Failure {
    /// What is said instead, to the person who asked only. What is ours is logged, too.
    pub fn message<H: Clock + Log>(self, host: &H, locale: Locale) -> Message {
        if !matches!(self, Self::Said(_)) {
            let members = json!({ "cause": self.to_string() });
            log::event(host, host.now(), "command-failed", members);
        }
        let text = match self {
            Self::Said(text) => text,
            Self::Store(StoreError::Corrupt { .. } | StoreError::TooLarge { .. }) => say!(
                locale,
                "Something is wrong on our side. The operator finds it in the log.",
                "Bei uns stimmt etwas nicht. Der Betreiber findet es im Log."
            ),
            Self::Store(_) | Self::Slow { .. } | Self::Config(ConfigError::Unavailable { .. }) => {
                say!(
                    locale,
                    "The registry does not answer just now. Please try again in a minute.",
                    "Das Verzeichnis antwortet gerade nicht. Bitte versuch es in einer Minute noch einmal."
                )
            }
            Self::Config(ConfigError::Missing { name } | ConfigError::Malformed { name, .. }) => {
                say!(
                    locale,
                    "This command is not set up: the operator has to mend `{name}`.",
                    "Dieser Befehl ist nicht eingerichtet: der Betreiber muss `{name}` in Ordnung bringen.",
                    name
                )
            }
        };
        Message::note(Color::BAD, &text)
    }
}
