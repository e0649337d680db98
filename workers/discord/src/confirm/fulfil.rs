//! Doing what was confirmed, by the same operations as the admin API.

use registry::{
    Actor, ReopenError,
    store::{self, AdministerError, RetryError},
};

use super::Wish;
use crate::{
    Host, Locale,
    context::Context,
    failure::Failure,
    message::{Color, Embed, Message, markdown},
};

/// Does `wish` in the name of whoever confirmed it, and says what came of it.
///
/// # Errors
/// [`Failure`]. It may be tried again.
pub async fn fulfil<H: Host>(host: &H, context: &Context, wish: Wish) -> Result<Message, Failure> {
    let locale = context.locale();
    let scene = &context.scene;
    let by = Actor::discord(scene.user.as_str(), &scene.name);
    let refused = |error| refused(error, locale);
    let (changed, text) = match wish {
        Wish::Promote {
            id,
            channel,
            version,
        } => {
            let done = store::promote(host, &id, &channel, &version, &by).await;
            let done = done.map_err(refused)?;
            let name = markdown::escape(version.as_str());
            (
                done.changed,
                say!(
                    locale,
                    "Channel `{channel}` of `{id}` serves **{name}**.",
                    "Der Kanal `{channel}` von `{id}` liefert **{name}**.",
                    channel,
                    id,
                    name
                ),
            )
        }
        Wish::Yank {
            id,
            version,
            reason,
        } => {
            let done = store::yank(host, &id, &version, &reason, &by).await;
            let done = done.map_err(refused)?;
            let name = markdown::escape(version.as_str());
            (
                done.changed,
                say!(
                    locale,
                    "**{name}** of `{id}` is withdrawn.",
                    "**{name}** von `{id}` ist zurückgezogen.",
                    name,
                    id
                ),
            )
        }
        Wish::Restore { id, version } => {
            let done = store::restore(host, &id, &version, &by).await;
            let done = done.map_err(refused)?;
            let name = markdown::escape(version.as_str());
            (
                done.changed,
                say!(
                    locale,
                    "**{name}** of `{id}` is there again.",
                    "**{name}** von `{id}` ist wieder da.",
                    name,
                    id
                ),
            )
        }
        Wish::Retry { delivery } => match store::retry(host, &delivery, &by).await {
            Ok(_) => (
                true,
                say!(
                    locale,
                    "Delivery `{delivery}` is taken up again within minutes.",
                    "Die Lieferung `{delivery}` wird in wenigen Minuten wieder aufgenommen.",
                    delivery
                ),
            ),
            Err(RetryError::Refused(ReopenError::NotFailed { state })) => (false, {
                let state = state.as_str();
                say!(
                    locale,
                    "Delivery `{delivery}` is {state}; nothing of it has failed.",
                    "Die Lieferung `{delivery}` ist im Zustand {state}; nichts daran ist gescheitert.",
                    delivery,
                    state
                )
            }),
            Err(error) => return Err(not_retried(error, locale)),
        },
        Wish::Nothing => (false, String::new()),
    };
    let title = if changed {
        say!(locale, "Done", "Erledigt")
    } else {
        say!(locale, "It was so already", "Das war schon so")
    };
    let color = if changed { Color::STABLE } else { Color::PLAIN };
    let embed = Embed::new(color, &title).description(&text);
    Ok(Message::new(embed).ephemeral())
}

/// What the registry would not do.
pub fn refused(error: AdministerError, locale: Locale) -> Failure {
    let error = match error {
        AdministerError::Store(error) => return error.into(),
        error => markdown::escape(&error.to_string()),
    };
    Failure::Said(say!(
        locale,
        "That did not work: {error}.",
        "Das ging nicht: {error}.",
        error
    ))
}

/// Why a delivery was not taken up again.
pub fn not_retried(error: RetryError, locale: Locale) -> Failure {
    let error = match error {
        RetryError::Store(error) => return error.into(),
        error => markdown::escape(&error.to_string()),
    };
    Failure::Said(say!(
        locale,
        "That did not work: {error}.",
        "Das ging nicht: {error}.",
        error
    ))
}
