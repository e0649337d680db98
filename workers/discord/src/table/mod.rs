//! The command table: what there is, what it is called, who may use it, and what does it.
//!
//! Both sides are computed from it, [`registration`] what Discord shows and [`find`] what is done,
//! so a command cannot exist on one of them only.

mod check;
mod commands;
mod registration;

pub use commands::{ANNOUNCERS, COMMANDS, OPERATORS};
pub use registration::{Scope, registration};

pub(crate) use check::check;

pub use crate::locale::Both;

/// Permission bits. <https://docs.discord.com/developers/topics/permissions>
pub mod permissions {
    /// Everything.
    pub const ADMINISTRATOR: u64 = 1 << 3;
    /// To change the server.
    pub const MANAGE_GUILD: u64 = 1 << 5;
    /// To make and change webhooks.
    pub const MANAGE_WEBHOOKS: u64 = 1 << 29;
}

/// What does a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is described in the table")]
pub enum Handler {
    PackageInfo,
    PackageLatest,
    PackageVersions,
    PackageChangelog,
    PackageInstall,
    PackageCompatible,
    Status,
    Proxy,
    ReleaseStatus,
    ReleasePromote,
    ReleaseRollback,
    ReleaseYank,
    ReleaseRestore,
    ReleaseRetry,
    ReleaseSubscribers,
    Subscribe,
    Unsubscribe,
}

/// Who may use a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Everybody, everywhere.
    Everyone,
    /// Who has one of these permission bits, on a server.
    Members(u64),
    /// Whom the operator has named (`DISCORD_ADMIN_GUILDS`, `DISCORD_ADMIN_ROLES`), with this
    /// permission bit.
    Operators(u64),
}

/// A command.
#[derive(Debug, Clone, Copy)]
pub struct Command {
    /// Its name, which is what comes back whatever language it was typed in.
    pub name: &'static str,
    /// Its name in German.
    pub german: &'static str,
    /// What it does, in at most 100 characters.
    pub description: Both,
    /// Who may use it.
    pub audience: Audience,
    /// What it does.
    pub body: Body,
}

/// What a command does.
#[derive(Debug, Clone, Copy)]
pub enum Body {
    /// It does something itself.
    Does(Handler, &'static [Opt]),
    /// Its subcommands do.
    Has(&'static [Subcommand]),
}

/// A subcommand.
#[derive(Debug, Clone, Copy)]
pub struct Subcommand {
    /// Its name.
    pub name: &'static str,
    /// Its name in German.
    pub german: &'static str,
    /// What it does, in at most 100 characters.
    pub description: Both,
    /// What does it.
    pub handler: Handler,
    /// What is filled in.
    pub options: &'static [Opt],
}

/// An option.
#[derive(Debug, Clone, Copy)]
pub struct Opt {
    /// Its name.
    pub name: &'static str,
    /// Its name in German.
    pub german: &'static str,
    /// What it is for, in at most 100 characters.
    pub description: Both,
    /// Whether the command makes no sense without.
    pub required: bool,
    /// What it is.
    pub kind: Kind,
}

/// What an option is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text of at most so many characters.
    Text(u16),
    /// A text of at most so many characters that is completed while it is typed.
    Completed(u16, Completion),
    /// A whole number between two others.
    Number(u16, u16),
    /// A channel of the server that announcements can be posted in.
    Channel,
    /// A role of the server.
    Role,
}

impl Kind {
    /// Discord's number of it.
    pub const fn number(self) -> u64 {
        match self {
            Self::Text(_) | Self::Completed(..) => 3,
            Self::Number(..) => 4,
            Self::Channel => 7,
            Self::Role => 8,
        }
    }
}

/// What an option is completed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// Packages that serve something.
    Package,
    /// All packages.
    AnyPackage,
    /// Versions of the package that is filled in already, without withdrawn ones.
    Version,
    /// Withdrawn versions of it.
    YankedVersion,
    /// Its channels.
    Channel,
}

/// A command that was found by its path.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    /// What does it.
    pub handler: Handler,
    /// Who may use it.
    pub audience: Audience,
    /// What can be filled in.
    pub options: &'static [Opt],
}

/// The command with this path: its name, and its subcommand's if it has any.
pub fn find<S: AsRef<str>>(path: &[S]) -> Option<Found> {
    let mut names = path.iter().map(AsRef::as_ref);
    let first = names.next()?;
    let command = COMMANDS.iter().find(|command| command.name == first)?;
    let (handler, options) = match (command.body, names.next()) {
        (Body::Does(handler, options), None) => (handler, options),
        (Body::Has(subcommands), Some(name)) => {
            let found = subcommands.iter().find(|one| one.name == name)?;
            (found.handler, found.options)
        }
        _ => return None,
    };
    names.next().is_none().then_some(Found {
        handler,
        audience: command.audience,
        options,
    })
}
