//! What is done after the response, and how its message gets to its place.

pub(crate) mod deliver;

use std::time::Duration;

use edge::{StatusCode, Timestamp, clock::timeout, log};
use serde_json::json;

use crate::{
    Host, Locale,
    answer::Place,
    commands::{changelog, release, status, subscribe},
    confirm::{self, Question, Wish},
    context::Context,
    failure::Failure,
    interaction::{Event, ReplyTo},
    message::{Color, Message},
};
use deliver::{Lost, Step, deliver};

/// Time for the work itself. Workers stop what is not finished 30 s after the response.
const WORK: Duration = Duration::from_secs(20);

/// Something that takes longer than Discord waits.
#[derive(Debug, Clone)]
pub(crate) enum Job {
    /// What a release changed.
    Changelog(Box<changelog::Wanted>),
    /// How everything is.
    Status(Vec<status::Deployment>),
    /// How deliveries are.
    ReleaseStatus(release::status::Wanted),
    /// A question that is too long for its button.
    Ask(Box<Question>),
    /// What somebody confirmed.
    Fulfil(Wish),
    /// A channel is to be told of releases.
    Subscribe(Box<subscribe::Asked>),
    /// A channel is no longer to be told.
    Unsubscribe(subscribe::Unwanted),
}

/// How long an interaction's token is of use, less what the way takes: 15 minutes.
const TOKEN: Duration = Duration::from_secs(15 * 60 - 15);

/// Does `job` after the response and puts its message in the `place` that was kept for it.
pub(crate) fn start<H: Host>(host: &H, event: &Event, place: Place, job: Job) {
    let (worker, scene, reply) = (host.clone(), event.scene.clone(), event.reply.clone());
    let time = host.deferred_time().map_or(TOKEN, |time| time.min(TOKEN));
    let time = i64::try_from(time.as_millis()).unwrap_or_default();
    let until = host.now().plus(time);
    host.defer(async move {
        let locale = scene.locale;
        let done = match Context::new(&worker, scene).await {
            Ok(context) => timeout(&worker, WORK, run(&worker, &context, job)).await,
            Err(error) => Some(Err(error.into())),
        };
        let done = done.unwrap_or(Err(Failure::Slow {
            milliseconds: WORK.as_millis(),
        }));
        let is_done = done.is_ok();
        let message = done.unwrap_or_else(|failure| failure.message(&worker, locale));
        let mut delivered = put(&worker, &reply, place, &message, until).await;
        if is_refused(&delivered, StatusCode::BAD_REQUEST) {
            let message = unshowable(is_done, locale);
            delivered = put(&worker, &reply, place, &message, until).await;
        }
        if let Err(error) = delivered {
            let members = json!({ "cause": error.to_string() });
            log::event(&worker, worker.now(), "discord-answer-lost", members);
        }
    });
}

/// Puts `message` in its place.
///
/// Who sees that place was settled when it was kept. What went wrong is for the person who asked only,
/// so a place for everybody is taken away and the message follows below; as long as the place is there,
/// Discord would put what follows into it. Where it cannot be taken away the message is put there after
/// all: what everybody sees is better than what nobody sees.
/// <https://docs.discord.com/developers/interactions/receiving-and-responding#create-followup-message>
async fn put<H: Host>(
    host: &H,
    reply: &ReplyTo,
    place: Place,
    message: &Message,
    until: Timestamp,
) -> Result<(), Lost> {
    let mut step = match place {
        Place::ForAll if message.is_ephemeral() => Step::Withdraw,
        _ => Step::Replace(message),
    };
    loop {
        let done = deliver(host, reply, step, until).await;
        step = match step {
            Step::Withdraw if done.is_ok() || is_refused(&done, StatusCode::NOT_FOUND) => {
                Step::Follow(message)
            }
            Step::Withdraw => Step::Replace(message),
            _ => return done,
        };
    }
}

fn is_refused(delivered: &Result<(), Lost>, with: StatusCode) -> bool {
    matches!(delivered, Err(Lost::Refused { status, .. }) if *status == with.as_u16())
}

/// What is said where Discord does not take what was to be said.
fn unshowable(is_done: bool, locale: Locale) -> Message {
    let text = if is_done {
        say!(
            locale,
            "This went well, but Discord does not take the answer.",
            "Das ging gut, aber Discord nimmt die Antwort nicht an."
        )
    } else {
        say!(
            locale,
            "This did not work, and Discord does not take the reason.",
            "Das ging nicht, und Discord nimmt die Begründung nicht an."
        )
    };
    Message::note(Color::BAD, &text)
}

async fn run<H: Host>(host: &H, context: &Context, job: Job) -> Result<Message, Failure> {
    match job {
        Job::Changelog(wanted) => Ok(changelog::message(host, context, &wanted).await),
        Job::Status(deployments) => Ok(status::message(host, &deployments, context.locale()).await),
        Job::ReleaseStatus(wanted) => release::status::message(host, context, &wanted).await,
        Job::Ask(question) => confirm::message(host, context, &question).await,
        Job::Fulfil(wish) => confirm::fulfil(host, context, wish).await,
        Job::Subscribe(asked) => subscribe::subscribe(host, context, *asked).await,
        Job::Unsubscribe(unwanted) => subscribe::end(host, context, &unwanted).await,
    }
}
