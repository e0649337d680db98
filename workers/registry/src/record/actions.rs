//! Who did what to a package besides publishing, and when.

use edge::{FromJson, Timestamp};
use serde::Serialize;

use super::{record, stored};
use crate::{Channel, DeliveryId, Generation, Repository, Snowflake, Version, text};

/// Most actions that are remembered of a package.
pub const MOST_ACTIONS: usize = 200;

/// What the same person does again within this time, in milliseconds, they meant once.
const MOMENT: i64 = 60 * 1000;

/// Somebody who may change what is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
#[serde(rename_all = "lowercase", tag = "kind", try_from = "stored::Actor")]
pub enum Actor {
    /// Whoever has the admin token.
    Admin,
    /// A user of Discord whom the operator lets administer.
    Discord {
        /// The user's id there.
        id: String,
        /// The user's name at that time, as [`text::name`] keeps it.
        name: String,
    },
    /// A package's publish token.
    Token {
        /// Its name, not the token.
        name: String,
    },
    /// Whoever publishes from the repository, by what happened to a release there.
    Author {
        /// The repository.
        repository: Repository,
    },
}

impl Actor {
    /// The user of Discord with the id `id`, who is called `name` there.
    pub fn discord(id: impl Into<String>, name: &str) -> Self {
        Self::Discord {
            id: id.into(),
            name: text::name(name),
        }
    }

    const fn is_author(&self) -> bool {
        matches!(self, Self::Author { .. })
    }
}

impl std::fmt::Display for Actor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Admin => formatter.write_str("an admin"),
            Self::Discord { id, name } => write!(formatter, "{name} ({id} on Discord)"),
            Self::Token { name } => write!(formatter, "the publish token {name}"),
            Self::Author { repository } => write!(formatter, "the author of {repository}"),
        }
    }
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
#[serde(rename_all = "kebab-case", tag = "kind", try_from = "stored::Deed")]
pub enum Deed {
    /// A channel was set to a release, up (promotion) or down (rollback).
    Promote {
        /// The channel.
        channel: Channel,
        /// What it was set to before.
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<Version>,
        /// What it is set to.
        version: Version,
    },
    /// A generation of Foundry was set to a release; without one it follows `stable` again.
    SetCore {
        /// The generation.
        generation: Generation,
        /// What it is set to.
        #[serde(skip_serializing_if = "Option::is_none")]
        version: Option<Version>,
    },
    /// A release was withdrawn.
    Yank {
        /// Which.
        version: Version,
        /// Why.
        reason: String,
    },
    /// The withdrawal of a release was taken back.
    Restore {
        /// Which.
        version: Version,
    },
    /// A release got other content.
    Replace {
        /// Which.
        version: Version,
        /// What tells its archive from the one before.
        edition: String,
    },
    /// A failed delivery was taken up again.
    Retry {
        /// Which.
        delivery: DeliveryId,
    },
    /// Announcements to a Discord channel or server were ended by somebody who is not of it.
    EndSubscriptions {
        /// The channel or server.
        place: Snowflake,
    },
    /// A publish token was made.
    CreateToken {
        /// Its name.
        name: String,
    },
    /// A publish token was made worthless.
    RevokeToken {
        /// Its name.
        name: String,
    },
}

impl Deed {
    /// Whether both say the last word on the same thing, so that the later one replaces the earlier.
    fn is_about_the_same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Promote { channel, .. }, Self::Promote { channel: other, .. }) => {
                channel == other
            }
            (
                Self::SetCore { generation, .. },
                Self::SetCore {
                    generation: other, ..
                },
            ) => generation == other,
            (
                Self::Yank { version, .. } | Self::Restore { version },
                Self::Yank { version: other, .. } | Self::Restore { version: other },
            ) => version == other,
            _ => self == other,
        }
    }

    /// Whether both leave the same behind.
    fn has_the_effect_of(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Promote { version, .. },
                Self::Promote {
                    version: other_version,
                    ..
                },
            ) => version == other_version && self.is_about_the_same_as(other),
            // The first reason stands.
            (Self::Yank { version, .. }, Self::Yank { version: other, .. }) => version == other,
            _ => self == other,
        }
    }
}

/// One action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Action {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Actor,
    /// What.
    pub deed: Deed,
}

/// What was done to a package besides publishing: `packages/{id}/actions.json`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, FromJson)]
pub struct Actions {
    /// Version of the record's form.
    #[serde(default)]
    pub schema: u32,
    /// The last [`MOST_ACTIONS`], newest last.
    #[serde(default)]
    pub actions: Vec<Action>,
}

record!(Actions, "list of actions");

impl Actions {
    /// Whether the last word on what the deed is about had the effect that `by` doing it has. An
    /// admin's withdrawal says more than its author's, who may take back only the latter.
    pub fn ends_with(&self, by: &Actor, deed: &Deed) -> bool {
        let mut newest = self.actions.iter().rev();
        let last = newest.find(|action| action.deed.is_about_the_same_as(deed));
        last.is_some_and(|last| {
            let is_more = last.by.is_author() && !by.is_author();
            let is_more = is_more && matches!(deed, Deed::Yank { .. });
            last.deed.has_the_effect_of(deed) && !is_more
        })
    }

    /// Adds an action. It takes the place of one that the same person has just been noted for with
    /// the same effect: who presses a button twice at once did one thing.
    pub fn push(&mut self, action: Action) {
        self.schema = super::SCHEMA;
        let is_it = |last: &mut Action| {
            let pause = action.at.milliseconds() - last.at.milliseconds();
            last.by == action.by && pause < MOMENT && last.deed.has_the_effect_of(&action.deed)
        };
        self.actions.pop_if(is_it);
        self.actions.push(action);
        let surplus = self.actions.len().saturating_sub(MOST_ACTIONS);
        self.actions.drain(..surplus);
    }
}
