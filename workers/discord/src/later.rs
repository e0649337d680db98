//! What is done after the response, and how its message gets to its place.

pub(crate) mod deliver;

use std::time::Duration;

use edge::{clock::timeout, log};
use serde_json::json;

use crate::{
    Host, Locale,
    commands::{changelog, release, status, subscribe},
    confirm::{self, Question, Wish},
    context::Context,
    failure::Failure,
    interaction::Event,
    message::{Color, Message},
};
use deliver::Lost;

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

/// Does `job` after the response and puts its message where `event` wants it.
pub(crate) fn start<H: Host>(host: &H, event: &Event, job: Job) {
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
        let mut delivered = deliver::deliver(&worker, &reply, &message, until).await;
        if matches!(delivered, Err(Lost::Refused { status: 400, .. })) {
            let message = unshowable(is_done, locale);
            delivered = deliver::deliver(&worker, &reply, &message, until).await;
        }
        if let Err(error) = delivered {
            let members = json!({ "cause": error.to_string() });
            log::event(&worker, worker.now(), "discord-answer-lost", members);
        }
    });
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
