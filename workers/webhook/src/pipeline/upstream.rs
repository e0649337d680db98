//! `received → done`: what a publisher does to a release on GitHub after it was published.
//!
//! | action | what it means here |
//! |---|---|
//! | `deleted`, `unpublished` | the release is withdrawn, as by an admin's yank; published again on GitHub with the same content, it comes back |
//! | `edited`, `prereleased` | its notes' URL is taken over, and whether it is a prerelease; one that becomes one leaves `stable`, unless an admin put it there |
//! | `released` | the same: a prerelease that is one no longer goes to `stable`, and is announced there |
//! | `created` | nothing: `published` comes when it may be seen |
//!
//! Nothing here changes what is stored of the release itself. What happens while the release is still
//! being published waits until it is; whoever publishes it takes it over, too (`heed.rs`). Of several
//! things that happened, the last one heard counts, whatever is worked on first; that it was published
//! again counts once it is.

use std::time::Duration;

use registry::{
    Channel, Generation, Journal, Key, ReleaseRecord, SourceRecord, State,
    record::{Heard, PackageFacts, Waiting},
    store::{self, Followed, Source, Upstream},
    text,
};

use super::publish::administered;
use crate::{Host, failure::StepError};

/// Why a release stays that was withdrawn.
const PUBLISHED_AGAIN: &str = "the release was published again since";

/// Pauses before the second, third, … look at whether a release is published, in seconds; the last
/// one repeats.
const PAUSES: [u64; 6] = [2, 5, 15, 60, 120, 600];

/// How long a release that is being published is waited for, in milliseconds: longer than all
/// attempts to publish it take.
const PATIENCE: i64 = 24 * 60 * 60 * 1000;

/// The actions of GitHub's `release` event that are followed here.
pub const FOLLOWED: [&str; 5] = [
    "deleted",
    "unpublished",
    "edited",
    "prereleased",
    "released",
];

/// How a release is taken back by `action`, for people; `None` where it is not.
pub fn taken_back(action: &str) -> Option<&'static str> {
    match action {
        "deleted" => Some("deleted"),
        "unpublished" => Some("made a draft again"),
        _ => None,
    }
}

/// Whether the delivery tells of a release that was published before.
pub(super) fn is_about_published(journal: &Journal) -> bool {
    FOLLOWED.contains(&journal.action.as_str())
}

/// Follows the publisher.
pub(super) async fn step<H: Host>(host: &H, mut journal: Journal) -> Result<Journal, StepError> {
    let number = journal.source.release_id.unwrap_or_default();
    let source = store::source(host, &journal.repository, number).await?;
    let Source { record, release } = source.unwrap_or_default();
    let Some(release) = release else {
        if let Some(heard) = &record.heard {
            wait_for(host, &journal, heard).await?;
        }
        journal.conclude(State::Done, host.now(), "the release is not published here");
        return Ok(journal);
    };
    let Some(how) = taken_back(&journal.action) else {
        return follow(host, journal, &release).await;
    };
    if is_published_again(host, &journal, &record, &release).await? {
        journal.conclude(State::Done, host.now(), PUBLISHED_AGAIN);
        return Ok(journal);
    }
    if let Some(heard) = record.published_after(journal.received_at) {
        wait_for(host, &journal, heard).await?;
    }
    withdraw(host, journal, &release, how).await
}

/// Whether the release was published here again after the delivery came. That it was heard of is not
/// enough: whoever was to publish it may have failed.
async fn is_published_again<H: Host>(
    host: &H,
    journal: &Journal,
    record: &SourceRecord,
    release: &ReleaseRecord,
) -> Result<bool, StepError> {
    let Some(heard) = record.published_after(journal.received_at) else {
        return Ok(false);
    };
    let origin = release.source;
    if origin.is_some_and(|origin| origin.heard_at > journal.received_at) {
        return Ok(true);
    }
    let publishing = store::read::<Journal, _>(host, &Key::Delivery(&heard.delivery)).await?;
    let reached = publishing.map(|publishing| match publishing.record.state {
        State::Failed => publishing.record.failed_in.unwrap_or(State::Received),
        state => state,
    });
    Ok(reached.is_some_and(|reached| reached >= State::Published))
}

/// Has the delivery wait while the one that publishes the release is at it.
async fn wait_for<H: Host>(host: &H, journal: &Journal, heard: &Heard) -> Result<(), StepError> {
    let key = Key::Delivery(&heard.delivery);
    let publishing = store::read::<Journal, _>(host, &key).await?;
    let is_at_it = publishing.is_some_and(|publishing| publishing.record.state < State::Published);
    let now = host.now();
    let mut waiting = journal.waiting.clone().unwrap_or_else(|| Waiting {
        reason: format!(
            "delivery {} is still publishing the release",
            heard.delivery
        ),
        since: now,
        until: now.plus(PATIENCE),
        looks: 0,
    });
    if !is_at_it || waiting.until <= now {
        return Ok(());
    }
    let look = usize::try_from(waiting.looks).unwrap_or(usize::MAX);
    let pause = PAUSES.get(look.min(PAUSES.len() - 1)).copied();
    waiting.looks += 1;
    Err(StepError::Waiting(
        waiting,
        Duration::from_secs(pause.unwrap_or(1)),
    ))
}

async fn withdraw<H: Host>(
    host: &H,
    mut journal: Journal,
    release: &ReleaseRecord,
    what: &str,
) -> Result<Journal, StepError> {
    let reason = format!("the release on GitHub was {what}");
    store::withdraw(host, release, &reason, journal.received_at)
        .await
        .map_err(administered)?;
    let detail = match published_meanwhile(host, &journal).await? {
        true => PUBLISHED_AGAIN.to_owned(),
        false => format!("{} {} is withdrawn: {reason}", release.id, release.version),
    };
    journal.conclude(State::Done, host.now(), detail);
    Ok(journal)
}

/// Takes a withdrawal back where the release was published again before it was written: whoever
/// publishes it may have seen nothing yet to take back.
async fn published_meanwhile<H: Host>(host: &H, journal: &Journal) -> Result<bool, StepError> {
    let number = journal.source.release_id.unwrap_or_default();
    let source = store::source(host, &journal.repository, number).await?;
    let Source { record, release } = source.unwrap_or_default();
    let heard = record.published_after(journal.received_at);
    let (Some(heard), Some(release)) = (heard, release) else {
        return Ok(false);
    };
    let is_again = is_published_again(host, journal, &record, &release).await?;
    if is_again {
        store::publish_again(host, &release, heard.at)
            .await
            .map_err(administered)?;
    }
    Ok(is_again)
}

async fn follow<H: Host>(
    host: &H,
    mut journal: Journal,
    release: &ReleaseRecord,
) -> Result<Journal, StepError> {
    let (id, version) = (&release.id, &release.version);
    let notes_url = journal.source.page.as_deref().and_then(text::web_url);
    let upstream = Upstream {
        prerelease: journal.source.prerelease,
        notes_url: notes_url.as_deref(),
        delivery: &journal.delivery,
        heard: journal.received_at,
    };
    let followed = store::follow_publisher(host, id, version, &upstream).await;
    let now = host.now();
    match followed.map_err(administered)? {
        Followed::Described => {
            journal.conclude(State::Done, now, format!("{id} {version} is up to date"));
        }
        Followed::Unfinished => {
            let detail = format!("{id} {version} is a prerelease, which stable does not serve");
            journal.conclude(State::Done, now, detail);
        }
        Followed::Finished { release, cores } => {
            let facts = facts(&release, cores);
            let track = facts.track();
            journal.package = Some(facts);
            let detail = format!("{id} {version} is no longer a prerelease: {track} serves it");
            journal.conclude(State::Published, now, detail);
        }
    }
    Ok(journal)
}

/// What is told of a prerelease that is finished.
pub(super) fn facts(release: &ReleaseRecord, cores: Vec<Generation>) -> PackageFacts {
    PackageFacts {
        id: release.id.clone(),
        kind: release.kind,
        title: release.title.clone(),
        version: release.version.clone(),
        channel: Channel::stable(),
        compatibility: release.compatibility.clone(),
        packed: release.packed,
        warnings: release.warnings.clone(),
        edition: None,
        cores,
    }
}
