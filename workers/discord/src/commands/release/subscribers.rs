//! `/release subscribers`: who is told of a package's releases, and ending that for any of them.

use registry::{Snowflake, record::Subscription, store};

use crate::{
    Host, Locale,
    answer::Answer,
    commands::look,
    confirm::{self, Question, Wish},
    context::Context,
    failure::Failure,
    interaction::Options,
    message::{Color, Embed, Message, markdown},
};

/// Most subscriptions that are shown.
const SHOWN: usize = 40;

/// `/release subscribers`: the list, or with the option `end` the question whether to end one; one
/// read of the store.
///
/// # Errors
/// [`Failure`].
pub async fn answer<H: Host>(
    host: &H,
    context: &Context,
    options: &Options,
) -> Result<Answer, Failure> {
    let locale = context.locale();
    let id = look::named(options, locale)?;
    let known = store::subscriptions(host, &id).await?;
    let Some(place) = options.text("end") else {
        let title = say!(locale, "Subscribers of {id}", "Abonnenten von {id}", id);
        let embed = Embed::new(Color::PLAIN, &title).description(&list(&known.channels, locale));
        return Ok(Answer::Message(Message::new(embed).ephemeral()));
    };
    let place = Snowflake::parse(place).ok();
    let meant = place.and_then(|place| Some((known.seen(&place)?, place)));
    let Some((seen, place)) = meant else {
        return Err(Failure::Said(say!(
            locale,
            "No channel or server with this id has subscribed to `{id}`. Without `end` the command lists those that have.",
            "Kein Kanal oder Server mit dieser ID hat `{id}` abonniert. Ohne `beenden` zählt der Befehl auf, wer es hat.",
            id
        )));
    };
    let count = seen.count.to_string();
    let question = Question {
        title: say!(locale, "End it?", "Beenden?"),
        detail: say!(
            locale,
            "Releases of `{id}` will no longer be announced to `{place}` ({count} subscribed).",
            "Releases von `{id}` werden `{place}` nicht mehr angekündigt ({count} abonniert).",
            id,
            place,
            count
        ),
        wish: Wish::EndSubscriptions { id, place, seen },
    };
    confirm::ask(host, context, question).await
}

/// The newest subscriptions in a line each: channel, server, who subscribed, when.
fn list(known: &[Subscription], locale: Locale) -> String {
    if known.is_empty() {
        return say!(
            locale,
            "No channel has subscribed.",
            "Kein Kanal hat abonniert."
        );
    }
    let newest = known.iter().rev().take(SHOWN);
    let mut lines: Vec<String> = newest
        .map(|one| {
            let by = one.by.as_ref().map(|by| format!(" <@{by}>"));
            let (by, at) = (by.unwrap_or_default(), markdown::ago(one.at));
            format!("<#{}> `{}`{by} {at}", one.channel, one.guild)
        })
        .collect();
    let left = known.len().saturating_sub(SHOWN);
    if left > 0 {
        let left = left.to_string();
        lines.push(say!(
            locale,
            "… and {left} older ones",
            "… und {left} ältere",
            left
        ));
    }
    lines.join("\n")
}
