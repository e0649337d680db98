//! What operators and moderators do from Discord, and what Discord does itself.

mod names;
mod operators;
mod register;
mod signed;
mod subscribers;

use testkit::payload::interaction::{GUILD, Interaction};

use crate::{settings::ADMIN_ROLE, suite::Case};

/// The cases.
pub fn cases() -> Vec<Case> {
    let groups = [
        signed::cases(),
        operators::cases(),
        names::cases(),
        subscribers::cases(),
        register::cases(),
    ];
    groups.into_iter().flatten().collect()
}

/// Permission bits: to manage a server, and webhooks.
const MANAGE_GUILD: u64 = 1 << 5;
const MANAGE_WEBHOOKS: u64 = 1 << 29;

/// The same by an operator.
fn by_operator(interaction: Interaction) -> Interaction {
    interaction.guild(GUILD).member(&[ADMIN_ROLE], MANAGE_GUILD)
}

/// The same by a moderator, who may make webhooks and nothing else.
fn by_moderator(interaction: Interaction) -> Interaction {
    interaction.member(&[], MANAGE_WEBHOOKS)
}
