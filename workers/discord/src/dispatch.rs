//! From what somebody did to what does it.

use edge::Config;

use crate::{
    Host,
    answer::{Answer, Place},
    commands::{package, proxy, release, subscribe, versions},
    complete, confirm,
    context::Context,
    failure::Failure,
    interaction::{Act, Call, Event, Scene},
    later::Job,
    permission,
    table::{self, Found, Handler},
};

/// The answer to what somebody did.
///
/// # Errors
/// [`Failure`], to be said instead.
pub async fn answer<H: Host>(host: &H, event: &Event) -> Result<Answer, Failure> {
    let context = Context::new(host, event.scene.clone()).await?;
    match &event.act {
        Act::Command(call) => command(host, &context, call).await,
        Act::Typing(call) => {
            let found = allowed(host, &context.scene, call).await?;
            let choices = complete::choices(host, &found, &call.options).await?;
            Ok(Answer::Choices(choices))
        }
        Act::Press { id, owner } => match id.split_once(':') {
            Some(("v", page)) => versions::turn(host, &context, page, owner.as_ref()).await,
            Some(("c", _)) => confirm::pressed(host, &context, id).await,
            _ => Err(unknown(&context.scene)),
        },
        Act::Submit { id, fields } => match id.split_once(':') {
            Some(("s", asked)) => subscribe::submitted(host, &context, asked, fields).await,
            _ => Err(unknown(&context.scene)),
        },
    }
}

/// The command that is called, if whoever calls it may.
async fn allowed<C: Config>(config: &C, scene: &Scene, call: &Call) -> Result<Found, Failure> {
    let found = table::find(&call.path).ok_or_else(|| unknown(scene))?;
    permission::check(config, scene, found.audience).await?;
    Ok(found)
}

async fn command<H: Host>(host: &H, context: &Context, call: &Call) -> Result<Answer, Failure> {
    let found = allowed(host, &context.scene, call).await?;
    let options = &call.options;
    table::check(&found, options, context.locale())?;
    match found.handler {
        Handler::PackageInfo => package::info(host, context, options).await,
        Handler::PackageLatest => package::latest(host, context, options).await,
        Handler::PackageVersions => versions::first(host, context, options).await,
        Handler::PackageChangelog => Ok(Answer::Later {
            place: Place::ForAll,
            job: Job::Changelog(package::wanted_release(context, options)?),
        }),
        Handler::PackageInstall => package::install(host, context, options).await,
        Handler::PackageCompatible => package::compatible(host, context, options).await,
        Handler::Status => Ok(Answer::Later {
            place: Place::ForAll,
            job: Job::Status,
        }),
        Handler::Proxy => proxy::address(context, options).map(Answer::Message),
        Handler::ReleaseStatus => Ok(Answer::Later {
            place: Place::ForAsker,
            job: Job::ReleaseStatus(release::status::wanted(context, options)?),
        }),
        Handler::ReleasePromote => release::promote(host, context, options).await,
        Handler::ReleaseRollback => release::rollback(host, context, options).await,
        Handler::ReleaseYank => release::yank(host, context, options).await,
        Handler::ReleaseRestore => release::restore(host, context, options).await,
        Handler::ReleaseRetry => release::retry(host, context, options).await,
        Handler::Subscribe => subscribe::ask(host, context, options).await,
        Handler::Unsubscribe => subscribe::unsubscribe(context, options),
    }
}

fn unknown(scene: &Scene) -> Failure {
    Failure::Said(say!(
        scene.locale,
        "I do not know this command or button any more. Reload Discord, and try it anew.",
        "Diesen Befehl oder Knopf kenne ich nicht mehr. Lade Discord neu und versuch es noch einmal."
    ))
}
