//! Who is told of a release, and what became of it.

use edge::{FromJson, Timestamp};
use serde::Serialize;

use super::{
    Subscriptions,
    journal_steps::{LONGEST_PAUSE, PAUSES},
};
use crate::{Snowflake, text};

/// How often an announcement is tried before it is given up.
pub const MAX_ANNOUNCED: u32 = 5;

/// Longest detail that is kept of one announcement, in characters.
const LONGEST_DETAIL: usize = 500;

/// What became of one announcement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, FromJson)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Not sent yet.
    #[default]
    Pending,
    /// About to be sent. A worker that finds this does not know whether the one that wrote it
    /// came to send it.
    Sending,
    /// It may or may not have arrived; it is sent again only if an admin says so, since a second
    /// announcement is worse than a missing one.
    Unconfirmed,
    /// The receiver confirmed it.
    Confirmed,
    /// There is nowhere to send it.
    Skipped,
    /// Given up.
    Failed,
}

/// One announcement of a release.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, FromJson)]
pub struct Announcement {
    /// What became of it.
    #[serde(default)]
    pub status: Status,
    /// How often it was tried.
    #[serde(default)]
    pub attempts: u32,
    /// When it was last tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Not before this is it tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<Timestamp>,
    /// What the receiver said, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

impl Announcement {
    /// Whether nothing is left to do.
    pub fn is_settled(&self) -> bool {
        !matches!(self.status, Status::Pending | Status::Sending)
    }

    /// Whether it is to be sent, and now.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.status == Status::Pending && self.next_attempt_at.is_none_or(|at| at <= now)
    }

    /// Marks it as about to be sent.
    pub fn begin(&mut self, now: Timestamp) {
        self.status = Status::Sending;
        self.attempts = self.attempts.saturating_add(1);
        self.at = Some(now);
        self.next_attempt_at = None;
    }

    /// Notes how it ended.
    pub fn end(&mut self, status: Status, detail: &str) {
        self.status = status;
        self.next_attempt_at = None;
        self.detail = text::excerpt(detail, LONGEST_DETAIL);
    }

    /// After a failure that may pass: waits longer each time (15 s, 1 min, 5 min, 15 min, or what
    /// the receiver asked for, `wait` in milliseconds, up to 6 hours), and gives up after
    /// [`MAX_ANNOUNCED`] attempts.
    pub fn retry_later(&mut self, now: Timestamp, message: &str, wait: Option<i64>) {
        if self.attempts >= MAX_ANNOUNCED {
            let detail = format!("{message}; given up after {MAX_ANNOUNCED} attempts");
            self.end(Status::Failed, &detail);
            return;
        }
        let index = usize::try_from(self.attempts.saturating_sub(1)).unwrap_or(usize::MAX);
        let own = PAUSES.get(index).copied().unwrap_or_default() * 1000;
        self.end(Status::Pending, message);
        self.next_attempt_at = Some(now.plus(own.max(wait.unwrap_or(0).min(LONGEST_PAUSE))));
    }
}

/// The announcement to a channel that subscribed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Subscriber {
    /// The channel. Its webhook is a secret and stays with the subscription.
    pub channel: Snowflake,
    /// What became of it.
    #[serde(default)]
    pub announcement: Announcement,
    /// Whether the webhook turned out to be gone and the subscription is still to be ended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
    /// When the subscription was made whose webhook that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<Timestamp>,
}

/// One of those who are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receiver {
    /// The operator's Discord channel.
    Discord,
    /// Foundry's Package Release API.
    Foundry,
    /// A channel that subscribed, by its place in [`Announcements::subscribers`].
    Subscriber(usize),
}

/// Where a release is announced.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, FromJson)]
pub struct Announcements {
    /// Discord.
    #[serde(default)]
    pub discord: Announcement,
    /// Foundry's Package Release API.
    #[serde(default)]
    pub foundry: Announcement,
    /// The channels that had subscribed when the release was about to be announced; `None` before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscribers: Option<Vec<Subscriber>>,
}

impl Announcements {
    /// Takes over who has subscribed, unless that was done before: whoever subscribes afterwards is
    /// told of later releases.
    pub fn enlist(&mut self, subscriptions: &Subscriptions) {
        self.subscribers.get_or_insert_with(|| {
            let subscribers = subscriptions
                .channels
                .iter()
                .map(|subscription| Subscriber {
                    channel: subscription.channel.clone(),
                    announcement: Announcement::default(),
                    gone: false,
                    made: None,
                });
            subscribers.collect()
        });
    }

    /// Nobody is told, for the reason `why`; nor is whoever has subscribed or will.
    pub fn skip(&mut self, why: &str) {
        for announcement in [&mut self.discord, &mut self.foundry] {
            announcement.end(Status::Skipped, why);
        }
        self.subscribers = Some(Vec::new());
    }

    /// Nobody else is told, for the reason `why`: what is settled stays as it is.
    pub fn skip_the_rest(&mut self, why: &str) {
        let subscribers = self.subscribers.get_or_insert_default().iter_mut();
        let subscribers = subscribers.map(|known| &mut known.announcement);
        for announcement in [&mut self.discord, &mut self.foundry]
            .into_iter()
            .chain(subscribers)
            .filter(|known| !known.is_settled())
        {
            announcement.end(Status::Skipped, why);
        }
    }

    /// Everyone who is told, in the order in which they are.
    pub fn receivers(&self) -> impl Iterator<Item = (Receiver, &Announcement)> {
        let subscribers = self.subscribers.iter().flatten().enumerate();
        let subscribers =
            subscribers.map(|(index, known)| (Receiver::Subscriber(index), &known.announcement));
        [
            (Receiver::Discord, &self.discord),
            (Receiver::Foundry, &self.foundry),
        ]
        .into_iter()
        .chain(subscribers)
    }

    /// The announcement to `receiver`; `None` for a subscriber that there is not.
    pub fn of(&mut self, receiver: Receiver) -> Option<&mut Announcement> {
        match receiver {
            Receiver::Discord => Some(&mut self.discord),
            Receiver::Foundry => Some(&mut self.foundry),
            Receiver::Subscriber(index) => {
                let subscriber = self.subscribers.as_mut()?.get_mut(index)?;
                Some(&mut subscriber.announcement)
            }
        }
    }

    /// What an admin who asks for another attempt means: what was given up; where there is nothing of
    /// that, what may not have arrived.
    pub(super) fn to_send_again(&self) -> Option<Status> {
        [Status::Failed, Status::Unconfirmed]
            .into_iter()
            .find(|status| self.receivers().any(|(_, known)| known.status == *status))
    }

    /// Lets what ended as `status` be tried again, in time.
    pub(super) fn give_another_chance(&mut self, status: Status) {
        let subscribers = self.subscribers.iter_mut().flatten();
        let subscribers = subscribers.map(|known| &mut known.announcement);
        for announcement in [&mut self.discord, &mut self.foundry]
            .into_iter()
            .chain(subscribers)
            .filter(|known| known.status == status)
        {
            announcement.status = Status::Pending;
            announcement.attempts = 0;
        }
    }

    /// What an earlier worker was about to send when it stopped may have been sent or not.
    pub fn interrupted(&mut self) {
        let subscribers = self.subscribers.iter_mut().flatten();
        let subscribers = subscribers.map(|known| &mut known.announcement);
        for announcement in [&mut self.discord, &mut self.foundry]
            .into_iter()
            .chain(subscribers)
            .filter(|known| known.status == Status::Sending)
        {
            announcement.end(Status::Unconfirmed, "the worker stopped while it was sent");
        }
    }

    /// When the next announcement is to be sent; `None` where all are settled.
    pub fn next_attempt_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.receivers()
            .filter(|(_, known)| !known.is_settled())
            .map(|(_, known)| known.next_attempt_at.unwrap_or(now))
            .min()
    }
}
