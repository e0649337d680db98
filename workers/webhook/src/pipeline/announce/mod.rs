//! `published → announced`: others are told. Whatever happens here, the release stays.
//!
//! Everyone who is told has an entry of the journal: the operator's Discord channel, Foundry's
//! listing, and each channel that had subscribed when the release was about to be announced. They
//! are told a few at once ([`round`]); what has to wait holds up nobody else.

mod round;

use edge::Timestamp;
use registry::{
    Failure, Journal, Key, Links, PackageId, ReleaseRecord, State, Yank,
    record::{Announcements, Status},
    store, text,
};

use self::round::Round;
use super::{pack::public_url, run::moved, session::Session};
use crate::{Host, announce::Announcement, failure::StepError};

/// Tells everyone who is to be told now, and moves on when nothing is left to do. What is begun ends
/// before `deadline`, where there is one.
pub(super) async fn step<H: Host>(
    host: &H,
    session: &mut Session<'_, H>,
    deadline: Option<Timestamp>,
) -> Result<(), StepError> {
    let release = announcement(host, &session.journal).await?;
    let yank = yank(host, &release).await?;
    let subscriptions = store::subscriptions(host, &release.id).await;
    let announcements = &mut session.journal.announcements;
    announcements.interrupted();
    if let Some(yank) = yank {
        announcements.skip_the_rest(&format!("withdrawn meanwhile: {}", yank.reason));
    }
    if let Ok(subscriptions) = &subscriptions {
        announcements.enlist(subscriptions);
    }
    let round = Round {
        host,
        release: &release,
        subscriptions: subscriptions.as_ref().ok(),
        deadline,
    };
    round.run(session).await?;
    // Nobody has to wait for a list that cannot be read but those who are on it.
    subscriptions?;
    end_subscriptions(host, session, &release.id).await?;
    let announcements = &session.journal.announcements;
    if let Some(next) = announcements.next_attempt_at(host.now()) {
        return Err(StepError::Resting(next));
    }
    let detail = summary(announcements);
    session.journal = moved(host, session.journal.clone(), State::Announced, detail)?;
    session.save().await
}

/// The withdrawal of the release, if there is one.
async fn yank<H: Host>(host: &H, release: &Announcement) -> Result<Option<Yank>, StepError> {
    let key = Key::Release(&release.id, &release.version);
    let known = store::read::<ReleaseRecord, _>(host, &key).await?;
    Ok(known.and_then(|known| known.record.yanked))
}

/// Ends the subscriptions whose webhooks turned out to be gone, and says so in the journal.
async fn end_subscriptions<H: Host>(
    host: &H,
    session: &mut Session<'_, H>,
    id: &PackageId,
) -> Result<(), StepError> {
    let subscribers = session.journal.announcements.subscribers.iter().flatten();
    let gone: Vec<_> = subscribers
        .filter(|known| known.gone)
        .filter_map(|known| Some((known.channel.clone(), known.made?)))
        .collect();
    if gone.is_empty() {
        return Ok(());
    }
    store::forget_subscriptions(host, id, &gone).await?;
    for known in session
        .journal
        .announcements
        .subscribers
        .iter_mut()
        .flatten()
    {
        if std::mem::take(&mut known.gone) {
            let ended = "; the subscription is ended";
            known.announcement.detail.push_str(ended);
            known.made = None;
        }
    }
    Ok(())
}

/// `discord: confirmed, foundry: skipped, 12 of 13 subscribers confirmed`.
fn summary(announcements: &Announcements) -> String {
    let word = |status: Status| format!("{status:?}").to_lowercase();
    let mut summary = format!(
        "discord: {}, foundry: {}",
        word(announcements.discord.status),
        word(announcements.foundry.status)
    );
    let subscribers = announcements.subscribers.as_deref().unwrap_or_default();
    if !subscribers.is_empty() {
        let confirmed = subscribers
            .iter()
            .filter(|known| known.announcement.status == Status::Confirmed)
            .count();
        let all = subscribers.len();
        summary.push_str(&format!(", {confirmed} of {all} subscribers confirmed"));
    }
    summary
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
        manifest: links.manifest(&facts.track()),
        pinned_manifest: links.pinned_manifest(&facts.version),
        warnings: facts.warnings.clone(),
    })
}
