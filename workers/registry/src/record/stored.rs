//! Enums as they are stored: an object whose `kind` says what else is in it.
//!
//! serde reads such by keeping everything until it knows the kind, in a form of its own whose readers
//! are a tenth of a function.

use edge::FromJson;

use crate::{Channel, DeliveryId, Generation, Repository, Snowflake, Version};

/// What an object lacks, or a kind that this version does not know.
#[derive(Debug, thiserror::Error)]
pub(super) enum Incomplete {
    /// There is no such member.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// There is no such kind.
    #[error("`{0}` is not known")]
    Kind(String),
}

/// The member of that name, which has to be there.
fn there<T>(member: Option<T>, name: &'static str) -> Result<T, Incomplete> {
    member.ok_or(Incomplete::Missing(name))
}

#[derive(FromJson)]
pub(super) struct Actor {
    kind: String,
    id: Option<String>,
    name: Option<String>,
    repository: Option<Repository>,
}

impl TryFrom<Actor> for super::Actor {
    type Error = Incomplete;

    fn try_from(stored: Actor) -> Result<Self, Incomplete> {
        Ok(match stored.kind.as_str() {
            "admin" => Self::Admin,
            "discord" => Self::Discord {
                id: there(stored.id, "id")?,
                name: there(stored.name, "name")?,
            },
            "token" => Self::Token {
                name: there(stored.name, "name")?,
            },
            "author" => Self::Author {
                repository: there(stored.repository, "repository")?,
            },
            _ => return Err(Incomplete::Kind(stored.kind)),
        })
    }
}

#[derive(FromJson)]
pub(super) struct Deed {
    kind: String,
    channel: Option<Channel>,
    from: Option<Version>,
    version: Option<Version>,
    generation: Option<Generation>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    edition: String,
    delivery: Option<DeliveryId>,
    place: Option<Snowflake>,
    name: Option<String>,
}

impl TryFrom<Deed> for super::Deed {
    type Error = Incomplete;

    fn try_from(stored: Deed) -> Result<Self, Incomplete> {
        let version = || there(stored.version.clone(), "version");
        let name = || there(stored.name.clone(), "name");
        Ok(match stored.kind.as_str() {
            "promote" => Self::Promote {
                channel: there(stored.channel, "channel")?,
                from: stored.from,
                version: version()?,
            },
            "set-core" => Self::SetCore {
                generation: there(stored.generation, "generation")?,
                version: stored.version,
            },
            "yank" => Self::Yank {
                version: version()?,
                reason: stored.reason,
            },
            "restore" => Self::Restore {
                version: version()?,
            },
            "replace" => Self::Replace {
                version: version()?,
                edition: stored.edition,
            },
            "retry" => Self::Retry {
                delivery: there(stored.delivery, "delivery")?,
            },
            "end-subscriptions" => Self::EndSubscriptions {
                place: there(stored.place, "place")?,
            },
            "create-token" => Self::CreateToken { name: name()? },
            "revoke-token" => Self::RevokeToken { name: name()? },
            _ => return Err(Incomplete::Kind(stored.kind)),
        })
    }
}

#[derive(FromJson)]
pub(super) struct StagedFrom {
    kind: String,
    name: Option<String>,
}

impl TryFrom<StagedFrom> for super::journal::StagedFrom {
    type Error = Incomplete;

    fn try_from(stored: StagedFrom) -> Result<Self, Incomplete> {
        Ok(match stored.kind.as_str() {
            "asset" => Self::Asset {
                name: there(stored.name, "name")?,
            },
            "source" => Self::Source,
            "upload" => Self::Upload,
            _ => return Err(Incomplete::Kind(stored.kind)),
        })
    }
}
