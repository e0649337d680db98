//! `/subscribe` and `/unsubscribe`: channels that are told of a package's releases.
//!
//! What is posted later is posted by the channel's own webhook, so that no bot token has to be
//! deployed. Whoever subscribes a channel gives its webhook's URL, in a form that nobody else sees;
//! Discord says whose it is.

mod ids;
mod perform;

pub use perform::{end, subscribe};

use edge::Config;
use registry::{PackageId, Snowflake};

use super::look;
use crate::{
    Host, Locale,
    answer::{Answer, Place},
    context::Context,
    failure::Failure,
    interaction::{Options, Scene},
    later::Job,
    message::{CustomId, Modal, Text},
    permission,
    table::ANNOUNCERS,
};
use ids::{long, short};

/// The name of the form's field.
const FIELD: &str = "webhook";

/// Longest URL that can be filled in; Discord's have about 120 characters.
const LONGEST: u16 = 300;

/// A channel that is to be told of a package's releases.
#[derive(Clone)]
pub struct Asked {
    id: PackageId,
    channel: Snowflake,
    role: Option<Snowflake>,
    /// What was filled in. It holds a secret.
    url: String,
}

impl std::fmt::Debug for Asked {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Asked({}, {}, …)", self.id, self.channel)
    }
}

/// A channel that is no longer to be told.
#[derive(Debug, Clone)]
pub struct Unwanted {
    id: PackageId,
    channel: Snowflake,
}

/// `/subscribe`: asks for the webhook's URL.
///
/// # Errors
/// [`Failure`].
pub async fn ask<H: Host>(
    host: &H,
    context: &Context,
    options: &Options,
) -> Result<Answer, Failure> {
    let locale = context.locale();
    let id = look::named(options, locale)?;
    look::channels(host, &id, locale).await?;
    let channel = channel(host, context, options).await?;
    let role = options.id("role");
    check_role(context, role.as_ref())?;
    let role = role.as_ref().map(Snowflake::as_str).unwrap_or_default();
    // 2 + 64 + 1 + 20 + 1 + 20 would be too long; digits of base 36 are not.
    let place = format!("s:{id}:{}:{}", short(channel.as_str()), short(role));
    let form = CustomId::new(place).ok_or_else(|| unusable(locale))?;
    Ok(Answer::Modal(Modal {
        id: form,
        title: Text::new(&say!(locale, "Announce {id}", "{id} ankündigen", id)),
        field: FIELD,
        label: Text::new(&say!(
            locale,
            "URL of the channel's webhook",
            "URL des Webhooks des Kanals"
        )),
        description: Text::new(&say!(
            locale,
            "In the channel's settings: Integrations, Webhooks. Keep it to yourself.",
            "In den Kanaleinstellungen: Integrationen, Webhooks. Behalte sie für dich."
        )),
        placeholder: Text::new("https://discord.com/api/webhooks/…"),
        longest: LONGEST,
    }))
}

/// The form came back: its own text is `{package}:{channel}:{role}`. Nothing in it is believed that
/// is not checked again.
///
/// # Errors
/// [`Failure`].
pub async fn submitted<H: Host>(
    host: &H,
    context: &Context,
    asked: &str,
    fields: &[(String, String)],
) -> Result<Answer, Failure> {
    let locale = context.locale();
    permission::check(host, &context.scene, ANNOUNCERS).await?;
    let mut parts = asked.splitn(3, ':');
    let id = parts.next().and_then(|id| PackageId::parse(id).ok());
    let channel = parts.next().and_then(long);
    let role = parts.next().and_then(long);
    let url = fields.iter().find(|(name, _)| name == FIELD);
    let (Some(id), Some(channel), Some((_, url))) = (id, channel, url) else {
        return Err(unusable(locale));
    };
    check_role(context, role.as_ref())?;
    let url = url.clone();
    Ok(Answer::Later {
        place: Place::ForAsker,
        job: Job::Subscribe(Box::new(Asked {
            id,
            channel,
            role,
            url,
        })),
    })
}

/// `/unsubscribe`.
///
/// # Errors
/// [`Failure::Said`].
pub async fn unsubscribe<C: Config>(
    config: &C,
    context: &Context,
    options: &Options,
) -> Result<Answer, Failure> {
    let id = look::named(options, context.locale())?;
    let channel = channel(config, context, options).await?;
    Ok(Answer::Later {
        place: Place::ForAsker,
        job: Job::Unsubscribe(Unwanted { id, channel }),
    })
}

/// The channel in the option `channel`, where the caller has to have the permission too, else the one
/// that the command was called in.
async fn channel<C: Config>(
    config: &C,
    context: &Context,
    options: &Options,
) -> Result<Snowflake, Failure> {
    if let (Some(named), Some(channel)) = (options.get("channel"), options.id("channel")) {
        let there = Scene {
            permissions: named.permissions.unwrap_or_default(),
            ..context.scene.clone()
        };
        permission::check(config, &there, ANNOUNCERS).await?;
        return Ok(channel);
    }
    let here = context.scene.channel.clone();
    here.ok_or_else(|| unusable(context.locale()))
}

/// Refuses the role of everybody, which has the server's own id: releases call nobody who did not
/// take a role for that.
fn check_role(context: &Context, role: Option<&Snowflake>) -> Result<(), Failure> {
    if role.is_none() || role != context.scene.guild.as_ref() {
        return Ok(());
    }
    Err(Failure::Said(say!(
        context.locale(),
        "Releases do not mention everyone. Choose a role that members can take, or none.",
        "Releases erwähnen nicht everyone. Wähle eine Rolle, die Mitglieder annehmen können, oder keine."
    )))
}

pub(super) fn unusable(locale: Locale) -> Failure {
    Failure::Said(say!(
        locale,
        "Something is missing. Please call the command again.",
        "Da fehlt etwas. Bitte ruf den Befehl noch einmal auf."
    ))
}
