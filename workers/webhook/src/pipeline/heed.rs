//! What a publisher said of a release while it was being published here.
//!
//! Whoever brought the word waits for the release only so long, and for none that failed: so whoever
//! publishes it takes over the last word, too.

use registry::{
    Failure, Journal, ReleaseRecord,
    store::{self, Followed, Source, Upstream},
};

use super::publish::administered;
use crate::{Host, failure::StepError};

/// Takes over into a delivery that publishes nothing yet what was said of its release since it came.
/// One that was taken back is not published.
pub(super) async fn before<H: Host>(host: &H, mut journal: Journal) -> Result<Journal, StepError> {
    let Source { record, release } = source(host, &journal).await?;
    if let Some(withdrawn) = record.withdrawn_after(journal.received_at) {
        let message = format!(
            "the release on GitHub was {} before it was published here; publish it there again",
            withdrawn.how
        );
        return Err(Failure::new("withdrawn", message).into());
    }
    // Whoever said it of one that is published here changes that.
    let described = match release {
        None => record.described_after(journal.received_at),
        Some(_) => None,
    };
    if let Some(described) = described {
        journal.source.prerelease = described.prerelease;
        if described.notes_url.is_some() {
            journal.source.page.clone_from(&described.notes_url);
        }
    }
    Ok(journal)
}

/// Does with a release that was published just now what was said of it meanwhile. Where nobody is to
/// be told of it any more, the journal says so.
pub(super) async fn after<H: Host>(
    host: &H,
    journal: &mut Journal,
    release: ReleaseRecord,
) -> Result<ReleaseRecord, StepError> {
    let source = source(host, journal).await?;
    let record = match source.release {
        Some(_) => source.record,
        None => return Ok(release),
    };
    if let Some(withdrawn) = record.withdrawn_after(journal.received_at) {
        let reason = format!("the release on GitHub was {}", withdrawn.how);
        let withdrawn = store::withdraw(host, &release, &reason, withdrawn.at).await;
        return withdrawn.map_err(administered);
    }
    let described = record.described_after(journal.received_at);
    let is_news = |at| release.followed_at.is_none_or(|followed| followed < at);
    let Some(described) = described.filter(|described| is_news(described.at)) else {
        return Ok(release);
    };
    let upstream = Upstream {
        prerelease: described.prerelease,
        notes_url: described.notes_url.as_deref(),
        delivery: &described.delivery,
        heard: described.at,
    };
    let followed = store::follow_publisher(host, &release.id, &release.version, &upstream).await;
    let followed = followed.map_err(administered)?;
    if followed == Followed::Unfinished && !journal.source.prerelease {
        let why = "a prerelease meanwhile, which stable does not serve";
        journal.announcements.skip(why);
    }
    Ok(release)
}

/// What is known of the release on GitHub; nothing of one that was uploaded here.
async fn source<H: Host>(host: &H, journal: &Journal) -> Result<Source, StepError> {
    let Some(number) = journal.source.release_id else {
        return Ok(Source::default());
    };
    let source = store::source(host, &journal.repository, number).await?;
    Ok(source.unwrap_or_default())
}
