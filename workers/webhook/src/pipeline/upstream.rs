//! `received → done`: what a publisher does to a release on GitHub after it was published.
//!
//! | action | what it means here |
//! |---|---|
//! | `deleted`, `unpublished` | the release is withdrawn, as by an admin's yank; published again on GitHub with the same content, it comes back |
//! | `edited` | its notes' URL is taken over, and whether it is a prerelease; one that becomes one leaves `stable`, unless an admin put it there |
//! | `released` | the same: a prerelease that is one no longer goes to `stable`, and is announced there |
//!
//! Nothing here changes what is stored of the release itself.

use registry::{
    Channel, Journal, ReleaseRecord, State,
    record::PackageFacts,
    store::{self, Followed, Upstream},
    text,
};

use super::publish::administered;
use crate::{Host, failure::StepError};

/// The actions of GitHub's `release` event that are followed here.
pub const FOLLOWED: [&str; 4] = ["deleted", "unpublished", "edited", "released"];

/// Whether the delivery tells of a release that was published before.
pub(super) fn is_about_published(journal: &Journal) -> bool {
    FOLLOWED.contains(&journal.action.as_str())
}

/// Follows the publisher.
pub(super) async fn step<H: Host>(host: &H, mut journal: Journal) -> Result<Journal, StepError> {
    let number = journal.source.release_id.unwrap_or_default();
    let release = store::published_source(host, &journal.repository, number).await?;
    let Some(release) = release else {
        journal.conclude(State::Done, host.now(), "the release is not published here");
        return Ok(journal);
    };
    match journal.action.as_str() {
        "deleted" => withdraw(host, journal, &release, "deleted").await,
        "unpublished" => withdraw(host, journal, &release, "made a draft again").await,
        _ => follow(host, journal, &release).await,
    }
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
    let detail = format!("{} {} is withdrawn: {reason}", release.id, release.version);
    journal.conclude(State::Done, host.now(), detail);
    Ok(journal)
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
        Followed::Finished(finished) => {
            journal.package = Some(facts(&finished));
            let detail = format!("{id} {version} is no longer a prerelease: stable serves it");
            journal.conclude(State::Published, now, detail);
        }
    }
    Ok(journal)
}

/// What is told of a prerelease that is finished.
fn facts(release: &ReleaseRecord) -> PackageFacts {
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
        cores: Vec::new(),
    }
}
