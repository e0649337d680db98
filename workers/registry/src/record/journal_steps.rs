//! How a delivery moves on, fails, waits and is tried again.

use edge::{FromJson, Timestamp};
use serde::Serialize;

use super::{Failure, Journal, Waiting, announcement::Status};

/// How often a delivery is tried before it counts as failed.
pub const MAX_ATTEMPTS: u32 = 8;

/// How often a worker may begin on one state: more than it can be tried, because a worker may also
/// be stopped by a restart.
pub const MAX_BEGUN: u32 = 20;

/// How often what was fetched may be lost before the delivery counts as failed.
pub const MAX_LOST: u32 = 3;

/// Longest pause that another side can ask for, in milliseconds: 6 hours.
pub(super) const LONGEST_PAUSE: i64 = 6 * 60 * 60 * 1000;

/// Most steps that are remembered; the oldest but the first go.
const MOST_STEPS: usize = 60;

/// Pauses before the second, third, … attempt, in seconds.
pub(super) const PAUSES: [i64; 7] = [15, 60, 300, 900, 3600, 10_800, 21_600];

/// What is done with a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, FromJson)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Verified and journalled.
    Received,
    /// The package's archive is staged.
    Fetched,
    /// The release's archive is stored and judged; nothing is visible yet.
    Packaged,
    /// The release is visible.
    Published,
    /// It was announced wherever it can be.
    Announced,
    /// Everything is done and cleaned up.
    Done,
    /// It was given up; the error says why.
    Failed,
}

impl State {
    /// The state that follows; `None` after the last.
    pub const fn next(self) -> Option<Self> {
        match self {
            Self::Received => Some(Self::Fetched),
            Self::Fetched => Some(Self::Packaged),
            Self::Packaged => Some(Self::Published),
            Self::Published => Some(Self::Announced),
            Self::Announced => Some(Self::Done),
            Self::Done | Self::Failed => None,
        }
    }

    /// Whether nothing is left to do.
    pub const fn is_finished(self) -> bool {
        matches!(self, Self::Done | Self::Failed)
    }

    /// As the journal writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Fetched => "fetched",
            Self::Packaged => "packaged",
            Self::Published => "published",
            Self::Announced => "announced",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Something that happened to a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Step {
    /// The state that the delivery was in afterwards.
    pub state: State,
    /// When.
    pub at: Timestamp,
    /// What happened, for people.
    #[serde(default)]
    pub detail: String,
}

/// A step that a journal does not allow. Ours: it means that two workers got in each other's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a delivery that is {from} cannot become {to}")]
pub struct JournalError {
    /// The state that the delivery is in.
    pub from: State,
    /// The state that it was to be in.
    pub to: State,
}

/// Why a delivery is not taken up again. Caller's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReopenError {
    /// Nothing of it has failed.
    #[error("the delivery is {state}; only what has failed is taken up again")]
    NotFailed {
        /// The state that it is in.
        state: State,
    },
    /// What was uploaded is not kept after a refusal.
    #[error("the uploaded archive is not kept after a refusal; upload it again")]
    UploadGone,
}

impl Journal {
    /// Goes on to the next state. Attempts are counted afresh, and an old error is forgotten.
    ///
    /// # Errors
    /// [`JournalError`] where `to` is not the next state.
    pub fn advance(
        &mut self,
        to: State,
        now: Timestamp,
        detail: impl Into<String>,
    ) -> Result<(), JournalError> {
        if self.state.next() != Some(to) {
            let from = self.state;
            return Err(JournalError { from, to });
        }
        self.state = to;
        self.attempts = 0;
        self.begun = 0;
        self.next_attempt_at = None;
        self.waiting = None;
        self.error = None;
        self.note(now, detail);
        Ok(())
    }

    /// Ends a delivery that publishes nothing, or leaves it to be announced. Nothing else lies
    /// between its beginning and its end.
    pub fn conclude(&mut self, to: State, now: Timestamp, detail: impl Into<String>) {
        self.state = to;
        self.attempts = 0;
        self.begun = 0;
        self.next_attempt_at = None;
        self.waiting = None;
        self.error = None;
        self.note(now, detail);
    }

    /// Notes something without a change of state.
    pub fn note(&mut self, now: Timestamp, detail: impl Into<String>) {
        self.updated_at = now;
        self.steps.push(Step {
            state: self.state,
            at: now,
            detail: crate::text::excerpt(&detail.into(), 1000),
        });
        if self.steps.len() > MOST_STEPS {
            self.steps.remove(1);
        }
    }

    /// After a failure that may pass: waits longer each time (15 s, 1 min, 5 min, 15 min, 1 h, 3 h,
    /// 6 h, or what the other side asked for, `wait` in milliseconds), and gives up after
    /// [`MAX_ATTEMPTS`]. Returns whether it will be tried again.
    pub fn retry_later(&mut self, now: Timestamp, failure: Failure, wait: Option<i64>) -> bool {
        self.attempts = self.attempts.saturating_add(1);
        let pause = usize::try_from(self.attempts.saturating_sub(1))
            .ok()
            .and_then(|index| PAUSES.get(index));
        let Some(seconds) = pause.filter(|_| self.attempts < MAX_ATTEMPTS) else {
            self.fail(now, failure);
            return false;
        };
        let pause = (seconds * 1000).max(wait.unwrap_or(0).min(LONGEST_PAUSE));
        let next = now.plus(pause);
        self.note(
            now,
            format!(
                "attempt {} of {MAX_ATTEMPTS} failed: {}; tried again at {next}",
                self.attempts, failure.message
            ),
        );
        self.next_attempt_at = Some(next);
        self.error = Some(failure);
        true
    }

    /// Leaves the delivery alone until `at`, because what is left of the present state has to wait.
    /// That is no failed attempt, and a worker that came to say so was not stopped.
    pub fn wait_until(&mut self, now: Timestamp, at: Timestamp) {
        self.updated_at = now;
        self.begun = 0;
        self.next_attempt_at = Some(at);
    }

    /// Looks again after `pause` milliseconds for what `waiting` says. That is no failed attempt.
    pub fn wait(&mut self, now: Timestamp, waiting: Waiting, pause: i64) {
        let next = now.plus(pause);
        self.note(
            now,
            format!("{}; looked for again at {next}", waiting.reason),
        );
        self.attempts = 0;
        self.begun = 0;
        self.error = None;
        self.next_attempt_at = Some(next);
        self.waiting = Some(waiting);
    }

    /// Counts that a worker begins on the present state; whether it may. One that may not has
    /// failed: whoever began on it before was stopped every time.
    pub fn begin(&mut self, now: Timestamp) -> bool {
        self.begun = self.begun.saturating_add(1);
        if self.begun > MAX_BEGUN {
            let message = format!(
                "{MAX_BEGUN} workers were stopped while they worked on it, so it is given up; an \
                 archive of this size or form may be more than the platform allows"
            );
            self.fail(now, Failure::new("stopped", message));
            return false;
        }
        true
    }

    /// Goes back to fetching, because what was fetched is no longer there as it was; whether it may,
    /// which it does not after [`MAX_LOST`] times.
    pub fn refetch(&mut self) -> bool {
        self.lost = self.lost.saturating_add(1);
        if self.lost >= MAX_LOST {
            return false;
        }
        self.state = State::Received;
        self.staged = None;
        self.package = None;
        self.waiting = None;
        true
    }

    /// Goes back to packing, because what is said of the release has changed: `why`, for people.
    pub fn pack_again(&mut self, now: Timestamp, why: &str) {
        self.package = None;
        self.conclude(State::Fetched, now, why);
    }

    /// Gives the delivery up.
    pub fn fail(&mut self, now: Timestamp, failure: Failure) {
        if !self.state.is_finished() {
            self.failed_in = Some(self.state);
        }
        self.state = State::Failed;
        self.next_attempt_at = None;
        self.busy_until = None;
        self.note(now, failure.message.clone());
        self.error = Some(failure);
    }

    /// Takes a failed delivery up again where it failed, in the name of `by`. One that is done but
    /// for announcements that were given up goes back to announcing those; where none was, to those
    /// that may not have arrived. What was confirmed is not sent again.
    ///
    /// # Errors
    /// [`ReopenError`].
    pub fn reopen(&mut self, now: Timestamp, by: &str) -> Result<(), ReopenError> {
        let (state, again) = match (self.state, self.announcements.to_send_again()) {
            (State::Failed, _) => (self.reopened_state()?, Status::Failed),
            (State::Done, Some(again)) => (State::Published, again),
            (state, _) => return Err(ReopenError::NotFailed { state }),
        };
        self.state = state;
        self.announcements.give_another_chance(again);
        self.failed_in = None;
        self.waiting = None;
        self.attempts = 0;
        self.begun = 0;
        self.lost = 0;
        self.next_attempt_at = None;
        self.busy_until = None;
        // Whoever worked on it before does not take this for a write of its own.
        self.worker.clear();
        self.note(now, format!("taken up again by {by}"));
        Ok(())
    }

    /// Where a failed delivery goes on. An uploaded archive is kept only until it is packed.
    fn reopened_state(&self) -> Result<State, ReopenError> {
        let state = self.failed_in.unwrap_or(State::Received);
        if self.source.direct.is_some() && state <= State::Fetched {
            return Err(ReopenError::UploadGone);
        }
        Ok(state)
    }

    /// Whether it is time to work on the delivery.
    pub fn is_due(&self, now: Timestamp) -> bool {
        !self.state.is_finished()
            && self.next_attempt_at.is_none_or(|at| at <= now)
            && self.busy_until.is_none_or(|until| until <= now)
    }

    /// Marks the delivery as being worked on for `milliseconds`, so that a scheduled resume leaves
    /// it alone meanwhile. A worker that dies lets the mark expire.
    pub fn occupy(&mut self, now: Timestamp, milliseconds: i64) {
        self.busy_until = Some(now.plus(milliseconds));
        self.updated_at = now;
    }

    /// Takes the mark of [`Journal::occupy`] away.
    pub fn release(&mut self) {
        self.busy_until = None;
    }
}
