//! Who may use a command, checked again: what Discord hides can be called all the same.

use edge::{
    Config,
    config::{self, ConfigError, name},
};
use registry::Snowflake;

use crate::{
    failure::Failure,
    interaction::Scene,
    table::{Audience, permissions},
};

/// Lets whoever is in `scene` use what `audience` may use.
///
/// Operators are the members of the servers in `DISCORD_ADMIN_GUILDS` who have the command's
/// permission bit and, where `DISCORD_ADMIN_ROLES` names any, one of its roles. Where no server is
/// named there are none.
///
/// # Errors
/// [`Failure::Said`] where they may not, [`Failure::Config`] where a list is malformed.
pub async fn check<C: Config>(
    config: &C,
    scene: &Scene,
    audience: Audience,
) -> Result<(), Failure> {
    let bits = match audience {
        Audience::Everyone => return Ok(()),
        Audience::Members(bits) | Audience::Operators(bits) => bits,
    };
    let Some(guild) = &scene.guild else {
        return Err(Failure::Said(say!(
            scene.locale,
            "This works on a server only.",
            "Das geht nur auf einem Server."
        )));
    };
    let has_bits = scene.permissions & (bits | permissions::ADMINISTRATOR) != 0;
    let is_named = match audience {
        Audience::Operators(_) => {
            let guilds = list(config, name::DISCORD_ADMIN_GUILDS).await?;
            let roles = list(config, name::DISCORD_ADMIN_ROLES).await?;
            let has_role = scene.roles.iter().any(|role| roles.contains(role));
            guilds.contains(guild) && (roles.is_empty() || has_role)
        }
        _ => true,
    };
    if has_bits && is_named {
        return Ok(());
    }
    Err(Failure::Said(say!(
        scene.locale,
        "You may not do this here.",
        "Das darfst du hier nicht."
    )))
}

/// A list of ids.
async fn list<C: Config>(config: &C, name: &'static str) -> Result<Vec<Snowflake>, ConfigError> {
    let text = config::optional(config, name).await?.unwrap_or_default();
    text.split(',')
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .map(|id| {
            Snowflake::parse(id).map_err(|_| ConfigError::Malformed {
                name,
                expected: "a comma-separated list of Discord's ids",
            })
        })
        .collect()
}
