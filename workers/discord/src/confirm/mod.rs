//! Asking before something is changed, and changing it once that is confirmed.
//!
//! What is to be done stands in the button itself, sealed with a key of our own for the person who
//! asked and for ten minutes ([`seal`]), with what they saw of it: where that has changed since, nothing
//! is done. What is too long for a button is kept in the store under its own digest ([`pending`]). The
//! registry's operations may be repeated, so a button may be pressed twice.

mod fulfil;
mod key;
mod pending;
mod refusal;
mod seal;
mod wish;

pub use fulfil::fulfil;
pub use refusal::{not_retried, refused};
pub use wish::Wish;

use crate::{
    Host, Locale,
    answer::{Answer, Place},
    context::Context,
    failure::Failure,
    later::Job,
    message::{Button, Color, CustomId, Embed, Message, Style},
    permission,
    table::OPERATORS,
};
use seal::Refusal;

/// How long a button can be pressed, in seconds.
const LIFETIME: i64 = 10 * 60;

/// A question before something is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What is changed if the answer is yes.
    pub wish: Wish,
    /// The question.
    pub title: String,
    /// What will be otherwise, in Markdown.
    pub detail: String,
}

/// Asks `question`, which only the person who asked for it sees: at once, where the button holds it
/// all; else it is kept, which is one more use of the store than a direct answer has time for.
///
/// # Errors
/// [`Failure::Store`].
pub async fn ask<H: Host>(
    host: &H,
    context: &Context,
    question: Question,
) -> Result<Answer, Failure> {
    // Seals are of one length, whatever the key.
    let sealed = sealed(host, context, &[], &question.wish.encode());
    if sealed.is_none() {
        return Ok(Answer::Later {
            place: Place::ForAsker,
            job: Job::Ask(Box::new(question)),
        });
    }
    message(host, context, &question).await.map(Answer::Message)
}

/// `text` as a button carries it, sealed under `key`; `None` where it is too long for that.
fn sealed<H: Host>(host: &H, context: &Context, key: &[u8], text: &str) -> Option<CustomId> {
    let expires = host.now().milliseconds().div_euclid(1000) + LIFETIME;
    CustomId::new(seal::seal(key, context.scene.user.as_str(), expires, text))
}

/// `question` with two buttons.
///
/// # Errors
/// [`Failure::Store`].
pub async fn message<H: Host>(
    host: &H,
    context: &Context,
    question: &Question,
) -> Result<Message, Failure> {
    let locale = context.locale();
    let key = key::read_or_make(host).await?;
    let text = question.wish.encode();
    let button = |text: &str| sealed(host, context, &key, text);
    let id = match button(&text) {
        Some(id) => Some(id),
        None => button(&pending::keep(host, &text).await?),
    };
    let (label, style) = question.wish.label(locale);
    let yes = id.map(|id| Button::press(label, style, id));
    let no = say!(locale, "Cancel", "Abbrechen");
    let no = button(&Wish::Nothing.encode()).map(|id| Button::press(&no, Style::Secondary, id));
    let color = match style {
        Style::Danger => Color::BAD,
        _ => Color::PLAIN,
    };
    let embed = Embed::new(color, &question.title).description(&question.detail);
    let message = Message::new(embed).buttons(yes.into_iter().chain(no));
    Ok(message.ephemeral())
}

/// A sealed button was pressed.
///
/// # Errors
/// [`Failure`], also where the seal is not ours, or another's, or whoever pressed it may no longer.
pub async fn pressed<H: Host>(host: &H, context: &Context, id: &str) -> Result<Answer, Failure> {
    let locale = context.locale();
    let key = key::read_or_make(host).await?;
    let now = host.now().milliseconds().div_euclid(1000);
    let text = match seal::open(&key, context.scene.user.as_str(), now, id) {
        Ok(text) => text,
        Err(Refusal::Expired) => return Ok(Answer::Update(expired(locale))),
        Err(Refusal::Foreign) => return Err(foreign(locale)),
    };
    let text = match text.strip_prefix(pending::MARK) {
        None => Some(text.to_owned()),
        Some(digest) => pending::find(host, digest).await?,
    };
    let Some(wish) = text.as_deref().and_then(Wish::decode) else {
        return Ok(Answer::Update(expired(locale)));
    };
    if wish == Wish::Nothing {
        let text = say!(locale, "Nothing was changed.", "Es wurde nichts geändert.");
        return Ok(Answer::Update(Message::note(Color::PLAIN, &text)));
    }
    permission::check(host, &context.scene, OPERATORS).await?;
    Ok(Answer::Later {
        place: Place::Instead,
        job: Job::Fulfil(wish),
    })
}

fn expired(locale: Locale) -> Message {
    let text = say!(
        locale,
        "This question was asked more than ten minutes ago. Please call the command again.",
        "Diese Frage ist älter als zehn Minuten. Bitte ruf den Befehl noch einmal auf."
    );
    Message::note(Color::PLAIN, &text)
}

fn foreign(locale: Locale) -> Failure {
    Failure::Said(say!(
        locale,
        "Only the person who was asked can press this button.",
        "Diesen Knopf kann nur drücken, wer gefragt wurde."
    ))
}
