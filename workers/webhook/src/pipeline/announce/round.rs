//! Telling everyone who is to be told now, a few at once, with every step of each in the journal.

use std::{collections::VecDeque, pin::pin, time::Duration};

use edge::{ConfigError, Timestamp};
use futures_util::{
    StreamExt,
    future::{Either, select},
    stream::FuturesUnordered,
};
use registry::record::{Announcements, Receiver, Status, Subscriptions};

use crate::{
    Host,
    announce::{Announcement, Call, Outcome, Prepared, TIMEOUT, discord, foundry},
    failure::StepError,
    pipeline::session::Session,
};

/// How many are told at once. A Worker has six connections, and the journal needs one
/// (<https://developers.cloudflare.com/workers/platform/limits/#simultaneous-open-connections>).
const AT_ONCE: usize = 5;

/// How often the journal is written at most: R2 takes one write a second for a key
/// (<https://developers.cloudflare.com/r2/platform/limits/>). In milliseconds.
const PACE: i64 = 1_000;

/// Nothing is begun that has less time than this, in milliseconds.
const LEAST_TIME: i64 = 5_000;

/// One round of telling.
pub(super) struct Round<'a, H> {
    pub host: &'a H,
    pub release: &'a Announcement,
    /// The subscriptions; `None` where they could not be read, and nobody of them is told.
    pub subscriptions: Option<&'a Subscriptions>,
    /// What is begun ends before this, where it is given.
    pub deadline: Option<Timestamp>,
}

/// What is known of a round that is under way.
struct Progress {
    /// Who is still to be told.
    queue: VecDeque<Receiver>,
    /// Until then Discord takes nothing from anybody.
    limited_until: Option<Timestamp>,
}

impl<H: Host> Round<'_, H> {
    /// Tells everyone who is due. That something is about to be sent is journalled before it is:
    /// who finds that mark later cannot know whether it was sent, and does not send it again.
    ///
    /// One write of the journal marks those who are told next and says what became of those who
    /// were told before.
    pub async fn run(&self, session: &mut Session<'_, H>) -> Result<(), StepError> {
        let mut progress = Progress {
            queue: self.due(&session.journal.announcements),
            limited_until: None,
        };
        let mut under_way = FuturesUnordered::new();
        loop {
            let before = session.journal.announcements.clone();
            let free = AT_ONCE - under_way.len().min(AT_ONCE);
            let announcements = &mut session.journal.announcements;
            let starting = self.begin(announcements, &mut progress, free).await;
            if let Err(error) = session.save().await {
                // Of these nothing was sent, and what is written next must not say otherwise.
                session.journal.announcements = before;
                if error != StepError::Overtaken {
                    while let Some((receiver, outcome)) = under_way.next().await {
                        self.end(session, &mut progress, receiver, outcome);
                    }
                }
                return Err(error);
            }
            let saved = self.host.now();
            for (receiver, call) in starting {
                let sending = call.send(self.host, self.time());
                under_way.push(async move { (receiver, sending.await) });
            }
            let Some((receiver, outcome)) = under_way.next().await else {
                return Ok(());
            };
            self.end(session, &mut progress, receiver, outcome);
            // What else ends soon goes into the same write.
            let mut pause = pin!(self.host.sleep(self.until(saved.plus(PACE))));
            loop {
                match select(under_way.next(), &mut pause).await {
                    Either::Left((Some((receiver, outcome)), _)) => {
                        self.end(session, &mut progress, receiver, outcome);
                    }
                    Either::Left((None, pause)) if !progress.queue.is_empty() => {
                        pause.await;
                        break;
                    }
                    Either::Left((None, _)) | Either::Right(_) => break,
                }
            }
        }
    }

    fn due(&self, announcements: &Announcements) -> VecDeque<Receiver> {
        let now = self.host.now();
        announcements
            .receivers()
            .filter(|(_, known)| known.is_due(now))
            .map(|(receiver, _)| receiver)
            .filter(|receiver| {
                self.subscriptions.is_some() || !matches!(receiver, Receiver::Subscriber(_))
            })
            .collect()
    }

    /// Takes the next `free` ones off the queue and marks them as about to be sent. Those for whom
    /// there is nothing to send are settled.
    async fn begin(
        &self,
        announcements: &mut Announcements,
        progress: &mut Progress,
        free: usize,
    ) -> Vec<(Receiver, Box<Call>)> {
        let mut starting = Vec::new();
        while starting.len() < free && self.is_time() {
            let Some(receiver) = progress.queue.pop_front() else {
                break;
            };
            let now = self.host.now();
            let limited = progress.limited_until.filter(|until| *until > now);
            if let (Some(until), Some(known)) = (limited, announcements.of(receiver))
                && receiver != Receiver::Foundry
            {
                known.next_attempt_at = Some(until);
                continue;
            }
            let prepared = self.prepare(announcements, receiver).await;
            let Some(known) = announcements.of(receiver) else {
                continue;
            };
            match prepared {
                Ok(Prepared::Send(call)) => {
                    known.begin(now);
                    starting.push((receiver, call));
                }
                Ok(Prepared::Skip(reason)) => known.end(Status::Skipped, &reason),
                Err(error) => known.end(Status::Failed, &error.to_string()),
            }
        }
        starting
    }

    async fn prepare(
        &self,
        announcements: &Announcements,
        receiver: Receiver,
    ) -> Result<Prepared, ConfigError> {
        match receiver {
            Receiver::Discord => discord::prepare(self.host, self.release).await,
            Receiver::Foundry => foundry::prepare(self.host, self.release).await,
            Receiver::Subscriber(index) => {
                let subscribers = announcements.subscribers.as_deref().unwrap_or_default();
                let channel = subscribers.get(index).map(|known| &known.channel);
                let subscription = self.subscriptions.zip(channel);
                let subscription = subscription.and_then(|(list, channel)| list.of(channel));
                discord::prepare_for(self.host, self.release, subscription).await
            }
        }
    }

    /// Notes what became of an announcement.
    fn end(
        &self,
        session: &mut Session<'_, H>,
        progress: &mut Progress,
        receiver: Receiver,
        outcome: Outcome,
    ) {
        let announcements = &mut session.journal.announcements;
        if let (Receiver::Subscriber(index), Outcome::Gone(_)) = (receiver, &outcome) {
            let subscribers = announcements.subscribers.as_mut();
            if let Some(known) = subscribers.and_then(|all| all.get_mut(index)) {
                let subscription = self.subscriptions.and_then(|list| list.of(&known.channel));
                known.gone = true;
                known.made = subscription.map(|subscription| subscription.at);
            }
        }
        let Some(known) = announcements.of(receiver) else {
            return;
        };
        match outcome {
            Outcome::Sent => known.end(Status::Confirmed, ""),
            Outcome::Skipped(reason) => known.end(Status::Skipped, &reason),
            Outcome::Unconfirmed(reason) => known.end(Status::Unconfirmed, &reason),
            Outcome::Refused(reason) | Outcome::Gone(reason) => known.end(Status::Failed, &reason),
            Outcome::Later {
                message,
                retry_after,
                everywhere,
            } => {
                let now = self.host.now();
                let wait =
                    retry_after.map(|wait| i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
                known.retry_later(now, &message, wait);
                if everywhere {
                    // Others may have been told of a longer one already.
                    progress.limited_until = progress.limited_until.max(known.next_attempt_at);
                }
            }
        }
    }

    /// Whether there is time to begin something.
    fn is_time(&self) -> bool {
        let latest = self.deadline.map(|deadline| deadline.plus(-LEAST_TIME));
        latest.is_none_or(|latest| self.host.now() <= latest)
    }

    /// How long something that begins now may take.
    fn time(&self) -> Duration {
        self.deadline
            .map_or(TIMEOUT, |deadline| self.until(deadline).min(TIMEOUT))
    }

    /// The time from now until `then`.
    fn until(&self, then: Timestamp) -> Duration {
        let left = then.milliseconds() - self.host.now().milliseconds();
        Duration::from_millis(u64::try_from(left).unwrap_or(0))
    }
}
