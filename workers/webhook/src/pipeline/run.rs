//! Working on a delivery until it is finished or has to wait.

use std::{pin::pin, time::Duration};

use edge::{Timestamp, log};
use futures_util::future::{Either, select};
use registry::{DeliveryId, Failure, Journal, Key, State, store};
use serde_json::json;

use super::{announce, fetch, heed, pack, publish, session::Session, upstream};
use crate::{Host, failure::StepError};

/// A pause before the next attempt that is not worth leaving to the next tick, in milliseconds.
const SHORT_PAUSE: i64 = 16_000;

/// With less time than this it is not worth going on, in milliseconds.
const LEAST_TIME: i64 = 5_000;

/// How long before the platform stops deferred work nothing is under way any more, in milliseconds.
const MARGIN: i64 = 3_000;

/// How far a run goes.
#[derive(Debug, Clone, Copy)]
struct Extent {
    /// Not beyond this state.
    last: State,
    /// Whatever can be left to the next tick is not done after this.
    deadline: Option<Timestamp>,
}

/// Works on `delivery` as long as there is something to do now. Answers its journal as it stands
/// then; `None` where it was not due, or another worker has taken it over.
pub async fn run<H: Host>(host: &H, delivery: &DeliveryId) -> Option<Journal> {
    let (last, deadline) = (State::Done, None);
    run_to(host, delivery, Extent { last, deadline }).await
}

/// The same as deferred work, which the platform may stop after a while.
pub async fn run_deferred<H: Host>(host: &H, delivery: &DeliveryId) -> Option<Journal> {
    let time = host.deferred_time().map(|time| {
        let time = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        host.now().plus(time - MARGIN)
    });
    let (last, deadline) = (State::Done, time);
    run_to(host, delivery, Extent { last, deadline }).await
}

/// The same, until the release is published.
pub async fn run_until_published<H: Host>(host: &H, delivery: &DeliveryId) -> Option<Journal> {
    let (last, deadline) = (State::Published, None);
    run_to(host, delivery, Extent { last, deadline }).await
}

async fn run_to<H: Host>(host: &H, delivery: &DeliveryId, extent: Extent) -> Option<Journal> {
    match work(host, delivery, extent).await {
        Ok(journal) => journal,
        Err(StepError::Overtaken | StepError::Resting(_)) => None,
        Err(StepError::Failed(failure) | StepError::Spoilt(failure)) => {
            report(host, delivery, &failure.code, &failure.message);
            None
        }
        Err(StepError::Waiting(waiting, _)) => {
            report(host, delivery, "waiting", &waiting.reason);
            None
        }
        Err(StepError::StagingLost) => {
            report(host, delivery, "staging-lost", "what was fetched is gone");
            None
        }
        Err(StepError::Transient { code, message, .. }) => {
            report(host, delivery, code, &message);
            None
        }
    }
}

fn report<H: Host>(host: &H, delivery: &DeliveryId, code: &str, message: &str) {
    let members = json!({ "delivery": delivery, "code": code, "message": message });
    log::event(host, host.now(), "delivery-interrupted", members);
}

async fn work<H: Host>(
    host: &H,
    delivery: &DeliveryId,
    extent: Extent,
) -> Result<Option<Journal>, StepError> {
    let Some(mut session) = Session::take(host, delivery).await? else {
        return Ok(None);
    };
    while session.journal.state < extent.last && !session.journal.state.is_finished() {
        if let Err(error) = advance(host, &mut session, extent.deadline).await {
            settle(host, &mut session, error).await?;
            if !wait_for_next_attempt(host, &session.journal, extent.deadline).await {
                break;
            }
            // Takes hold of it again before it works: while it waited, anybody could.
            session.save().await?;
        }
    }
    if session.journal.state.is_finished() {
        finish(host, &session.journal).await;
    } else if session.journal.busy_until.is_some() {
        session.let_go().await?;
    }
    log_state(host, &session.journal);
    Ok(Some(session.journal))
}

/// Does the next step and journals it.
async fn advance<H: Host>(
    host: &H,
    session: &mut Session<'_, H>,
    deadline: Option<Timestamp>,
) -> Result<(), StepError> {
    let before = session.journal.clone();
    if before.state == State::Published {
        return announce::step(host, session, deadline).await;
    }
    let done = {
        let step = pin!(step(host, before));
        let heartbeat = pin!(session.heartbeat());
        match select(step, heartbeat).await {
            Either::Left((done, _)) => done?,
            Either::Right((overtaken, _)) => return Err(overtaken),
        }
    };
    session.journal = done;
    session.save().await
}

/// Each step is boxed, or all would be as large as the largest.
async fn step<H: Host>(host: &H, journal: Journal) -> Result<Journal, StepError> {
    match journal.state {
        State::Received if upstream::is_about_published(&journal) => {
            Box::pin(upstream::step(host, journal)).await
        }
        State::Received => {
            let journal = Box::pin(heed::before(host, journal)).await?;
            Box::pin(fetch::step(host, journal)).await
        }
        State::Fetched => {
            let journal = Box::pin(heed::before(host, journal)).await?;
            Box::pin(pack::step(host, journal)).await
        }
        State::Packaged => Box::pin(publish::step(host, journal)).await,
        State::Announced => finished(host, journal).await,
        State::Published | State::Done | State::Failed => Ok(journal),
    }
}

/// Moves the journal on to `to`.
pub(super) fn moved<H: Host>(
    host: &H,
    mut journal: Journal,
    to: State,
    detail: impl Into<String>,
) -> Result<Journal, StepError> {
    journal
        .advance(to, host.now(), detail)
        .map_err(|error| Failure::new("journal", error.to_string()))?;
    Ok(journal)
}

/// The catalogue is looked at once more, since it was not waited for when the release was
/// published.
async fn finished<H: Host>(host: &H, journal: Journal) -> Result<Journal, StepError> {
    publish::refresh(host, &journal).await;
    moved(host, journal, State::Done, "done")
}

/// Journals a step that did not succeed.
async fn settle<H: Host>(
    host: &H,
    session: &mut Session<'_, H>,
    error: StepError,
) -> Result<(), StepError> {
    let now = host.now();
    match error {
        StepError::Overtaken => return Err(StepError::Overtaken),
        StepError::Spoilt(failure) if session.journal.refetch() => {
            session.journal.retry_later(now, failure, None);
        }
        StepError::Failed(failure) | StepError::Spoilt(failure) => {
            session.journal.fail(now, failure);
        }
        StepError::Resting(until) => session.journal.wait_until(now, until),
        StepError::StagingLost if session.journal.source.direct.is_some() => {
            let message = "the uploaded archive is no longer in the store; upload it again";
            session
                .journal
                .fail(now, Failure::new("staging-lost", message));
        }
        StepError::StagingLost if session.journal.refetch() => {
            let message = "what was fetched is no longer in the store; it is fetched again";
            let failure = Failure::new("staging-lost", message);
            session.journal.retry_later(now, failure, None);
        }
        StepError::StagingLost => {
            let message = "what was fetched was not in the store when it was to be packed, three \
                           times; something else may write or delete below `staged/` there";
            session
                .journal
                .fail(now, Failure::new("staging-lost", message));
        }
        StepError::Waiting(waiting, pause) => {
            let pause = i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
            session.journal.wait(now, waiting, pause);
        }
        StepError::Transient {
            code,
            message,
            retry_after,
        } => {
            let wait = retry_after.map(|wait| i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
            let failure = Failure::new(code, message);
            session.journal.retry_later(now, failure, wait);
        }
    }
    if session.journal.state == State::Failed {
        forget_staged(&mut session.journal);
    }
    session.let_go().await
}

/// A failed delivery does not keep its staged archive: taken up again, it is fetched again.
fn forget_staged(journal: &mut Journal) {
    if matches!(journal.failed_in, Some(State::Received | State::Fetched)) {
        journal.failed_in = Some(State::Received);
        journal.staged = None;
    }
}

/// Waits for the next attempt where it comes soon; whether it is worth going on.
async fn wait_for_next_attempt<H: Host>(
    host: &H,
    journal: &Journal,
    deadline: Option<Timestamp>,
) -> bool {
    let Some(next) = journal.next_attempt_at else {
        return false;
    };
    let pause = next.milliseconds() - host.now().milliseconds();
    let is_late = deadline.is_some_and(|deadline| next.plus(LEAST_TIME) > deadline);
    if pause > SHORT_PAUSE || is_late {
        return false;
    }
    host.sleep(Duration::from_millis(u64::try_from(pause).unwrap_or(0)))
        .await;
    true
}

/// Clears away what only an unfinished delivery needs. What fails here is cleared by a later tick
/// (the mark) or expires (the staged archive).
async fn finish<H: Host>(host: &H, journal: &Journal) {
    let staged = Key::Staged(&journal.delivery).path();
    if let Err(error) = host.object_delete(&staged).await {
        report(host, &journal.delivery, "store", &error.to_string());
    }
    if let Err(error) = store::mark_finished(host, &journal.delivery).await {
        report(host, &journal.delivery, "store", &error.to_string());
    }
}

fn log_state<H: Host>(host: &H, journal: &Journal) {
    let error = journal.error.as_ref().map(|error| &error.code);
    let members = json!({
        "delivery": journal.delivery,
        "repository": journal.repository,
        "state": journal.state,
        "package": journal.package.as_ref().map(|package| &package.id),
        "version": journal.package.as_ref().map(|package| &package.version),
        "error": error,
    });
    log::event(host, host.now(), "delivery", members);
}
