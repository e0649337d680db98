//! From what somebody did to what does it.

use edge::Config;

use crate::{
    Host,
    answer::{Answer, Place},
    commands::{
        changelog,
        look::{self, Package},
        package, proxy, release, status, subscribe, versions,
    },
    complete, confirm,
    context::Context,
    failure::Failure,
    interaction::{Act, Call, Event, Options, Scene},
    later::Job,
    message::Message,
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
    let later = |place, job| Ok(Answer::Later { place, job });
    match found.handler {
        Handler::PackageInfo
        | Handler::PackageLatest
        | Handler::PackageVersions
        | Handler::PackageInstall
        | Handler::PackageCompatible => {
            let id = look::named(options, context.locale())?;
            let package = look::package(host, &id, context.locale()).await?;
            shown(context, &package, found.handler, options).map(Answer::Message)
        }
        Handler::PackageChangelog => {
            let wanted = changelog::wanted(host, context, options).await?;
            later(Place::ForAll, Job::Changelog(Box::new(wanted)))
        }
        Handler::Status => {
            let deployments = status::deployments(host, context).await?;
            later(Place::ForAll, Job::Status(deployments))
        }
        Handler::Proxy => proxy::address(context, options).map(Answer::Message),
        Handler::ReleaseStatus => {
            let wanted = release::status::wanted(context, options)?;
            later(Place::ForAsker, Job::ReleaseStatus(wanted))
        }
        Handler::ReleasePromote
        | Handler::ReleaseRollback
        | Handler::ReleaseYank
        | Handler::ReleaseRestore
        | Handler::ReleaseRetry => {
            let question = release::question(host, context, found.handler, options).await?;
            confirm::ask(host, context, question).await
        }
        Handler::Subscribe => subscribe::ask(host, context, options).await,
        Handler::ReleaseSubscribers => release::subscribers::answer(host, context, options).await,
        Handler::Unsubscribe => subscribe::unsubscribe(host, context, options).await,
    }
}

/// What is shown of a package.
fn shown(
    context: &Context,
    package: &Package,
    handler: Handler,
    options: &Options,
) -> Result<Message, Failure> {
    match handler {
        Handler::PackageVersions => Ok(versions::page(context, package, 0)),
        Handler::PackageLatest => package::latest(context, package, options),
        Handler::PackageInstall => package::install(context, package, options),
        Handler::PackageCompatible => package::compatible(context, package, options),
        _ => Ok(package::info(context, package)),
    }
}

fn unknown(scene: &Scene) -> Failure {
    Failure::Said(say!(
        scene.locale,
        "I do not know this command or button any more. Reload Discord, and try it anew.",
        "Diesen Befehl oder Knopf kenne ich nicht mehr. Lade Discord neu und versuch es noch einmal."
    ))
}
