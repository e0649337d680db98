//! What Discord sends.
//!
//! <https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object>

mod options;
mod read;

pub use options::{Given, Options};
pub use read::Unreadable;

use registry::Snowflake;

use crate::Locale;

/// An interaction.
#[derive(Debug, Clone)]
pub enum Interaction {
    /// Discord asks whether anybody is here.
    Ping,
    /// Somebody did something.
    Event(Box<Event>),
}

/// What somebody did, and who and where.
#[derive(Debug, Clone)]
pub struct Event {
    /// What.
    pub act: Act,
    /// Who and where.
    pub scene: Scene,
    /// Where the answer goes.
    pub reply: ReplyTo,
}

/// What somebody did.
#[derive(Debug, Clone)]
pub enum Act {
    /// They called a command.
    Command(Call),
    /// They are typing one.
    Typing(Call),
    /// They pressed a button.
    Press {
        /// The button's own text.
        id: String,
        /// Who called the command that the button's message answers, where Discord says it.
        owner: Option<Snowflake>,
    },
    /// They sent a form.
    Submit {
        /// The form's own text.
        id: String,
        /// Names and texts of its fields.
        fields: Vec<(String, String)>,
    },
}

/// A command and what was filled in.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its name, and that of its subcommand.
    pub path: Vec<String>,
    /// What was filled in.
    pub options: Options,
}

/// Who did it, and where.
#[derive(Debug, Clone)]
pub struct Scene {
    /// Who.
    pub user: Snowflake,
    /// What they are called; data, to be escaped.
    pub name: String,
    /// The server; `None` in private messages.
    pub guild: Option<Snowflake>,
    /// The channel.
    pub channel: Option<Snowflake>,
    /// Their roles there.
    pub roles: Vec<Snowflake>,
    /// What they may do there, as Discord's bit set.
    pub permissions: u64,
    /// Their language.
    pub locale: Locale,
}

/// Where an answer that comes later goes. The token is a secret for the 15 minutes that it is of use.
#[derive(Clone)]
pub struct ReplyTo {
    /// The application, where the interaction says it.
    pub application: Option<Snowflake>,
    /// Its token for this interaction.
    pub token: String,
}

impl std::fmt::Debug for ReplyTo {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "ReplyTo({:?}, …)", self.application)
    }
}
