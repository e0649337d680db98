//! `packaged → published`: the release becomes visible.

use edge::{log, objects};
use registry::{
    Failure, Journal, Key, MAX_MANIFEST, Manifest, ReleaseRecord, State,
    record::{PackageFacts, SCHEMA, Status},
    store::{self, PublishError},
    text,
};
use serde_json::json;

use super::run::moved;
use crate::{Host, failure::StepError};

/// Publishes what was packed.
pub(super) async fn step<H: Host>(host: &H, mut journal: Journal) -> Result<Journal, StepError> {
    let Some(facts) = journal.package.clone() else {
        return Err(Failure::new("journal", "nothing was packed").into());
    };
    let manifest = stored_manifest(host, &facts).await?;
    let release = release(host, &journal, &facts);
    let published = store::publish(host, &release, &manifest)
        .await
        .map_err(in_words)?;
    refresh(host, &journal).await;
    if published.release.delivery != journal.delivery {
        // The delivery that came first announces it.
        let by = format!("published by delivery {}", published.release.delivery);
        for announcement in [
            &mut journal.announcements.discord,
            &mut journal.announcements.foundry,
        ] {
            announcement.status = Status::Skipped;
            announcement.detail.clone_from(&by);
        }
    }
    let detail = format!("{} {} on {}", facts.id, facts.version, facts.channel);
    moved(host, journal, State::Published, detail)
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

fn in_words(error: PublishError) -> StepError {
    match error {
        PublishError::Store(error) => error.into(),
        PublishError::Owned { .. } => Failure::new("id.owned", error.to_string()).into(),
        PublishError::Exists { .. } => Failure::new("version.exists", error.to_string()).into(),
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
    }
}
