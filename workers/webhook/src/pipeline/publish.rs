//! `packaged → published`: the release becomes visible.

use edge::{log, objects};
use registry::{
    Actor, Failure, Journal, Key, MAX_MANIFEST, Manifest, ReleaseRecord, State,
    record::{Deed, Origin, PackageFacts, Replacement, SCHEMA},
    store::{self, AdministerError, Followed, PublishError, Upstream},
    text,
};
use serde_json::json;

use super::{heed, run::moved, upstream};
use crate::{Host, failure::StepError};

/// Publishes what was packed.
pub(super) async fn step<H: Host>(host: &H, mut journal: Journal) -> Result<Journal, StepError> {
    let Some(facts) = journal.package.clone() else {
        return Err(Failure::new("journal", "nothing was packed").into());
    };
    if !is_begun(host, &journal, &facts).await? {
        let packed_as = journal.source.prerelease;
        journal = heed::before(host, journal).await?;
        if journal.source.prerelease != packed_as {
            let why = "whether it is a prerelease was changed on GitHub; it is packed again";
            journal.pack_again(host.now(), why);
            return Ok(journal);
        }
    }
    let manifest = stored_manifest(host, &facts).await?;
    check_archive(host, &facts).await?;
    let release = release(host, &journal, &facts);
    let published = store::publish(host, &release, &manifest)
        .await
        .map_err(in_words)?;
    note_replacement(host, &journal, &published.release).await?;
    refresh(host, &journal).await;
    let mut release = remember(host, &journal, &facts, published.release).await?;
    if journal.source.direct.is_none() {
        release = store::publish_again(host, &release, journal.received_at)
            .await
            .map_err(administered)?;
    }
    let is_again = release.delivery != journal.delivery;
    let mut is_finished = false;
    if journal.source.direct.is_none() {
        if is_again {
            is_finished = follow_again(host, &mut journal, &release).await?;
        }
        release = heed::after(host, &mut journal, release).await?;
    }
    if is_again && !is_finished {
        // The delivery that came first announces it.
        let by = format!("published by delivery {}", release.delivery);
        journal.announcements.skip(&by);
    } else if let Some(yank) = &release.yanked {
        let why = format!("withdrawn meanwhile: {}", yank.reason);
        journal.announcements.skip(&why);
    }
    tidy_up(host, &facts).await;
    let detail = detail(&facts);
    moved(host, journal, State::Published, detail)
}

/// Does what the publisher says of a release with the same files that was published before: it may be
/// a prerelease no longer, or one now. Answers whether it was finished by that, and is to be announced.
async fn follow_again<H: Host>(
    host: &H,
    journal: &mut Journal,
    release: &ReleaseRecord,
) -> Result<bool, StepError> {
    let notes_url = journal.source.page.as_deref().and_then(text::web_url);
    let upstream = Upstream {
        prerelease: journal.source.prerelease,
        notes_url: notes_url.as_deref(),
        delivery: &journal.delivery,
        heard: journal.received_at,
    };
    let followed = store::follow_publisher(host, &release.id, &release.version, &upstream).await;
    let Followed::Finished { release, cores } = followed.map_err(administered)? else {
        return Ok(false);
    };
    journal.package = Some(upstream::facts(&release, cores));
    Ok(true)
}

/// Whether the release may be visible already, because an earlier attempt came so far.
async fn is_begun<H: Host>(
    host: &H,
    journal: &Journal,
    facts: &PackageFacts,
) -> Result<bool, StepError> {
    let key = Key::Release(&facts.id, &facts.version);
    let known = store::read::<ReleaseRecord, _>(host, &key).await?;
    Ok(known.is_some_and(|known| known.record.delivery == journal.delivery))
}

fn detail(facts: &PackageFacts) -> String {
    let replaced = match &facts.edition {
        Some(edition) => format!(", replaced by edition {edition}"),
        None => String::new(),
    };
    let (id, version, track) = (&facts.id, &facts.version, facts.track());
    format!("{id} {version} on {track}{replaced}")
}

/// Brings the catalogue up to date. A failure is logged only: the release is published without it,
/// and the next change of any package's records tries again.
pub(super) async fn refresh<H: Host>(host: &H, journal: &Journal) {
    let Some(facts) = &journal.package else {
        return;
    };
    if let Err(error) = store::refresh_catalogue(host, &facts.id).await {
        let members = json!({ "package": facts.id, "cause": error.to_string() });
        log::event(host, host.now(), "catalogue-not-refreshed", members);
    }
}

/// Deletes what is served no more. A failure is logged only: the release is visible, and nobody is
/// the worse for files that are left over.
async fn tidy_up<H: Host>(host: &H, facts: &PackageFacts) {
    if let Err(error) = store::forget_replaced(host, &facts.id, &facts.version).await {
        let members = json!({
            "package": facts.id, "version": facts.version, "cause": error.to_string(),
        });
        log::event(host, host.now(), "files-not-deleted", members);
    }
}

/// Only an admin replaces.
async fn note_replacement<H: Host>(
    host: &H,
    journal: &Journal,
    release: &ReleaseRecord,
) -> Result<(), StepError> {
    let replaced = release.replaced.as_ref();
    if let Some(replaced) = replaced.filter(|replaced| replaced.delivery == journal.delivery) {
        let deed = Deed::Replace {
            version: release.version.clone(),
            edition: replaced.edition.clone(),
        };
        // Done again after a failure, it is noted once.
        store::note_action(host, &release.id, &Actor::Admin, deed, false).await?;
    }
    Ok(())
}

/// Notes which release on GitHub this was, for what happens to it there later. Answers the release as
/// it stands then.
async fn remember<H: Host>(
    host: &H,
    journal: &Journal,
    facts: &PackageFacts,
    release: ReleaseRecord,
) -> Result<ReleaseRecord, StepError> {
    let Some(origin) = origin(journal) else {
        return Ok(release);
    };
    let (id, version) = (&facts.id, &facts.version);
    let release = store::belongs_to(host, &release, origin)
        .await
        .map_err(administered)?;
    store::remember_source(host, &journal.repository, origin.number, id, version).await?;
    Ok(release)
}

fn origin(journal: &Journal) -> Option<Origin> {
    journal.source.release_id.map(|number| Origin {
        number,
        heard_at: journal.received_at,
    })
}

/// A change of a published release that was not made.
pub(super) fn administered(error: AdministerError) -> StepError {
    match error {
        AdministerError::Store(error) => error.into(),
        other => Failure::new("release", other.to_string()).into(),
    }
}

fn in_words(error: PublishError) -> StepError {
    match error {
        PublishError::Store(error) => error.into(),
        PublishError::Owned { .. } => Failure::new("id.owned", error.to_string()).into(),
        PublishError::Exists { .. } => Failure::new("version.exists", error.to_string()).into(),
        PublishError::Superseded { .. } => {
            Failure::new("version.replaced", error.to_string()).into()
        }
    }
}

async fn stored_manifest<H: Host>(host: &H, facts: &PackageFacts) -> Result<Manifest, StepError> {
    let key = Key::Manifest(&facts.id, &facts.version, &facts.packed.artifact);
    let stored = objects::read(host, &key.path(), MAX_MANIFEST as u64).await?;
    let Some(stored) = stored else {
        return Err(StepError::transient(
            "store",
            "the packed manifest is not in the store",
        ));
    };
    Manifest::parse(&stored.bytes)
        .map_err(|error| Failure::new("manifest", error.to_string()).into())
}

/// Files of an edition are deleted once it was replaced several times; one that was packed before,
/// to be served again, is looked at before it is.
async fn check_archive<H: Host>(host: &H, facts: &PackageFacts) -> Result<(), StepError> {
    let key = Key::Archive(&facts.id, &facts.version, &facts.packed.artifact);
    if facts.edition.is_some() && host.object_head(&key.path()).await?.is_none() {
        return Err(StepError::StagingLost);
    }
    Ok(())
}

fn release<H: Host>(host: &H, journal: &Journal, facts: &PackageFacts) -> ReleaseRecord {
    let source = &journal.source;
    ReleaseRecord {
        schema: SCHEMA,
        id: facts.id.clone(),
        kind: facts.kind,
        version: facts.version.clone(),
        channel: facts.channel.clone(),
        prerelease: source.prerelease,
        title: facts.title.clone(),
        published_at: host.now(),
        packed: facts.packed,
        compatibility: facts.compatibility.clone(),
        repository: journal.repository.clone(),
        tag: Some(source.tag.clone()).filter(|tag| !tag.is_empty()),
        notes_url: source.page.as_deref().and_then(text::web_url),
        delivery: journal.delivery.clone(),
        warnings: facts.warnings.clone(),
        yanked: None,
        replaced: facts.edition.clone().map(|edition| {
            Replacement::new(edition, journal.received_at, journal.delivery.clone())
        }),
        source: origin(journal),
        followed_at: None,
        finished_by: None,
        unfinished_by: None,
    }
}
