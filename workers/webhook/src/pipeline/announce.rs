//! `published → announced`: others are told. Whatever happens here, the release stays.

use std::time::Duration;

use edge::{ConfigError, FetchRequest};
use registry::{
    Failure, Journal, Links, State, Track,
    record::{self, Status},
    text,
};

use super::{pack::public_url, run::moved, session::Session};
use crate::{
    Host,
    announce::{Announcement, Outcome, Prepared, discord, foundry},
    failure::StepError,
};

/// How often an announcement is tried before it is given up.
const ATTEMPTS: u32 = 5;

/// The receivers, in the order in which they are told.
#[derive(Debug, Clone, Copy)]
enum Receiver {
    Discord,
    Foundry,
}

/// Tells everyone who has not been told, and moves on when nothing is left to do.
pub(super) async fn step<H: Host>(host: &H, session: &mut Session<'_, H>) -> Result<(), StepError> {
    let announcement = announcement(host, &session.journal).await?;
    let mut wait = None;
    for receiver in [Receiver::Discord, Receiver::Foundry] {
        wait = wait.max(tell(host, session, receiver, &announcement).await?);
    }
    if let Some(wait) = wait {
        let message = "an announcement has to wait";
        return Err(StepError::later("announcement", message, Some(wait)));
    }
    let detail = [Receiver::Discord, Receiver::Foundry]
        .map(|receiver| {
            let entry = entry(&mut session.journal, receiver);
            format!("{receiver:?}: {:?}", entry.status).to_lowercase()
        })
        .join(", ");
    session.journal = moved(host, session.journal.clone(), State::Announced, detail)?;
    session.save().await
}

fn entry(journal: &mut Journal, receiver: Receiver) -> &mut record::Announcement {
    match receiver {
        Receiver::Discord => &mut journal.announcements.discord,
        Receiver::Foundry => &mut journal.announcements.foundry,
    }
}

/// Tells one receiver, unless it is settled; how long to wait before it is tried again, if it is.
///
/// That it is about to be sent is journalled first: who finds that mark later cannot know whether
/// it was sent, and does not send it again.
async fn tell<H: Host>(
    host: &H,
    session: &mut Session<'_, H>,
    receiver: Receiver,
    announcement: &Announcement,
) -> Result<Option<Duration>, StepError> {
    let known = entry(&mut session.journal, receiver);
    if known.is_settled() {
        return Ok(None);
    }
    let outcome = if known.status == Status::Sending {
        Outcome::Unconfirmed("the worker stopped while it was sent".to_owned())
    } else {
        match prepare(host, receiver, announcement).await {
            Ok(Prepared::Skip(reason)) => Outcome::Skipped(reason),
            Err(error) => Outcome::Refused(error.to_string()),
            Ok(Prepared::Send(request)) => {
                let before = known.clone();
                known.status = Status::Sending;
                known.attempts += 1;
                known.at = Some(host.now());
                if let Err(error) = session.save().await {
                    // Nothing was sent, and what is written next must not say otherwise.
                    *entry(&mut session.journal, receiver) = before;
                    return Err(error);
                }
                send(host, receiver, *request).await
            }
        }
    };
    let wait = settle(entry(&mut session.journal, receiver), outcome);
    session.save().await?;
    Ok(wait)
}

async fn prepare<H: Host>(
    host: &H,
    receiver: Receiver,
    announcement: &Announcement,
) -> Result<Prepared, ConfigError> {
    match receiver {
        Receiver::Discord => discord::prepare(host, announcement).await,
        Receiver::Foundry => foundry::prepare(host, announcement).await,
    }
}

async fn send<H: Host>(host: &H, receiver: Receiver, request: FetchRequest) -> Outcome {
    match receiver {
        Receiver::Discord => discord::send(host, request).await,
        Receiver::Foundry => foundry::send(host, request).await,
    }
}

/// Notes what became of an announcement; how long to wait before it is tried again, if it is.
fn settle(entry: &mut record::Announcement, outcome: Outcome) -> Option<Duration> {
    let (status, detail, wait) = match outcome {
        Outcome::Sent => (Status::Confirmed, String::new(), None),
        Outcome::Skipped(reason) => (Status::Skipped, reason, None),
        Outcome::Unconfirmed(reason) => (Status::Unconfirmed, reason, None),
        Outcome::Refused(reason) => (Status::Failed, reason, None),
        Outcome::Later { message, .. } if entry.attempts >= ATTEMPTS => (
            Status::Failed,
            format!("{message}; given up after {ATTEMPTS} attempts"),
            None,
        ),
        Outcome::Later {
            message,
            retry_after,
        } => (
            Status::Pending,
            message,
            Some(retry_after.unwrap_or_default()),
        ),
    };
    entry.status = status;
    entry.detail = text::excerpt(&detail, 500);
    wait
}

async fn announcement<H: Host>(host: &H, journal: &Journal) -> Result<Announcement, StepError> {
    let Some(facts) = &journal.package else {
        return Err(Failure::new("journal", "nothing was packed").into());
    };
    let public = public_url(host).await?;
    let links = Links::new(&public, &facts.id, facts.kind);
    Ok(Announcement {
        id: facts.id.clone(),
        title: facts.title.clone(),
        version: facts.version.clone(),
        channel: facts.channel.clone(),
        compatibility: facts.compatibility.clone(),
        notes: Some(journal.source.notes.clone()),
        page: journal.source.page.as_deref().and_then(text::web_url),
        manifest: links.manifest(&Track::Channel(facts.channel.clone())),
        pinned_manifest: links.pinned_manifest(&facts.version),
    })
}
