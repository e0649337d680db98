//! Doing what was confirmed, by the same operations as the admin API.

use registry::{
    Actor, ReopenError, Version,
    store::{self, RetryError},
};

use super::{Wish, not_retried, refused};
use crate::{
    Host,
    commands::release::status,
    context::Context,
    failure::Failure,
    message::{Color, Embed, Message, markdown},
};

/// Does `wish` in the name of whoever confirmed it, and says what came of it.
///
/// # Errors
/// [`Failure`], also where it would change something else than was asked about. It may be tried again.
pub async fn fulfil<H: Host>(host: &H, context: &Context, wish: Wish) -> Result<Message, Failure> {
    let locale = context.locale();
    let changed = done(host, context, &wish).await?;
    let title = match &changed {
        Done::Now => say!(locale, "Done", "Erledigt"),
        Done::Before(_) => say!(locale, "It was so already", "Das war schon so"),
    };
    let color = match &changed {
        Done::Now => Color::STABLE,
        Done::Before(_) => Color::PLAIN,
    };
    let text = match changed {
        Done::Before(Some(text)) => text,
        _ => outcome(context, &wish),
    };
    let embed = Embed::new(color, &title).description(&text);
    Ok(Message::new(embed).ephemeral())
}

/// What there was to do.
enum Done {
    /// It was done now.
    Now,
    /// It was so before; in these words, where those of the wish would not do.
    Before(Option<String>),
}

impl Done {
    const fn of(changed: bool) -> Self {
        if changed {
            Self::Now
        } else {
            Self::Before(None)
        }
    }
}

async fn done<H: Host>(host: &H, context: &Context, wish: &Wish) -> Result<Done, Failure> {
    let locale = context.locale();
    let scene = &context.scene;
    let by = &Actor::discord(scene.user.as_str(), &scene.name);
    let changed = match wish {
        Wish::Promote {
            id,
            seen,
            version,
            channel,
        } => store::promote(host, id, channel, version, by, Some(*seen))
            .await
            .map(|done| done.changed),
        Wish::Yank {
            id,
            seen,
            version,
            reason,
        } => store::yank(host, id, version, reason, by, Some(*seen))
            .await
            .map(|done| done.changed),
        Wish::Restore { id, seen, version } => store::restore(host, id, version, by, Some(*seen))
            .await
            .map(|done| done.changed),
        Wish::Retry { delivery, seen } => {
            return match store::retry(host, delivery, by, Some(*seen)).await {
                Ok(_) => Ok(Done::Now),
                Err(RetryError::Refused(ReopenError::NotFailed { state })) => {
                    let state = status::state(state, locale);
                    Ok(Done::Before(Some(say!(
                        locale,
                        "Delivery `{delivery}` is {state}; nothing of it has failed.",
                        "Die Lieferung `{delivery}` ist im Zustand {state}; nichts daran ist gescheitert.",
                        delivery,
                        state
                    ))))
                }
                Err(error) => Err(not_retried(error, locale)),
            };
        }
        Wish::EndSubscriptions { id, place, seen } => {
            store::end_subscriptions(host, id, place, by, *seen)
                .await
                .map(|ended| ended > 0)
        }
        Wish::Nothing => Ok(false),
    };
    changed
        .map(Done::of)
        .map_err(|error| refused(error, locale))
}

/// How things are once `wish` is fulfilled.
fn outcome(context: &Context, wish: &Wish) -> String {
    let locale = context.locale();
    let shown = |version: &Version| markdown::escape(version.as_str());
    match wish {
        Wish::Promote {
            id,
            channel,
            version,
            ..
        } => {
            let name = shown(version);
            say!(
                locale,
                "Channel `{channel}` of `{id}` serves **{name}**.",
                "Der Kanal `{channel}` von `{id}` liefert **{name}**.",
                channel,
                id,
                name
            )
        }
        Wish::Yank { id, version, .. } => {
            let name = shown(version);
            say!(
                locale,
                "**{name}** of `{id}` is withdrawn.",
                "**{name}** von `{id}` ist zurückgezogen.",
                name,
                id
            )
        }
        Wish::Restore { id, version, .. } => {
            let name = shown(version);
            say!(
                locale,
                "**{name}** of `{id}` is there again.",
                "**{name}** von `{id}` ist wieder da.",
                name,
                id
            )
        }
        Wish::Retry { delivery, .. } => say!(
            locale,
            "Delivery `{delivery}` is taken up again within minutes.",
            "Die Lieferung `{delivery}` wird in wenigen Minuten wieder aufgenommen.",
            delivery
        ),
        Wish::EndSubscriptions { id, place, .. } => say!(
            locale,
            "Releases of `{id}` are not announced to `{place}` any more.",
            "Releases von `{id}` werden `{place}` nicht mehr angekündigt.",
            id,
            place
        ),
        Wish::Nothing => String::new(),
    }
}
